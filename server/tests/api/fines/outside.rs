//! The systems that hear of a payment, and the keys that WeChat Pay signs with.
//!
//! `docs/payments.md` says which row of the acceptance list each test here is.

use chrono::TimeDelta;
use serde_json::json;

use super::{Bureau, alerts};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn row_23_while_the_police_or_the_treasury_is_away_a_payment_holds_and_is_told_later() {
    let bureau = Bureau::open().await;
    let resident = bureau.app.resident(1).await;
    for target in ["police", "fiscal"] {
        bureau.fault(target, "5xx").await;
    }
    let order = bureau.order(&resident, 1, "jsapi").await;
    assert_eq!(bureau.pay(&order).await.0, 200);
    bureau.becomes(&resident, &order, "paid").await;
    for _ in 0..24 {
        bureau.app.do_payments().await;
        bureau.advance(TimeDelta::minutes(5)).await;
    }
    let resident = bureau.app.resident_again(1).await;
    bureau.shows(&resident, &order, "paid", "paid_awaiting_books").await;
    assert!(alerts(&bureau.finance().await).await.contains(&"stuck_task".to_owned()));
    bureau.sandbox.heal().await;
    bureau.advance(TimeDelta::minutes(10)).await;
    bureau.app.do_payments().await;
    let resident = bureau.app.resident_again(1).await;
    bureau.shows(&resident, &order, "paid", "receipt_ready").await;
    assert_eq!(bureau.write_backs("payments").await.len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn row_24_when_wechat_changes_its_keys_no_payment_fails() {
    let bureau = Bureau::open().await;
    let resident = bureau.app.resident(1).await;
    let mut number = 0;
    for (signing, certificates) in [
        ("certificate", 1),
        ("second-certificate", 2),
        ("alternate", 2),
        ("public-key", 0),
        ("alternate", 0),
    ] {
        let settings = json!({ "signing": signing, "certificates": certificates });
        bureau.sandbox.put("/wechat/settings", settings).await;
        bureau.advance(TimeDelta::seconds(31)).await;
        for _ in 0..3 {
            number += 1;
            let order = bureau.order(&resident, number, "jsapi").await;
            assert_eq!(order["status"], "awaiting_payment", "{signing}");
            assert_eq!(bureau.pay(&order).await.0, 200);
            let paid = bureau.becomes(&resident, &order, "paid").await;
            assert_eq!(paid["confirmed_by"], "notice", "{signing}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_first_orders_after_a_start_come_together_and_each_gets_its_key() {
    let bureau = Bureau::open().await;
    let resident = bureau.app.resident(1).await;
    let mut orders = Vec::new();
    for number in 1..=6 {
        let path = format!("/decisions/{}/payments", bureau.decide(&resident, number).await);
        let resident = resident.clone();
        orders.push(tokio::spawn(async move {
            resident.post(&path, json!({ "channel": "native" })).await
        }));
    }
    for order in orders {
        let order = order.await.unwrap().expect(201);
        assert!(order["code_url"].is_string(), "{order}");
    }
}
