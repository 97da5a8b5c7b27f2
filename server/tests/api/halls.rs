//! `/halls`: halls and their windows.

use chrono::{DateTime, Datelike, NaiveDate, Weekday};
use shared::{
    catalog::wire::RANGE_INVALID,
    problem::{MALFORMED, NOT_FOUND},
};

use crate::support::{Answer, TestApp};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_city_has_six_halls_and_twenty_counters() {
    let app = TestApp::start().await;
    let halls = app.anyone().get("/halls").await.expect(200)["items"]
        .as_array()
        .unwrap()
        .clone();
    assert!(halls.len() >= 6);
    let mut counters = 0;
    for hall in halls {
        let detail = app
            .anyone()
            .get(&format!("/halls/{}", hall["id"].as_str().unwrap()))
            .await
            .expect(200);
        counters += detail["counters"].as_array().unwrap().len();
        assert!(!detail["hours"].as_array().unwrap().is_empty());
    }
    assert!(counters >= 20);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn windows_cover_the_next_two_weeks_of_workdays() {
    let app = TestApp::start().await;
    let windows = app.windows("zhongxin", "id-card-replace-lost").await;
    let days: std::collections::BTreeSet<NaiveDate> = windows
        .iter()
        .map(|window| window["day"].as_str().unwrap().parse().unwrap())
        .collect();
    assert_eq!(
        days.len(),
        11,
        "two weeks have ten workdays, and the day after them is one more: {days:?}"
    );
    assert!(
        days.iter()
            .all(|day| !matches!(day.weekday(), Weekday::Sat | Weekday::Sun))
    );
    for window in &windows {
        assert!(window["remaining"].as_i64().unwrap() <= window["quota"].as_i64().unwrap());
        assert!(window["starts_at"].as_str().unwrap().ends_with("+08:00"));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_window_that_has_passed_is_no_longer_shown() {
    let app = TestApp::start().await;
    let first = app.windows("zhongxin", "id-card-replace-lost").await.remove(0);
    let ends_at = DateTime::parse_from_rfc3339(first["ends_at"].as_str().unwrap()).unwrap();
    app.clock.set(ends_at.to_utc());
    let other = app.another_instance().await;
    assert_ne!(
        other.windows("zhongxin", "id-card-replace-lost").await[0]["id"],
        first["id"]
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_new_is_answered_without_a_body() {
    let app = TestApp::start().await;
    let path = format!("/halls/{}/windows", app.hall("zhongxin"));
    let first = app.anyone().get(&path).await;
    let tag = first.headers["etag"].to_str().unwrap().to_owned();
    let again = app
        .anyone()
        .request(reqwest::Method::GET, &path)
        .header("If-None-Match", &tag);
    let again = Answer::of(again).await;
    assert_eq!((again.status.as_u16(), again.text.as_str()), (304, ""));
    let packed = app
        .anyone()
        .request(reqwest::Method::GET, &path)
        .header("Accept-Encoding", "gzip");
    let packed = packed.send().await.unwrap();
    assert_eq!(
        (&packed.headers()["etag"], &packed.headers()["content-encoding"]),
        (&first.headers["etag"], &"gzip".parse().unwrap())
    );
    let octets = packed.bytes().await.unwrap().len();
    assert!(octets * 5 < first.text.len(), "{octets} octets of {}", first.text.len());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_range_of_days_has_an_order_and_a_limit() {
    let app = TestApp::start().await;
    let hall = app.hall("zhongxin");
    let ask = async |range: &str| app.anyone().get(&format!("/halls/{hall}/windows?{range}")).await;
    ask("from=2026-11-24&to=2026-11-23").await.refused(&RANGE_INVALID);
    ask("from=2026-11-24&to=2027-11-23").await.refused(&RANGE_INVALID);
    ask("from=yesterday").await.refused(&MALFORMED);
    ask("service_id=0192e4a0-0000-7000-8000-000000000000")
        .await
        .refused(&NOT_FOUND);
    let day = ask("from=2026-11-24&to=2026-11-24").await.expect(200);
    assert!(
        day["items"]
            .as_array()
            .unwrap()
            .iter()
            .all(|window| window["day"] == "2026-11-24")
    );
}
