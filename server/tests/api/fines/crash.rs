//! The program is killed at each step of a payment. `docs/payments.md` says which row of the acceptance list this is.

use std::time::Duration;

use serde_json::{Value, json};

use super::{cashier, decision};
use crate::support::{Client, Program, Sandbox, eventually, phone};

/// The first resident, signed in by the text that the provider delivers.
async fn sign_in(program: &Program, sandbox: &Sandbox) -> Client {
    let anyone = Client::new(&program.address, None);
    let phone = phone(1);
    anyone
        .post("/auth/sms-codes", json!({ "phone": phone, "purpose": "login" }))
        .await
        .expect(202);
    let texts = eventually("the code", 20, async || {
        let texts = sandbox.get(&format!("/sms/messages?phone={phone}")).await;
        texts["items"][0]["text"].as_str().map(ToOwned::to_owned)
    })
    .await;
    let code: String = texts.chars().filter(char::is_ascii_digit).take(6).collect();
    let session = anyone
        .post("/auth/sessions", json!({ "phone": phone, "code": code }))
        .await
        .expect(201);
    Client::new(&program.address, session["access_token"].as_str())
}

async fn push(program: &Program, sandbox: &Sandbox, body: Value) {
    let call = json!({ "path": "/upstream/decisions", "body": body, "target_url": program.address });
    assert_eq!(sandbox.post("/police/push", call).await.1["status"], 200);
}

async fn decision_id(resident: &Client, number: u32) -> String {
    let listed = resident.get("/decisions").await.expect(200);
    let items = listed["items"].as_array().unwrap();
    let found = items
        .iter()
        .find(|item| item["decision_no"] == decision(number)["decision_no"]);
    found.unwrap()["id"].as_str().unwrap().to_owned()
}

/// Waits until the one fault that is switched on has struck.
async fn struck(sandbox: &Sandbox) {
    eventually("the fault", 30, async || {
        (sandbox.get("/faults").await["items"][0]["fired"] == 1).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn row_12_whenever_the_program_is_killed_it_ends_with_each_effect_once() {
    let mut program = Program::prepare().await;
    let sandbox = Sandbox::start(&program.address);
    program.start(&sandbox.address).await;
    let resident = sign_in(&program, &sandbox).await;
    for number in 1..=7 {
        push(&program, &sandbox, decision(number)).await;
    }

    // Between the order's row and its answer: before WeChat Pay has looked at it, and after.
    for (number, kind) in [(1, "hang"), (2, "timeout-after-accept")] {
        let path = format!("/decisions/{}/payments", decision_id(&resident, number).await);
        sandbox
            .fault(json!({ "target": "wechat-pay", "kind": kind, "count": 1, "ms": 20_000 }))
            .await;
        let (waiting, asked) = (resident.clone(), path.clone());
        let asking = tokio::spawn(async move {
            let request = waiting.request(reqwest::Method::POST, &asked);
            request.json(&json!({ "channel": "jsapi" })).send().await.is_err()
        });
        struck(&sandbox).await;
        program.kill();
        assert!(asking.await.unwrap(), "nobody was answered");
        sandbox.heal().await;
        program.start(&sandbox.address).await;
        let order = resident.post(&path, json!({ "channel": "jsapi" })).await.expect(201);
        assert_eq!(sandbox.post("/wechat/payer/pay", cashier(&order)).await.0, 200);
        paid(&resident, number).await;
    }

    // Around the notification: before it is read, within its transaction, after its commit.
    for (number, pause) in [(3, 0), (4, 4), (5, 12)] {
        let path = format!("/decisions/{}/payments", decision_id(&resident, number).await);
        let order = resident.post(&path, json!({ "channel": "jsapi" })).await.expect(201);
        assert_eq!(sandbox.post("/wechat/payer/pay", cashier(&order)).await.0, 200);
        tokio::time::sleep(Duration::from_millis(pause)).await;
        program.kill();
        program.start(&sandbox.address).await;
        paid(&resident, number).await;
    }

    // Within a refund: before WeChat Pay has looked at it, and after. Its lease runs out in real time.
    for (number, kind) in [(6, "hang"), (7, "timeout-after-accept")] {
        let path = format!("/decisions/{}/payments", decision_id(&resident, number).await);
        let order = resident.post(&path, json!({ "channel": "jsapi" })).await.expect(201);
        assert_eq!(sandbox.post("/wechat/payer/pay", cashier(&order)).await.0, 200);
        paid(&resident, number).await;
        sandbox
            .fault(json!({ "target": "wechat-pay", "kind": kind, "count": 1, "ms": 20_000 }))
            .await;
        let mut withdrawn = decision(number);
        withdrawn["status"] = json!("withdrawn");
        push(&program, &sandbox, withdrawn).await;
        struck(&sandbox).await;
        program.kill();
        sandbox.heal().await;
        program.start(&sandbox.address).await;
        let path = format!("/payments/{}", order["id"].as_str().unwrap());
        eventually("the refund", 120, async || {
            (resident.get(&path).await.expect(200)["status"] == "refunded").then_some(())
        })
        .await;
    }

    // WeChat Pay, the police and we agree: one order paid for each decision, and told once.
    let orders = sandbox.get("/wechat/orders").await;
    let orders = orders["items"].as_array().unwrap();
    assert_eq!(orders.len(), 7, "no order was made under a second number");
    let refunds: usize = orders
        .iter()
        .map(|order| order["refunds"].as_array().unwrap().len())
        .sum();
    assert_eq!(refunds, 2);
    let told = eventually("the write-backs", 60, async || {
        let told = sandbox.get("/police/write-backs?kind=payments").await;
        (told["items"].as_array().unwrap().len() == 7).then_some(told)
    })
    .await;
    let mut decisions: Vec<&str> = told["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| item["body"]["decision_no"].as_str().unwrap())
        .collect();
    decisions.sort_unstable();
    decisions.dedup();
    assert_eq!(decisions.len(), 7);
}

async fn paid(resident: &Client, number: u32) {
    let path = format!("/decisions/{}", decision_id(resident, number).await);
    eventually("the payment", 60, async || {
        (resident.get(&path).await.expect(200)["status"] == "paid").then_some(())
    })
    .await;
}
