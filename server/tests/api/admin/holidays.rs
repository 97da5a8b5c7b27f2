//! `/admin/holidays`: days of rest, and a holiday that is declared after people have booked.

use chrono::TimeDelta;
use serde_json::{Value, json};
use shared::{
    catalog::wire::DAY_PASSED,
    problem::{FORBIDDEN, INVALID_FIELD, NOT_FOUND},
};

use super::{SERVICE, book, path};
use crate::support::{TAKEN_IS_BOOKED, TestApp};

async fn on(app: &TestApp, day: &str) -> Vec<Value> {
    let windows = app.windows("zhongxin", SERVICE).await;
    windows.into_iter().filter(|window| window["day"] == day).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_saturday_that_is_opened_follows_a_weekdays_timetable_until_it_rests_again() {
    let app = TestApp::start().await;
    let manager = app.staff("manager-zhongxin").await;
    let saturday = "/admin/holidays/2026-11-28";
    assert_eq!(on(&app, "2026-11-28").await.len(), 0);
    manager.put(saturday, json!({"follows": "mon"})).await.expect(204);
    app.publish().await;
    let opened = on(&app, "2026-11-28").await;
    assert_eq!(opened.len(), on(&app, "2026-11-24").await.len());
    let days = manager.get("/admin/holidays").await.expect(200);
    let days = days["items"].as_array().unwrap().clone();
    assert!(
        days.iter()
            .any(|day| day["day"] == "2026-11-28" && day["follows"] == "mon")
    );
    assert!(
        days.iter()
            .any(|day| day["day"] == "2027-01-01" && day["holiday"].is_string())
    );

    let (_, booked) = book(&app, 1, &opened[0]).await;
    manager.delete(saturday).await.expect(204);
    manager.delete(saturday).await.refused(&NOT_FOUND);
    app.publish().await;
    let left = on(&app, "2026-11-28").await;
    assert_eq!(
        (left.len(), &left[0]["id"]),
        (1, &booked["window_id"]),
        "who booked keeps the seat"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_day_that_has_passed_or_follows_no_weekday_is_refused() {
    let app = TestApp::start().await;
    let manager = app.staff("manager-zhongxin").await;
    let follows = json!({"follows": "mon"});
    manager
        .put("/admin/holidays/2026-11-22", follows.clone())
        .await
        .refused(&DAY_PASSED);
    manager
        .put("/admin/holidays/2026-11-28", json!({"follows": "someday"}))
        .await
        .refused(&INVALID_FIELD);
    manager
        .put("/admin/holidays/soon", follows.clone())
        .await
        .refused(&NOT_FOUND);
    let clerk = app.staff("clerk-zhongxin-1").await;
    clerk
        .put("/admin/holidays/2026-11-28", follows)
        .await
        .refused(&FORBIDDEN);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_holiday_declared_after_booking_cancels_tells_and_counts_no_strike() {
    let app = TestApp::start().await;
    let windows = on(&app, "2026-11-25").await;
    let (resident, booked) = book(&app, 1, &windows[2]).await;
    let (other, kept) = book(&app, 2, &on(&app, "2026-11-26").await[2]).await;
    let holiday = r#"{"kind": "holiday", "name": "临时放假"}"#;
    app.execute(&format!(
        "INSERT INTO calendar_days (day, special) VALUES ('2026-11-25', '{holiday}')"
    ))
    .await;
    app.publish().await;

    assert_eq!(
        resident.get(&path(&booked, "")).await.expect(200)["status"],
        "hall_cancelled"
    );
    assert_eq!(other.get(&path(&kept, "")).await.expect(200)["status"], "confirmed");
    assert_eq!(resident.get("/me/strikes").await.expect(200)["items"], json!([]));
    assert_eq!(
        app.count("SELECT count(*) FROM messages WHERE template = 'hall-closed'")
            .await,
        1
    );
    let free: i64 = on(&app, "2026-11-25")
        .await
        .iter()
        .map(|window| window["remaining"].as_i64().unwrap())
        .sum();
    assert_eq!(free, 0);
    let open = on(&app, "2026-11-27").await[0].clone();
    let manager = app.staff("manager-zhongxin").await;
    let declared = manager.get("/admin/declared-holidays").await.expect(200);
    let days = declared["items"].as_array().unwrap();
    assert_eq!((days.len(), &days[0]["day"]), (1, &json!("2026-11-25")));
    assert_eq!(days[0]["holiday"], "临时放假");
    let affected = "/admin/declared-holidays/2026-11-25/affected";
    let hit = manager.get(affected).await.expect(200);
    assert_eq!(
        (&hit["items"][0]["id"], &hit["items"][0]["moved_to"]),
        (&booked["id"], &json!(null))
    );
    app.clock.advance(TimeDelta::seconds(1));
    let moved = resident
        .post(&path(&booked, "/reschedule"), json!({"window_id": open["id"]}))
        .await;
    moved.expect(200);
    assert_eq!(app.count(TAKEN_IS_BOOKED).await, 0);
    let hit = manager.get(affected).await.expect(200);
    assert_eq!(hit["items"].as_array().unwrap().len(), 1);
    assert_eq!(hit["items"][0]["moved_to"], open["starts_at"]);
    let looked = "SELECT count(*) FROM audit_entries WHERE action = 'holiday.view_affected'";
    assert_eq!(app.count(looked).await, 2);
    let foreign = app.staff("manager-churujing").await;
    foreign.get(affected).await.refused(&NOT_FOUND);
    let clerk = app.staff("clerk-zhongxin-1").await;
    clerk.get(affected).await.refused(&FORBIDDEN);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hall_that_opens_on_the_holiday_keeps_its_bookings() {
    let app = TestApp::start().await;
    let (resident, booked) = book(&app, 1, &on(&app, "2026-11-25").await[2]).await;
    let manager = app.staff("manager-zhongxin").await;
    manager
        .put("/admin/holidays/2026-11-25", json!({"follows": "wed"}))
        .await
        .expect(204);
    let holiday = r#"{"kind": "holiday", "name": "临时放假"}"#;
    app.execute(&format!(
        "INSERT INTO calendar_days (day, special) VALUES ('2026-11-25', '{holiday}')"
    ))
    .await;
    app.publish().await;
    assert_eq!(
        resident.get(&path(&booked, "")).await.expect(200)["status"],
        "confirmed"
    );
}
