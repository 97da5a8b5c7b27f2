//! `/admin/closures`: what one would do, and lifting one.

use serde_json::{Value, json};
use shared::{
    appointments::problems::WINDOW_FULL,
    problem::{FORBIDDEN, INVALID_FIELD, NOT_FOUND},
};

use super::{SERVICE, book, path};
use crate::support::{TAKEN_IS_BOOKED, TestApp};

fn whole_day(day: &str) -> Value {
    json!({
        "starts_at": format!("{day}T00:00:00+08:00"), "ends_at": format!("{day}T23:59:00+08:00"), "reason": "停电",
    })
}

async fn on(app: &TestApp, day: &str) -> Vec<Value> {
    let windows = app.windows("zhongxin", SERVICE).await;
    windows.into_iter().filter(|window| window["day"] == day).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_closure_would_do_is_told_before_it_is_done() {
    let app = TestApp::start().await;
    let windows = on(&app, "2026-11-25").await;
    for (number, window) in (1..=3).zip(&windows) {
        book(&app, number, window).await;
    }
    let manager = app.staff("manager-zhongxin").await;
    let effect = manager
        .post("/admin/closures/effect", whole_day("2026-11-25"))
        .await
        .expect(200);
    assert_eq!(effect["appointments"], 3);
    let published = manager
        .get("/admin/preview?from=2026-11-25&to=2026-11-25")
        .await
        .expect(200);
    assert_eq!(effect["windows"], published["items"].as_array().unwrap().len());
    assert_eq!(app.count("SELECT count(*) FROM closures").await, 0);
    let made = manager
        .post("/admin/closures", whole_day("2026-11-25"))
        .await
        .expect(201);
    assert_eq!(made["cancelled"], 3);
    let clerk = app.staff("clerk-zhongxin-1").await;
    clerk
        .post("/admin/closures/effect", whole_day("2026-11-26"))
        .await
        .refused(&FORBIDDEN);
    let passed = manager.post("/admin/closures/effect", whole_day("2026-11-20")).await;
    passed.refused(&INVALID_FIELD);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lifted_closure_offers_the_windows_again_and_revives_no_booking() {
    let app = TestApp::start().await;
    let window = on(&app, "2026-11-25").await[2].clone();
    let (resident, booked) = book(&app, 1, &window).await;
    let manager = app.staff("manager-zhongxin").await;
    let made = manager
        .post("/admin/closures", whole_day("2026-11-25"))
        .await
        .expect(201);
    let wish = json!({"window_id": window["id"], "service_id": app.service(SERVICE)});
    let other = app.resident(2).await;
    other.post("/appointments", wish.clone()).await.refused(&WINDOW_FULL);
    let closure = format!("/admin/closures/{}", made["id"].as_str().unwrap());
    let foreign = app.staff("manager-churujing").await;
    foreign.delete(&closure).await.refused(&NOT_FOUND);

    let lifted = manager.delete(&closure).await.expect(200);
    assert!(lifted["reopened"].as_u64().unwrap() > 0);
    manager.delete(&closure).await.refused(&NOT_FOUND);
    assert_eq!(manager.get("/admin/closures").await.expect(200)["items"], json!([]));
    tokio::time::sleep(std::time::Duration::from_millis(600)).await;
    let again = on(&app, "2026-11-25").await[2].clone();
    assert_eq!(
        (&again["quota"], &again["remaining"]),
        (&window["quota"], &window["quota"])
    );
    other.post("/appointments", wish).await.expect(201);
    assert_eq!(
        resident.get(&path(&booked, "")).await.expect(200)["status"],
        "hall_cancelled"
    );
    assert_eq!(app.count(TAKEN_IS_BOOKED).await, 0);
    let audited = "SELECT count(*) FROM audit_entries WHERE action = 'hall.reopen'";
    assert_eq!(app.count(audited).await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_window_that_another_closure_concerns_stays_closed() {
    let app = TestApp::start().await;
    let manager = app.staff("manager-zhongxin").await;
    let first = manager
        .post("/admin/closures", whole_day("2026-11-25"))
        .await
        .expect(201);
    let mut morning = whole_day("2026-11-25");
    morning["ends_at"] = json!("2026-11-25T12:00:00+08:00");
    manager.post("/admin/closures", morning).await.expect(201);
    let closure = format!("/admin/closures/{}", first["id"].as_str().unwrap());
    manager.delete(&closure).await.expect(200);
    tokio::time::sleep(std::time::Duration::from_millis(600)).await;
    for window in on(&app, "2026-11-25").await {
        let open = window["quota"].as_i64().unwrap() > 0;
        let afternoon = window["starts_at"].as_str().unwrap()[11..13].parse::<u32>().unwrap() >= 12;
        assert_eq!(open, afternoon, "{window}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_manager_sees_whom_a_closure_hit_and_who_has_another_time_since() {
    let app = TestApp::start().await;
    let manager = app.staff("manager-zhongxin").await;
    let windows = on(&app, "2026-11-25").await;
    let later = on(&app, "2026-11-27").await;
    let moved_before = book(&app, 4, &windows[3]).await;
    let elsewhere = json!({"window_id": later[4]["id"]});
    moved_before
        .0
        .post(&path(&moved_before.1, "/reschedule"), elsewhere)
        .await
        .expect(200);
    app.clock.advance(chrono::TimeDelta::seconds(5));
    let mut hit = Vec::new();
    for (number, window) in (1..=3).zip(&windows) {
        hit.push(book(&app, number, window).await);
    }
    app.clock.advance(chrono::TimeDelta::seconds(5));
    let made = manager
        .post("/admin/closures", whole_day("2026-11-25"))
        .await
        .expect(201);
    app.clock.advance(chrono::TimeDelta::seconds(5));
    for (resident, booked) in &hit[..2] {
        let wish = json!({"window_id": later[0]["id"]});
        let moved = resident.post(&path(booked, "/reschedule"), wish).await.expect(200);
        if booked["id"] == hit[1].1["id"] {
            resident.post(&path(&moved, "/cancel"), json!({})).await.expect(200);
        }
    }
    let affected = format!("/admin/closures/{}/affected", made["id"].as_str().unwrap());
    let list = manager.get(&affected).await.expect(200);
    let since: Vec<(&Value, &Value, &Value)> = list["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|lost| (&lost["id"], &lost["status"], &lost["moved_to"]))
        .collect();
    assert_eq!(
        since,
        [
            (&hit[0].1["id"], &json!("confirmed"), &later[0]["starts_at"]),
            (&hit[1].1["id"], &json!("cancelled"), &later[0]["starts_at"]),
            (&hit[2].1["id"], &Value::Null, &Value::Null),
        ],
        "not the one who moved before the closure"
    );
    assert!(list["items"][0]["person"].as_str().unwrap().contains('*'), "{list}");
    assert_eq!(
        app.count("SELECT count(*) FROM audit_entries WHERE action = 'closure.view_affected'")
            .await,
        1
    );
    let foreign = app.staff("manager-churujing").await;
    foreign.get(&affected).await.refused(&NOT_FOUND);
    let clerk = app.staff("clerk-zhongxin-1").await;
    clerk.get(&affected).await.refused(&FORBIDDEN);
}
