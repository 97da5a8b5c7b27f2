//! Decisions and their payment, from the traffic police's push to the books of the day. Everything outside is the sandbox, over HTTP.

mod books;
mod crash;
mod letter;
mod load;
mod lookup;
mod notices;
mod office;
mod orders;
mod outside;
mod pay;
mod payer;
mod refunds;
mod startup;
mod violations;

use chrono::TimeDelta;
use serde_json::{Value, json};
use server::platform::clock::Clock;
use shared::time::Instant;

use crate::support::{Client, Sandbox, TestApp, eventually};

/// A server with a sandbox of its own.
struct Bureau {
    app: TestApp,
    sandbox: Sandbox,
}

impl Bureau {
    async fn open() -> Self {
        let (app, sandbox) = TestApp::start_with_sandbox().await;
        Self { app, sandbox }
    }

    /// Moves the clocks of the server and of the outside world.
    async fn advance(&self, by: TimeDelta) {
        self.app.clock.advance(by);
        self.sandbox.set_clock(self.app.clock.now()).await;
    }

    /// Puts both clocks to this moment.
    async fn set(&self, now: Instant) {
        self.app.clock.set(now);
        self.sandbox.set_clock(now).await;
    }

    /// Puts the outside world's clock ahead of the server's.
    async fn wechat_ahead_by(&self, by: TimeDelta) {
        self.sandbox.set_clock(self.app.clock.now() + by).await;
    }

    /// Lets something go wrong until the sandbox is healed.
    async fn fault(&self, target: &str, kind: &str) {
        self.sandbox.fault(json!({ "target": target, "kind": kind })).await;
    }

    /// Pushes as the traffic police do; gives what became of the entry.
    async fn push(&self, path: &str, body: Value) -> Value {
        let call = json!({ "path": path, "body": body, "target_url": self.app.address });
        let (_, told) = self.sandbox.post("/police/push", call).await;
        assert_eq!(told["status"], 200, "{told}");
        told["answer"]["items"][0]["result"].clone()
    }

    /// A new decision against the first resident; its id, as the resident sees it.
    async fn decide(&self, resident: &Client, number: u32) -> String {
        assert_eq!(self.push("/upstream/decisions", decision(number)).await, "created");
        let listed = resident.get("/decisions").await.expect(200);
        let mine = listed["items"].as_array().unwrap().iter();
        let mut found = mine.filter(|item| item["decision_no"] == decision(number)["decision_no"]);
        found.next().unwrap()["id"].as_str().unwrap().to_owned()
    }

    /// An order for a new decision against the first resident.
    async fn order(&self, resident: &Client, number: u32, channel: &str) -> Value {
        let id = self.decide(resident, number).await;
        self.order_of(resident, &id, channel).await
    }

    /// An order for a decision.
    async fn order_of(&self, resident: &Client, decision: &str, channel: &str) -> Value {
        let path = format!("/decisions/{decision}/payments");
        resident.post(&path, json!({ "channel": channel })).await.expect(201)
    }

    /// A payment, which has to be in this status and shown at this stage.
    async fn shows(&self, resident: &Client, payment: &Value, status: &str, stage: &str) -> Value {
        let shown = resident
            .get(&format!("/payments/{}", payment["id"].as_str().unwrap()))
            .await
            .expect(200);
        assert_eq!(
            (shown["status"].as_str(), shown["stage"].as_str()),
            (Some(status), Some(stage))
        );
        shown
    }

    /// Pays at the cashier; what the cashier says.
    async fn pay(&self, order: &Value) -> (u16, Value) {
        self.sandbox.post("/wechat/payer/pay", cashier(order)).await
    }

    /// A decision that is paid, booked and receipted.
    async fn paid(&self, resident: &Client, number: u32) -> Value {
        let order = self.order(resident, number, "jsapi").await;
        assert_eq!(self.pay(&order).await.0, 200);
        self.becomes(resident, &order, "paid").await;
        self.app.do_payments().await;
        self.shows(resident, &order, "paid", "receipt_ready").await
    }

    /// The traffic police withdraw a decision.
    async fn withdraw(&self, number: u32) {
        let mut withdrawn = decision(number);
        withdrawn["status"] = json!("withdrawn");
        assert_eq!(self.push("/upstream/decisions", withdrawn).await, "updated");
    }

    /// The orders that WeChat Pay knows.
    async fn orders_at_wechat(&self) -> Vec<Value> {
        self.sandbox.get("/wechat/orders").await["items"]
            .as_array()
            .unwrap()
            .clone()
    }

    /// A payment's order as WeChat Pay knows it.
    async fn at_wechat(&self, payment: &Value) -> Value {
        let number = payment["id"].as_str().unwrap().replace('-', "");
        let orders = self.orders_at_wechat().await;
        orders
            .into_iter()
            .find(|order| order["out_trade_no"] == number.as_str())
            .unwrap()
    }

    /// How many entries the ledger has.
    async fn ledger(&self) -> i64 {
        self.app.count("SELECT count(*) FROM ledger_entries").await
    }

    /// A member of staff who answers for the money.
    async fn finance(&self) -> Client {
        self.app.staff("finance-1").await
    }

    /// Waits until a notification has brought a payment into a status.
    async fn becomes(&self, resident: &Client, payment: &Value, status: &str) -> Value {
        let path = format!("/payments/{}", payment["id"].as_str().unwrap());
        eventually(status, 20, async || {
            let shown = resident.get(&path).await.expect(200);
            (shown["status"] == status).then_some(shown)
        })
        .await
    }

    /// The write-backs of a kind that the traffic police have.
    async fn write_backs(&self, kind: &str) -> Vec<Value> {
        let listed = self.sandbox.get(&format!("/police/write-backs?kind={kind}")).await;
        listed["items"].as_array().unwrap().clone()
    }
}

/// The kinds of the alerts that finance staff see.
async fn alerts(finance: &Client) -> Vec<String> {
    let listed = finance.get("/admin/payment-alerts").await.expect(200);
    let kinds = listed["items"].as_array().unwrap().iter();
    kinds.map(|alert| alert["kind"].as_str().unwrap().to_owned()).collect()
}

/// Compares the books of a day.
async fn reconcile(finance: &Client, day: &str) -> Value {
    let path = format!("/reconciliation/days/{day}/run");
    finance.post(&path, json!({})).await.expect(200)
}

/// What the payer holds in hand.
fn cashier(order: &Value) -> Value {
    match (&order["bridge"]["package"], &order["h5_url"]) {
        (Value::String(package), _) => json!({ "prepay_id": package }),
        (_, Value::String(url)) => json!({ "h5_url": url }),
        _ => json!({ "code_url": order["code_url"] }),
    }
}

/// A decision of 150 yuan against the first demonstration resident.
fn decision(number: u32) -> Value {
    json!({
        "decision_no": format!("5399{number:012}"),
        "person": { "name": "杨云舟", "id_number": "539901198801040779" },
        "facts": "驾驶机动车违反规定停放，妨碍其他车辆通行", "legal_basis": "《道路交通安全法》第九十三条",
        "fine_fen": 15_000, "points": 3, "decided_on": "2026-11-20", "received_on": "2026-11-20", "due_on": "2026-12-05",
        "status": "open", "agency": "云川市公安局交通警察支队",
    })
}
