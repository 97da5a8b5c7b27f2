//! `/counters`: opening a counter and calling.

use std::collections::HashSet;

use chrono::TimeDelta;
use serde_json::{Value, json};
use server::{platform::bus::Event, queue::close_forgotten};
use shared::{
    problem::{FORBIDDEN, NOT_FOUND, UNAUTHENTICATED},
    queue::wire::{COUNTER_CLOSED, COUNTER_TAKEN, QUEUE_EMPTY, TICKET_OPEN, TICKET_STATE},
};

use crate::support::{Client, TestApp};

const SERVICE: &str = "id-card-replace-lost";

async fn counter(app: &TestApp, number: i64) -> String {
    let hall = app
        .anyone()
        .get(&format!("/halls/{}", app.hall("zhongxin")))
        .await
        .expect(200);
    let counters = hall["counters"].as_array().unwrap();
    let found = counters.iter().find(|counter| counter["number"] == number).unwrap();
    found["id"].as_str().unwrap().to_owned()
}

async fn walk_in(app: &TestApp, clerk: &Client) -> Value {
    let path = format!("/halls/{}/tickets", app.hall("zhongxin"));
    clerk
        .post(&path, json!({"service_id": app.service(SERVICE)}))
        .await
        .expect(201)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_clerk_opens_a_counter_calls_serves_and_finishes() {
    let app = TestApp::start().await;
    let clerk = app.staff("clerk-zhongxin-1").await;
    clerk.get("/counters/current").await.refused(&NOT_FOUND);
    let counter = counter(&app, 1).await;
    clerk
        .post(&format!("/counters/{counter}/call-next"), json!({}))
        .await
        .refused(&COUNTER_CLOSED);
    let session = clerk
        .post(&format!("/counters/{counter}/session"), json!({}))
        .await
        .expect(201);
    assert_eq!(session["number"], 1);
    clerk
        .post(&format!("/counters/{counter}/call-next"), json!({}))
        .await
        .refused(&QUEUE_EMPTY);

    let first = walk_in(&app, &clerk).await;
    let second = walk_in(&app, &clerk).await;
    let called = clerk
        .post(&format!("/counters/{counter}/call-next"), json!({}))
        .await
        .expect(200);
    assert_eq!((&called["id"], &called["reason"]), (&first["id"], &json!("came_first")));
    clerk
        .post(&format!("/counters/{counter}/call-next"), json!({}))
        .await
        .refused(&TICKET_OPEN);
    clerk
        .delete(&format!("/counters/{counter}/session"))
        .await
        .refused(&TICKET_OPEN);

    let ticket = format!("/tickets/{}", first["id"].as_str().unwrap());
    clerk
        .post(&format!("{ticket}/finish"), json!({}))
        .await
        .refused(&TICKET_STATE);
    clerk.post(&format!("{ticket}/recall"), json!({})).await.expect(200);
    clerk.post(&format!("{ticket}/serve"), json!({})).await.expect(200);
    let done = clerk.post(&format!("{ticket}/finish"), json!({})).await.expect(200);
    assert_eq!((&done["status"], &done["actions"]), (&json!("served"), &json!([])));

    let next = clerk
        .post(&format!("/counters/{counter}/call-next"), json!({}))
        .await
        .expect(200);
    assert_eq!(next["id"], second["id"]);
    let missed = clerk
        .post(&format!("/tickets/{}/miss", second["id"].as_str().unwrap()), json!({}))
        .await
        .expect(200);
    assert_eq!(missed["status"], "missed");
    clerk.delete(&format!("/counters/{counter}/session")).await.expect(204);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_served_appointment_is_fulfilled() {
    let app = TestApp::start().await;
    let resident = app.resident(1).await;
    let window = app.windows("zhongxin", SERVICE).await[0].clone();
    let wish = json!({"window_id": window["id"], "service_id": app.service(SERVICE)});
    let booked = resident.post("/appointments", wish).await.expect(201);
    app.clock.advance(chrono::TimeDelta::minutes(40));
    let resident = app.resident_again(1).await;
    let appointment = format!("/appointments/{}", booked["id"].as_str().unwrap());
    let presence = json!({"presence": app.presence("zhongxin").await});
    let ticket = resident
        .post(&format!("{appointment}/check-in"), presence)
        .await
        .expect(201);

    let clerk = app.staff("clerk-zhongxin-1").await;
    let counter = counter(&app, 1).await;
    clerk
        .post(&format!("/counters/{counter}/session"), json!({}))
        .await
        .expect(201);
    let called = clerk
        .post(&format!("/counters/{counter}/call-next"), json!({}))
        .await
        .expect(200);
    assert_eq!(called["id"], ticket["id"]);
    assert!(called["person"].as_str().unwrap().contains('*'));
    let path = format!("/tickets/{}", ticket["id"].as_str().unwrap());
    clerk.post(&format!("{path}/serve"), json!({})).await.expect(200);
    clerk.post(&format!("{path}/finish"), json!({})).await.expect(200);
    assert_eq!(resident.get(&appointment).await.expect(200)["status"], "fulfilled");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_counter_has_one_clerk_and_a_clerk_one_counter() {
    let app = TestApp::start().await;
    let (first, second) = (app.staff("clerk-zhongxin-1").await, app.staff("clerk-zhongxin-2").await);
    let (one, two) = (counter(&app, 1).await, counter(&app, 2).await);
    first
        .post(&format!("/counters/{one}/session"), json!({}))
        .await
        .expect(201);
    second
        .post(&format!("/counters/{one}/session"), json!({}))
        .await
        .refused(&COUNTER_TAKEN);
    first
        .post(&format!("/counters/{two}/session"), json!({}))
        .await
        .refused(&COUNTER_TAKEN);
    second
        .post(&format!("/counters/{two}/session"), json!({}))
        .await
        .expect(201);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_halls_counter_and_tickets_are_not_found() {
    let app = TestApp::start().await;
    let clerk = app.staff("clerk-zhongxin-1").await;
    let stranger = app.staff("clerk-churujing-1").await;
    let counter = counter(&app, 1).await;
    stranger
        .post(&format!("/counters/{counter}/session"), json!({}))
        .await
        .refused(&NOT_FOUND);
    let ticket = walk_in(&app, &clerk).await;
    let path = format!("/tickets/{}/void", ticket["id"].as_str().unwrap());
    stranger.post(&path, json!({})).await.refused(&NOT_FOUND);
    app.resident(1).await.post(&path, json!({})).await.refused(&FORBIDDEN);
    app.anyone().post(&path, json!({})).await.refused(&UNAUTHENTICATED);
    stranger
        .post(
            &format!("/halls/{}/tickets", app.hall("zhongxin")),
            json!({"service_id": app.service(SERVICE)}),
        )
        .await
        .refused(&NOT_FOUND);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_tabs_of_one_clerk_cannot_hold_two_calls() {
    let app = TestApp::start().await;
    let clerk = app.staff("clerk-zhongxin-1").await;
    let counter = counter(&app, 1).await;
    clerk
        .post(&format!("/counters/{counter}/session"), json!({}))
        .await
        .expect(201);
    for _ in 0..8 {
        walk_in(&app, &clerk).await;
    }
    let path = format!("/counters/{counter}/call-next");
    let answers = futures::future::join_all((0..16).map(|_| clerk.post(&path, json!({})))).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 1);
    for answer in answers.iter().filter(|answer| answer.status != 200) {
        answer.refused(&TICKET_OPEN);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_counter_that_was_forgotten_or_whose_clerk_has_left_is_free_for_another() {
    let app = TestApp::start().await;
    let [first, second] = [counter(&app, 1).await, counter(&app, 2).await];
    let early = app.staff("clerk-zhongxin-1").await;
    let open = |counter: &str| format!("/counters/{counter}/session");
    early.post(&open(&first), json!({})).await.expect(201);
    walk_in(&app, &early).await;
    let called = early
        .post(&format!("/counters/{first}/call-next"), json!({}))
        .await
        .expect(200);
    app.clock.advance(TimeDelta::hours(14));
    let late = app.staff("clerk-zhongxin-2").await;
    late.post(&open(&second), json!({})).await.expect(201);
    let close = async || close_forgotten(&app.platform, app.platform.clock.now()).await.unwrap();
    assert_eq!(close().await, 0);

    app.clock.advance(TimeDelta::hours(1));
    assert_eq!(close().await, 1, "open for fifteen hours");
    assert_eq!(close().await, 0);
    let put_aside = "SELECT count(*) FROM tickets WHERE status = 'parked' AND session_id IS NULL";
    assert_eq!(app.count(put_aside).await, 1, "{called}");
    let end = "UPDATE staff SET ended_at = created_at WHERE username = 'clerk-zhongxin-2'";
    app.execute(end).await;
    assert_eq!(close().await, 1, "its clerk has left");
    let third = app.staff("clerk-zhongxin-3").await;
    third.post(&open(&first), json!({})).await.expect(201);
    third.delete(&open(&first)).await.expect(204);
    third.post(&open(&second), json!({})).await.expect(201);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_parked_ticket_is_taken_up_again_and_a_transferred_one_keeps_its_number() {
    let app = TestApp::start().await;
    let clerk = app.staff("clerk-zhongxin-1").await;
    let counter = counter(&app, 1).await;
    clerk
        .post(&format!("/counters/{counter}/session"), json!({}))
        .await
        .expect(201);
    let ticket = walk_in(&app, &clerk).await;
    let path = format!("/tickets/{}", ticket["id"].as_str().unwrap());
    clerk
        .post(&format!("/counters/{counter}/call-next"), json!({}))
        .await
        .expect(200);
    clerk.post(&format!("{path}/serve"), json!({})).await.expect(200);
    clerk
        .post(&format!("{path}/park"), json!({"reason": "fetches a photograph"}))
        .await
        .expect(200);
    clerk.post(&format!("{path}/resume"), json!({})).await.expect(200);

    let hall = app
        .anyone()
        .get(&format!("/halls/{}", app.hall("zhongxin")))
        .await
        .expect(200);
    let groups = hall["groups"].as_array().unwrap();
    let other = groups
        .iter()
        .find(|group| group["code"] == "household-registration")
        .unwrap();
    clerk
        .post(&format!("{path}/transfer"), json!({}))
        .await
        .refused(&shared::problem::INVALID_FIELD);
    let moved = clerk
        .post(&format!("{path}/transfer"), json!({"group_id": other["id"]}))
        .await
        .expect(200);
    assert_eq!(
        (&moved["status"], &moved["number"]),
        (&json!("waiting"), &ticket["number"])
    );
    clerk
        .post(&format!("/counters/{counter}/call-next"), json!({}))
        .await
        .refused(&QUEUE_EMPTY);
}

/// Makes every account a clerk of the centre and lets every counter there serve every group.
async fn sixteen_clerks(app: &TestApp) -> Vec<(Client, String)> {
    let hall = app
        .anyone()
        .get(&format!("/halls/{}", app.hall("zhongxin")))
        .await
        .expect(200);
    let id_card = hall["groups"]
        .as_array()
        .unwrap()
        .iter()
        .find(|group| group["code"] == "id-card")
        .unwrap();
    let groups = json!([id_card["id"]]).to_string();
    app.execute(&format!("UPDATE counters SET groups = '{groups}'")).await;
    app.execute(
        "UPDATE counters SET hall_id = (SELECT id FROM halls WHERE code = 'zhongxin'), number = number + 100 * \
        (SELECT count(*) FROM halls h WHERE h.id <= counters.hall_id)",
    )
    .await;
    app.execute("UPDATE staff SET role = 'clerk', hall_id = (SELECT id FROM halls WHERE code = 'zhongxin')")
        .await;
    app.platform.bus.publish(Event::Catalogue);
    let counters = loop {
        let hall = app
            .anyone()
            .get(&format!("/halls/{}", app.hall("zhongxin")))
            .await
            .expect(200);
        let counters = hall["counters"].as_array().unwrap().clone();
        if counters.len() > 16 {
            break counters;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    };
    let file = std::fs::read_to_string(crate::support::root().join("content/yunchuan/staff.toml")).unwrap();
    let file: toml::Table = file.parse().unwrap();
    let names = file["staff"]
        .as_array()
        .unwrap()
        .iter()
        .map(|account| account["username"].as_str().unwrap().to_owned());
    let mut clerks = Vec::new();
    for (name, counter) in names.take(16).zip(counters) {
        let clerk = app.staff(&name).await;
        let counter = counter["id"].as_str().unwrap().to_owned();
        clerk
            .post(&format!("/counters/{counter}/session"), json!({}))
            .await
            .expect(201);
        clerks.push((clerk, counter));
    }
    clerks
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sixteen_clerks_pressing_call_next_never_share_a_ticket_and_lose_none() {
    let app = TestApp::start().await;
    let clerks = sixteen_clerks(&app).await;
    let mut issued = HashSet::new();
    for _ in 0..48 {
        issued.insert(walk_in(&app, &clerks[0].0).await["number"].as_str().unwrap().to_owned());
    }
    assert_eq!(issued.len(), 48);
    let mut called: Vec<String> = Vec::new();
    for round in 0..3 {
        let presses = clerks
            .iter()
            .map(async |(clerk, counter)| clerk.post(&format!("/counters/{counter}/call-next"), json!({})).await);
        let answers: Vec<Value> = futures::future::join_all(presses)
            .await
            .iter()
            .map(|answer| answer.expect(200))
            .collect();
        let mut numbers: Vec<String> = answers
            .iter()
            .map(|t| t["number"].as_str().unwrap().to_owned())
            .collect();
        numbers.sort();
        let expected: Vec<String> = (1..=16).map(|n| format!("A{:03}", round * 16 + n)).collect();
        assert_eq!(numbers, expected, "round {round} calls those who came first");
        called.extend(numbers);
        for ((clerk, _), ticket) in clerks.iter().zip(&answers) {
            let path = format!("/tickets/{}", ticket["id"].as_str().unwrap());
            clerk.post(&format!("{path}/serve"), json!({})).await.expect(200);
            clerk.post(&format!("{path}/finish"), json!({})).await.expect(200);
        }
    }
    assert_eq!(called.into_iter().collect::<HashSet<_>>(), issued);
    let (clerk, counter) = &clerks[0];
    clerk
        .post(&format!("/counters/{counter}/call-next"), json!({}))
        .await
        .refused(&QUEUE_EMPTY);
}
