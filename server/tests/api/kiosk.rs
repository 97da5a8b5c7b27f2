//! The kiosk of a hall: `POST /halls/{id}/tickets` and `POST /halls/{id}/check-ins`.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use server::platform::clock::Clock;
use shared::{
    appointments::problems::{APPOINTMENT_STATE, CHECK_IN_EARLY, CHECK_IN_LATE, NOTHING_BOOKED, SERVICE_NOT_SERVED},
    problem::{FORBIDDEN, INVALID_FIELD, NOT_FOUND, RATE_LIMITED},
    queue::wire::TICKET_HELD,
};

use crate::support::{Client, TestApp, id_number};

const SERVICE: &str = "id-card-replace-lost";
/// A valid number that nobody in the demonstration bureau has.
const STRANGER: &str = "11010519491231002X";

fn tickets(app: &TestApp) -> String {
    format!("/halls/{}/tickets", app.hall("zhongxin"))
}

fn check_ins(app: &TestApp) -> String {
    format!("/halls/{}/check-ins", app.hall("zhongxin"))
}

async fn book(app: &TestApp, number: usize, window: &Value) -> Value {
    let wish = json!({"window_id": window["id"], "service_id": app.service(SERVICE)});
    let resident = app.resident(number).await;
    resident.post("/appointments", wish).await.expect(201)
}

