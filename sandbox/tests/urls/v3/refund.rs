//! `/v3/refund/domestic/refunds`.

use serde_json::{Value, json};

use super::Merchant;
use crate::support::Rig;

const REFUNDS: &str = "/v3/refund/domestic/refunds";
const NOTIFY: &str = "/api/v1/wechat-pay/refund-notify";

fn refund(rig: &Rig, number: &str, amount: i64, total: i64) -> Value {
    json!({
        "out_trade_no": "BM000001",
        "out_refund_no": number,
        "reason": "处罚决定撤销",
        "notify_url": format!("{}{NOTIFY}", rig.server.base),
        "amount": { "refund": amount, "total": total, "currency": "CNY" },
    })
}

#[actix_web::test]
async fn a_refund_is_accepted_done_notified_and_reentered() {
    let rig = Rig::start().await;
    let merchant = Merchant::of(&rig).await;
    let transaction_id = merchant.paid(&rig, "BM000001", 200).await;
    let (status, accepted) = merchant.post(&rig, REFUNDS, &refund(&rig, "RF1", 200, 200)).await;
    assert_eq!((status, &accepted["status"]), (200, &json!("PROCESSING")));
    assert_eq!(
        (&accepted["transaction_id"], accepted.get("funds_account")),
        (&json!(transaction_id), None)
    );
    let push = &rig.server.wait_for(NOTIFY, 1).await[0];
    assert!(merchant.verifies_push(push));
    assert_eq!(push.json()["event_type"], "REFUND.SUCCESS");
    let notice: Value = serde_json::from_slice(&merchant.open(&push.json()["resource"])).unwrap();
    assert_eq!(
        (&notice["refund_status"], &notice["amount"]["refund"]),
        (&json!("SUCCESS"), &json!(200))
    );
    let (_, found) = merchant.get(&rig, &format!("{REFUNDS}/RF1")).await;
    assert_eq!(
        (&found["status"], &found["refund_id"]),
        (&json!("SUCCESS"), &accepted["refund_id"])
    );
    assert_eq!(
        merchant.post(&rig, REFUNDS, &refund(&rig, "RF1", 200, 200)).await.1,
        found
    );
    let query = format!("/v3/pay/transactions/out-trade-no/BM000001?mchid={}", merchant.mchid);
    assert_eq!(merchant.get(&rig, &query).await.1["trade_state"], "REFUND");
}

#[actix_web::test]
async fn no_more_than_was_paid_comes_back() {
    let rig = Rig::start().await;
    let merchant = Merchant::of(&rig).await;
    let (status, refusal) = merchant.post(&rig, REFUNDS, &refund(&rig, "RF1", 100, 200)).await;
    assert_eq!((status, &refusal["code"]), (404, &json!("RESOURCE_NOT_EXISTS")));
    merchant.paid(&rig, "BM000001", 200).await;
    assert_eq!(
        merchant.post(&rig, REFUNDS, &refund(&rig, "RF1", 150, 200)).await.0,
        200
    );
    for wrong in [
        refund(&rig, "RF2", 51, 200),
        refund(&rig, "RF2", 50, 199),
        refund(&rig, "RF1", 50, 200),
    ] {
        let (status, refusal) = merchant.post(&rig, REFUNDS, &wrong).await;
        assert_eq!((status, &refusal["code"]), (400, &json!("INVALID_REQUEST")));
    }
    assert_eq!(merchant.post(&rig, REFUNDS, &refund(&rig, "RF2", 50, 200)).await.0, 200);
    let (status, refusal) = merchant.get(&rig, &format!("{REFUNDS}/RF9")).await;
    assert_eq!((status, &refusal["code"]), (404, &json!("RESOURCE_NOT_EXISTS")));
}

#[actix_web::test]
async fn a_refund_can_hang_and_end_badly() {
    let rig = Rig::start().await;
    let merchant = Merchant::of(&rig).await;
    merchant.paid(&rig, "BM000001", 200).await;
    rig.fault(json!({ "target": "wechat-pay", "kind": "processing", "count": 1 }))
        .await;
    merchant.post(&rig, REFUNDS, &refund(&rig, "RF1", 200, 200)).await;
    tokio::time::sleep(std::time::Duration::from_millis(150)).await;
    assert_eq!(
        merchant.get(&rig, &format!("{REFUNDS}/RF1")).await.1["status"],
        "PROCESSING"
    );
    assert_eq!(
        rig.post("/wechat/refunds/RF1/settle", json!({ "status": "CLOSED" }))
            .await
            .0,
        204
    );
    assert_eq!(
        rig.server.wait_for(NOTIFY, 1).await[0].json()["event_type"],
        "REFUND.CLOSED"
    );
    rig.fault(json!({ "target": "wechat-pay", "kind": "abnormal", "count": 1 }))
        .await;
    assert_eq!(
        merchant.post(&rig, REFUNDS, &refund(&rig, "RF2", 200, 200)).await.0,
        200,
        "a closed refund frees the money"
    );
    assert_eq!(
        rig.server.wait_for(NOTIFY, 2).await[1].json()["event_type"],
        "REFUND.ABNORMAL"
    );
}
