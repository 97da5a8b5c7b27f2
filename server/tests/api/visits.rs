//! A visit from the first text to the rating: chosen calls, pauses, coming near, estimates and `/tickets/{id}/rating`.

use chrono::TimeDelta;
use serde_json::{Value, json};
use shared::{
    problem::{INVALID_FIELD, NOT_FOUND},
    queue::wire::{ALREADY_RATED, COUNTER_PAUSED, TICKET_OPEN, TICKET_STATE},
};

use crate::support::{Client, TestApp};

const SERVICE: &str = "id-card-replace-lost";

async fn open_counter(app: &TestApp, clerk: &Client) -> String {
    let path = format!("/halls/{}", app.hall("zhongxin"));
    let hall = app.anyone().get(&path).await.expect(200);
    let counters = hall["counters"].as_array().unwrap();
    let first = counters.iter().find(|counter| counter["number"] == 1).unwrap();
    let path = format!("/counters/{}", first["id"].as_str().unwrap());
    clerk.post(&format!("{path}/session"), json!({})).await.expect(201);
    path
}

async fn walk_in(app: &TestApp, clerk: &Client) -> Value {
    let path = format!("/halls/{}/tickets", app.hall("zhongxin"));
    let wish = json!({"service_id": app.service(SERVICE)});
    clerk.post(&path, wish).await.expect(201)
}

