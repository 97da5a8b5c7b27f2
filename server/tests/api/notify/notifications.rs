//! `GET /notifications`.

use serde_json::json;
use server::{
    notify::{self, Message, Recipient},
    platform::clock::Clock,
};
use shared::{notify::rules::Template, problem};

use crate::support::TestApp;

async fn tell(app: &TestApp, resident: &str, numbers: std::ops::Range<usize>) {
    let message = |number: usize| Message {
        event: format!("ticket/{number}/missed"),
        to: Recipient::Resident(resident.parse().unwrap()),
        template: Template::TicketMissed,
        variables: vec![("number", format!("A{number:03}"))],
        due_at: None,
    };
    let transaction = app.platform.db.begin().await.unwrap();
    let messages = numbers.map(message).collect();
    notify::enqueue(&transaction, &app.platform, app.clock.now(), messages)
        .await
        .unwrap();
    transaction.commit().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_resident_reads_the_own_texts_and_nobody_elses() {
    let app = TestApp::start().await;
    let (one, two) = (app.resident(1).await, app.resident(2).await);
    let me = one.get("/me").await.expect(200);
    tell(&app, me["id"].as_str().unwrap(), 7..8).await;
    let listed = one.get("/notifications").await.expect(200);
    assert_eq!(listed["items"][0]["text"], "A007号已过号，请到导办台恢复排队。");
    assert_eq!(listed["items"][0]["status"], "waiting");
    assert_eq!(listed["items"].as_array().unwrap().len(), 1);
    assert_eq!(two.get("/notifications").await.expect(200)["items"], json!([]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_long_list_is_read_page_by_page() {
    let app = TestApp::start().await;
    let resident = app.resident(1).await;
    let me = resident.get("/me").await.expect(200);
    tell(&app, me["id"].as_str().unwrap(), 0..120).await;
    let (mut seen, mut path) = (Vec::new(), String::from("/notifications"));
    for page in [50, 50, 20] {
        let listed = resident.get(&path).await.expect(200);
        let items = listed["items"].as_array().unwrap();
        assert_eq!(items.len(), page);
        seen.extend(items.iter().map(|item| item["id"].as_str().unwrap().to_owned()));
        path = format!(
            "/notifications?cursor={}",
            listed["next_cursor"].as_str().unwrap_or_default()
        );
    }
    assert!(path.ends_with('='), "the last page says so");
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), 120);
    assert_eq!(resident.get("/notifications?cursor=x").await.status, 400);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_residents_have_notifications() {
    let app = TestApp::start().await;
    app.anyone()
        .get("/notifications")
        .await
        .refused(&problem::UNAUTHENTICATED);
    app.anyone()
        .get("/notifications/settings")
        .await
        .refused(&problem::UNAUTHENTICATED);
}
