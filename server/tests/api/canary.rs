//! Names, numbers, codes and tokens of people who go through the bureau are found nowhere in the clear: not in the database and its log of
//! writes, not in a copy of it, not in what the program logs.

use std::{collections::BTreeMap, fmt::Write, path::PathBuf};

use reqwest::Method;
use sea_orm::{ConnectionTrait, Database, Statement};
use serde_json::{Value, json};
use server::{
    config::Store,
    platform::{
        backup::backup,
        clock::{Clock, SystemClock},
    },
};

use crate::support::{Answer, Client, Program, Sandbox, device_key, eventually, staff_credentials};

const NAME: &str = "独孤鸢飞";
const ID_NUMBER: &str = "11010519491231002X";
const PHONE: &str = "17712345678";
const MEMBER_NAME: &str = "诸葛栖梧";
const MEMBER_NUMBER: &str = "110101199003074610";
/// Somebody whose data was mistyped: what is refused is not kept or logged either.
const MISTYPED_NUMBER: &str = "110101199003074611";
const MISTYPED_PHONE: &str = "2771234567";
const ADDRESS: &str = "云川市望川区梧桐巷17号";
const PLATE: &str = "云A·7Q9X3";
const OBJECTION: &str = "当时前方车辆突然倒车才越过停止线";

/// What must not be found, by what it is.
#[derive(Default)]
struct Planted(BTreeMap<String, String>);

impl Planted {
    fn plant(&mut self, what: &str, text: impl Into<String>) {
        self.0.insert(what.to_owned(), text.into());
    }

    /// Which of it stands in these octets, as it is, in JSON's escapes, in hexadecimal or in base64.
    fn found_in(&self, octets: &[u8]) -> Vec<&str> {
        let found = self.0.iter().filter(|(what, text)| {
            let is_code = what.contains("code");
            forms(text)
                .iter()
                .any(|form| stands_in(octets, form.as_bytes(), is_code))
        });
        found.map(|(what, _)| what.as_str()).collect()
    }
}

fn forms(text: &str) -> [String; 5] {
    use base64::{Engine, prelude::BASE64_STANDARD_NO_PAD};
    let escaped = text.encode_utf16().fold(String::new(), |mut escaped, unit| {
        write!(escaped, "\\u{unit:04x}").unwrap();
        escaped
    });
    let hex = hex::encode(text);
    // In base64 the same text looks different at each of three places; the first is what a field alone has.
    let base64 = BASE64_STANDARD_NO_PAD.encode(&text.as_bytes()[..text.len() - text.len() % 3]);
    [text.to_owned(), escaped, hex.to_uppercase(), hex, base64]
}

/// Whether a text stands in octets; a code, which is short, only where no digit, point or letter touches it.
fn stands_in(octets: &[u8], text: &[u8], is_code: bool) -> bool {
    let joins = |octet: Option<&u8>| octet.is_some_and(|octet| octet.is_ascii_alphanumeric() || b".-+".contains(octet));
    octets.windows(text.len()).enumerate().any(|(at, window)| {
        let before = at.checked_sub(1).and_then(|at| octets.get(at));
        window == text && !(is_code && (joins(before) || joins(octets.get(at + text.len()))))
    })
}

/// Everything that the database holds, with what SQLite has not yet written back.
async fn contents(store: &Store) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    match store {
        Store::Sqlite(path) => {
            for ending in ["", "-wal"] {
                let file = PathBuf::from(format!("{}{ending}", path.display()));
                found.insert(format!("the database{ending}"), std::fs::read(file).unwrap());
            }
            let folder = tempfile::tempdir().unwrap();
            let copy = folder.path().join("copy.sqlite3");
            backup(store, &copy).await.unwrap();
            found.insert("a backup".into(), std::fs::read(copy).unwrap());
        }
        Store::Postgres(url) => {
            let db = Database::connect(url.as_str()).await.unwrap();
            let query = |sql: String| db.query_all_raw(Statement::from_string(db.get_database_backend(), sql));
            let tables = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'".to_owned();
            for table in query(tables).await.unwrap() {
                let table: String = table.try_get_by_index(0).unwrap();
                let rows = query(format!("SELECT t::text FROM \"{table}\" t")).await.unwrap();
                let text: Vec<String> = rows.iter().map(|row| row.try_get_by_index(0).unwrap()).collect();
                found.insert(format!("the table {table}"), text.join("\n").into_bytes());
            }
            db.close().await.unwrap();
        }
    }
    found
}

