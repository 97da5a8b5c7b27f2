//! A real server for each test, on a database of its own that already holds the demonstration bureau.

mod authenticator;
mod client;
mod clock;
mod database;
mod events;
mod program;
mod sandbox;
mod wechat;

use std::{collections::HashMap, net::TcpListener, path::PathBuf, sync::Arc};

use serde_json::{Value, json};
use server::{
    app::{self, Services},
    config::{Config, Mode, Outside, Store},
    platform::{Platform, keys::Field},
};
use shared::time::Instant;
use tempfile::TempDir;
use totp_rs::{Builder, Secret};
use uuid::Uuid;

pub use self::{
    authenticator::Authenticator,
    client::{Answer, Client},
    clock::TestClock,
    events::Events,
    program::Program,
    sandbox::{Sandbox, eventually},
    wechat::WechatBrowser,
};

/// Counts the windows whose taken seats are not the appointments in them and the seats that are on their way back.
pub const TAKEN_IS_BOOKED: &str = "SELECT count(*) FROM windows w WHERE online_taken <> (SELECT count(*) FROM appointments a \
    WHERE a.window_id = w.id AND a.status IN ('held', 'confirmed', 'checked_in', 'fulfilled', 'no_show')) + \
    (SELECT count(*) FROM pending_returns r WHERE r.window_id = w.id)";

/// The repository's root.
pub fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// The instant at which every test begins: Monday, 23 November 2026, eight o'clock in Beijing.
pub fn monday_at_eight() -> Instant {
    chrono::DateTime::parse_from_rfc3339("2026-11-23T08:00:00+08:00")
        .unwrap()
        .to_utc()
}

/// A running server.
pub struct TestApp {
    pub address: String,
    pub clock: Arc<TestClock>,
    pub platform: Platform,
    services: Services,
    _folder: TempDir,
}

impl TestApp {
    /// Starts a server on a database of its own.
    pub async fn start() -> Self {
        let _installed = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let folder = tempfile::tempdir().unwrap();
        let (mode, keys_dir) = database::fresh(folder.path()).await;
        Self::start_on(folder, mode, keys_dir, Arc::new(TestClock::at(monday_at_eight())), None).await
    }

    /// Starts a server for which a sandbox of its own stands in for every outside system.
    pub async fn start_with_sandbox() -> (Self, Sandbox) {
        let _installed = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let folder = tempfile::tempdir().unwrap();
        let (mode, keys_dir) = database::fresh(folder.path()).await;
        let sandbox = Sandbox::start("http://127.0.0.1:1");
        sandbox.set_clock(monday_at_eight()).await;
        let clock = Arc::new(TestClock::at(monday_at_eight()));
        let app = Self::start_on(folder, mode, keys_dir, clock, Some(sandbox.address.clone())).await;
        (app, sandbox)
    }

    /// Starts a server whose keys lie in a folder of its own, where they can be changed.
    pub async fn start_with_own_keys() -> Self {
        let _installed = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let folder = tempfile::tempdir().unwrap();
        let (mode, keys_dir) = database::fresh(folder.path()).await;
        let own = folder.path().join("keys");
        std::fs::create_dir(&own).unwrap();
        std::fs::copy(keys_dir.join("master.key"), own.join("master.key")).unwrap();
        Self::start_on(folder, mode, own, Arc::new(TestClock::at(monday_at_eight())), None).await
    }

    /// Starts another instance on the same database, with the same clock.
    pub async fn another_instance(&self) -> Self {
        self.another_instance_with(self.platform.config.keys_dir.clone()).await
    }

