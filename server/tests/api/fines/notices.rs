//! How we learn that money came: by a notification, by asking, by the bill of the day. Rows of the acceptance list stand at each test.

use chrono::TimeDelta;
use serde_json::json;

use super::Bureau;

/// Row 3.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lost_notification_is_made_good_by_asking_within_a_minute() {
    let bureau = Bureau::open().await;
    let resident = bureau.app.resident(1).await;
    let order = bureau.order(&resident, 1, "jsapi").await;
    bureau
        .sandbox
        .fault(json!({ "target": "wechat-notify", "kind": "drop" }))
        .await;
    assert_eq!(bureau.pay(&order).await.0, 200);
    bureau.app.do_payments().await;
    bureau.shows(&resident, &order, "awaiting_payment", "unpaid").await;
    bureau.advance(TimeDelta::seconds(60)).await;
    bureau.app.do_payments().await;
    let paid = bureau.shows(&resident, &order, "paid", "receipt_ready").await;
    assert_eq!(paid["confirmed_by"], "query");
    bureau.sandbox.heal().await;
    assert_eq!(bureau.app.count("SELECT count(*) FROM ledger_entries").await, 1);
}
