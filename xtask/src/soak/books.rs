//! What everybody's books say after a soak of payments, and whether they agree.

use std::collections::{BTreeMap, HashMap, HashSet};

use anyhow::{Result, ensure};
use serde_json::{Value, json};

use super::calls::{call, call_as, staff_session};
use crate::bureau::Place;

/// The paths that a direct merchant uses; anything else went astray.
const PATHS: [&str; 5] = [
    "/v3/pay/transactions/",
    "/v3/refund/domestic/refunds",
    "/v3/bill/",
    "/v3/billdownload/",
    "/v3/certificates",
];

/// Sums in fen.
#[derive(Debug, Default)]
pub struct Books {
    orders: usize,
    payments: usize,
    wechat_received: i64,
    wechat_refunded: i64,
    ledger_received: i64,
    ledger_refunded: i64,
    fees: i64,
    breaks: Vec<Value>,
    receipts: i64,
    police: i64,
    paid_twice: usize,
    calls: BTreeMap<&'static str, usize>,
    strays: Vec<String>,
}

fn items(answer: &Value) -> Vec<Value> {
    answer
        .get("items")
        .and_then(Value::as_array)
        .cloned()
        .unwrap_or_default()
}

fn fen(value: &Value, pointer: &str) -> i64 {
    value.pointer(pointer).and_then(Value::as_i64).unwrap_or(0)
}

fn text<'a>(value: &'a Value, pointer: &str) -> &'a str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

impl Books {
    /// Asks everybody.
    pub fn of(place: &Place) -> Result<Self> {
        let mut books = Self::default();
        books.ask_wechat(place)?;
        books.ask_outside(place)?;
        books.ask_ledger(place)?;
        books.look_at_calls(place)?;
        Ok(books)
    }

    /// What the fiscal system and the police do not agree about yet.
    pub fn open_outside(place: &Place) -> Result<Option<String>> {
        let mut books = Self::default();
        books.ask_outside(place)?;
        let differ = books.receipts != books.police;
        Ok(differ.then(|| format!("receipts over {}, told to the police {}", books.receipts, books.police)))
    }

    fn ask_wechat(&mut self, place: &Place) -> Result<()> {
        let (_, orders) = call(place.sandbox, "GET", "/wechat/orders", None)?;
        for order in items(&orders) {
            self.orders += 1;
            if !matches!(text(&order, "/trade_state"), "SUCCESS" | "REFUND") {
                continue;
            }
            self.payments += 1;
            self.wechat_received += fen(&order, "/amount/total");
            let refunds = order
                .get("refunds")
                .and_then(Value::as_array)
                .cloned()
                .unwrap_or_default();
            let done = refunds.iter().filter(|refund| text(refund, "/status") == "SUCCESS");
            self.wechat_refunded += done.map(|refund| fen(refund, "/amount/refund")).sum::<i64>();
        }
        Ok(())
    }

    fn ask_outside(&mut self, place: &Place) -> Result<()> {
        let (_, receipts) = call(place.sandbox, "GET", "/fiscal/desk/receipts", None)?;
        let issued = items(&receipts);
        let in_force = issued.iter().filter(|receipt| text(receipt, "/status") == "issued");
        self.receipts = in_force.map(|receipt| fen(receipt, "/amount_fen")).sum();
        let (_, told) = call(place.sandbox, "GET", "/police/write-backs", None)?;
        let mut booked: HashMap<String, HashSet<String>> = HashMap::new();
        let mut reversed = HashSet::new();
        let told = items(&told);
        for one in told.iter().filter(|one| text(one, "/kind") == "point-reversals") {
            reversed.insert(text(one, "/body/payment_id").to_owned());
        }
        for one in told.iter().filter(|one| text(one, "/kind") == "payments") {
            let (payment, decision) = (text(one, "/body/payment_id"), text(one, "/body/decision_no"));
            if !reversed.contains(payment) {
                self.police += fen(one, "/body/amount_fen");
                booked
                    .entry(decision.to_owned())
                    .or_default()
                    .insert(payment.to_owned());
            }
        }
        self.paid_twice = booked.values().filter(|payments| payments.len() > 1).count();
        Ok(())
    }

