//! `/admin/policy`: when seats appear, and for which reasons a ticket goes first.

use chrono::{DateTime, TimeDelta};
use serde_json::{Value, json};
use shared::{
    problem::{FORBIDDEN, INVALID_FIELD},
    queue::wire::PRIORITY_NOT_GRANTED,
};

use super::SERVICE;
use crate::support::TestApp;

async fn last_day(app: &TestApp) -> String {
    let (hall, service) = (app.hall("zhongxin"), app.service(SERVICE));
    let path = format!("/halls/{hall}/windows?service_id={service}&from=2026-11-23&to=2027-01-20");
    let windows = app.anyone().get(&path).await.expect(200);
    let last = windows["items"].as_array().unwrap().last().unwrap().clone();
    last["day"].as_str().unwrap().to_owned()
}

fn policy(days_ahead: i64, opens_at: &str) -> Value {
    json!({"days_ahead": days_ahead, "opens_at": opens_at, "priorities": ["elderly"]})
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_furthest_day_appears_at_its_hour_every_day_and_not_before() {
    let app = TestApp::start().await;
    let manager = app.staff("manager-zhongxin").await;
    let usual = manager.get("/admin/policy").await.expect(200);
    assert_eq!(
        (&usual["days_ahead"], &usual["opens_at"]),
        (&json!(14), &json!("00:00"))
    );
    manager.put("/admin/policy", policy(15, "08:30")).await.expect(200);
    app.publish().await;
    assert_eq!(last_day(&app).await, "2026-12-07");
    let half_past = DateTime::parse_from_rfc3339("2026-11-23T08:30:00+08:00")
        .unwrap()
        .to_utc();
    app.clock.set(half_past - TimeDelta::seconds(1));
    app.publish().await;
    assert_eq!(last_day(&app).await, "2026-12-07");
    app.clock.set(half_past);
    app.publish().await;
    assert_eq!(last_day(&app).await, "2026-12-08");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fewer_days_take_nothing_back() {
    let app = TestApp::start().await;
    let manager = app.staff("manager-zhongxin").await;
    let before = app.windows("zhongxin", SERVICE).await.len();
    manager.put("/admin/policy", policy(3, "08:00")).await.expect(200);
    app.publish().await;
    assert_eq!(app.windows("zhongxin", SERVICE).await.len(), before);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reason_that_the_hall_does_not_grant_lets_no_ticket_go_first() {
    let app = TestApp::start().await;
    let manager = app.staff("manager-zhongxin").await;
    let clerk = app.staff("clerk-zhongxin-1").await;
    let tickets = format!("/halls/{}/tickets", app.hall("zhongxin"));
    let wish = |reason: &str| json!({"service_id": app.service(SERVICE), "priority_reason": reason});
    clerk.post(&tickets, wish("military")).await.expect(201);
    manager.put("/admin/policy", policy(14, "08:00")).await.expect(200);
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    clerk
        .post(&tickets, wish("military"))
        .await
        .refused(&PRIORITY_NOT_GRANTED);
    clerk.post(&tickets, wish("elderly")).await.expect(201);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_policy_says_days_an_hour_and_each_reason_once() {
    let app = TestApp::start().await;
    let manager = app.staff("manager-zhongxin").await;
    let refused = async |wish: Value, field: &str| {
        let problem = manager.put("/admin/policy", wish).await.refused(&INVALID_FIELD);
        assert_eq!(problem["field"], field);
    };
    refused(policy(-1, "08:00"), "days_ahead").await;
    refused(policy(61, "08:00"), "days_ahead").await;
    refused(policy(14, "8 o'clock"), "opens_at").await;
    let twice = json!({"days_ahead": 14, "opens_at": "08:00", "priorities": ["elderly", "elderly"]});
    refused(twice, "priorities").await;
    let clerk = app.staff("clerk-zhongxin-1").await;
    clerk
        .put("/admin/policy", policy(14, "08:00"))
        .await
        .refused(&FORBIDDEN);
    manager.put("/admin/policy", policy(14, "08:00")).await.expect(200);
    let audited = "SELECT count(*) FROM audit_entries WHERE action = 'hall.change_policy'";
    assert_eq!(app.count(audited).await, 1);
}
