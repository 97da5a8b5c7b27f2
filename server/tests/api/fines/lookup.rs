//! `POST /decisions/lookup`, `GET /points`, `GET /payments`: paying for another, points, and what was paid before.

use serde_json::{Value, json};
use shared::problem;

use super::{Bureau, decision};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_knows_number_and_name_pays_for_another_and_sees_what_that_needs() {
    let bureau = Bureau::open().await;
    let owner = bureau.app.resident(1).await;
    let id = bureau.decide(&owner, 1).await;
    let friend = bureau.app.resident(2).await;
    let path = format!("/decisions/{id}");
    friend.get(&path).await.refused(&problem::NOT_FOUND);
    friend
        .post(&format!("{path}/payments"), json!({ "channel": "native" }))
        .await
        .refused(&problem::NOT_FOUND);

    let number = decision(1)["decision_no"].clone();
    for (number, name) in [(number.clone(), "杨云州"), (json!("5399999999999999"), "杨云舟")] {
        let wrong = json!({ "decision_no": number, "name": name });
        friend
            .post("/decisions/lookup", wrong)
            .await
            .refused(&problem::NOT_FOUND);
    }
    let right = json!({ "decision_no": number, "name": "杨云舟" });
    let shown = friend.post("/decisions/lookup", right).await.expect(200);
    assert_eq!(
        (&shown["person"], &shown["amount_due_fen"]),
        (&json!("杨**"), &json!(15_000))
    );
    for private in ["facts", "legal_basis", "points"] {
        assert_eq!(shown.get(private), None, "{private}");
    }
    assert_eq!(
        friend.get("/decisions").await.expect(200)["items"],
        json!([]),
        "it is not the friend's"
    );

    let order = bureau.order_of(&friend, &id, "native").await;
    assert_eq!(bureau.pay(&order).await.0, 200);
    bureau.becomes(&friend, &order, "paid").await;
    // The payment and its receipt are the payer's; that it is paid is seen by both.
    let payment = format!("/payments/{}", order["id"].as_str().unwrap());
    owner.get(&payment).await.refused(&problem::NOT_FOUND);
    let seen = owner.get(&path).await.expect(200);
    assert_eq!((&seen["status"], &seen["payment_id"]), (&json!("paid"), &Value::Null));
    let listed = friend.get("/payments").await.expect(200);
    let listed = listed["items"].as_array().unwrap();
    assert_eq!(
        (listed.len(), &listed[0]["decision_no"]),
        (1, &decision(1)["decision_no"])
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn guessing_names_is_stopped() {
    let bureau = Bureau::open().await;
    let friend = bureau.app.resident(2).await;
    let guess = json!({ "decision_no": "5399012600000101", "name": "张伟" });
    for _ in 0..10 {
        friend
            .post("/decisions/lookup", guess.clone())
            .await
            .refused(&problem::NOT_FOUND);
    }
    friend
        .post("/decisions/lookup", guess)
        .await
        .refused(&problem::RATE_LIMITED);
    let short = json!({ "decision_no": "1", "name": "张伟" });
    friend
        .post("/decisions/lookup", short)
        .await
        .refused(&problem::INVALID_FIELD);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn points_stand_with_the_decision_and_fall_with_it() {
    let bureau = Bureau::open().await;
    let resident = bureau.app.resident(1).await;
    let points = async || {
        let shown = resident.get("/points").await.expect(200);
        (shown["points"].as_i64().unwrap(), shown["decisions"].as_i64().unwrap())
    };
    let (before, decisions) = points().await;
    bureau.paid(&resident, 1).await;
    assert_eq!(points().await, (before + 3, decisions + 1), "also when it is paid");
    let mut old = decision(2);
    old["decided_on"] = json!("2025-11-23");
    assert_eq!(bureau.push("/upstream/decisions", old).await, "created");
    assert_eq!(points().await, (before + 3, decisions + 1), "a year ago and a day");
    bureau.withdraw(1).await;
    assert_eq!(points().await, (before, decisions));
    assert_eq!(resident.get("/points").await.expect(200)["full"], 12);
}