    /// The server's own books, which it compares with the three others meanwhile.
    fn ask_ledger(&mut self, place: &Place) -> Result<()> {
        let token = staff_session(place, "finance-1")?;
        let (_, days) = call_as(place.server, Some(&token), "GET", "/api/v1/reconciliation/days", None)?;
        // A soak may begin before midnight and end after it.
        for day in items(&days).iter().take(2) {
            let path = format!("/api/v1/reconciliation/days/{}/run", text(day, "/date"));
            let (status, day) = call_as(place.server, Some(&token), "POST", &path, Some(&json!({})))?;
            ensure!(status == 200, "a day cannot be compared: {day}");
            self.ledger_received += fen(&day, "/received_fen");
            self.ledger_refunded += fen(&day, "/refunded_fen");
            self.fees += fen(&day, "/fee_fen");
            self.breaks
                .extend(day.get("breaks").and_then(Value::as_array).cloned().unwrap_or_default());
        }
        Ok(())
    }

    /// Looks for what must not be among the calls: partners, shared profit, another account.
    fn look_at_calls(&mut self, place: &Place) -> Result<()> {
        let (_, merchant) = call(place.sandbox, "GET", "/wechat/merchant.json", None)?;
        let (mchid, appid) = (text(&merchant, "/mchid"), text(&merchant, "/appid"));
        let (_, calls) = call(place.sandbox, "GET", "/wechat/calls", None)?;
        for one in items(&calls) {
            let (target, body) = (text(&one, "/target"), text(&one, "/body"));
            let known = PATHS.into_iter().find(|path| target.starts_with(path));
            let body: Value = serde_json::from_str(body).unwrap_or_default();
            let named = |pointer: &str, wanted: &str| {
                let found = text(&body, pointer);
                found.is_empty() || found == wanted
            };
            let whole = one.to_string();
            let is_clean = known.is_some()
                && !whole.contains("/partner/")
                && !whole.contains("profit")
                && !whole.contains("sub_mchid")
                && matches!(text(&one, "/mchid"), found if found == mchid || found.is_empty())
                && named("/mchid", mchid)
                && named("/appid", appid);
            *self.calls.entry(known.unwrap_or("elsewhere")).or_default() += 1;
            if !is_clean {
                self.strays.push(whole);
            }
        }
        Ok(())
    }

    /// Prints the figures.
    pub fn print(&self) {
        let yuan = |fen: i64| format!("{}.{:02}", fen / 100, fen % 100);
        println!("  orders at WeChat       {:>9}", self.orders);
        println!("  paid                   {:>9}", self.payments);
        println!("  decisions paid twice   {:>9}", self.paid_twice);
        for (name, sum) in [
            ("received, WeChat", self.wechat_received),
            ("received, ledger", self.ledger_received),
            ("refunded, WeChat", self.wechat_refunded),
            ("refunded, ledger", self.ledger_refunded),
            ("kept, ledger", self.ledger_received - self.ledger_refunded),
            ("kept, receipts", self.receipts),
            ("kept, police", self.police),
            ("fees", self.fees),
        ] {
            println!("  {name:<20} {:>13}", yuan(sum));
        }
        println!("  differences of the day {:>9}", self.breaks.len());
        for (path, count) in &self.calls {
            println!("  {path:<30} {count:>7} calls");
        }
        println!("  to partners, shared profit, other accounts {:>4}", self.strays.len());
    }

    /// Fails unless everything agrees.
    pub fn agree(&self) -> Result<()> {
        let kept = self.ledger_received - self.ledger_refunded;
        ensure!(
            self.ledger_received == self.wechat_received,
            "WeChat received another sum"
        );
        ensure!(
            self.ledger_refunded == self.wechat_refunded,
            "WeChat refunded another sum"
        );
        ensure!(self.receipts == kept, "the receipts are over another sum");
        ensure!(self.police == kept, "the police were told another sum");
        ensure!(
            self.paid_twice == 0 && self.fees == 0,
            "a decision was paid twice, or a fee was charged"
        );
        ensure!(self.breaks.is_empty(), "the days differ: {:#?}", self.breaks);
        ensure!(self.strays.is_empty(), "calls went astray: {:#?}", self.strays);
        Ok(())
    }
}