async fn kiosk(app: &TestApp) -> Client {
    app.device("kiosk", "zhongxin").await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_walk_in_gets_a_number_and_a_paper_with_a_code_that_a_phone_opens() {
    let app = TestApp::start().await;
    let kiosk = kiosk(&app).await;
    let wish = json!({"service_id": app.service(SERVICE), "id_number": id_number(5)});
    let ticket = kiosk.post(&tickets(&app), wish).await.expect(201);
    assert_eq!((&ticket["number"], &ticket["ahead"]), (&json!("A001"), &json!(0)));
    let path = format!("/tickets/{}", ticket["id"].as_str().unwrap());
    assert!(kiosk.get(&format!("{path}/qr.svg")).await.text.contains("<svg"));
    app.anyone().get(&path).await.expect(200);
    assert_eq!(
        app.count("SELECT count(*) FROM tickets WHERE person_id IS NOT NULL AND holder_index IS NOT NULL")
            .await,
        1,
        "a person whom the bureau knows is called by the masked name"
    );
    let stranger = json!({"service_id": app.service(SERVICE), "id_number": STRANGER});
    let second = kiosk.post(&tickets(&app), stranger).await.expect(201);
    assert_eq!((&second["number"], &second["ahead"]), (&json!("A002"), &json!(1)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_person_holds_one_open_ticket_for_a_service_however_often_the_kiosk_is_pressed() {
    let app = TestApp::start().await;
    let kiosk = kiosk(&app).await;
    let wish = json!({"service_id": app.service(SERVICE), "id_number": STRANGER});
    let path = tickets(&app);
    let pressed = (0..16).map(|_| kiosk.post(&path, wish.clone()));
    let answers = futures::future::join_all(pressed).await;
    let (given, refused): (Vec<_>, Vec<_>) = answers.into_iter().partition(|answer| answer.status == 201);
    assert_eq!(given.len(), 1);
    for answer in refused {
        answer.refused(&TICKET_HELD);
    }
    app.clock.advance(TimeDelta::minutes(1));
    let held = kiosk.post(&path, wish.clone()).await.refused(&TICKET_HELD);
    assert_eq!(held["number"], "A001");
    let other = json!({"service_id": app.service("id-card-renew"), "id_number": STRANGER});
    kiosk.post(&path, other).await.expect(201);
    app.execute("UPDATE tickets SET status = 'served'").await;
    let again = kiosk.post(&path, wish).await.expect(201);
    assert_eq!(again["number"], "A003", "no number is skipped by a refusal");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_kiosk_asks_for_a_valid_number_grants_no_priority_and_serves_its_own_hall() {
    let app = TestApp::start().await;
    let kiosk = kiosk(&app).await;
    let service = app.service(SERVICE);
    let refused = async |wish: Value, field: &str| {
        let problem = kiosk.post(&tickets(&app), wish).await.refused(&INVALID_FIELD);
        assert_eq!(problem["field"], field);
    };
    refused(json!({"service_id": service}), "id_number").await;
    let typo = json!({"service_id": service, "id_number": "110105194912310021"});
    refused(typo, "id_number").await;
    let pushy = json!({"service_id": service, "id_number": STRANGER, "priority_reason": "military"});
    refused(pushy, "priority_reason").await;
    let elsewhere = format!("/halls/{}/tickets", app.hall("churujing"));
    let wish = json!({"service_id": service, "id_number": STRANGER});
    kiosk.post(&elsewhere, wish).await.refused(&NOT_FOUND);
    let foreign = app.device("kiosk", "churujing").await;
    let unserved = json!({"service_id": service, "id_number": STRANGER});
    foreign.post(&elsewhere, unserved).await.refused(&SERVICE_NOT_SERVED);
    let unknown = json!({"service_id": uuid::Uuid::nil(), "id_number": STRANGER});
    kiosk.post(&tickets(&app), unknown).await.refused(&NOT_FOUND);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_booking_is_checked_in_by_its_code_or_by_the_id_number_and_gets_one_ticket() {
    let app = TestApp::start().await;
    let window = app.windows("zhongxin", SERVICE).await[0].clone();
    let (first, second) = (book(&app, 1, &window).await, book(&app, 2, &window).await);
    let kiosk = kiosk(&app).await;
    let code = json!({"code": format!("https://bianmin.example/x?code={}", first["code"].as_str().unwrap())});
    let early = kiosk
        .post(&check_ins(&app), code.clone())
        .await
        .refused(&CHECK_IN_EARLY);
    assert!(early["opens_at"].as_str().unwrap().starts_with("2026-11-23T08:30"));

    app.clock.advance(TimeDelta::minutes(40));
    let kiosk = app.device("kiosk", "zhongxin").await;
    let path = check_ins(&app);
    let pressed = (0..8).map(|_| kiosk.post(&path, code.clone()));
    let answers = futures::future::join_all(pressed).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 201).count(), 1);
    let again = kiosk.post(&path, code).await.refused(&APPOINTMENT_STATE);
    assert_eq!(again["status"], "checked_in");
    let ticket = kiosk.post(&path, json!({"id_number": id_number(2)})).await.expect(201);
    assert_eq!((&ticket["number"], &ticket["ahead"]), (&json!("A002"), &json!(1)));
    let qr = format!("/tickets/{}/qr.svg", ticket["id"].as_str().unwrap());
    kiosk.get(&qr).await.text.contains("<svg");
    app.anyone().get(&qr).await.refused(&NOT_FOUND);
    let resident = app.resident_again(2).await;
    let picture = format!("/appointments/{}/qr.svg", second["id"].as_str().unwrap());
    assert!(resident.get(&picture).await.text.contains("<svg"));
    kiosk.get(&picture).await.refused(&FORBIDDEN);
    let shown = resident
        .get(&format!("/appointments/{}", second["id"].as_str().unwrap()))
        .await;
    assert_eq!(shown.expect(200)["ticket_id"], ticket["id"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_comes_a_little_late_gets_a_ticket_that_waits_like_a_walk_ins() {
    let app = TestApp::start().await;
    let window = app.windows("zhongxin", SERVICE).await[0].clone();
    let booked = book(&app, 1, &window).await;
    let ends: DateTime<Utc> = window["ends_at"].as_str().unwrap().parse().unwrap();
    app.clock.advance(ends - app.clock.now() + TimeDelta::minutes(10));
    let kiosk = kiosk(&app).await;
    let walk_in = json!({"service_id": app.service(SERVICE), "id_number": STRANGER});
    kiosk.post(&tickets(&app), walk_in).await.expect(201);
    app.clock.advance(TimeDelta::minutes(1));
    let wish = json!({"code": booked["code"]});
    let ticket = kiosk.post(&check_ins(&app), wish).await.expect(201);
    assert_eq!(ticket["ahead"], 1, "whoever came in time would go first");
    let linked = "SELECT count(*) FROM tickets WHERE appointment_id IS NOT NULL AND window_starts_at IS NULL";
    assert_eq!(app.count(linked).await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_comes_too_late_or_booked_nothing_here_today_is_told_so() {
    let app = TestApp::start().await;
    let windows = app.windows("zhongxin", SERVICE).await;
    let today = book(&app, 1, &windows[0]).await;
    let tomorrow = windows
        .iter()
        .find(|window| window["day"] != windows[0]["day"])
        .unwrap();
    let later = book(&app, 2, tomorrow).await;
    app.clock.advance(TimeDelta::hours(4));
    let kiosk = kiosk(&app).await;
    let ask = async |wish: Value| kiosk.post(&check_ins(&app), wish).await;
    ask(json!({"code": today["code"]})).await.refused(&CHECK_IN_LATE);
    ask(json!({"code": later["code"]})).await.refused(&NOTHING_BOOKED);
    ask(json!({"id_number": id_number(3)})).await.refused(&NOTHING_BOOKED);
    ask(json!({"id_number": STRANGER})).await.refused(&NOTHING_BOOKED);
    ask(json!({"code": "7K3"})).await.refused(&INVALID_FIELD);
    ask(json!({"id_number": "110"})).await.refused(&INVALID_FIELD);
    ask(json!({})).await.refused(&INVALID_FIELD);
    let foreign = app.device("kiosk", "churujing").await;
    foreign
        .post(&check_ins(&app), json!({"code": today["code"]}))
        .await
        .refused(&NOT_FOUND);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_tries_numbers_out_at_a_kiosk_is_stopped() {
    let app = TestApp::start().await;
    let kiosk = kiosk(&app).await;
    let mut refused = None;
    for _ in 0..30 {
        let answer = kiosk.post(&check_ins(&app), json!({"code": "ZZZZZZ"})).await;
        if answer.status == RATE_LIMITED.status {
            refused = Some(answer);
            break;
        }
        answer.refused(&NOTHING_BOOKED);
    }
    let problem = refused.unwrap().refused(&RATE_LIMITED);
    assert!(problem["retry_after"].as_i64().unwrap() <= 60);
}
