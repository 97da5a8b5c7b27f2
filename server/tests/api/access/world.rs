//! A bureau in which the first resident and the first hall have one of everything, and everyone who could ask for it.

use base64::{Engine, prelude::BASE64_STANDARD};
use chrono::{DateTime, TimeDelta};
use serde_json::{Value, json};
use std::collections::BTreeMap;

use crate::support::{Client, Sandbox, TestApp};

const SERVICES: [&str; 4] = [
    "id-card-replace-lost",
    "id-card-renew",
    "id-card-first",
    "passport-first",
];
const OWN: &str = "zhongxin";
const OTHER: &str = "churujing";

/// Somebody who asks.
pub struct Caller {
    pub name: &'static str,
    /// The names in policies by which they are admitted.
    called: &'static [&'static str],
    /// Whether the things of the world are theirs, or their hall's, as far as their role goes.
    pub owns: bool,
    pub client: Client,
}

impl Caller {
    pub fn is_called(&self, name: &str) -> bool {
        self.called.contains(&name)
    }

    pub fn is_nobody(&self) -> bool {
        self.called.is_empty()
    }
}

pub struct World {
    pub callers: Vec<Caller>,
    /// What no stranger is ever told.
    pub secrets: Vec<String>,
    /// What stands behind a part of a path.
    ids: BTreeMap<&'static str, String>,
    group: String,
    /// A group that the other hall serves.
    other_group: String,
    third_hall: String,
    _app: TestApp,
    _sandbox: Sandbox,
}

fn id(of: &Value) -> String {
    of["id"].as_str().unwrap_or_else(|| panic!("no id: {of}")).to_owned()
}

async fn first(client: &Client, path: &str) -> String {
    id(&client.get(path).await.expect(200)["items"][0])
}

impl World {
    pub async fn build() -> Self {
        let (app, sandbox) = TestApp::start_with_sandbox().await;
        let mut ids = BTreeMap::new();

        // Two appointments in the first window: one is checked in, the other missed.
        let window = app.windows(OWN, SERVICES[0]).await[0].clone();
        let at = |name: &str| {
            DateTime::parse_from_rfc3339(window[name].as_str().unwrap())
                .unwrap()
                .to_utc()
        };
        let resident = app.resident(1).await;
        let mut booked = Vec::new();
        for service in &SERVICES[..2] {
            let wish = json!({"window_id": window["id"], "service_id": app.service(service)});
            booked.push(resident.post("/appointments", wish).await.expect(201));
        }
        app.clock.set(at("starts_at") - TimeDelta::minutes(10));
        let resident = app.resident_again(1).await;
        let check_in = format!("/appointments/{}/check-in", id(&booked[0]));
        let presence = app.presence(OWN).await;
        let ticket = resident
            .post(&check_in, json!({"presence": presence}))
            .await
            .expect(201);
        ids.insert("tickets", id(&ticket));
        app.clock.set(at("ends_at") + TimeDelta::minutes(30));
        app.do_jobs().await;
        sandbox.set_clock(at("ends_at") + TimeDelta::minutes(30)).await;

        let resident = app.resident_again(1).await;
        ids.insert("strikes", first(&resident, "/me/strikes").await);
        let windows = app.windows(OWN, SERVICES[0]).await;
        ids.insert("windows", id(&windows[20]));
        let wish =
            |at: usize, service: &str| json!({"window_id": windows[at]["id"], "service_id": app.service(service)});
        let appointment = resident.post("/appointments", wish(30, SERVICES[0])).await.expect(201);
        ids.insert("appointments", id(&appointment));
        let hold = resident.post("/holds", wish(31, SERVICES[2])).await.expect(201);
        ids.insert("holds", id(&hold));
        let full = &windows[40];
        app.execute(&format!(
            "UPDATE windows SET online_taken = online_quota WHERE id = {}",
            app.sql_id(&full["id"])
        ))
        .await;
        let waits = json!({"service_id": app.service(SERVICES[1]), "hall_id": app.hall(OWN), "window_id": full["id"]});
        ids.insert("waitlist", id(&resident.post("/waitlist", waits).await.expect(201)));
        let member = json!({"name": "王小明", "id_number": "110101199003074610", "relation": "儿子"});
        ids.insert("family", id(&resident.post("/me/family", member).await.expect(201)));
        ids.insert("proxies", ids["family"].clone());
        ids.insert("slips", first(&resident, "/slips").await);
        ids.insert("decisions", first(&resident, "/decisions").await);
        ids.insert("violations", first(&resident, "/violations").await);
        ids.insert("cases", first(&resident, "/cases").await);
        let pay = format!("/decisions/{}/payments", ids["decisions"]);
        let payment = resident.post(&pay, json!({"channel": "native"})).await.expect(201);
        ids.insert("payments", id(&payment));

        let manager = app.staff("manager-zhongxin").await;
        ids.extend(arranged_by(&manager).await);
        ids.insert("halls", app.hall(OWN));
        ids.insert("collective-bookings", booked_for_many(&app, &windows[50]).await);
        ids.insert("declared-holidays", declared(&app).await);
        ids.insert("services", app.service(SERVICES[0]));
        ids.insert("days", "2026-11-20".into());
        ids.insert("holidays", "2026-11-28".into());
        let sessions = resident.get("/me/sessions").await.expect(200);
        ids.insert("sessions", id(sessions["items"].as_array().unwrap().last().unwrap()));
        ids.insert("consents", "privacy-notice".into());
        for of_nobody in [
            "dead-letters",
            "payment-alerts",
            "payment-exceptions",
            "refund-requests",
            "case-enquiries",
            "return-lists",
            "staff",
            "representatives",
            "passkeys",
        ] {
            ids.insert(of_nobody, uuid::Uuid::now_v7().to_string());
        }

        let secrets = secrets(&ids);
        let callers = callers(&app, resident, manager).await;
        Self {
            callers,
            secrets,
            ids,
            group: app.group_of(SERVICES[0]),
            other_group: app.group_of(SERVICES[3]),
            third_hall: app.hall("wangchuan"),
            _app: app,
            _sandbox: sandbox,
        }
    }

