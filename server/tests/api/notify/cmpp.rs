//! Texts over a carrier's own line, CMPP 2.0 over TCP.

use chrono::TimeDelta;
use serde_json::json;
use server::notify::{Accounts, CmppAccount};

use super::{Bureau, called, phones::eventually};
use crate::support::phone;

/// A bureau that has nothing but a carrier's line.
async fn line() -> Bureau {
    with_secret("sandbox").await
}

async fn with_secret(secret: &str) -> Bureau {
    Bureau::open_with(|phones| Accounts {
        cmpp: Some(CmppAccount {
            address: phones.carrier.clone(),
            source: "900001".into(),
            secret: secret.into(),
            service_number: "1069000100001".into(),
            sign: "云川公安".into(),
            weight: 100,
        }),
        ..Accounts::default()
    })
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_text_goes_over_the_line_and_its_report_comes_back() {
    let bureau = line().await;
    bureau.send(vec![called(1, "A001")]).await;
    assert_eq!(bureau.phones.texts(&phone(1)).await.len(), 1);
    eventually("the report", 20, async || {
        (bureau.status().await == ["delivered"]).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn more_texts_than_the_window_holds_all_arrive_once() {
    let bureau = line().await;
    let fault = json!({ "target": "cmpp", "kind": "delay", "rate": 1.0, "ms": 60 });
    bureau.phones.fault(fault).await;
    let texts = (1..=60)
        .map(|number| called(number, &format!("A{number:03}")))
        .collect();
    bureau.send(texts).await;
    for number in 1..=60 {
        assert_eq!(bureau.phones.texts(&phone(number)).await.len(), 1, "resident {number}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_line_that_broke_is_opened_anew() {
    let bureau = line().await;
    bureau.send(vec![called(1, "A001")]).await;
    bureau
        .phones
        .fault(json!({ "target": "cmpp", "kind": "drop", "count": 1 }))
        .await;
    // Its answer is lost with the line, so nobody can tell whether it was sent, and it is not sent again.
    bureau.send(vec![called(2, "A002")]).await;
    bureau.send(vec![called(3, "A003")]).await;
    assert_eq!(bureau.phones.texts(&phone(3)).await.len(), 1);
    assert_eq!(bureau.phones.texts(&phone(2)).await.len(), 0);
    let unknown = "SELECT count(*) FROM message_attempts WHERE outcome = 'unknown'";
    assert_eq!(bureau.app.count(unknown).await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_text_whose_answer_was_lost_is_not_sent_again() {
    let bureau = line().await;
    let fault = json!({ "target": "cmpp", "kind": "timeout-after-accept", "count": 1 });
    bureau.phones.fault(fault).await;
    bureau.send(vec![called(1, "A001")]).await;
    for _ in 0..4 {
        bureau.advance(TimeDelta::minutes(2)).await;
        bureau.send(vec![]).await;
    }
    assert_eq!(bureau.phones.texts(&phone(1)).await.len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wish_for_no_more_texts_comes_over_the_line() {
    let bureau = line().await;
    let resident = bureau.app.resident(1).await;
    bureau.send(vec![called(1, "A001")]).await;
    bureau.phones.reply_to_carrier(&phone(1), "TD").await;
    eventually("the wish", 20, async || {
        (resident.get("/notifications/settings").await.expect(200) == json!({"texts": false})).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_login_that_is_refused_sends_nothing_and_is_tried_again() {
    let bureau = with_secret("wrong").await;
    bureau.send(vec![called(1, "A001")]).await;
    assert_eq!(bureau.phones.texts(&phone(1)).await.len(), 0);
    assert_eq!(bureau.status().await, ["pending"]);
    let refused = "SELECT count(*) FROM message_attempts WHERE outcome = 'transient'";
    assert!(bureau.app.count(refused).await >= 1);
}
