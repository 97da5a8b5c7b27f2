//! How we learn that money came: by a notification, by asking, by the bill of the day.
//!
//! `docs/payments.md` says which row of the acceptance list each test here is.

use chrono::TimeDelta;
use futures::future::join_all;
use serde_json::{Value, json};
use shared::fines::wire::PAYMENT_CONFIRMING;

use super::{Bureau, alerts, letter::Letter};
use crate::support::eventually;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn row_01_the_same_notification_twenty_times_at_once_has_each_effect_once() {
    let bureau = Bureau::open().await;
    let resident = bureau.app.resident(1).await;
    bureau.fault("wechat-notify", "drop").await;
    let order = bureau.order(&resident, 1, "jsapi").await;
    assert_eq!(bureau.pay(&order).await.0, 200);
    let letter = Letter::paid(&bureau.app, &bureau.at_wechat(&order).await);
    let answers = join_all((0..20).map(|_| letter.deliver(&bureau.app))).await;
    assert!(answers.iter().all(|answer| answer.status == 204));
    bureau.app.do_payments().await;
    assert!(letter.deliver(&bureau.app).await.status == 204);
    bureau.shows(&resident, &order, "paid", "receipt_ready").await;
    for table in ["ledger_entries", "receipts", "outside_tasks WHERE kind = 'receipt'"] {
        assert_eq!(
            bureau.app.count(&format!("SELECT count(*) FROM {table}")).await,
            1,
            "{table}"
        );
    }
    let told = bureau.write_backs("payments").await;
    assert_eq!((told.len(), &told[0]["deliveries"]), (1, &json!(1)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn row_02_a_notification_before_the_answer_to_the_order_is_not_undone_by_it() {
    let bureau = Bureau::open().await;
    let resident = bureau.app.resident(1).await;
    bureau.order(&resident, 1, "jsapi").await;
    let decision = bureau.decide(&resident, 2).await;
    let late = json!({ "target": "wechat-pay", "kind": "timeout-after-accept", "ms": 3000, "count": 1 });
    bureau.sandbox.fault(late).await;
    let (waiting, path) = (resident.clone(), format!("/decisions/{decision}/payments"));
    let answer = tokio::spawn(async move { waiting.post(&path, json!({ "channel": "jsapi" })).await });
    let order = eventually("the order at WeChat Pay", 5, async || {
        let listed = bureau.orders_at_wechat().await;
        listed
            .into_iter()
            .find(|order| order["description"].as_str().unwrap().ends_with("0002"))
    })
    .await;
    let pay = json!({ "prepay_id": order["prepay_id"] });
    assert_eq!(bureau.sandbox.post("/wechat/payer/pay", pay).await.0, 200);
    eventually("the money", 5, async || {
        (bureau.app.count("SELECT count(*) FROM ledger_entries").await == 1).then_some(())
    })
    .await;
    let answer = answer.await.unwrap().expect(201);
    assert_eq!((&answer["status"], &answer["bridge"]), (&json!("paid"), &Value::Null));
    bureau.shows(&resident, &answer, "paid", "paid_awaiting_books").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn row_03_a_lost_notification_is_made_good_by_asking_within_a_minute() {
    let bureau = Bureau::open().await;
    let resident = bureau.app.resident(1).await;
    let order = bureau.order(&resident, 1, "jsapi").await;
    bureau.fault("wechat-notify", "drop").await;
    // Whenever in the order's life it is paid.
    for _ in 0..12 {
        bureau.advance(TimeDelta::minutes(8)).await;
        bureau.app.do_payments().await;
    }
    assert_eq!(bureau.pay(&order).await.0, 200);
    bureau.advance(TimeDelta::seconds(60)).await;
    bureau.app.do_payments().await;
    let resident = bureau.app.resident_again(1).await;
    let paid = bureau.shows(&resident, &order, "paid", "receipt_ready").await;
    assert_eq!(paid["confirmed_by"], "query");
    assert_eq!(bureau.app.count("SELECT count(*) FROM ledger_entries").await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn row_04_when_nothing_is_heard_for_a_day_the_bill_makes_it_good() {
    let bureau = Bureau::open().await;
    let resident = bureau.app.resident(1).await;
    let order = bureau.order(&resident, 1, "jsapi").await;
    bureau.fault("wechat-notify", "drop").await;
    assert_eq!(bureau.pay(&order).await.0, 200);
    bureau.fault("wechat-pay", "5xx").await;
    for _ in 0..27 {
        bureau.advance(TimeDelta::hours(1)).await;
        bureau.app.do_payments().await;
    }
    let resident = bureau.app.resident_again(1).await;
    bureau.shows(&resident, &order, "awaiting_payment", "confirming").await;
    bureau.sandbox.heal().await;
    bureau.fault("wechat-notify", "drop").await;
    let finance = bureau.finance().await;
    let day = finance
        .post("/reconciliation/days/2026-11-23/run", json!({}))
        .await
        .expect(200);
    assert_eq!(
        (&day["recovered_by_bill"], &day["received_fen"]),
        (&json!(1), &json!(15_000))
    );
    bureau.app.do_payments().await;
    let paid = bureau.shows(&resident, &order, "paid", "receipt_ready").await;
    assert_eq!(paid["confirmed_by"], "bill");
    let day = finance
        .post("/reconciliation/days/2026-11-23/run", json!({}))
        .await
        .expect(200);
    assert_eq!(
        (&day["status"], &day["recovered_by_bill"]),
        (&json!("balanced"), &json!(1)),
        "{day}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn row_05_what_is_not_signed_by_wechat_now_is_refused_and_changes_nothing() {
    let bureau = Bureau::open().await;
    let resident = bureau.app.resident(1).await;
    bureau.fault("wechat-notify", "drop").await;
    let order = bureau.order(&resident, 1, "jsapi").await;
    assert_eq!(bureau.pay(&order).await.0, 200);
    let told = bureau.at_wechat(&order).await;
    let good = Letter::paid(&bureau.app, &told);
    let forged = |change: fn(&mut Letter)| {
        let mut letter = good.clone();
        change(&mut letter);
        letter
    };
    let letters = [
        forged(|letter| letter.signature = letter.signature.chars().rev().collect()),
        forged(|letter| letter.signature = "no base64".into()),
        forged(|letter| letter.signature = "WECHATPAY/SIGNTEST/0123456789".into()),
        forged(|letter| letter.serial = "5B1A4D0E7C3F2A6980D1E2F3A4B5C6D7E8F90999".into()),
        forged(|letter| letter.serial = "' OR 1=1".into()),
        forged(|letter| letter.body = letter.body.replace("SUCCESS", "success")),
        forged(|letter| letter.timestamp += 1),
        Letter::at(good.timestamp - 300, &told),
        Letter::at(good.timestamp + 300, &told),
    ];
    for letter in &letters {
        let answer = letter.deliver(&bureau.app).await;
        assert_eq!(
            (answer.expect(400)["code"].as_str(), bureau.ledger().await),
            (Some("FAIL"), 0)
        );
    }
    let unsigned = bureau.app.anyone().post("/wechat-pay/notify", json!({})).await;
    assert_eq!(unsigned.expect(400)["code"], "FAIL");
    bureau.shows(&resident, &order, "awaiting_payment", "unpaid").await;
    assert_eq!(good.deliver(&bureau.app).await.status, 204);
    assert_eq!(bureau.ledger().await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn row_07_money_that_does_not_fit_pays_nothing_and_comes_before_an_officer() {
    let bureau = Bureau::open().await;
    let resident = bureau.app.resident(1).await;
    for (number, kind) in [
        (1, "wrong-amount"),
        (2, "wrong-currency"),
        (3, "wrong-mchid"),
        (4, "wrong-appid"),
    ] {
        let decision = bureau.decide(&resident, number).await;
        let order = bureau.order_of(&resident, &decision, "jsapi").await;
        bureau
            .sandbox
            .fault(json!({ "target": "wechat-notify", "kind": kind, "count": 1 }))
            .await;
        assert_eq!(bureau.pay(&order).await.0, 200);
        let shown = bureau.becomes(&resident, &order, "exception").await;
        assert_eq!(shown["stage"], "under_examination");
        let decision_now = resident.get(&format!("/decisions/{decision}")).await.expect(200);
        assert_eq!(decision_now["status"], "open");
        // It is not paid twice while an officer looks at it, and the same notice again is taken and changes nothing.
        let again = resident
            .post(
                &format!("/decisions/{decision}/payments"),
                json!({ "channel": "jsapi" }),
            )
            .await;
        again.refused(&PAYMENT_CONFIRMING);
        let letter = Letter::paid(&bureau.app, &bureau.at_wechat(&order).await);
        assert_eq!(letter.deliver(&bureau.app).await.status, 204);
        bureau.shows(&resident, &order, "exception", "under_examination").await;
        let sql = format!(
            "SELECT count(*) FROM payment_exceptions WHERE status = 'open' AND kind = '{}'",
            kind.replace('-', "_")
        );
        assert_eq!(bureau.app.count(&sql).await, 1, "{kind}");
    }
    assert_eq!(bureau.ledger().await, 0);
    let alerts = alerts(&bureau.finance().await).await;
    assert_eq!(alerts.iter().filter(|alert| *alert == "payment_exception").count(), 4);
}
