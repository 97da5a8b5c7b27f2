//! The bureau from outside its pages: who works there, what other residents do, and which texts arrive.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
    sync::Mutex,
    time::SystemTime,
};

use chrono::{DateTime, Days};
use reqwest::Method;
use serde_json::{Value, json};
use tokio::time::{Instant, sleep};
use totp_rs::{Builder, Secret};

use super::{GLANCE, PATIENCE, pages, sandbox, setting};

/// The hall that serves ID cards around the clock, see `src/main.rs`.
pub const HALL: &str = "云川市政务服务中心公安综合大厅";
/// Another hall that does, in which nobody is called.
pub const QUIET_HALL: &str = "云台分局户政大厅";
/// A service of that group.
pub const LOST_CARD: &str = "居民身份证补领";
/// A service whose windows in that hall have a single seat, in office hours only.
pub const VISA: &str = "外国人签证延期、换发、补发";

async fn call(method: Method, address: String, token: Option<&str>, body: Option<Value>) -> (u16, Value) {
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let mut request = client.request(method, &address).header("Accept-Language", "zh-CN");
    if let Some(token) = token {
        request = request.bearer_auth(token);
    }
    if let Some(body) = body {
        request = request.json(&body);
    }
    let answer = request.send().await.unwrap();
    let status = answer.status().as_u16();
    let text = answer.text().await.unwrap();
    (status, serde_json::from_str(&text).unwrap_or(Value::String(text)))
}

async fn get(path: &str) -> Value {
    let (status, answer) = call(Method::GET, format!("{}/api/v1{path}", pages()), None, None).await;
    assert_eq!(status, 200, "{path}: {answer}");
    answer
}

fn items(answer: &Value) -> Vec<Value> {
    answer["items"].as_array().unwrap().clone()
}

fn id_of(list: &[Value], name: &str) -> String {
    let found = list.iter().find(|one| one["name"] == name);
    let found = found.unwrap_or_else(|| panic!("there is no {name}"));
    found["id"].as_str().unwrap().to_owned()
}

/// The id of a hall, by its name.
pub async fn hall(name: &str) -> String {
    id_of(&items(&get("/halls").await), name)
}

/// The id of a service, by its name.
pub async fn service(name: &str) -> String {
    id_of(&items(&get(&format!("/services?q={name}")).await), name)
}

/// The windows of a hall for a service that have not passed.
pub async fn windows(hall: &str, service: &str) -> Vec<Value> {
    items(&get(&format!("/halls/{hall}/windows?service_id={service}")).await)
}

/// The code that a hall's screen shows now.
pub async fn presence_code(hall: &str) -> String {
    let key = json!({"key": device_key("board", &code_of(hall).await)});
    let address = format!("{}/api/v1/auth/device-sessions", pages());
    let (status, session) = call(Method::POST, address, None, Some(key)).await;
    assert_eq!(status, 201, "{session}");
    let address = format!("{}/api/v1/halls/{hall}/board", pages());
    let (status, board) = call(Method::GET, address, session["access_token"].as_str(), None).await;
    assert_eq!(status, 200, "{board}");
    board["presence"].as_str().unwrap().to_owned()
}

/// The code of a hall in the content files.
async fn code_of(hall: &str) -> String {
    let halls = items(&get("/halls").await);
    let found = halls.iter().find(|known| known["id"] == hall).unwrap();
    found["code"].as_str().unwrap().to_owned()
}

/// The address that pairs a browser as a device of a hall.
pub async fn pairing(kind: &str, hall: &str) -> String {
    format!("/{kind}#{}", device_key(kind, &code_of(hall).await))
}

/// The published key of a demonstration device.
fn device_key(kind: &str, hall: &str) -> String {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../content/yunchuan/devices.toml");
    let file: toml::Table = std::fs::read_to_string(file).unwrap().parse().unwrap();
    let devices = file["device"].as_array().unwrap();
    let is_it = |device: &&toml::Value| device["kind"].as_str() == Some(kind) && device["hall"].as_str() == Some(hall);
    devices.iter().find(is_it).unwrap()["key"].as_str().unwrap().to_owned()
}

/// Lets something happen to a demonstration resident in the police systems, which push it; the server takes every step.
pub async fn tells(story: &str, phone: &str) {
    let address = format!("{}/police/scenarios/{story}", sandbox());
    let (status, told) = call(Method::POST, address, None, Some(json!({"phone": phone}))).await;
    assert_eq!(status, 200, "{told}");
    for step in told["steps"].as_array().unwrap() {
        assert_eq!(step["told"]["status"], 200, "{step}");
    }
}