    /// An operation's path on the things of this world.
    pub fn path_of(&self, path: &str) -> String {
        filled(path, |before| {
            let found = self.ids.get(before).cloned();
            found.unwrap_or_else(|| panic!("{path}: the world has none of {before}, so nobody can be asked for it"))
        })
    }

    /// The same on things that nobody has.
    pub fn nobodys_path_of(path: &str) -> String {
        filled(path, |_| uuid::Uuid::now_v7().to_string())
    }

    /// Fields without which an operation would refuse the body before it looks whose thing it is.
    pub fn fields_of(&self, operation: &str) -> Vec<(&'static str, Value)> {
        let text = |text: &str| json!(text);
        match operation.rsplit_once("/v1").map_or("", |(_, path)| path) {
            "/halls/{id}/tickets" => vec![("service_id", json!(self.ids["services"]))],
            "/appointments/{id}/reschedule" => vec![("window_id", json!(self.ids["windows"]))],
            "/counters/{id}/call" => vec![("ticket_id", json!(self.ids["tickets"]))],
            "/slips/{id}/move" => vec![("hall_id", json!(self.third_hall))],
            "/slips/{id}/posted" => vec![("tracking", text("EMS1234567890"))],
            "/slips/{id}/mail" => vec![("recipient", text("覃娜")), ("phone", text("13800000002"))],
            "/admin/counters/{id}" => vec![("groups", json!([self.group])), ("number", json!(77))],
            "/admin/groups/{id}" => vec![
                ("name", json!({"zh": "专窗", "en": "By itself"})),
                ("prefix", text("W")),
                ("services", json!([])),
                ("active", json!(true)),
            ],
            "/admin/schedules/{id}" => vec![
                ("group_id", json!(self.other_group)),
                ("weekdays", json!(["mon"])),
                ("opens", text("18:00")),
                ("closes", text("20:00")),
                ("window_minutes", json!(30)),
                ("quota", json!(6)),
                ("online_percent", json!(50)),
            ],
            // The same order again, and not another in its place.
            "/decisions/{id}/payments" => vec![("channel", text("native"))],
            "/cases/{id}/proxies" => proxy(text("2026-11-30")),
            "/slips/{id}/proxy" => proxy(text("2026-11-25T12:00:00+08:00")),
            _ => Vec::new(),
        }
    }
}

/// What nobody but its owner may be shown.
fn secrets(ids: &BTreeMap<&'static str, String>) -> Vec<String> {
    let mut secrets: Vec<String> = [
        "strikes",
        "appointments",
        "holds",
        "waitlist",
        "family",
        "slips",
        "decisions",
    ]
    .into_iter()
    .chain([
        "violations",
        "cases",
        "payments",
        "schedules",
        "devices",
        "closures",
        "collective-bookings",
    ])
    .map(|name| ids[name].clone())
    .collect();
    secrets.extend(
        [
            "杨云舟",
            "13800000001",
            "539901198801040779",
            "138****0001",
            "539***********0779",
        ]
        .map(Into::into),
    );
    secrets
}

/// A list of one, whose contact is the first resident.
async fn booked_for_many(app: &TestApp, window: &Value) -> String {
    let list = json!({
        "organisation": "云川大学", "contact_phone": "13800000001", "service_id": app.service(SERVICES[0]),
        "window_id": window["id"], "people": [{"name": "王小明", "id_number": "110101199003074610"}],
    });
    let path = format!("/halls/{}/collective-bookings", app.hall(OWN));
    let clerk = app.staff("clerk-zhongxin-2").await;
    id(&clerk.post(&path, list).await.expect(201))
}

