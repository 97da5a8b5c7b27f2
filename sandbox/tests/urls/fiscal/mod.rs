//! `/fiscal/…`.

use reqwest::Method;
use sandbox::{
    clock::Clock,
    crypto::{hmac_sha256, random_hex, sha256_hex},
};
use serde_json::{Value, json};

use crate::support::Rig;

/// A call of the server to the fiscal or a police system.
pub struct Signed {
    pub method: Method,
    pub path: String,
    pub body: Option<Value>,
    pub secret: &'static str,
    pub nonce: String,
    pub key: Option<String>,
}

impl Signed {
    pub fn post(path: &str, body: Value) -> Self {
        Self {
            method: Method::POST,
            body: Some(body),
            ..Self::get(path)
        }
    }

    pub fn get(path: &str) -> Self {
        Self {
            method: Method::GET,
            path: path.to_owned(),
            body: None,
            secret: "bianmin-sandbox-government-secret",
            nonce: random_hex(),
            key: None,
        }
    }

    pub fn key(self, key: &str) -> Self {
        Self {
            key: Some(key.to_owned()),
            ..self
        }
    }

    pub async fn raw(&self, rig: &Rig) -> reqwest::Response {
        let body = self.body.as_ref().map(Value::to_string).unwrap_or_default();
        let timestamp = Clock::new(1).unix();
        let message = format!(
            "{}\n{}\n{timestamp}\n{}\n{}\n",
            self.method,
            self.path,
            self.nonce,
            sha256_hex(body.as_bytes())
        );
        let mut request = rig
            .http
            .request(self.method.clone(), format!("{}{}", rig.base, self.path))
            .header("x-app-id", "bianmin")
            .header("x-timestamp", timestamp.to_string())
            .header("x-nonce", &self.nonce)
            .header(
                "x-signature",
                hex::encode(hmac_sha256(self.secret.as_bytes(), message.as_bytes())),
            );
        if let Some(key) = &self.key {
            request = request.header("idempotency-key", key);
        }
        request.body(body).send().await.unwrap()
    }

    pub async fn send(&self, rig: &Rig) -> (u16, Value) {
        let answer = self.raw(rig).await;
        (answer.status().as_u16(), answer.json().await.unwrap_or(Value::Null))
    }
}

fn receipt(number: &str, amount: i64) -> Value {
    json!({
        "request_no": number,
        "decision_no": "5399000000000001",
        "payer_name": "杨云舟",
        "amount_fen": amount,
        "transaction_id": "4200202611220000000000000001",
        "paid_at": sandbox::clock::rfc3339(Clock::new(1).now()),
    })
}

#[actix_web::test]
async fn a_receipt_is_issued_once_and_voided_once() {
    let rig = Rig::start().await;
    let asked = receipt("R1", 20_000);
    let (status, issued) = Signed::post("/fiscal/receipts", asked.clone()).send(&rig).await;
    assert_eq!((status, &issued["status"]), (201, &json!("issued")));
    for (field, length) in [("code", 8), ("number", 10), ("check_code", 6), ("payment_code", 20)] {
        assert_eq!(issued[field].as_str().unwrap().len(), length, "{field}");
    }
    assert_eq!(
        Signed::post("/fiscal/receipts", asked.clone()).send(&rig).await,
        (200, issued.clone())
    );
    assert_eq!(
        Signed::get("/fiscal/receipts/R1").send(&rig).await,
        (200, issued.clone())
    );
    let mut other = asked;
    other["amount_fen"] = json!(1);
    assert_eq!(Signed::post("/fiscal/receipts", other).send(&rig).await.0, 409);
    let page = rig
        .http
        .get(format!("{}{}", rig.base, issued["view_path"].as_str().unwrap()))
        .send()
        .await
        .unwrap();
    assert!(page.text().await.unwrap().contains("¥200.00"));
    let (_, voided) = Signed::post("/fiscal/receipts/R1/void", json!({ "reason": "决定撤销" }))
        .send(&rig)
        .await;
    assert_eq!(voided["status"], "voided");
    assert_eq!(
        Signed::post("/fiscal/receipts/R1/void", json!({})).send(&rig).await.1,
        voided
    );
}

#[actix_web::test]
async fn a_wrong_secret_and_a_used_nonce_are_refused() {
    let rig = Rig::start().await;
    let forged = Signed {
        secret: "guess",
        ..Signed::post("/fiscal/receipts", receipt("R1", 1))
    };
    let (status, refusal) = forged.send(&rig).await;
    assert_eq!((status, &refusal["code"]), (401, &json!("BAD_SIGNATURE")));
    let call = Signed::post("/fiscal/receipts", receipt("R1", 1));
    assert_eq!(call.send(&rig).await.0, 201);
    let (status, refusal) = call.send(&rig).await;
    assert_eq!((status, &refusal["code"]), (401, &json!("REPLAYED")));
}

#[actix_web::test]
async fn the_treasury_refunds_in_its_own_time() {
    let rig = Rig::with(|config| config.time_scale = 6000).await;
    let asked = |number: &str| {
        json!({
            "refund_no": number, "decision_no": "5399000000000001", "transaction_id": "42",
            "amount_fen": 20_000, "payee_name": "杨云舟", "reason": "决定撤销",
        })
    };
    let (status, accepted) = Signed::post("/fiscal/treasury-refunds", asked("T1")).send(&rig).await;
    assert_eq!((status, &accepted["status"]), (202, &json!("accepted")));
    rig.fault(json!({ "target": "fiscal", "kind": "processing", "count": 1 }))
        .await;
    Signed::post("/fiscal/treasury-refunds", asked("T2")).send(&rig).await;
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    let (_, refunded) = Signed::get("/fiscal/treasury-refunds/T1").send(&rig).await;
    assert_eq!(refunded["status"], "refunded");
    assert!(refunded["voucher_no"].is_string());
    assert_eq!(
        Signed::get("/fiscal/treasury-refunds/T2").send(&rig).await.1["status"],
        "accepted"
    );
    rig.post("/fiscal/desk/treasury-refunds/T2", json!({ "status": "rejected" }))
        .await;
    assert_eq!(
        Signed::get("/fiscal/treasury-refunds/T2").send(&rig).await.1["status"],
        "rejected"
    );
}

#[actix_web::test]
async fn the_days_file_lists_its_receipts() {
    let rig = Rig::with(|config| config.early_bills = true).await;
    Signed::post("/fiscal/receipts", receipt("R1", 20_000)).send(&rig).await;
    Signed::post("/fiscal/receipts", receipt("R2", 5)).send(&rig).await;
    let path = format!("/fiscal/settlements/{}", Clock::new(1).now().format("%Y-%m-%d"));
    let answer = Signed::get(&path).raw(&rig).await;
    assert!(answer.headers()["digest"].to_str().unwrap().starts_with("SHA-256="));
    let text = answer.text().await.unwrap();
    assert_eq!(text.lines().count(), 4);
    assert!(text.contains(",200.00,"));
    assert_eq!(text.lines().last().unwrap(), "合计,2,200.05");
    rig.fault(json!({ "target": "fiscal-settlement", "kind": "drop", "count": 1 }))
        .await;
    assert_eq!(
        Signed::get(&path).raw(&rig).await.text().await.unwrap().lines().count(),
        3
    );
    assert_eq!(
        Signed::get("/fiscal/settlements/2099-01-01").send(&rig).await.1["code"],
        "NOT_READY"
    );
}
