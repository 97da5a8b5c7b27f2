//! An order's life: made once, entered again, closed, run out; and what happens when WeChat Pay does not answer as it should.
//!
//! `docs/payments.md` says which row of the acceptance list each test here is.

use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta};
use futures::future::join_all;
use serde_json::{Value, json};
use shared::fines::wire::{
    DECISION_PAID, DECISION_WITHDRAWN, PAYMENT_CONFIRMING, PAYMENT_PAUSE, PAYMENT_UNAVAILABLE, RECEIPT_PENDING,
};

use super::{Bureau, alerts, cashier, decision};
use crate::support::eventually;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn row_06_an_answer_that_is_tampered_with_or_unsigned_hands_nothing_out() {
    let bureau = Bureau::open().await;
    let resident = bureau.app.resident(1).await;
    for (number, kind) in [(1, "corrupt"), (2, "unsigned"), (3, "sign-test")] {
        let id = bureau.decide(&resident, number).await;
        bureau
            .sandbox
            .fault(json!({ "target": "wechat-pay", "kind": kind, "count": 1 }))
            .await;
        let order = bureau.order_of(&resident, &id, "jsapi").await;
        assert_eq!(
            (&order["status"], &order["bridge"]),
            (&json!("unknown"), &Value::Null),
            "{kind}"
        );
        assert_eq!(order["stage"], "confirming");
        bureau.advance(TimeDelta::seconds(6)).await;
        bureau.app.do_payments().await;
        bureau.shows(&resident, &order, "awaiting_payment", "unpaid").await;
        let again = bureau.order_of(&resident, &id, "jsapi").await;
        assert!(again["id"] == order["id"] && again["bridge"].is_object());
        assert_eq!(bureau.pay(&again).await.0, 200);
        bureau.becomes(&resident, &order, "paid").await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn row_08_an_order_that_was_paid_when_we_close_it_pays_or_goes_back() {
    let bureau = Bureau::open().await;
    let resident = bureau.app.resident(1).await;
    bureau.fault("wechat-notify", "drop").await;
    let id = bureau.decide(&resident, 1).await;
    let order = bureau.order_of(&resident, &id, "jsapi").await;
    assert_eq!(bureau.pay(&order).await.0, 200);
    // Another channel would close the first order, which says that it is paid.
    let other = resident
        .post(&format!("/decisions/{id}/payments"), json!({ "channel": "native" }))
        .await;
    other.refused(&DECISION_PAID);
    let paid = bureau.shows(&resident, &order, "paid", "paid_awaiting_books").await;
    assert_eq!(paid["confirmed_by"], "query");

    let order = bureau.order(&resident, 2, "jsapi").await;
    assert_eq!(bureau.pay(&order).await.0, 200);
    bureau.withdraw(2).await;
    bureau.app.do_payments().await;
    bureau
        .shows(&resident, &order, "refund_pending", "refund_on_its_way")
        .await;
    // WeChat takes its own time for a refund, and its notice of it is lost.
    eventually("the refund at WeChat", 20, async || {
        let known = bureau.at_wechat(&order).await;
        (known["refunds"][0]["status"] == "SUCCESS").then_some(())
    })
    .await;
    bureau.advance(TimeDelta::seconds(61)).await;
    bureau.app.do_payments().await;
    bureau.shows(&resident, &order, "refunded", "refunded").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn row_09_what_is_paid_a_second_time_goes_back_and_the_payer_is_told() {
    let bureau = Bureau::open().await;
    let resident = bureau.app.resident(1).await;
    let order = bureau.order(&resident, 1, "jsapi").await;
    let mut elsewhere = decision(1);
    elsewhere["status"] = json!("paid");
    assert_eq!(bureau.push("/upstream/decisions", elsewhere).await, "updated");
    assert_eq!(bureau.pay(&order).await.0, 200);
    bureau.becomes(&resident, &order, "refund_pending").await;
    bureau.app.do_payments().await;
    bureau.becomes(&resident, &order, "refunded").await;
    let told = resident.get("/notifications").await.expect(200).to_string();
    assert!(told.contains("150.00") && told.contains("退"), "{told}");
    assert_eq!(bureau.at_wechat(&order).await["refunds"].as_array().unwrap().len(), 1);
    assert_eq!(bureau.ledger().await, 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn row_10_two_tabs_share_an_order_and_another_payer_gets_another_after_the_first_is_closed() {
    let bureau = Bureau::open().await;
    let (one, two) = (bureau.app.resident(1).await, bureau.app.resident(2).await);
    let id = bureau.decide(&one, 1).await;
    let path = format!("/decisions/{id}/payments");
    let tabs = join_all((0..8).map(|_| one.post(&path, json!({ "channel": "jsapi" })))).await;
    let orders: Vec<Value> = tabs.iter().map(|answer| answer.expect(201)).collect();
    assert!(orders.iter().all(|order| order["id"] == orders[0]["id"]));
    assert_eq!(bureau.orders_at_wechat().await.len(), 1);
    // A tab that came while the order was being made was told to ask again; the one that made it can pay.
    let first = orders.iter().find(|order| order["bridge"].is_object()).unwrap();

    let lookup = json!({ "decision_no": decision(1)["decision_no"], "name": "杨云舟" });
    let found = two.post("/decisions/lookup", lookup).await.expect(200);
    assert_eq!((&found["id"], found.get("facts")), (&json!(id), None));
    let other = two.post(&path, json!({ "channel": "jsapi" })).await.expect(201);
    assert_ne!(other["id"], orders[0]["id"]);
    bureau.shows(&one, &orders[0], "closed", "closed").await;
    assert_eq!(bureau.pay(first).await.1["code"], "ORDER_CLOSED");
    assert_eq!(bureau.pay(&other).await.0, 200);
    bureau.becomes(&two, &other, "paid").await;
    one.post(&path, json!({ "channel": "jsapi" }))
        .await
        .refused(&DECISION_PAID);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_order_that_stands_open_beside_a_paid_decision_is_closed() {
    let bureau = Bureau::open().await;
    let resident = bureau.app.resident(1).await;
    let id = bureau.decide(&resident, 1).await;
    let first = bureau.order_of(&resident, &id, "jsapi").await;
    // It was closed here, and WeChat did not hear of it.
    bureau.app.execute("UPDATE payments SET status = 'closed'").await;
    let second = bureau.order_of(&resident, &id, "native").await;
    assert_eq!(bureau.pay(&first).await.0, 200);
    bureau.becomes(&resident, &first, "paid").await;
    bureau.app.do_payments().await;
    bureau.becomes(&resident, &second, "closed").await;
    assert_eq!(bureau.pay(&second).await.1["code"], "ORDER_CLOSED");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn row_11_while_the_clocks_differ_no_order_is_made_and_somebody_is_called() {
    let bureau = Bureau::open().await;
    let resident = bureau.app.resident(1).await;
    bureau.order(&resident, 1, "jsapi").await;
    let id = bureau.decide(&resident, 2).await;
    bureau.wechat_ahead_by(TimeDelta::minutes(10)).await;
    let path = format!("/decisions/{id}/payments");
    let refused = resident.post(&path, json!({ "channel": "jsapi" })).await;
    refused.refused(&PAYMENT_UNAVAILABLE);
    assert_eq!(alerts(&bureau.finance().await).await, ["clock_skew"]);
    bureau.wechat_ahead_by(TimeDelta::zero()).await;
    let order = resident.post(&path, json!({ "channel": "jsapi" })).await.expect(201);
    assert_eq!(order["status"], "awaiting_payment");
    assert_eq!(bureau.app.count("SELECT count(*) FROM payments").await, 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn row_13_an_order_that_times_out_is_asked_for_again_under_its_own_number() {
    let bureau = Bureau::open().await;
    let resident = bureau.app.resident(1).await;
    bureau.order(&resident, 1, "jsapi").await;
    for (number, kind) in [(2, "hang"), (3, "timeout-after-accept")] {
        let id = bureau.decide(&resident, number).await;
        bureau
            .sandbox
            .fault(json!({ "target": "wechat-pay", "kind": kind, "count": 1, "ms": 7000 }))
            .await;
        let order = bureau.order_of(&resident, &id, "jsapi").await;
        assert_eq!((&order["status"], &order["bridge"]), (&json!("unknown"), &Value::Null));
        // Nobody knows what became of it, so nobody gets another one.
        bureau.fault("wechat-pay", "5xx").await;
        let other = resident
            .post(&format!("/decisions/{id}/payments"), json!({ "channel": "native" }))
            .await;
        other.refused(&PAYMENT_CONFIRMING);
        bureau.sandbox.heal().await;
        let again = bureau.order_of(&resident, &id, "jsapi").await;
        assert_eq!(
            (&again["id"], &again["status"]),
            (&order["id"], &json!("awaiting_payment"))
        );
        assert_eq!(bureau.orders_at_wechat().await.len(), usize::try_from(number).unwrap());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn row_14_whoever_cancels_pays_the_same_order_later() {
    let bureau = Bureau::open().await;
    let resident = bureau.app.resident(1).await;
    let id = bureau.decide(&resident, 1).await;
    let order = bureau.order_of(&resident, &id, "jsapi").await;
    let mut cancel = cashier(&order);
    cancel["outcome"] = json!("cancel");
    assert_eq!(
        bureau.sandbox.post("/wechat/payer/pay", cancel).await.1["result"],
        "cancel"
    );
    let path = format!("/payments/{}/refresh", order["id"].as_str().unwrap());
    let shown = resident.post(&path, json!({ "bridge": "cancel" })).await.expect(200);
    assert_eq!(shown["stage"], "unpaid");
    bureau.advance(TimeDelta::minutes(5)).await;
    bureau.app.do_payments().await;
    let again = bureau.order_of(&resident, &id, "jsapi").await;
    assert_eq!(again["id"], order["id"]);
    assert_eq!(bureau.pay(&again).await.0, 200);
    bureau.becomes(&resident, &order, "paid").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn row_15_what_the_bridge_says_is_confirmed_before_there_is_a_receipt() {
    let bureau = Bureau::open().await;
    let resident = bureau.app.resident(1).await;
    let order = bureau.order(&resident, 1, "jsapi").await;
    let path = format!("/payments/{}", order["id"].as_str().unwrap());
    let shown = resident
        .post(&format!("{path}/refresh"), json!({ "bridge": "ok" }))
        .await
        .expect(200);
    assert_eq!(
        (&shown["status"], &shown["stage"]),
        (&json!("awaiting_payment"), &json!("confirming"))
    );
    resident.get(&format!("{path}/receipt")).await.refused(&RECEIPT_PENDING);
    assert_eq!(bureau.ledger().await, 0);
    // When WeChat still knows of nothing after a while, it can be paid again.
    bureau.advance(TimeDelta::minutes(3)).await;
    bureau.app.do_payments().await;
    bureau.shows(&resident, &order, "awaiting_payment", "unpaid").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn row_16_an_amount_is_never_paid_on_another_day_than_its_own() {
    let bureau = Bureau::open().await;
    let at = |text: &str| DateTime::parse_from_rfc3339(text).unwrap().to_utc();
    bureau.set(at("2026-11-23T23:57:50+08:00")).await;
    let resident = bureau.app.resident(1).await;
    let id = bureau.decide(&resident, 1).await;
    let order = bureau.order_of(&resident, &id, "jsapi").await;
    assert_eq!(order["expires_at"], "2026-11-24T00:00:00+08:00");
    bureau.set(at("2026-11-23T23:58:31+08:00")).await;
    let late = resident
        .post(&format!("/decisions/{id}/payments"), json!({ "channel": "jsapi" }))
        .await;
    assert_eq!(late.refused(&PAYMENT_PAUSE)["again_at"], "2026-11-24T00:00:00+08:00");
    bureau.set(at("2026-11-24T00:01:00+08:00")).await;
    assert_eq!(bureau.pay(&order).await.1["code"], "ORDER_CLOSED");
    let mut grown = decision(1);
    grown["surcharge_fen"] = json!(450);
    assert_eq!(bureau.push("/upstream/decisions", grown).await, "updated");
    bureau.app.do_payments().await;
    bureau.shows(&resident, &order, "closed", "closed").await;
    let today = bureau.order_of(&resident, &id, "jsapi").await;
    assert!(today["id"] != order["id"] && today["amount_fen"] == 15_450, "{today}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn row_17_a_decision_that_is_withdrawn_cannot_be_paid_any_more() {
    let bureau = Bureau::open().await;
    let resident = bureau.app.resident(1).await;
    let id = bureau.decide(&resident, 1).await;
    let order = bureau.order_of(&resident, &id, "jsapi").await;
    bureau.withdraw(1).await;
    bureau.app.do_payments().await;
    bureau.shows(&resident, &order, "closed", "closed").await;
    assert_eq!(bureau.pay(&order).await.1["code"], "ORDER_CLOSED");
    let shown = resident.get(&format!("/decisions/{id}")).await.expect(200);
    assert_eq!(
        (&shown["status"], &shown["amount_due_fen"]),
        (&json!("withdrawn"), &json!(0))
    );
    let refused = resident
        .post(&format!("/decisions/{id}/payments"), json!({ "channel": "jsapi" }))
        .await;
    refused.refused(&DECISION_WITHDRAWN);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn row_25_a_proxys_page_a_limit_and_a_silence_cost_seconds_and_no_worker() {
    let bureau = Bureau::open().await;
    let resident = bureau.app.resident(1).await;
    bureau.order(&resident, 1, "jsapi").await;
    for (number, kind) in [(2, "html-502"), (3, "429"), (4, "hang"), (5, "drop"), (6, "5xx")] {
        let id = bureau.decide(&resident, number).await;
        bureau.fault("wechat-pay", kind).await;
        let begun = Instant::now();
        let order = bureau.order_of(&resident, &id, "jsapi").await;
        assert_eq!(
            (&order["status"], &order["bridge"]),
            (&json!("unknown"), &Value::Null),
            "{kind}"
        );
        assert!(begun.elapsed() < Duration::from_secs(9), "{kind}");
        bureau.app.anyone().get("/services").await.expect(200);
        bureau.sandbox.heal().await;
        let again = bureau.order_of(&resident, &id, "jsapi").await;
        assert!(again["id"] == order["id"] && again["bridge"].is_object(), "{kind}");
    }
}
