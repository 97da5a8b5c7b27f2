//! Money that goes back. `docs/payments.md` says which row of the acceptance list each test here is.

use chrono::TimeDelta;
use serde_json::json;

use super::{Bureau, reconcile};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn row_18_money_that_is_not_settled_goes_back_by_wechat_with_receipt_and_points() {
    let bureau = Bureau::open().await;
    let resident = bureau.app.resident(1).await;
    let order = bureau.paid(&resident, 1).await;
    bureau.withdraw(1).await;
    bureau.app.do_payments().await;
    bureau.becomes(&resident, &order, "refunded").await;
    let receipt = format!("/payments/{}/receipt", order["id"].as_str().unwrap());
    assert_eq!(resident.get(&receipt).await.expect(200)["voided"], true);
    let told = bureau.write_backs("point-reversals").await;
    assert_eq!((told.len(), &told[0]["body"]["points"]), (1, &json!(3)));
    let refunds = bureau.at_wechat(&order).await["refunds"].clone();
    assert_eq!(
        (refunds.as_array().unwrap().len(), &refunds[0]["status"]),
        (1, &json!("SUCCESS"))
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn row_19_money_that_is_settled_goes_back_when_the_treasury_says_so() {
    let bureau = Bureau::open().await;
    let resident = bureau.app.resident(1).await;
    let order = bureau.paid(&resident, 1).await;
    bureau.advance(TimeDelta::hours(27)).await;
    assert_eq!(
        reconcile(&bureau.finance().await, "2026-11-23").await["status"],
        "balanced"
    );
    let resident = bureau.app.resident_again(1).await;
    bureau.fault("fiscal", "processing").await;
    bureau.withdraw(1).await;
    bureau.app.do_payments().await;
    bureau
        .shows(&resident, &order, "treasury_refund_requested", "refund_on_its_way")
        .await;
    assert_eq!(bureau.at_wechat(&order).await["refunds"], json!([]));
    let number = bureau.app.text("SELECT out_refund_no FROM refunds").await;
    let decided = json!({ "status": "refunded" });
    assert_eq!(
        bureau
            .sandbox
            .post(&format!("/fiscal/desk/treasury-refunds/{number}"), decided)
            .await
            .0,
        200
    );
    bureau.advance(TimeDelta::seconds(61)).await;
    bureau.app.do_payments().await;
    bureau.shows(&resident, &order, "refunded", "refunded").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn row_20_each_outcome_of_a_refund_is_followed_to_its_end() {
    let bureau = Bureau::open().await;
    let resident = bureau.app.resident(1).await;
    let (failing, pending) = (bureau.paid(&resident, 1).await, bureau.paid(&resident, 2).await);
    let (abnormal, closed) = (bureau.paid(&resident, 3).await, bureau.paid(&resident, 4).await);

    // SYSTEM_ERROR: the same number again.
    bureau
        .sandbox
        .fault(json!({ "target": "wechat-pay", "kind": "5xx", "count": 1 }))
        .await;
    bureau.withdraw(1).await;
    bureau.app.do_payments().await;
    bureau
        .shows(&resident, &failing, "refund_pending", "refund_on_its_way")
        .await;
    bureau.advance(TimeDelta::seconds(6)).await;
    bureau.app.do_payments().await;
    bureau.becomes(&resident, &failing, "refunded").await;
    assert_eq!(bureau.app.count("SELECT count(*) FROM refunds").await, 1);

    // PROCESSING: asked about until it is done.
    bureau
        .sandbox
        .fault(json!({ "target": "wechat-pay", "kind": "processing", "count": 1 }))
        .await;
    bureau.withdraw(2).await;
    bureau.app.do_payments().await;
    bureau.advance(TimeDelta::seconds(61)).await;
    bureau.app.do_payments().await;
    bureau
        .shows(&resident, &pending, "refund_pending", "refund_on_its_way")
        .await;
    let number = bureau
        .app
        .text("SELECT out_refund_no FROM refunds WHERE status = 'processing'")
        .await;
    bureau.fault("wechat-notify", "drop").await;
    let settled = json!({ "status": "SUCCESS" });
    assert_eq!(
        bureau
            .sandbox
            .post(&format!("/wechat/refunds/{number}/settle"), settled)
            .await
            .0,
        204
    );
    bureau.advance(TimeDelta::seconds(61)).await;
    bureau.app.do_payments().await;
    bureau.shows(&resident, &pending, "refunded", "refunded").await;
    bureau.sandbox.heal().await;

    // ABNORMAL: a person must act.
    bureau
        .sandbox
        .fault(json!({ "target": "wechat-pay", "kind": "abnormal", "count": 1 }))
        .await;
    bureau.withdraw(3).await;
    bureau.app.do_payments().await;
    let shown = bureau.becomes(&resident, &abnormal, "refund_failed").await;
    assert_eq!(shown["stage"], "under_examination");
    let sql = "SELECT count(*) FROM payment_exceptions WHERE kind = 'refund_abnormal' AND status = 'open'";
    assert_eq!(bureau.app.count(sql).await, 1);

    // CLOSED: another number, which says which one it replaces.
    bureau
        .sandbox
        .fault(json!({ "target": "wechat-pay", "kind": "closed", "count": 1 }))
        .await;
    bureau.withdraw(4).await;
    bureau.app.do_payments().await;
    crate::support::eventually("the closed refund", 10, async || {
        bureau.app.do_payments().await;
        (bureau
            .app
            .count("SELECT count(*) FROM refunds WHERE replaces IS NOT NULL")
            .await
            == 1)
            .then_some(())
    })
    .await;
    bureau.app.do_payments().await;
    bureau.becomes(&resident, &closed, "refunded").await;
    assert_eq!(bureau.at_wechat(&closed).await["refunds"].as_array().unwrap().len(), 2);

    // CLOSED every time: a person must act.
    let stubborn = bureau.paid(&resident, 5).await;
    bureau.fault("wechat-pay", "closed").await;
    bureau.withdraw(5).await;
    crate::support::eventually("the third closed refund", 20, async || {
        bureau.advance(TimeDelta::seconds(61)).await;
        bureau.app.do_payments().await;
        let closed = "SELECT count(*) FROM refunds WHERE status = 'closed'";
        (bureau.app.count(closed).await == 4).then_some(())
    })
    .await;
    let resident = bureau.app.resident(1).await;
    bureau.becomes(&resident, &stubborn, "refund_failed").await;
    assert_eq!(
        bureau.at_wechat(&stubborn).await["refunds"].as_array().unwrap().len(),
        3
    );
    assert_eq!(bureau.app.count(sql).await, 2);
    bureau.sandbox.heal().await;
}