/// A holiday that hit the hall.
async fn declared(app: &TestApp) -> String {
    let hall = app.sql_id(&json!(app.hall(OWN)));
    app.execute(&format!(
        "INSERT INTO declared_holidays (hall_id, day, declared_at) VALUES ({hall}, '2026-11-28', '2026-11-23 00:00:00+00:00')"
    ))
    .await;
    "2026-11-28".into()
}

/// What the manager of a hall has arranged.
async fn arranged_by(manager: &Client) -> BTreeMap<&'static str, String> {
    let mut ids = BTreeMap::new();
    ids.insert("counters", first(manager, "/admin/counters").await);
    ids.insert("schedules", first(manager, "/admin/schedules").await);
    // A group of the hall's own: those of the bureau are everybody's.
    let groups = manager.get("/admin/services").await.expect(200);
    let last = groups["items"].as_array().unwrap().last().unwrap();
    let own = json!({
        "name": {"zh": "专窗", "en": "By itself"}, "prefix": "W", "active": true,
        "services": [last["arranged"]["services"][0]],
    });
    ids.insert("groups", id(&manager.post("/admin/groups", own).await.expect(201)));
    let device = json!({"kind": "kiosk", "name": "西门取号机"});
    ids.insert("devices", id(&manager.post("/admin/devices", device).await.expect(201)));
    let closure = json!({
        "starts_at": "2026-12-01T12:00:00+08:00", "ends_at": "2026-12-01T12:30:00+08:00", "reason": "停电",
    });
    ids.insert(
        "closures",
        id(&manager.post("/admin/closures", closure).await.expect(201)),
    );
    ids
}

/// Somebody who is named as a proxy.
fn proxy(until: Value) -> Vec<(&'static str, Value)> {
    let letter = [b"\xff\xd8\xff".as_slice(), &[7; 80], b"\xff\xd9"].concat();
    vec![
        ("name", json!("付刚")),
        ("id_number", json!("539902198006203555")),
        ("phone", json!("13800000003")),
        ("until", until),
        ("letter", json!(BASE64_STANDARD.encode(letter))),
    ]
}

/// A path with its parameters filled in by what stands before them.
fn filled(path: &str, id_of: impl Fn(&str) -> String) -> String {
    let parts: Vec<&str> = path.split('/').collect();
    let concrete =
        parts.iter().enumerate().map(
            |(at, part)| match part.strip_prefix('{').and_then(|part| part.split_once('}')) {
                None => (*part).to_owned(),
                Some(("action", _)) => "serve".to_owned(),
                Some((_, ending)) => format!("{}{ending}", id_of(parts[at - 1])),
            },
        );
    concrete.collect::<Vec<_>>().join("/")
}

/// Everyone who could ask: of the residents and of those who belong to a hall one who owns the world's things and one who does not.
async fn callers(app: &TestApp, owner: Client, manager: Client) -> Vec<Caller> {
    const RESIDENT: &[&str] = &["session", "resident"];
    const CLERK: &[&str] = &["session", "staff", "clerk"];
    const MANAGER: &[&str] = &["session", "staff", "manager"];
    const BOARD: &[&str] = &["session", "board"];
    const KIOSK: &[&str] = &["session", "kiosk"];
    const LOCKER: &[&str] = &["session", "locker"];
    let caller = |name, called, owns, client| Caller {
        name,
        called,
        owns,
        client,
    };
    vec![
        caller("nobody", &[], false, app.anyone()),
        caller("resident", RESIDENT, true, owner),
        caller("another resident", RESIDENT, false, app.resident(2).await),
        caller("clerk", CLERK, true, app.staff("clerk-zhongxin-1").await),
        caller("clerk elsewhere", CLERK, false, app.staff("clerk-churujing-1").await),
        caller("manager", MANAGER, true, manager),
        caller(
            "manager elsewhere",
            MANAGER,
            false,
            app.staff("manager-churujing").await,
        ),
        caller("board", BOARD, true, app.device("board", OWN).await),
        caller("board elsewhere", BOARD, false, app.device("board", OTHER).await),
        caller("kiosk", KIOSK, true, app.device("kiosk", OWN).await),
        caller("kiosk elsewhere", KIOSK, false, app.device("kiosk", OTHER).await),
        caller("locker", LOCKER, true, app.device("locker", OWN).await),
        caller("locker elsewhere", LOCKER, false, app.device("locker", OTHER).await),
        caller(
            "auditor",
            &["session", "staff", "auditor"],
            true,
            app.staff("auditor-1").await,
        ),
        caller(
            "finance",
            &["session", "staff", "finance"],
            true,
            app.staff("finance-1").await,
        ),
        caller(
            "case officer",
            &["session", "staff", "case-officer"],
            true,
            app.staff("case-officer-1").await,
        ),
        caller(
            "administrator",
            &["session", "staff", "system-admin"],
            true,
            app.staff("admin-1").await,
        ),
        caller(
            "security",
            &["session", "staff", "security-admin"],
            true,
            app.staff("security-1").await,
        ),
    ]
}