    /// Starts another instance with a folder of keys of its own.
    pub async fn another_instance_with(&self, keys_dir: PathBuf) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mode = self.platform.config.mode.clone();
        Self::start_on(
            folder,
            mode,
            keys_dir,
            Arc::clone(&self.clock),
            self.platform.config.sandbox_url.clone(),
        )
        .await
    }

    async fn start_on(
        folder: TempDir,
        mode: Mode,
        keys_dir: PathBuf,
        clock: Arc<TestClock>,
        sandbox_url: Option<String>,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let listen = listener.local_addr().unwrap();
        let config = Config {
            listen,
            mode,
            sandbox_url,
            public_url: format!("http://{listen}"),
            client_dir: folder.path().join("no-client"),
            keys_dir,
            workers: Some(2),
            staff_idle: chrono::TimeDelta::minutes(30),
            log: "off".into(),
            outside: Outside::default(),
            suite: crypto::INTERNATIONAL,
        };
        let platform = Platform::connect_with(config, Arc::clone(&clock) as _).await.unwrap();
        let services = Services::start(platform.clone(), None).await.unwrap();
        tokio::spawn(app::serve(listener, services.clone()).unwrap());
        Self {
            address: format!("http://{listen}"),
            clock,
            platform,
            services,
            _folder: folder,
        }
    }

    /// Whether several instances can share this deployment's database.
    pub fn is_scaled(&self) -> bool {
        matches!(self.platform.config.mode.store, Store::Postgres(_))
    }

    /// A client that is not signed in.
    pub fn anyone(&self) -> Client {
        Client::new(&self.address, None)
    }

    /// The demonstration resident with this number, signed in by phone and code.
    pub async fn resident(&self, number: usize) -> Client {
        self.sign_in(&phone(number)).await
    }

    /// The same, after the clock was moved: the access token has ended, and another text is allowed.
    pub async fn resident_again(&self, number: usize) -> Client {
        use chrono::TimeDelta;
        self.execute("DELETE FROM rate_windows").await;
        self.clock.advance(TimeDelta::seconds(1));
        self.resident(number).await
    }

    /// Signs a phone in as the resident behind it would: asks for a code, reads the text, types the code.
    pub async fn sign_in(&self, phone: &str) -> Client {
        let anyone = self.anyone();
        anyone
            .post("/auth/sms-codes", json!({"phone": phone, "purpose": "login"}))
            .await
            .expect(202);
        let code = self.texted_code(phone).await;
        let session = anyone
            .post("/auth/sessions", json!({"phone": phone, "code": code}))
            .await
            .expect(201);
        Client::new(&self.address, Some(session["access_token"].as_str().unwrap()))
    }

    /// Proves anew, by the code that is texted to it, that the resident with this number takes a step.
    pub async fn prove(&self, resident: &Client, number: usize, step: &str) {
        self.execute("DELETE FROM rate_windows").await;
        let asked = resident.post("/me/proof-questions", json!({ "step": step })).await;
        assert!(asked.expect(201)["code"].is_object(), "{}", asked.text);
        let code = self.texted_code(&phone(number)).await;
        let proof = json!({ "step": step, "proof": { "code": code } });
        resident.post("/me/proofs", proof).await.expect(204);
    }

    /// The code of the latest text to a phone, as the provider would be given it.
    pub async fn texted_code(&self, phone: &str) -> String {
        use sea_orm::{ConnectionTrait, Statement};
        let db = self.platform.db.reader();
        let sql = "SELECT id, recipient_index, variables FROM messages WHERE template = 'login-code' ORDER BY id DESC";
        let rows = db
            .query_all_raw(Statement::from_string(db.get_database_backend(), sql))
            .await
            .unwrap();
        let index = self.platform.keys.blind_index("phone", phone);
        let row = rows
            .iter()
            .find(|row| row.try_get::<Vec<u8>>("", "recipient_index").unwrap() == index)
            .unwrap();
        let (id, sealed): (Uuid, Vec<u8>) = (row.try_get("", "id").unwrap(), row.try_get("", "variables").unwrap());
        let variables = self
            .platform
            .keys
            .open(Field::new("messages", "variables"), id, &sealed)
            .unwrap();
        serde_json::from_str::<HashMap<String, String>>(&variables)
            .unwrap()
            .remove("code")
            .unwrap()
    }

    /// A demonstration member of staff, signed in by password and one-time code.
    pub async fn staff(&self, username: &str) -> Client {
        let credentials = self.staff_credentials(username);
        let session = self
            .anyone()
            .post("/auth/staff-sessions", credentials)
            .await
            .expect(201);
        Client::new(&self.address, Some(session["access_token"].as_str().unwrap()))
    }

    /// What a demonstration member of staff would type now.
    pub fn staff_credentials(&self, username: &str) -> Value {
        use server::platform::clock::Clock;
        staff_credentials(username, self.clock.now())
    }

    /// What the server does about slips beyond its paths.
    pub fn slips(&self) -> &server::slips::Slips {
        &self.services.slips
    }

    /// What the server has refused to staff and not recorded yet.
    pub fn refusals(&self) -> &server::refusals::Refusals {
        &self.services.refusals
    }

    /// A demonstration device of a hall, paired by its key.
    pub async fn device(&self, kind: &str, hall: &str) -> Client {
        let key = device_key(kind, hall);
        let session = self
            .anyone()
            .post("/auth/device-sessions", json!({"key": key}))
            .await
            .expect(201);
        Client::new(&self.address, Some(session["access_token"].as_str().unwrap()))
    }

    /// The id of a service by its code.
    pub fn service(&self, code: &str) -> String {
        let snapshot = self.services.catalogue.now();
        let found = snapshot
            .search("", None)
            .into_iter()
            .find(|service| service.content.code == code)
            .unwrap()
            .id;
        found.to_string()
    }

    /// The id of a hall by its code.
    pub fn hall(&self, code: &str) -> String {
        let snapshot = self.services.catalogue.now();
        let found = snapshot
            .halls()
            .iter()
            .find(|hall| hall.content.code == code)
            .unwrap()
            .id;
        found.to_string()
    }

    /// The windows of a hall for a service, in order.
    pub async fn windows(&self, hall: &str, service: &str) -> Vec<Value> {
        let path = format!(
            "/halls/{}/windows?service_id={}",
            self.hall(hall),
            self.service(service)
        );
        self.anyone().get(&path).await.expect(200)["items"]
            .as_array()
            .unwrap()
            .clone()
    }

    /// Does once what a running server does again and again.
    pub async fn do_jobs(&self) {
        use server::{appointments, platform::clock::Clock};
        let (snapshot, now) = (self.services.catalogue.now(), self.clock.now());
        appointments::reclaim(&self.platform, &snapshot, now).await.unwrap();
        appointments::return_seats(&self.platform, &snapshot, now)
            .await
            .unwrap();
        appointments::mark_no_shows(&self.platform, &snapshot, now)
            .await
            .unwrap();
        self.services.slips.upkeep(now).await.unwrap();
        appointments::remind(&self.platform, &snapshot, now).await.unwrap();
    }

    /// Publishes windows as a running server does when the catalogue has changed, and waits until every part has heard of it.
    pub async fn publish(&self) {
        use server::{appointments, catalog::Snapshot, platform::bus::Event, platform::clock::Clock};
        let (snapshot, now) = (
            Snapshot::load(self.platform.db.reader()).await.unwrap(),
            self.clock.now(),
        );
        let transaction = self.platform.db.begin().await.unwrap();
        appointments::publish_windows(&transaction, &snapshot, now)
            .await
            .unwrap();
        transaction.commit().await.unwrap();
        appointments::rest_on_holidays(&self.platform, &snapshot, now)
            .await
            .unwrap();
        for hall in snapshot.halls() {
            self.platform.bus.publish(Event::SeatsReturned(hall.id));
        }
        self.platform.bus.publish(Event::Catalogue);
        tokio::time::sleep(std::time::Duration::from_millis(500)).await;
    }

    /// The id of a group by the service that it serves.
    pub fn group_of(&self, service: &str) -> String {
        let snapshot = self.services.catalogue.now();
        let services = snapshot.search("", None);
        let found = services
            .into_iter()
            .find(|known| known.content.code == service)
            .unwrap();
        found.group.to_string()
    }

    /// Asks about open orders and does what is to be done outside, until nothing is due.
    pub async fn do_payments(&self) {
        let (platform, fines) = (&self.platform, &self.services.fines);
        loop {
            let (asked, done) = tokio::join!(
                server::fines::ask_due(platform, fines),
                server::fines::carry_out_due(platform, fines)
            );
            if asked.unwrap() + done.unwrap() == 0 {
                return;
            }
        }
    }

    /// Tells the police systems what they have not heard, until nothing is due.
    pub async fn write_back(&self) {
        while server::upstream::run_due(&self.platform, &self.services.systems)
            .await
            .unwrap()
            > 0
        {}
    }

    /// An id as the database's SQL writes it.
    pub fn sql_id(&self, id: &Value) -> String {
        let id = id.as_str().unwrap().replace('-', "");
        if self.is_scaled() {
            format!("'{id}'")
        } else {
            format!("x'{id}'")
        }
    }

    /// The code that a hall's screen shows.
    pub async fn presence(&self, hall: &str) -> String {
        let board = self
            .device("board", hall)
            .await
            .get(&format!("/halls/{}/board", self.hall(hall)))
            .await
            .expect(200);
        board["presence"].as_str().unwrap().to_owned()
    }

    /// The only number that a query gives.
    pub async fn count(&self, sql: &str) -> i64 {
        use sea_orm::{ConnectionTrait, Statement};
        let db = self.platform.db.reader();
        let statement = Statement::from_string(db.get_database_backend(), sql);
        let row = db.query_one_raw(statement).await.unwrap().unwrap();
        row.try_get_by_index::<i64>(0)
            .or_else(|_| row.try_get_by_index::<i32>(0).map(i64::from))
            .unwrap()
    }

    /// The only text that a query gives.
    pub async fn text(&self, sql: &str) -> String {
        use sea_orm::{ConnectionTrait, Statement};
        let db = self.platform.db.reader();
        let statement = Statement::from_string(db.get_database_backend(), sql);
        let row = db.query_one_raw(statement).await.unwrap().unwrap();
        row.try_get_by_index(0).unwrap()
    }

    /// Changes the database as an operator could.
    pub async fn execute(&self, sql: &str) {
        use sea_orm::ConnectionTrait;
        let transaction = self.platform.db.begin().await.unwrap();
        transaction.execute_unprepared(sql).await.unwrap();
        transaction.commit().await.unwrap();
    }
}

