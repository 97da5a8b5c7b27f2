//! `/admin`: what the manager of a hall does.

mod alerts;
mod closures;
mod counters;
mod export;
mod groups;
mod holidays;
mod policy;
mod schedules;
mod staff;

use chrono::DateTime;
use serde_json::{Value, json};
use shared::{
    appointments::problems::WINDOW_FULL,
    catalog::wire::RANGE_INVALID,
    problem::{FORBIDDEN, INVALID_FIELD, NOT_FOUND},
};

use crate::support::{Client, TAKEN_IS_BOOKED, TestApp};

pub const SERVICE: &str = "id-card-replace-lost";

pub async fn book(app: &TestApp, number: usize, window: &Value) -> (Client, Value) {
    let resident = app.resident(number).await;
    let wish = json!({"window_id": window["id"], "service_id": app.service(SERVICE)});
    let booked = resident.post("/appointments", wish).await.expect(201);
    (resident, booked)
}

pub fn path(appointment: &Value, rest: &str) -> String {
    format!("/appointments/{}{rest}", appointment["id"].as_str().unwrap())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_closure_cancels_without_a_strike_and_whoever_was_booked_moves_to_another_time() {
    let app = TestApp::start().await;
    let windows = app.windows("zhongxin", SERVICE).await;
    let (closed, open) = (&windows[40], &windows[60]);
    let (resident, booked) = book(&app, 1, closed).await;
    let (other, kept) = book(&app, 2, open).await;
    let manager = app.staff("manager-zhongxin").await;
    let closure = json!({"starts_at": closed["starts_at"], "ends_at": closed["ends_at"], "reason": "停电"});
    resident
        .post("/admin/closures", closure.clone())
        .await
        .refused(&FORBIDDEN);
    let mut backwards = closure.clone();
    backwards["ends_at"] = closed["starts_at"].clone();
    manager.post("/admin/closures", backwards).await.refused(&INVALID_FIELD);
    let made = manager.post("/admin/closures", closure).await.expect(201);
    assert_eq!(made["cancelled"], 1);

    let shown = resident.get(&path(&booked, "")).await.expect(200);
    assert_eq!(shown["status"], "hall_cancelled");
    assert_eq!(other.get(&path(&kept, "")).await.expect(200)["status"], "confirmed");
    assert_eq!(resident.get("/me/strikes").await.expect(200)["items"], json!([]));
    assert_eq!(
        app.count("SELECT count(*) FROM messages WHERE template = 'hall-closed'")
            .await,
        1
    );
    assert_eq!(
        app.count("SELECT count(*) FROM audit_entries WHERE action = 'hall.close'")
            .await,
        1
    );
    let wish = json!({"window_id": closed["id"], "service_id": app.service(SERVICE)});
    app.resident(3)
        .await
        .post("/appointments", wish)
        .await
        .refused(&WINDOW_FULL);
    let moved = (0..8).map(|_| async {
        let wish = json!({"window_id": open["id"]});
        resident.post(&path(&booked, "/reschedule"), wish).await
    });
    let answers = futures::future::join_all(moved).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 1);
    assert_eq!(app.count(TAKEN_IS_BOOKED).await, 0);
    assert_eq!(
        manager.get("/admin/closures").await.expect(200)["items"][0]["id"],
        made["id"]
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bookings_and_a_closure_at_once_leave_nobody_booked_in_a_closed_window() {
    let app = TestApp::start().await;
    let window = app.windows("zhongxin", SERVICE).await[40].clone();
    let residents = futures::future::join_all((1..=32).map(|number| app.resident(number))).await;
    let manager = app.staff("manager-zhongxin").await;
    let closure = json!({"starts_at": window["starts_at"], "ends_at": window["ends_at"], "reason": "停电"});
    let wish = json!({"window_id": window["id"], "service_id": app.service(SERVICE)});
    let bookings = futures::future::join_all(residents.iter().map(|one| one.post("/appointments", wish.clone())));
    let (_, made) = tokio::join!(bookings, manager.post("/admin/closures", closure));
    made.expect(201);
    let id = app.sql_id(&window["id"]);
    assert_eq!(
        app.count(&format!(
            "SELECT count(*) FROM appointments WHERE status = 'confirmed' AND window_id = {id}"
        ))
        .await,
        0
    );
    assert_eq!(app.count(TAKEN_IS_BOOKED).await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_quota_lowered_below_what_is_taken_takes_nothing_away_and_sells_nothing() {
    let app = TestApp::start().await;
    let window = app.windows("zhongxin", SERVICE).await[40].clone();
    let (first, booked) = book(&app, 1, &window).await;
    book(&app, 2, &window).await;
    let manager = app.staff("manager-zhongxin").await;
    let quota = format!("/admin/windows/{}/quota", window["id"].as_str().unwrap());
    manager
        .put(&quota, json!({"online_quota": -1}))
        .await
        .refused(&INVALID_FIELD);
    let lowered = manager.put(&quota, json!({"online_quota": 1})).await.expect(200);
    assert_eq!((&lowered["quota"], &lowered["target"]), (&json!(2), &json!(1)));
    let third = app.resident(3).await;
    let wish = json!({"window_id": window["id"], "service_id": app.service(SERVICE)});
    third.post("/appointments", wish.clone()).await.refused(&WINDOW_FULL);
    first.post(&path(&booked, "/cancel"), json!({})).await.expect(200);
    app.clock.advance(chrono::TimeDelta::minutes(10));
    app.do_jobs().await;
    tokio::time::sleep(std::time::Duration::from_millis(600)).await;
    let third = app.resident_again(3).await;
    third.post("/appointments", wish.clone()).await.refused(&WINDOW_FULL);
    let manager = app.staff("manager-zhongxin").await;
    let raised = manager.put(&quota, json!({"online_quota": 2})).await.expect(200);
    assert_eq!((&raised["taken"], &raised["target"]), (&json!(1), &Value::Null));
    tokio::time::sleep(std::time::Duration::from_millis(600)).await;
    third.post("/appointments", wish).await.expect(201);
    assert_eq!(app.count(TAKEN_IS_BOOKED).await, 0);
    let elsewhere = app.windows("churujing", "passport-first").await[0].clone();
    let quota = format!("/admin/windows/{}/quota", elsewhere["id"].as_str().unwrap());
    manager
        .put(&quota, json!({"online_quota": 1}))
        .await
        .refused(&NOT_FOUND);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_preview_shows_what_is_published_and_what_will_be_without_closures() {
    let app = TestApp::start().await;
    let manager = app.staff("manager-zhongxin").await;
    let days = "/admin/preview?from=2026-12-21&to=2026-12-21";
    let planned = manager.get(days).await.expect(200);
    let planned = planned["items"].as_array().unwrap();
    assert!(!planned.is_empty() && planned.iter().all(|window| window["published"] == false));
    let closure =
        json!({"starts_at": "2026-12-21T00:00:00+08:00", "ends_at": "2026-12-22T00:00:00+08:00", "reason": "搬迁"});
    manager.post("/admin/closures", closure).await.expect(201);
    assert_eq!(manager.get(days).await.expect(200)["items"], json!([]));
    let published = manager
        .get("/admin/preview?from=2026-11-24&to=2026-11-24")
        .await
        .expect(200);
    let published = published["items"].as_array().unwrap().clone();
    assert!(published.iter().all(|window| window["published"] == true));
    let starts: Vec<_> = published
        .iter()
        .map(|window| DateTime::parse_from_rfc3339(window["starts_at"].as_str().unwrap()).unwrap())
        .collect();
    assert!(starts.is_sorted());
    manager
        .get("/admin/preview?from=2026-11-24&to=2027-11-24")
        .await
        .refused(&RANGE_INVALID);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_statistics_count_visits_no_shows_and_estimates() {
    let app = TestApp::start().await;
    let window = app.windows("zhongxin", SERVICE).await[0].clone();
    book(&app, 1, &window).await;
    let manager = app.staff("manager-zhongxin").await;
    let foreign = format!("/admin/statistics?hall_id={}", app.hall("churujing"));
    manager.get(&foreign).await.refused(&NOT_FOUND);
    let clerk = app.staff("clerk-zhongxin-1").await;
    clerk.get("/admin/statistics").await.refused(&FORBIDDEN);
    let hall = app
        .anyone()
        .get(&format!("/halls/{}", app.hall("zhongxin")))
        .await
        .expect(200);
    let counters = hall["counters"].as_array().unwrap();
    let counter = counters.iter().find(|counter| counter["number"] == 1).unwrap();
    let counter = format!("/counters/{}", counter["id"].as_str().unwrap());
    clerk.post(&format!("{counter}/session"), json!({})).await.expect(201);
    let wish = json!({"service_id": app.service(SERVICE)});
    let tickets = format!("/halls/{}/tickets", app.hall("zhongxin"));
    let ticket = clerk.post(&tickets, wish).await.expect(201);
    app.clock.advance(chrono::TimeDelta::minutes(2));
    clerk.post(&format!("{counter}/call-next"), json!({})).await.expect(200);
    let ticket = format!("/tickets/{}", ticket["id"].as_str().unwrap());
    clerk.post(&format!("{ticket}/serve"), json!({})).await.expect(200);
    app.clock.advance(chrono::TimeDelta::minutes(5));
    clerk.post(&format!("{ticket}/finish"), json!({})).await.expect(200);
    app.anyone()
        .post(&format!("{ticket}/rating"), json!({"stars": 4}))
        .await
        .expect(204);
    app.clock.advance(chrono::TimeDelta::hours(4));
    app.do_jobs().await;
    let manager = app.staff("manager-zhongxin").await;
    let found = manager.get("/admin/statistics").await.expect(200);
    assert_eq!((&found["issued"], &found["served"]), (&json!(1), &json!(1)));
    assert_eq!(found["waiting"]["mean_seconds"], 120);
    assert_eq!(found["serving"]["median_seconds"], 300);
    assert_eq!(found["by_counter"][0]["serving"]["count"], 1);
    assert_eq!(found["estimates"]["scored"], 1);
    assert_eq!(found["ratings"], json!([0, 0, 0, 1, 0]));
    assert_eq!(
        (&found["no_shows"], &found["no_show_percent"]),
        (&json!(1), &json!(100))
    );
}
