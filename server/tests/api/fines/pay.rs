//! `POST /decisions/{id}/payments` and what follows when everything goes well.

use serde_json::{Value, json};

use super::{Bureau, cashier};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_decision_is_pushed_listed_paid_notified_and_receipted() {
    let bureau = Bureau::open().await;
    let resident = bureau.app.resident(1).await;
    let id = bureau.decide(&resident, 1).await;
    let shown = resident.get(&format!("/decisions/{id}")).await.expect(200);
    assert_eq!(
        (&shown["amount_due_fen"], &shown["status"]),
        (&json!(15_000), &json!("open"))
    );
    assert_eq!(shown["person"], "杨**");

    let path = format!("/decisions/{id}/payments");
    let order = resident.post(&path, json!({ "channel": "jsapi" })).await.expect(201);
    assert_eq!(
        (&order["status"], &order["stage"]),
        (&json!("awaiting_payment"), &json!("unpaid"))
    );
    assert_eq!(order["bridge"]["signType"], "RSA");
    let (status, said) = bureau.pay(&order).await;
    assert_eq!((status, &said["result"]), (200, &json!("ok")));
    let paid = bureau.becomes(&resident, &order, "paid").await;
    assert_eq!(
        (&paid["stage"], &paid["confirmed_by"]),
        (&json!("paid_awaiting_books"), &json!("notice"))
    );

    bureau.app.do_payments().await;
    let paid = bureau.becomes(&resident, &order, "paid").await;
    assert_eq!(paid["stage"], "receipt_ready");
    let receipt = format!("/payments/{}/receipt", order["id"].as_str().unwrap());
    let receipt = resident.get(&receipt).await.expect(200);
    assert_eq!(
        (&receipt["amount_fen"], &receipt["voided"]),
        (&json!(15_000), &json!(false))
    );
    assert_eq!(receipt["number"].as_str().unwrap().len(), 10);
    let told = bureau.write_backs("payments").await;
    assert_eq!((told.len(), &told[0]["body"]["amount_fen"]), (1, &json!(15_000)));
    let decision = resident.get(&format!("/decisions/{id}")).await.expect(200);
    assert_eq!(
        (&decision["status"], &decision["amount_due_fen"]),
        (&json!("paid"), &json!(0))
    );
    assert_eq!(bureau.app.count("SELECT count(*) FROM ledger_entries").await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_code_on_a_screen_and_a_page_in_another_browser_lead_to_the_cashier_too() {
    let bureau = Bureau::open().await;
    let resident = bureau.app.resident(1).await;
    for (number, channel, field) in [(1, "h5", "h5_url"), (2, "native", "code_url")] {
        let id = bureau.decide(&resident, number).await;
        let order = resident
            .post(&format!("/decisions/{id}/payments"), json!({ "channel": channel }))
            .await
            .expect(201);
        assert!(order[field].is_string() && order["bridge"] == Value::Null, "{order}");
        assert_eq!(bureau.sandbox.post("/wechat/payer/pay", cashier(&order)).await.0, 200);
        bureau.becomes(&resident, &order, "paid").await;
    }
}