/// The published key of a demonstration device.
pub fn device_key(kind: &str, hall: &str) -> String {
    let file = std::fs::read_to_string(root().join("content/yunchuan/devices.toml")).unwrap();
    let file: toml::Table = file.parse().unwrap();
    let devices = file["device"].as_array().unwrap();
    let is_it = |device: &&toml::Value| device["kind"].as_str() == Some(kind) && device["hall"].as_str() == Some(hall);
    let device = devices.iter().find(is_it).unwrap();
    device["key"].as_str().unwrap().to_owned()
}

/// The ID number of a demonstration resident, counted from one.
pub fn id_number(number: usize) -> String {
    let file = std::fs::read_to_string(root().join("content/yunchuan/residents.toml")).unwrap();
    let file: toml::Table = file.parse().unwrap();
    let resident = &file["resident"].as_array().unwrap()[number - 1];
    resident["id_number"].as_str().unwrap().to_owned()
}

/// What a demonstration member of staff would type at this instant.
pub fn staff_credentials(username: &str, now: Instant) -> Value {
    let file = std::fs::read_to_string(root().join("content/yunchuan/staff.toml")).unwrap();
    let file: toml::Table = file.parse().unwrap();
    let accounts = file["staff"].as_array().unwrap();
    let account = accounts
        .iter()
        .find(|account| account["username"].as_str() == Some(username))
        .unwrap();
    let secret = Secret::try_from_base32(account["totp_secret"].as_str().unwrap()).unwrap();
    let totp = Builder::new().with_secret(secret).build().unwrap();
    let code = totp.generate(u64::try_from(now.timestamp()).unwrap());
    json!({"username": username, "password": file["password"].as_str(), "totp": code.to_string()})
}

/// The phone of a demonstration resident, counted from one.
pub fn phone(number: usize) -> String {
    format!("138{number:08}")
}
