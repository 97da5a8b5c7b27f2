//! `GET /admin/dead-letters` and `POST /admin/dead-letters/{id}/replay`.

use chrono::TimeDelta;
use serde_json::json;
use server::notify::{Message, Recipient};
use shared::{notify::rules::Template, problem};

use super::Bureau;
use crate::support::phone;

fn filed() -> Message {
    Message {
        event: "case/1/filed".into(),
        to: Recipient::Phone(phone(1).parse().unwrap()),
        template: Template::CaseFiled,
        variables: vec![("case", "0042".into()), ("date", "11月23日".into())],
        due_at: None,
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_law_wants_told_waits_for_somebody_and_is_sent_when_replayed() {
    let bureau = Bureau::open().await;
    bureau.enqueue(vec![filed()]).await;
    bureau.advance(TimeDelta::hours(73)).await;
    bureau.dispatcher.send_due().await.unwrap();
    assert_eq!(bureau.status().await, ["dead"]);

    let admin = bureau.app.staff("admin-1").await;
    let letters = admin.get("/admin/dead-letters").await.expect(200);
    assert_eq!(letters["items"].as_array().unwrap().len(), 1);
    assert_eq!(letters["items"][0]["template"], "case-filed");
    assert!(!letters.to_string().contains("0042"), "variables are not shown");
    let replay = format!(
        "/admin/dead-letters/{}/replay",
        letters["items"][0]["id"].as_str().unwrap()
    );
    admin.post(&replay, json!({})).await.expect(204);
    admin.post(&replay, json!({})).await.refused(&problem::NOT_FOUND);
    bureau.dispatcher.send_due().await.unwrap();
    assert_eq!(bureau.phones.texts(&phone(1)).await.len(), 1);
    assert_eq!(admin.get("/admin/dead-letters").await.expect(200)["items"], json!([]));
    assert_eq!(
        bureau
            .app
            .count("SELECT count(*) FROM audit_entries WHERE action = 'notify.replay'")
            .await,
        1
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_the_system_admin_sees_dead_letters() {
    let bureau = Bureau::open().await;
    let app = &bureau.app;
    app.anyone()
        .get("/admin/dead-letters")
        .await
        .refused(&problem::UNAUTHENTICATED);
    for client in [
        app.resident(1).await,
        app.staff("clerk-zhongxin-1").await,
        app.staff("manager-zhongxin").await,
    ] {
        client.get("/admin/dead-letters").await.refused(&problem::FORBIDDEN);
        let replay = format!("/admin/dead-letters/{}/replay", uuid::Uuid::nil());
        client.post(&replay, json!({})).await.refused(&problem::FORBIDDEN);
    }
}
