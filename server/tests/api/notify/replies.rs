//! `POST /sms/aliyun/replies` and `/sms/tencent/replies`.

use serde_json::json;
use server::notify::{Message, Recipient};
use shared::notify::rules::Template;

use super::{Bureau, called, phones::eventually};
use crate::support::phone;

fn missed() -> Message {
    Message {
        event: "ticket/A001/missed-1".into(),
        to: Recipient::Phone(phone(1).parse().unwrap()),
        template: Template::TicketMissed,
        variables: vec![("number", "A001".into())],
        due_at: None,
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_answers_td_gets_no_more_notices_until_the_page_says_otherwise() {
    let bureau = Bureau::open().await;
    let resident = bureau.app.resident(1).await;
    bureau.send(vec![called(1, "A001")]).await;
    bureau.phones.reply(&phone(1), "ｔｄ").await;
    eventually("the wish", 20, async || {
        (resident.get("/notifications/settings").await.expect(200) == json!({"texts": false})).then_some(())
    })
    .await;
    let before = bureau.phones.texts(&phone(1)).await.len();
    bureau.send(vec![missed()]).await;
    assert_eq!(bureau.phones.texts(&phone(1)).await.len(), before);
    assert_eq!(bureau.status().await.last().map(String::as_str), Some("declined"));
    assert_eq!(
        bureau
            .app
            .count("SELECT count(*) FROM audit_entries WHERE action = 'notify.opt-out'")
            .await,
        1
    );

    resident
        .put("/notifications/settings", json!({"texts": true}))
        .await
        .expect(200);
    bureau.send(vec![called(1, "B001")]).await;
    assert_eq!(bureau.phones.texts(&phone(1)).await.len(), before + 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_that_asks_for_nothing_or_comes_from_nobody_we_texted_is_not_heard() {
    let bureau = Bureau::open().await;
    bureau.send(vec![called(1, "A001")]).await;
    let provider = bureau.app.anyone();
    for (number, text) in [(1, "好的"), (2, "TD"), (1, "")] {
        let aliyun = json!([{"phone_number": phone(number), "send_time": "2026-11-23 08:00:00", "content": text}]);
        provider.post("/sms/aliyun/replies", aliyun).await.expect(200);
        let tencent = json!([{"extend": "", "mobile": phone(number), "nationcode": "86", "text": text}]);
        provider.post("/sms/tencent/replies", tencent).await.expect(200);
    }
    assert_eq!(bureau.app.count("SELECT count(*) FROM message_opt_outs").await, 0);
}
