//! `/admin/counters` and `/admin/services`.

use serde_json::{Value, json};
use shared::{
    catalog::wire::COUNTER_NUMBER_TAKEN,
    problem::{FORBIDDEN, INVALID_FIELD, NOT_FOUND},
    queue::wire::{COUNTER_RETIRED, QUEUE_EMPTY},
};

use super::SERVICE;
use crate::support::{Client, TestApp};

async fn listed(manager: &Client) -> Vec<Value> {
    let list = manager.get("/admin/counters").await.expect(200);
    list["items"].as_array().unwrap().clone()
}

async fn retire(manager: &Client, counter: &Value) {
    let mut changed = counter.clone();
    changed["active"] = json!(false);
    let path = format!("/admin/counters/{}", counter["id"].as_str().unwrap());
    manager.put(&path, changed).await.expect(200);
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_counter_is_added_and_changed_and_its_number_is_its_own() {
    let app = TestApp::start().await;
    let manager = app.staff("manager-zhongxin").await;
    let wish = json!({
        "number": 90, "name": {"zh": "90号窗口", "en": "Counter 90"}, "groups": [app.group_of(SERVICE)], "active": true,
    });
    let made = manager.post("/admin/counters", wish.clone()).await.expect(201);
    manager
        .post("/admin/counters", wish.clone())
        .await
        .refused(&COUNTER_NUMBER_TAKEN);
    let path = format!("/admin/counters/{}", made["id"].as_str().unwrap());
    let mut taken = wish.clone();
    taken["number"] = json!(1);
    manager.put(&path, taken).await.refused(&COUNTER_NUMBER_TAKEN);
    for (field, value) in [
        ("number", json!(0)),
        ("number", json!(1000)),
        ("name", json!({"zh": "", "en": "x"})),
        ("groups", json!([])),
        ("groups", json!([app.group_of(SERVICE), app.group_of(SERVICE)])),
        ("groups", json!([uuid::Uuid::nil()])),
    ] {
        let mut wrong = wish.clone();
        wrong[field] = value;
        let problem = manager.put(&path, wrong).await.refused(&INVALID_FIELD);
        assert_eq!(problem["field"], field);
    }
    let foreign = app.staff("manager-churujing").await;
    foreign.put(&path, wish.clone()).await.refused(&NOT_FOUND);
    let clerk = app.staff("clerk-zhongxin-1").await;
    clerk.put(&path, wish).await.refused(&FORBIDDEN);
    assert!(listed(&manager).await.iter().any(|counter| counter["number"] == 90));
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    let groups = manager.get("/admin/services").await.expect(200);
    let group = groups["items"]
        .as_array()
        .unwrap()
        .iter()
        .find(|group| group["id"] == app.group_of(SERVICE).as_str())
        .unwrap()
        .clone();
    assert!(group["counters"].as_array().unwrap().contains(&json!(90)));
    assert_eq!(
        app.count("SELECT count(*) FROM audit_entries WHERE action = 'counter.add'")
            .await,
        1
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_counter_taken_out_of_use_with_a_ticket_in_service_serves_it_to_the_end_and_calls_nobody() {
    let app = TestApp::start().await;
    let manager = app.staff("manager-zhongxin").await;
    let clerk = app.staff("clerk-zhongxin-1").await;
    let counter = listed(&manager).await[0].clone();
    let session = format!("/counters/{}", counter["id"].as_str().unwrap());
    clerk.post(&format!("{session}/session"), json!({})).await.expect(201);
    let tickets = format!("/halls/{}/tickets", app.hall("zhongxin"));
    for _ in 0..2 {
        let wish = json!({"service_id": app.service(SERVICE)});
        clerk.post(&tickets, wish).await.expect(201);
    }
    let called = clerk.post(&format!("{session}/call-next"), json!({})).await.expect(200);
    let ticket = format!("/tickets/{}", called["id"].as_str().unwrap());
    clerk.post(&format!("{ticket}/serve"), json!({})).await.expect(200);
    retire(&manager, &counter).await;

    let board = app.device("board", "zhongxin").await;
    let board = board
        .get(&format!("/halls/{}/board", app.hall("zhongxin")))
        .await
        .expect(200);
    assert_eq!(board["calls"][0]["counter"]["number"], counter["number"]);
    assert_eq!(
        board["waiting"][0]["counters"], 0,
        "nobody waits for a counter that calls nobody"
    );
    let shown = app.anyone().get(&ticket).await.expect(200);
    assert_eq!(shown["counter"]["number"], counter["number"]);

    clerk.post(&format!("{ticket}/finish"), json!({})).await.expect(200);
    let refused = clerk.post(&format!("{session}/call-next"), json!({})).await;
    refused.refused(&COUNTER_RETIRED);
    clerk.delete(&format!("{session}/session")).await.expect(204);
    let reopened = clerk.post(&format!("{session}/session"), json!({})).await;
    reopened.refused(&COUNTER_RETIRED);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_counter_that_serves_another_group_from_now_on_calls_that_group() {
    let app = TestApp::start().await;
    let manager = app.staff("manager-zhongxin").await;
    let clerk = app.staff("clerk-zhongxin-1").await;
    let counter = listed(&manager).await[0].clone();
    let session = format!("/counters/{}", counter["id"].as_str().unwrap());
    clerk.post(&format!("{session}/session"), json!({})).await.expect(201);
    let wish = json!({"service_id": app.service(SERVICE)});
    clerk
        .post(&format!("/halls/{}/tickets", app.hall("zhongxin")), wish)
        .await
        .expect(201);
    let mut changed = counter.clone();
    changed["groups"] = json!([app.group_of("passport-first")]);
    let path = format!("/admin/counters/{}", counter["id"].as_str().unwrap());
    manager.put(&path, changed).await.expect(200);
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    let next = clerk.post(&format!("{session}/call-next"), json!({})).await;
    next.refused(&QUEUE_EMPTY);
    manager.put(&path, counter).await.expect(200);
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    clerk.post(&format!("{session}/call-next"), json!({})).await.expect(200);
}
