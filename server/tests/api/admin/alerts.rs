//! `GET /admin/alerts`: where another counter is needed.

use serde_json::json;
use shared::problem::FORBIDDEN;

use super::SERVICE;
use crate::support::TestApp;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_counter_is_called_for_when_people_wait_and_no_longer_when_one_is_open() {
    let app = TestApp::start().await;
    let manager = app.staff("manager-zhongxin").await;
    let clerk = app.staff("clerk-zhongxin-1").await;
    clerk.get("/admin/alerts").await.refused(&FORBIDDEN);
    assert_eq!(manager.get("/admin/alerts").await.expect(200)["items"], json!([]));
    let tickets = format!("/halls/{}/tickets", app.hall("zhongxin"));
    let wish = json!({"service_id": app.service(SERVICE)});
    clerk.post(&tickets, wish.clone()).await.expect(201);
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    let alerts = manager.get("/admin/alerts").await.expect(200);
    let alert = &alerts["items"][0];
    assert_eq!((&alert["advice"], &alert["waiting"]), (&json!("open_first"), &json!(1)));
    assert!(alert["could_open"].as_array().unwrap().contains(&json!(1)));

    let counters = manager.get("/admin/counters").await.expect(200);
    let counter = counters["items"][0]["id"].as_str().unwrap().to_owned();
    clerk
        .post(&format!("/counters/{counter}/session"), json!({}))
        .await
        .expect(201);
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    assert_eq!(manager.get("/admin/alerts").await.expect(200)["items"], json!([]));

    for _ in 0..8 {
        clerk.post(&tickets, wish.clone()).await.expect(201);
    }
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    let alerts = manager.get("/admin/alerts").await.expect(200);
    assert_eq!(alerts["items"][0]["advice"], "open_another");
    assert!(!alerts["items"][0]["could_open"].as_array().unwrap().contains(&json!(1)));
}