/// Has the operator import the bureau's content with a holiday on this day.
pub async fn declares_a_holiday(day: &str, name: &str) {
    let content = PathBuf::from(setting("E2E_CONTENT_DIR"));
    let (year, _) = day.split_once('-').unwrap();
    let file = content.join(format!("calendar/{year}.toml"));
    let text = std::fs::read_to_string(&file)
        .unwrap_or_else(|_| format!("year = {year}\nsource = {{ zh = '通知', en = 'Notice' }}\nholiday = []"));
    let mut calendar: toml::Table = text.parse().unwrap();
    let holiday = format!("from = {day}\nto = {day}\nname = {{ zh = '{name}', en = 'A holiday of the city' }}");
    let holidays = calendar["holiday"].as_array_mut().unwrap();
    holidays.push(toml::Value::Table(holiday.parse().unwrap()));
    std::fs::write(&file, calendar.to_string()).unwrap();
    let imported = tokio::process::Command::new(setting("E2E_BIANMIN"))
        .arg("import")
        .arg(&content)
        .status();
    assert!(imported.await.unwrap().success());
}

/// The ID number of the demonstration resident with this phone.
pub fn id_number(phone: &str) -> String {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../content/yunchuan/residents.toml");
    let file: toml::Table = std::fs::read_to_string(file).unwrap().parse().unwrap();
    let residents = file["resident"].as_array().unwrap();
    let found = residents
        .iter()
        .find(|one| one["phone"].as_str() == Some(phone))
        .unwrap();
    found["id_number"].as_str().unwrap().to_owned()
}

/// The templates of the texts that a phone has got, oldest first.
pub async fn texts_to(phone: &str) -> Vec<String> {
    let address = format!("{}/sms/messages?phone={phone}", sandbox());
    let (_, messages) = call(Method::GET, address, None, None).await;
    let templates = items(&messages).into_iter().rev();
    templates
        .map(|one| one["template"].as_str().unwrap().to_owned())
        .collect()
}

/// Waits for a text from this template to a phone.
pub async fn text_to(phone: &str, template: &str) -> String {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let address = format!("{}/sms/messages?phone={phone}", sandbox());
        let (_, messages) = call(Method::GET, address, None, None).await;
        let found = items(&messages).into_iter().find(|one| one["template"] == template);
        if let Some(text) = found.as_ref().and_then(|found| found["text"].as_str()) {
            return text.to_owned();
        }
        assert!(Instant::now() < deadline, "no text {template} to {phone}: {messages}");
        sleep(GLANCE).await;
    }
}

/// The code that was texted to a phone for a step, after the one with which its owner signed in.
pub async fn proof_code(phone: &str) -> String {
    let deadline = Instant::now() + PATIENCE;
    while texts_to(phone).await.iter().filter(|one| *one == "login-code").count() < 2 {
        assert!(Instant::now() < deadline, "no second code to {phone}");
        sleep(GLANCE).await;
    }
    digits(&text_to(phone, "login-code").await)
}

/// Has the traffic police push a decision that is due in twelve days.
pub async fn decide(name: &str, id_number: &str, number: &str, fine_fen: i64, facts: &str) {
    let (_, clock) = call(Method::GET, format!("{}/clock", sandbox()), None, None).await;
    let today = DateTime::parse_from_rfc3339(clock["now"].as_str().unwrap())
        .unwrap()
        .date_naive();
    let body = json!({
        "decision_no": number,
        "person": { "name": name, "id_number": id_number },
        "facts": facts, "legal_basis": "《道路交通安全法》第九十条", "fine_fen": fine_fen, "points": 3,
        "decided_on": today - Days::new(3), "received_on": today - Days::new(3), "due_on": today + Days::new(12),
        "status": "open", "agency": "云川市公安局交通警察支队",
    });
    publishes("/upstream/decisions", body).await;
}

/// Has the police system to which a path belongs push something, which the server has to take.
pub async fn publishes(path: &str, body: Value) {
    let push = json!({ "path": path, "body": body });
    let (status, told) = call(Method::POST, format!("{}/police/push", sandbox()), None, Some(push)).await;
    assert!(status == 200 && told["status"] == 200, "{told}");
}

/// Has WeChat Pay and the fiscal system tell of a day as soon as they are asked, not at ten the next morning.
pub async fn bills_come_early() {
    let address = format!("{}/wechat/settings", sandbox());
    let (status, told) = call(Method::PUT, address, None, Some(json!({"early_bills": true}))).await;
    assert!(status < 300, "{told}");
}

/// The orders that WeChat Pay knows for a decision.
pub async fn orders(decision_no: &str) -> Vec<Value> {
    let (_, known) = call(Method::GET, format!("{}/wechat/orders", sandbox()), None, None).await;
    let mut orders = items(&known);
    orders.retain(|order| order["description"].as_str().unwrap_or_default().ends_with(decision_no));
    orders
}

