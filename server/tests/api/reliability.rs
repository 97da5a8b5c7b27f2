//! What happens when something beneath the service fails: no room on the disk, a clock that jumps, a Redis that is gone.

use std::{
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use chrono::TimeDelta;
use serde_json::json;
use server::platform::clock::Clock;
use shared::{
    identity::wire::{CODE_EXPIRED, CREDENTIALS_WRONG},
    problem::{UNAUTHENTICATED, UNAVAILABLE},
};

use crate::support::{Client, Program, Sandbox, TestApp, eventually, phone};

const SERVICE: &str = "id-card-replace-lost";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_room_on_the_disk_writes_are_refused_reads_go_on_and_nothing_is_half_written() {
    let app = TestApp::start().await;
    if app.is_scaled() {
        return;
    }
    let resident = app.resident(1).await;
    let window = app.windows("zhongxin", SERVICE).await[20]["id"].clone();
    let wish = json!({"window_id": window, "service_id": app.service(SERVICE)});
    let booked = resident.post("/appointments", wish.clone()).await.expect(201);
    // The one connection that writes may add no page: what SQLite then says is what a full disk makes it say.
    let pages = app.count("PRAGMA page_count").await;
    let mut refused = 0;
    for number in 0..400 {
        // A connection that met the full disk is dropped, and the next one has to be told of it anew.
        app.execute(&format!("PRAGMA max_page_count = {pages}")).await;
        let phone = format!("139{number:08}");
        let answer = app
            .anyone()
            .post("/auth/sms-codes", json!({"phone": phone, "purpose": "login"}))
            .await;
        if answer.status == 202 {
            continue;
        }
        answer.refused(&UNAVAILABLE);
        assert_eq!(answer.headers["retry-after"], "5");
        refused += 1;
        if refused == 20 {
            break;
        }
    }
    assert_eq!(refused, 20, "the disk was never full");
    let again = resident.post("/appointments", wish).await;
    assert!([409, 503].contains(&again.status.as_u16()), "{}", again.text);
    let listed = resident.get("/appointments").await.expect(200);
    assert_eq!(listed["items"], json!([booked]));

    app.execute("PRAGMA max_page_count = 1073741823").await;
    let texts = "SELECT count(*) FROM messages";
    let before = app.count(texts).await;
    let asked = json!({"phone": phone(2), "purpose": "login"});
    app.anyone().post("/auth/sms-codes", asked).await.expect(202);
    assert_eq!(app.count(texts).await, before + 1, "what is promised is there");
    app.execute("DELETE FROM rate_windows").await;
    app.sign_in(&phone(3)).await.get("/me").await.expect(200);
    assert_eq!(app.text("PRAGMA integrity_check").await, "ok");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_clock_that_jumps_lets_nothing_be_accepted_that_should_not() {
    let app = TestApp::start().await;
    for jump in [
        TimeDelta::minutes(-10),
        TimeDelta::minutes(10),
        TimeDelta::days(-1),
        TimeDelta::days(1),
        TimeDelta::days(40),
    ] {
        let before = app.clock.now();
        app.execute("DELETE FROM rate_windows").await;
        let resident = app.resident(1).await;
        let credentials = app.staff_credentials("clerk-zhongxin-1");
        app.anyone()
            .post("/auth/staff-sessions", credentials.clone())
            .await
            .expect(201);
        app.anyone()
            .post("/auth/sms-codes", json!({"phone": phone(2), "purpose": "login"}))
            .await
            .expect(202);
        let code = app.texted_code(&phone(2)).await;

        app.clock.advance(jump);
        resident.get("/me").await.refused(&UNAUTHENTICATED);
        let typed = json!({"phone": phone(2), "code": code});
        app.anyone().post("/auth/sessions", typed).await.refused(&CODE_EXPIRED);
        // A one-time code that was used is worth nothing, wherever the clock went, and came back to.
        app.anyone()
            .post("/auth/staff-sessions", credentials.clone())
            .await
            .refused(&CREDENTIALS_WRONG);
        app.clock.set(before);
        app.anyone()
            .post("/auth/staff-sessions", credentials)
            .await
            .refused(&CREDENTIALS_WRONG);
        app.execute("UPDATE staff SET failures = 0, locked_until = NULL").await;
        app.clock.set(before + TimeDelta::minutes(2));
    }
}

/// A Redis of the test's own, which ends with it.
struct Redis(Child);

impl Redis {
    fn start(port: u16) -> Self {
        let mut redis = Command::new("redis-server");
        redis
            .args([
                "--bind",
                "127.0.0.1",
                "--port",
                &port.to_string(),
                "--save",
                "",
                "--appendonly",
                "no",
            ])
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        Self(redis.spawn().unwrap())
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        let _ended = self.0.kill();
        let _status = self.0.wait();
    }
}

async fn sign_in(program: &Program, sandbox: &Sandbox, number: usize) -> Client {
    let (anyone, phone) = (Client::new(&program.address, None), phone(number));
    let asked = json!({"phone": phone, "purpose": "login"});
    anyone.post("/auth/sms-codes", asked).await.expect(202);
    let text = eventually("the code", 20, async || {
        let texts = sandbox.get(&format!("/sms/messages?phone={phone}")).await;
        texts["items"][0]["text"].as_str().map(ToOwned::to_owned)
    })
    .await;
    let code: String = text.chars().filter(char::is_ascii_digit).take(6).collect();
    let typed = json!({"phone": phone, "code": code});
    let session = anyone.post("/auth/sessions", typed).await.expect(201);
    Client::new(&program.address, session["access_token"].as_str())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn when_redis_is_gone_people_sign_in_and_book_and_nothing_fails() {
    let mut program = Program::prepare().await;
    if !program.is_scaled() {
        return;
    }
    let port = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let redis = Redis::start(port);
    program.with_redis(&format!("redis://127.0.0.1:{port}"));
    let sandbox = Sandbox::start(&program.address);
    program.start(&sandbox.address).await;
    let first = sign_in(&program, &sandbox, 1).await;
    let services = first.get("/services?q=身份证丢了").await.expect(200);
    let service = services["items"][0]["id"].clone();
    let halls = first.get("/halls").await.expect(200);
    let hall = halls["items"][0]["id"].as_str().unwrap().to_owned();
    let path = format!("/halls/{hall}/windows?service_id={}", service.as_str().unwrap());
    let windows = first.get(&path).await.expect(200)["items"].clone();

    drop(redis);
    let gone = Instant::now();
    let mut number = 2;
    while gone.elapsed() < Duration::from_secs(12) {
        let resident = sign_in(&program, &sandbox, number).await;
        let wish = json!({"window_id": windows[20 + number]["id"], "service_id": service});
        resident.post("/appointments", wish).await.expect(201);
        resident.get(&path).await.expect(200);
        number += 1;
    }
    assert!(number > 3);
    // A number is still texted no more than once in a minute of the clock, and three requests lie in two minutes at most.
    let anyone = Client::new(&program.address, None);
    let mut texted = 0;
    for _ in 0..3 {
        let asked = json!({"phone": phone(2), "purpose": "login"});
        let answer = anyone.post("/auth/sms-codes", asked).await;
        texted += usize::from(answer.status == 202);
    }
    assert!(texted < 3);
    let ready = first.outside(reqwest::Method::GET, "/readyz").send().await.unwrap();
    assert_eq!(ready.text().await.unwrap(), "ready, without the other instances");
}