fn ticket(ticket: &Value, action: &str) -> String {
    format!("/tickets/{}/{action}", ticket["id"].as_str().unwrap())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_chosen_ticket_is_called_with_a_reason_that_is_recorded() {
    let app = TestApp::start().await;
    let clerk = app.staff("clerk-zhongxin-1").await;
    let counter = open_counter(&app, &clerk).await;
    let tickets = [
        walk_in(&app, &clerk).await,
        walk_in(&app, &clerk).await,
        walk_in(&app, &clerk).await,
    ];
    let call = format!("{counter}/call");
    let choose = |ticket: &Value, reason: &str| json!({"ticket_id": ticket["id"], "reason": reason});
    clerk
        .post(&call, choose(&tickets[2], " "))
        .await
        .refused(&INVALID_FIELD);
    clerk
        .post(&call, json!({"ticket_id": uuid::Uuid::nil(), "reason": "x"}))
        .await
        .refused(&NOT_FOUND);
    let called = clerk.post(&call, choose(&tickets[2], "came back")).await.expect(200);
    assert_eq!(
        (&called["id"], &called["reason"]),
        (&tickets[2]["id"], &json!("chosen"))
    );
    clerk.post(&call, choose(&tickets[0], "x")).await.refused(&TICKET_OPEN);
    assert_eq!(
        app.count("SELECT count(*) FROM audit_entries WHERE action = 'ticket.call_chosen' AND reason = 'came back'")
            .await,
        1
    );
    clerk.post(&ticket(&tickets[2], "serve"), json!({})).await.expect(200);
    clerk.post(&ticket(&tickets[2], "finish"), json!({})).await.expect(200);
    clerk
        .post(&call, choose(&tickets[2], "again"))
        .await
        .refused(&TICKET_STATE);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_clerks_who_choose_one_ticket_do_not_share_it() {
    let app = TestApp::start().await;
    let (first, second) = (app.staff("clerk-zhongxin-1").await, app.staff("clerk-zhongxin-2").await);
    let one = open_counter(&app, &first).await;
    let hall = app
        .anyone()
        .get(&format!("/halls/{}", app.hall("zhongxin")))
        .await
        .expect(200);
    let counters = hall["counters"].as_array().unwrap();
    let two = counters
        .iter()
        .find(|c| c["number"] != 1 && c["groups"] == counters.iter().find(|c| c["number"] == 1).unwrap()["groups"])
        .unwrap();
    let two = format!("/counters/{}", two["id"].as_str().unwrap());
    second.post(&format!("{two}/session"), json!({})).await.expect(201);
    let wanted = walk_in(&app, &first).await;
    let body = json!({"ticket_id": wanted["id"], "reason": "x"});
    let (one, two) = (format!("{one}/call"), format!("{two}/call"));
    let answers = tokio::join!(first.post(&one, body.clone()), second.post(&two, body.clone()));
    let won = [&answers.0, &answers.1]
        .iter()
        .filter(|answer| answer.status == 200)
        .count();
    assert_eq!(won, 1, "{answers:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_paused_counter_calls_nobody_until_it_is_resumed() {
    let app = TestApp::start().await;
    let clerk = app.staff("clerk-zhongxin-1").await;
    let counter = open_counter(&app, &clerk).await;
    walk_in(&app, &clerk).await;
    let paused = clerk.post(&format!("{counter}/pause"), json!({})).await.expect(200);
    assert_eq!(paused["paused"], true);
    let next = format!("{counter}/call-next");
    clerk.post(&next, json!({})).await.refused(&COUNTER_PAUSED);
    let waiting = walk_in(&app, &clerk).await;
    assert_eq!(waiting["wait_minutes"], Value::Null, "no open counter serves it");
    clerk.post(&format!("{counter}/resume"), json!({})).await.expect(200);
    clerk.post(&next, json!({})).await.expect(200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_resident_is_told_once_when_three_are_ahead() {
    let app = TestApp::start().await;
    let resident = app.resident(1).await;
    let window = app.windows("zhongxin", SERVICE).await[0].clone();
    let wish = json!({"window_id": window["id"], "service_id": app.service(SERVICE)});
    let booked = resident.post("/appointments", wish).await.expect(201);
    app.clock.advance(TimeDelta::minutes(30));
    let clerk = app.staff("clerk-zhongxin-1").await;
    let counter = open_counter(&app, &clerk).await;
    // Those with priority go before the appointment.
    let path = format!("/halls/{}/tickets", app.hall("zhongxin"));
    for _ in 0..5 {
        let body = json!({"service_id": app.service(SERVICE), "priority_reason": "disabled"});
        clerk.post(&path, body).await.expect(201);
    }
    let resident = app.resident_again(1).await;
    let presence = json!({"presence": app.presence("zhongxin").await});
    let path = format!("/appointments/{}/check-in", booked["id"].as_str().unwrap());
    let own = resident.post(&path, presence).await.expect(201);
    assert_eq!(own["ahead"], 5);
    let mut told = Vec::new();
    for _ in 0..4 {
        let called = clerk.post(&format!("{counter}/call-next"), json!({})).await.expect(200);
        told.push(
            app.count("SELECT count(*) FROM messages WHERE template = 'ticket-near'")
                .await,
        );
        clerk.post(&ticket(&called, "serve"), json!({})).await.expect(200);
        clerk.post(&ticket(&called, "finish"), json!({})).await.expect(200);
    }
    assert_eq!(told, [0, 1, 1, 1]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_visit_is_rated_once_by_its_visitor_and_its_wait_is_scored() {
    let app = TestApp::start().await;
    let clerk = app.staff("clerk-zhongxin-1").await;
    let counter = open_counter(&app, &clerk).await;
    let own = walk_in(&app, &clerk).await;
    assert_eq!(app.count("SELECT count(*) FROM wait_estimates").await, 1);
    let rating = ticket(&own, "rating");
    let five = json!({"stars": 5, "tags": ["quick", "friendly"], "comment": "谢谢"});
    app.anyone().post(&rating, five.clone()).await.refused(&TICKET_STATE);
    app.clock.advance(TimeDelta::minutes(3));
    clerk.post(&format!("{counter}/call-next"), json!({})).await.expect(200);
    assert_eq!(app.count("SELECT waited_seconds FROM wait_estimates").await, 180);
    clerk.post(&ticket(&own, "serve"), json!({})).await.expect(200);
    clerk.post(&ticket(&own, "finish"), json!({})).await.expect(200);

    app.anyone()
        .post(&rating, json!({"stars": 6}))
        .await
        .refused(&INVALID_FIELD);
    let presses: Vec<_> = (0..64).map(|_| app.anyone()).collect();
    let shown = format!("/tickets/{}", own["id"].as_str().unwrap());
    assert_eq!(app.anyone().get(&shown).await.expect(200)["stars"], Value::Null);
    let answers = futures::future::join_all(presses.iter().map(|one| one.post(&rating, five.clone()))).await;
    assert_eq!(app.anyone().get(&shown).await.expect(200)["stars"], 5);
    assert_eq!(answers.iter().filter(|answer| answer.status == 204).count(), 1);
    for answer in answers.iter().filter(|answer| answer.status != 204) {
        answer.refused(&ALREADY_RATED);
    }
    assert_eq!(
        app.count("SELECT count(*) FROM ratings WHERE stars = 5 AND staff_id IS NOT NULL AND counter_id IS NOT NULL")
            .await,
        1
    );
}