/// Signs somebody in by the text that the provider delivers, and plants what must stay secret of it.
async fn sign_in(program: &Program, sandbox: &Sandbox, phone: &str, planted: &mut Planted) -> Client {
    let anyone = Client::new(&program.address, None);
    let asked = json!({"phone": phone, "purpose": "login"});
    anyone.post("/auth/sms-codes", asked).await.expect(202);
    let text = eventually("the code", 20, async || {
        let texts = sandbox.get(&format!("/sms/messages?phone={phone}")).await;
        texts["items"][0]["text"].as_str().map(ToOwned::to_owned)
    })
    .await;
    let code: String = text.chars().filter(char::is_ascii_digit).take(6).collect();
    planted.plant("a login code", code.clone());
    let session = anyone
        .post("/auth/sessions", json!({"phone": phone, "code": code}))
        .await
        .expect(201);
    planted.plant_tokens("a resident's", &session);
    Client::new(&program.address, session["access_token"].as_str())
}

impl Planted {
    fn plant_tokens(&mut self, whose: &str, session: &Value) {
        for name in ["access_token", "refresh_token"] {
            self.plant(&format!("{whose} {name}"), session[name].as_str().unwrap());
        }
    }
}

async fn push(program: &Program, sandbox: &Sandbox, path: &str, body: Value) {
    let call = json!({ "path": path, "body": body, "target_url": program.address });
    let (_, told) = sandbox.post("/police/push", call).await;
    assert_eq!(told["answer"]["items"][0]["result"], "created", "{told}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[allow(
    clippy::too_many_lines,
    reason = "one journey after the other, through everything that takes personal data"
)]
async fn whoever_goes_through_the_bureau_leaves_nothing_in_the_clear() {
    let mut program = Program::prepare().await;
    let sandbox = Sandbox::start(&program.address);
    program.start(&sandbox.address).await;
    let mut planted = Planted::default();
    for (what, text) in [
        ("a name", NAME),
        ("an ID number", ID_NUMBER),
        ("a phone", PHONE),
        ("a member's name", MEMBER_NAME),
        ("a member's number", MEMBER_NUMBER),
        ("a mistyped number", MISTYPED_NUMBER),
        ("a mistyped phone", MISTYPED_PHONE),
        ("an address", ADDRESS),
        ("a plate", PLATE),
        ("an objection", OBJECTION),
    ] {
        planted.plant(what, text);
    }

    let resident = sign_in(&program, &sandbox, PHONE, &mut planted).await;
    let mistyped = json!({"phone": MISTYPED_PHONE, "purpose": "login"});
    resident.post("/auth/sms-codes", mistyped).await.expect(422);
    let wrong = json!({"name": NAME, "id_number": MISTYPED_NUMBER});
    resident.put("/me/identity", wrong).await.expect(422);
    let identity = json!({"name": NAME, "id_number": ID_NUMBER});
    resident.put("/me/identity", identity).await.expect(200);
    let member = json!({"name": MEMBER_NAME, "id_number": MEMBER_NUMBER, "relation": "母亲"});
    let member = resident.post_once("/me/family", "a-key", member).await.expect(201);

    // Booked for a member of the family, looked at, and cancelled.
    let services = resident.get("/services?q=身份证丢了").await.expect(200);
    let service = services["items"][0]["id"].clone();
    let halls = resident.get("/halls").await.expect(200);
    let hall = halls["items"][0]["id"].as_str().unwrap().to_owned();
    let windows = format!("/halls/{hall}/windows?service_id={}", service.as_str().unwrap());
    let windows = resident.get(&windows).await.expect(200);
    let window = windows["items"].as_array().unwrap().last().unwrap()["id"].clone();
    let wish = json!({"window_id": window, "service_id": service, "person_id": member["id"]});
    let booked = resident
        .post_once("/appointments", "another-key", wish)
        .await
        .expect(201);
    let path = format!("/appointments/{}", booked["id"].as_str().unwrap());
    assert!(
        resident
            .get(&format!("{path}.ics"))
            .await
            .text
            .contains("BEGIN:VCALENDAR")
    );
    resident.post(&format!("{path}/cancel"), json!({})).await.expect(200);

    // A camera record with a plate and an objection, a decision with a payment.
    let person = json!({"name": NAME, "id_number": ID_NUMBER});
    let violation = json!({
        "violation_no": "5399010000777001", "person": person, "plate_no": PLATE, "occurred_at": "2026-11-20T08:10:00+08:00",
        "place": "人民路与滨河路口", "conduct": "越过停止线停车", "legal_basis": "《道路交通安全法》第九十条", "fine_fen": 10_000,
        "points": 0, "procedure": "simple",
    });
    push(&program, &sandbox, "/upstream/violations", violation).await;
    let records = resident.get("/violations").await.expect(200);
    let record = records["items"][0]["id"].as_str().unwrap();
    let objection = json!({"answer": "object", "reason": OBJECTION});
    resident
        .post(&format!("/violations/{record}/handle"), objection)
        .await
        .expect(200);
    let decision = json!({
        "decision_no": "5399000000007770", "person": person, "facts": "违反规定停放", "legal_basis": "《道路交通安全法》第九十三条",
        "fine_fen": 15_000, "points": 0, "decided_on": "2026-11-20", "received_on": "2026-11-20", "due_on": "2026-12-05",
        "status": "open", "agency": "云川市公安局交通警察支队",
    });
    push(&program, &sandbox, "/upstream/decisions", decision).await;
    let decisions = resident.get("/decisions").await.expect(200);
    let pay = format!("/decisions/{}/payments", decisions["items"][0]["id"].as_str().unwrap());
    resident.post(&pay, json!({"channel": "h5"})).await.expect(201);

    // The first demonstration resident has a document posted: an address, on top of what the bureau knew.
    let owner = sign_in(&program, &sandbox, "13800000001", &mut planted).await;
    let slips = owner.get("/slips").await.expect(200);
    let slip = slips["items"][0]["id"].as_str().unwrap().to_owned();
    let code = owner.get(&format!("/slips/{slip}/code")).await.expect(200);
    planted.plant("a slip's code", code["code"].as_str().unwrap());
    let post = json!({"recipient": NAME, "phone": PHONE, "address": ADDRESS});
    let posted = owner.put(&format!("/slips/{slip}/mail"), post).await;
    assert!([200, 409].contains(&posted.status.as_u16()), "{}", posted.text);

    // Staff and machines: a password, a one-time code, a device's key, an ID number typed at a kiosk.
    let anyone = Client::new(&program.address, None);
    let credentials = staff_credentials("clerk-zhongxin-1", SystemClock.now());
    for (what, field) in [("a password", "password"), ("a one-time code", "totp")] {
        planted.plant(what, credentials[field].as_str().unwrap());
    }
    let session = anyone
        .post("/auth/staff-sessions", credentials.clone())
        .await
        .expect(201);
    planted.plant_tokens("a clerk's", &session);
    anyone.post("/auth/staff-sessions", credentials).await.expect(401);
    let key = device_key("kiosk", "zhongxin");
    planted.plant("a device's key", key.clone());
    let session = anyone
        .post("/auth/device-sessions", json!({"key": key}))
        .await
        .expect(201);
    planted.plant_tokens("a device's", &session);
    let kiosk = Client::new(&program.address, session["access_token"].as_str());
    let hall = session["device"]["hall_id"].as_str().unwrap().to_owned();
    let typed = json!({"service_id": service, "id_number": MEMBER_NUMBER});
    let ticket = kiosk.post(&format!("/halls/{hall}/tickets"), typed).await;
    assert!(ticket.status.as_u16() < 500, "{}", ticket.text);
    let typed = json!({"id_number": ID_NUMBER});
    kiosk.post(&format!("/halls/{hall}/check-ins"), typed).await;

    // Someone puts a number where it does not belong; a log line with the path would keep it.
    for path in [
        format!("/cases/{ID_NUMBER}"),
        format!("/services?q={PHONE}"),
        format!("/no-such-path/{PHONE}"),
    ] {
        Answer::of(resident.request(Method::GET, &path)).await;
    }

    let mut places = contents(program.store()).await;
    let log = std::fs::read(program.log()).unwrap();
    assert!(
        log.len() > 10_000,
        "the log has {} octets: nothing could be found in it",
        log.len()
    );
    places.insert("the log".into(), log);
    let found: Vec<String> = places
        .iter()
        .flat_map(|(place, octets)| {
            planted
                .found_in(octets)
                .into_iter()
                .map(move |what| format!("{what} in {place}"))
        })
        .collect();
    assert!(found.is_empty(), "in the clear: {found:#?}");
    // What is looked for is found where it is: the search itself works.
    let seen = resident.get("/me").await.text;
    planted.plant("a masked phone", "177****5678");
    assert_eq!(planted.found_in(seen.as_bytes()), ["a masked phone"]);
}

#[test]
fn a_planted_text_is_found_in_each_of_its_forms() {
    let mut planted = Planted::default();
    planted.plant("a name", NAME);
    planted.plant("a code", "482913");
    for form in forms(NAME) {
        assert_eq!(planted.found_in(format!("before{form}after").as_bytes()), ["a name"]);
    }
    assert_eq!(planted.found_in(b"\x00482913\x00"), ["a code"]);
    assert!(planted.found_in(b"10:58:18.482913+00:00 a482913b").is_empty());
}
