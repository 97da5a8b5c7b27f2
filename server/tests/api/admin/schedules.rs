//! `/admin/schedules`: the timetable of a hall.

use serde_json::{Value, json};
use server::content;
use shared::{
    catalog::wire::SCHEDULES_OVERLAP,
    problem::{FORBIDDEN, INVALID_FIELD, NOT_FOUND},
};

use super::{SERVICE, book};
use crate::support::{TestApp, root};

fn peak(app: &TestApp) -> Value {
    json!({
        "group_id": app.group_of(SERVICE), "kind": "peak", "weekdays": ["mon", "tue", "wed", "thu", "fri"],
        "opens": "18:00", "closes": "20:00", "window_minutes": 30, "quota": 6, "online_percent": 50,
    })
}

async fn evening(app: &TestApp) -> Vec<Value> {
    let windows = app.windows("zhongxin", SERVICE).await;
    let late = |window: &Value| window["starts_at"].as_str().unwrap()[11..13].parse::<u32>().unwrap() >= 18;
    windows.into_iter().filter(late).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hours_added_at_peak_times_can_be_booked_and_when_they_are_removed_only_booked_ones_stay() {
    let app = TestApp::start().await;
    let manager = app.staff("manager-zhongxin").await;
    assert_eq!(evening(&app).await.len(), 0);
    let made = manager.post("/admin/schedules", peak(&app)).await.expect(201);
    app.publish().await;
    let windows = evening(&app).await;
    assert_eq!(windows.len(), 11 * 4, "on each published workday");
    assert_eq!(windows[0]["quota"], 3);
    let (_, booked) = book(&app, 1, &windows[5]).await;

    let path = format!("/admin/schedules/{}", made["id"].as_str().unwrap());
    manager.delete(&path).await.expect(204);
    manager.delete(&path).await.refused(&NOT_FOUND);
    app.publish().await;
    let left = evening(&app).await;
    assert_eq!(left.len(), 1);
    assert_eq!(left[0]["id"], booked["window_id"]);
    assert_eq!(
        app.count("SELECT count(*) FROM audit_entries WHERE action IN ('schedule.add', 'schedule.remove')")
            .await,
        2
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_season_gives_windows_on_its_days_only() {
    let app = TestApp::start().await;
    let manager = app.staff("manager-zhongxin").await;
    let mut summer = peak(&app);
    summer["valid_from"] = json!("2026-11-25");
    summer["valid_until"] = json!("2026-11-26");
    manager.post("/admin/schedules", summer).await.expect(201);
    app.publish().await;
    let days: std::collections::BTreeSet<String> = evening(&app)
        .await
        .iter()
        .map(|window| window["day"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(days, ["2026-11-25".to_owned(), "2026-11-26".to_owned()].into());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_entry_is_refused_with_its_wrong_field_and_two_never_share_an_hour() {
    let app = TestApp::start().await;
    let manager = app.staff("manager-zhongxin").await;
    for (field, value) in [
        ("weekdays", json!([])),
        ("weekdays", json!(["caturday"])),
        ("opens", json!("26:00")),
        ("closes", json!("17:59")),
        ("window_minutes", json!(0)),
        ("quota", json!(100_000)),
        ("online_percent", json!(-1)),
    ] {
        let mut wrong = peak(&app);
        wrong[field] = value;
        let problem = manager.post("/admin/schedules", wrong).await.refused(&INVALID_FIELD);
        assert_eq!(problem["field"], field);
    }
    let made = manager.post("/admin/schedules", peak(&app)).await.expect(201);
    manager
        .post("/admin/schedules", peak(&app))
        .await
        .refused(&SCHEDULES_OVERLAP);
    let mut after = peak(&app);
    after["opens"] = json!("20:00");
    after["closes"] = json!("21:00");
    manager.post("/admin/schedules", after).await.expect(201);
    let path = format!("/admin/schedules/{}", made["id"].as_str().unwrap());
    let mut longer = peak(&app);
    longer["closes"] = json!("20:30");
    manager.put(&path, longer).await.refused(&SCHEDULES_OVERLAP);
    manager.put(&path, peak(&app)).await.expect(200);
    let foreign = app.staff("manager-churujing").await;
    foreign.delete(&path).await.refused(&NOT_FOUND);
    let unserved = foreign
        .post("/admin/schedules", peak(&app))
        .await
        .refused(&INVALID_FIELD);
    assert_eq!(unserved["field"], "group_id", "no counter there serves the group");
    let clerk = app.staff("clerk-zhongxin-1").await;
    clerk.get("/admin/schedules").await.refused(&FORBIDDEN);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn importing_the_same_files_again_keeps_what_the_manager_has_changed() {
    let app = TestApp::start().await;
    let manager = app.staff("manager-zhongxin").await;
    let before = manager.get("/admin/schedules").await.expect(200);
    let before = before["items"].as_array().unwrap().len();
    manager.post("/admin/schedules", peak(&app)).await.expect(201);
    content::import(&app.platform, &root().join("content/yunchuan"))
        .await
        .unwrap();
    let after = manager.get("/admin/schedules").await.expect(200);
    assert_eq!(after["items"].as_array().unwrap().len(), before + 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_changed_quota_reaches_published_windows_on_request_and_takes_no_seat_away() {
    let app = TestApp::start().await;
    let manager = app.staff("manager-zhongxin").await;
    let made = manager.post("/admin/schedules", peak(&app)).await.expect(201);
    app.publish().await;
    let windows = evening(&app).await;
    for number in 1..=3 {
        book(&app, number, &windows[5]).await;
    }
    let closed = &windows[8];
    let closure = json!({"starts_at": closed["starts_at"], "ends_at": closed["ends_at"], "reason": "停电"});
    manager.post("/admin/closures", closure).await.expect(201);
    let path = format!("/admin/schedules/{}", made["id"].as_str().unwrap());
    let mut smaller = peak(&app);
    smaller["quota"] = json!(4);
    manager.put(&path, smaller).await.expect(200);
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;

    let apply = format!("{path}/quota");
    let expected = json!({"windows": 43, "changed": 43, "limited": 1});
    let effect = manager.post(&format!("{apply}/effect"), json!({})).await.expect(200);
    assert_eq!(effect, expected, "the closed window is none of them");
    assert_eq!(evening(&app).await[0]["quota"], 3, "looking changes nothing");
    assert_eq!(manager.post(&apply, json!({})).await.expect(200), expected);
    tokio::time::sleep(std::time::Duration::from_millis(600)).await;
    assert_eq!(evening(&app).await[0]["quota"], 2);
    let kept = "SELECT count(*) FROM windows WHERE online_taken = 3 AND online_quota = 3 AND online_target = 2";
    assert_eq!(app.count(kept).await, 1, "those who booked keep their seats");
    let closed = "SELECT count(*) FROM windows WHERE online_quota = 0 AND online_target = 0";
    assert_eq!(app.count(closed).await, 1, "closed stays closed");
    let again = manager.post(&format!("{apply}/effect"), json!({})).await.expect(200);
    assert_eq!(again, json!({"windows": 43, "changed": 0, "limited": 0}));

    let foreign = app.staff("manager-churujing").await;
    foreign.post(&apply, json!({})).await.refused(&NOT_FOUND);
    let clerk = app.staff("clerk-zhongxin-1").await;
    clerk.post(&apply, json!({})).await.refused(&FORBIDDEN);
    assert_eq!(
        app.count("SELECT count(*) FROM audit_entries WHERE action = 'schedule.apply_quota'")
            .await,
        1
    );
}
