//! `/me/strikes` and `/strikes`: missed appointments, what they lead to, and appeals.

use chrono::{DateTime, TimeDelta};
use serde_json::{Value, json};
use shared::{
    appointments::problems::{BOOKING_RESTRICTED, STRIKE_STATE},
    problem::{FORBIDDEN, INVALID_FIELD, NOT_FOUND},
};

use crate::support::{Client, TestApp};

const SERVICES: [&str; 3] = ["id-card-replace-lost", "id-card-renew", "id-card-first"];

async fn first_window(app: &TestApp) -> Value {
    app.windows("zhongxin", SERVICES[0]).await[0].clone()
}

async fn book(app: &TestApp, resident: &Client, window: &Value, service: &str) -> Value {
    let wish = json!({"window_id": window["id"], "service_id": app.service(service)});
    resident.post("/appointments", wish).await.expect(201)
}

/// Books three services in the first window and lets it pass.
async fn miss_three(app: &TestApp) -> Client {
    let resident = app.resident(1).await;
    let window = first_window(app).await;
    for service in SERVICES {
        book(app, &resident, &window, service).await;
    }
    let ends_at = DateTime::parse_from_rfc3339(window["ends_at"].as_str().unwrap()).unwrap();
    app.clock
        .set(ends_at.to_utc() + TimeDelta::minutes(30) - TimeDelta::seconds(1));
    app.do_jobs().await;
    assert_eq!(app.count("SELECT count(*) FROM strikes").await, 0);
    app.clock.advance(TimeDelta::seconds(1));
    // Every instance does the jobs, and a strike is still recorded once.
    tokio::join!(app.do_jobs(), app.do_jobs(), app.do_jobs());
    assert_eq!(app.count("SELECT count(*) FROM strikes").await, 3);
    app.resident_again(1).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn three_missed_appointments_restrict_booking_for_thirty_days() {
    let app = TestApp::start().await;
    let resident = Box::pin(miss_three(&app)).await;
    let strikes = resident.get("/me/strikes").await.expect(200);
    assert_eq!(strikes["items"].as_array().unwrap().len(), 3);
    assert_eq!(strikes["items"][0]["kind"], "no_show");
    assert!(strikes["items"][0]["person"].as_str().unwrap().contains('*'));
    assert_eq!(strikes["items"][0]["status"], "counted");
    assert_eq!(
        app.count("SELECT count(*) FROM messages WHERE template = 'strike-recorded'")
            .await,
        3
    );
    let window = app.windows("zhongxin", SERVICES[0]).await[20].clone();
    let wish = json!({"window_id": window["id"], "service_id": app.service(SERVICES[0])});
    let problem = resident
        .post("/appointments", wish.clone())
        .await
        .refused(&BOOKING_RESTRICTED);
    assert_eq!(problem["until"], strikes["restricted_until"]);
    let until = DateTime::parse_from_rfc3339(problem["until"].as_str().unwrap()).unwrap();
    let since = DateTime::parse_from_rfc3339(problem["since"].as_str().unwrap()).unwrap();
    assert_eq!(until - since, TimeDelta::days(30));
    resident.post("/holds", wish).await.refused(&BOOKING_RESTRICTED);

    app.clock.set(until.to_utc());
    let resident = app.resident_again(1).await;
    assert_eq!(
        resident.get("/me/strikes").await.expect(200)["restricted_until"],
        Value::Null
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_accepted_appeal_lifts_the_restriction_and_is_recorded() {
    let app = TestApp::start().await;
    let resident = Box::pin(miss_three(&app)).await;
    let strikes = resident.get("/me/strikes").await.expect(200);
    let id = strikes["items"][0]["id"].as_str().unwrap();
    let appeal = format!("/me/strikes/{id}/appeal");
    let decision = format!("/strikes/{id}/decision");
    let clerk = app.staff("clerk-zhongxin-1").await;
    clerk
        .post(&decision, json!({"accept": true}))
        .await
        .refused(&STRIKE_STATE);
    resident
        .post(&appeal, json!({"text": " "}))
        .await
        .refused(&INVALID_FIELD);
    app.resident(2)
        .await
        .post(&appeal, json!({"text": "x"}))
        .await
        .refused(&NOT_FOUND);
    let presses = (0..16).map(|_| resident.post(&appeal, json!({"text": "当天住院"})));
    let answers = futures::future::join_all(presses).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 1);
    for answer in answers.iter().filter(|answer| answer.status != 200) {
        answer.refused(&STRIKE_STATE);
    }
    // It counts until it is decided.
    assert_ne!(
        resident.get("/me/strikes").await.expect(200)["restricted_until"],
        Value::Null
    );

    let elsewhere = app.staff("clerk-churujing-1").await;
    elsewhere
        .post(&decision, json!({"accept": true}))
        .await
        .refused(&NOT_FOUND);
    resident
        .post(&decision, json!({"accept": true}))
        .await
        .refused(&FORBIDDEN);
    let waiting = clerk.get("/strikes").await.expect(200);
    assert_eq!(waiting["items"][0]["appeal"], "当天住院");
    let presses = (0..8).map(|_| clerk.post(&decision, json!({"accept": true, "reason": "hospital"})));
    let answers = futures::future::join_all(presses).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 1);
    let strikes = resident.get("/me/strikes").await.expect(200);
    assert_eq!(strikes["items"][0]["status"], "waived");
    assert_eq!(strikes["restricted_until"], Value::Null);
    assert_eq!(
        app.count("SELECT count(*) FROM audit_entries WHERE action = 'strike.decide'")
            .await,
        1
    );
    assert_eq!(clerk.get("/strikes").await.expect(200)["items"], json!([]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn cancelling_late_is_a_strike_and_cancelling_in_time_is_none() {
    let app = TestApp::start().await;
    let resident = app.resident(1).await;
    let late = book(&app, &resident, &first_window(&app).await, SERVICES[0]).await;
    let in_time = app.windows("zhongxin", SERVICES[1]).await[40].clone();
    let in_time = book(&app, &resident, &in_time, SERVICES[1]).await;
    for booked in [&late, &in_time] {
        let path = format!("/appointments/{}/cancel", booked["id"].as_str().unwrap());
        resident.post(&path, json!({})).await.expect(200);
    }
    let strikes = resident.get("/me/strikes").await.expect(200);
    assert_eq!(strikes["items"].as_array().unwrap().len(), 1);
    assert_eq!(strikes["items"][0]["kind"], "late_cancel");
    assert_eq!(strikes["items"][0]["appointment_id"], late["id"]);
}