/// What a demonstration member of staff types to sign in: name, password and one-time code.
#[allow(
    clippy::disallowed_methods,
    reason = "an authenticator goes by the real time, as the server under test does"
)]
fn staff(username: &str) -> [String; 3] {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../content/yunchuan/staff.toml");
    let file: toml::Table = std::fs::read_to_string(file).unwrap().parse().unwrap();
    let accounts = file["staff"].as_array().unwrap();
    let account = accounts
        .iter()
        .find(|account| account["username"].as_str() == Some(username))
        .unwrap();
    let secret = Secret::try_from_base32(account["totp_secret"].as_str().unwrap()).unwrap();
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap();
    let code = Builder::new()
        .with_secret(secret)
        .build()
        .unwrap()
        .generate(now.as_secs());
    let password = file["password"].as_str().unwrap();
    [username.to_owned(), password.to_owned(), code.to_string()]
}

/// The same with a one-time code that no journey has used: each works once, and the next comes within half a minute.
pub async fn credentials(username: &str) -> [String; 3] {
    static USED: Mutex<BTreeSet<[String; 3]>> = Mutex::new(BTreeSet::new());
    let mut ticks = tokio::time::interval(GLANCE);
    loop {
        ticks.tick().await;
        let now = staff(username);
        if USED.lock().unwrap().insert(now.clone()) {
            return now;
        }
    }
}

/// Another resident, who does things without a browser.
pub struct Resident {
    /// What a browser keeps in its cookie of the same name.
    pub token: String,
}

impl Resident {
    /// Signs in by phone and code.
    pub async fn signs_in(phone: &str) -> Self {
        let ask = json!({"phone": phone, "purpose": "login"});
        let (status, answer) = Self::post(None, "/auth/sms-codes", ask).await;
        assert_eq!(status, 202, "{answer}");
        let code = digits(&text_to(phone, "login-code").await);
        let (status, session) = Self::post(None, "/auth/sessions", json!({"phone": phone, "code": code})).await;
        assert_eq!(status, 201, "{session}");
        Self {
            token: session["access_token"].as_str().unwrap().to_owned(),
        }
    }

    /// Books a seat, and returns the appointment.
    pub async fn books(&self, window: &str, service: &str) -> String {
        let wish = json!({"window_id": window, "service_id": service});
        self.does("/appointments", wish).await
    }

    /// Gives an appointment back.
    pub async fn cancels(&self, appointment: &str) {
        let path = format!("/appointments/{appointment}/cancel");
        let (status, answer) = Self::post(Some(&self.token), &path, json!({})).await;
        assert_eq!(status, 200, "{answer}");
    }

    /// Checks in at a hall, and returns the ticket.
    pub async fn checks_in(&self, appointment: &str, hall: &str) -> String {
        let proof = json!({"presence": presence_code(hall).await});
        self.does(&format!("/appointments/{appointment}/check-in"), proof).await
    }

    /// Pays a decision by a code that another phone scans.
    pub async fn pays(&self, decision_no: &str) {
        let decisions = self.list("/decisions").await;
        let decision = decisions.iter().find(|one| one["decision_no"] == decision_no);
        let order = self.order(decision.unwrap()["id"].as_str().unwrap()).await;
        let held = json!({"code_url": order["code_url"]});
        let (status, told) = call(
            Method::POST,
            format!("{}/wechat/payer/pay", sandbox()),
            None,
            Some(held),
        )
        .await;
        assert_eq!(status, 200, "{told}");
    }

    /// Opens an order for a decision that nobody pays, and returns the payment.
    pub async fn begins_to_pay(&self, decision: &str) -> String {
        self.order(decision).await["id"].as_str().unwrap().to_owned()
    }

    async fn order(&self, decision: &str) -> Value {
        let path = format!("/decisions/{decision}/payments");
        let (status, order) = Self::post(Some(&self.token), &path, json!({"channel": "native"})).await;
        assert_eq!(status, 201, "{order}");
        order
    }

    /// Waits until a list of the resident's has something, and returns the first.
    pub async fn first_of(&self, path: &str) -> String {
        let deadline = Instant::now() + PATIENCE;
        loop {
            if let Some(first) = self.list(path).await.first() {
                return first["id"].as_str().unwrap().to_owned();
            }
            assert!(Instant::now() < deadline, "there is nothing in {path}");
            sleep(GLANCE).await;
        }
    }

    async fn list(&self, path: &str) -> Vec<Value> {
        let (status, listed) = call(
            Method::GET,
            format!("{}/api/v1{path}", pages()),
            Some(&self.token),
            None,
        )
        .await;
        assert_eq!(status, 200, "{path}: {listed}");
        items(&listed)
    }

    async fn does(&self, path: &str, wish: Value) -> String {
        let (status, answer) = Self::post(Some(&self.token), path, wish).await;
        assert_eq!(status, 201, "{answer}");
        answer["id"].as_str().unwrap().to_owned()
    }

    async fn post(token: Option<&str>, path: &str, body: Value) -> (u16, Value) {
        call(Method::POST, format!("{}/api/v1{path}", pages()), token, Some(body)).await
    }
}

/// The first six digits of a text.
pub fn digits(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).take(6).collect()
}
