//! Payments, end to end: the traffic police push decisions, residents pay them in every way and in every order, and at the end all books are added up.
//!
//! Servers are killed as by a power cut in the middle of the work, Redis and PostgreSQL go away and come back, and WeChat Pay, the fiscal system and the police answer late, twice, wrongly signed or
//! not at all. In the end the ledger, WeChat's own orders, the receipts and what the police were told agree to the fen.

use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow, bail, ensure};
use serde_json::{Value, json};

use super::books::Books;
use super::calls::{call, call_as};
use super::faults::{self, Struck};
use super::payers::{Case, Payer, payers};
use super::plans::{Dice, Plan, plan};
use super::stage::{Crashes, Mode, Stage};
use crate::bureau::{Build, Place};

/// How many residents pay.
const RESIDENTS: u32 = 60;
/// How many pay at the same moment.
const AT_ONCE: usize = 6;
/// Decisions that are pushed together.
const BATCH: usize = 100;
/// How long one decision may take, kills and faults included.
const PATIENCE: Duration = Duration::from_mins(4);
/// After so long another code is sent to a phone.
const ASK_AGAIN: Duration = Duration::from_secs(65);
/// How long everything outside may take to come to its end after the last payment.
const END: Duration = Duration::from_mins(8);

struct Soak<'a> {
    place: &'a Place,
    payers: Vec<Payer>,
    /// The police push one call after the other, as their sequence numbers say.
    pushing: Mutex<()>,
}

/// Goes through so many decisions.
pub fn soak(mode: Mode, build: Build, amount: u32, seed: u64) -> Result<()> {
    let stage = Stage::open(mode, build, &format!("soak-payments-{mode:?}").to_lowercase())?;
    let early = json!({ "early_bills": true });
    call(stage.place.sandbox, "PUT", "/wechat/settings", Some(&early))?;
    let soak = Soak {
        payers: payers(RESIDENTS)?,
        place: &stage.place,
        pushing: Mutex::default(),
    };
    let cases = soak.prepare(amount, seed)?;
    faults::switch_on(soak.place.sandbox, &plan(seed))?;

    let begun = Instant::now();
    let crashes = soak.work(&cases, &stage, seed)?;
    let worked = begun.elapsed();
    let struck = Struck::until_now(soak.place.sandbox)?;
    faults::switch_off(soak.place.sandbox)?;
    soak.settle_down(&cases)?;
    let settled = begun.elapsed();
    let books = Books::of(soak.place)?;

    println!("Payments, {mode}: {amount} decisions, seed {seed}");
    crashes.print();
    struck.print();
    println!("  worked for             {:>9.1} s", worked.as_secs_f64());
    println!("  everything at its end  {:>9.1} s", settled.as_secs_f64());
    books.print();
    books.agree()
}

fn held<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn text(value: &Value, pointer: &str) -> Option<String> {
    value.pointer(pointer).and_then(Value::as_str).map(ToOwned::to_owned)
}

impl Soak<'_> {
    /// Signs everybody in and has the decisions pushed.
    fn prepare(&self, amount: u32, seed: u64) -> Result<Vec<Case>> {
        thread::scope(|scope| {
            let all: Vec<_> = self
                .payers
                .iter()
                .map(|payer| scope.spawn(|| self.sign_in(payer)))
                .collect();
            all.into_iter()
                .try_for_each(|one| one.join().map_err(|_panic| anyhow!("a sign-in broke"))?)
        })?;
        let mut dice = Dice(seed);
        let cases: Vec<Case> = (0..amount)
            .map(|number| Case {
                number,
                payer: usize::try_from(dice.roll(u64::from(RESIDENTS))).unwrap_or(0),
                amount: i64::try_from(100 + dice.roll(29_900)).unwrap_or(100),
                plan: Plan::of(&mut dice),
                dice: dice.roll(u64::MAX),
            })
            .collect();
        for batch in cases.chunks(BATCH) {
            let items: Vec<Value> = batch.iter().map(|case| case.pushed(&self.payers, "open")).collect();
            self.push(&json!({ "items": items }))?;
        }
        for payer in &self.payers {
            let (_, listed) = self.ask(payer, "GET", "/api/v1/decisions", None)?;
            let items = listed
                .get("items")
                .and_then(Value::as_array)
                .cloned()
                .unwrap_or_default();
            let known = items
                .iter()
                .filter_map(|one| Some((text(one, "/decision_no")?, text(one, "/id")?)));
            held(&payer.decisions).extend(known);
        }
        Ok(cases)
    }

    /// Signs a payer in by the text that reaches the phone; the server may be away meanwhile.
    fn sign_in(&self, payer: &Payer) -> Result<()> {
        let (server, begun) = (self.place.server, Instant::now());
        let wish = json!({ "phone": payer.phone, "purpose": "login" });
        let mut asked = None;
        while begun.elapsed() < PATIENCE {
            // A code is sent once a minute, and one that was lost with the server is asked for again.
            if asked.is_none_or(|at: Instant| at.elapsed() > ASK_AGAIN)
                && matches!(
                    call(server, "POST", "/api/v1/auth/sms-codes", Some(&wish)),
                    Ok((200..300, _))
                )
            {
                asked = Some(Instant::now());
            }
            let path = format!("/sms/messages?phone={}", payer.phone);
            let (_, texts) = call(self.place.sandbox, "GET", &path, None)?;
            let latest = texts.get("items").and_then(Value::as_array).into_iter().flatten();
            let mut codes = latest.filter(|one| text(one, "/template").as_deref() == Some("login-code"));
            let latest = codes.next().and_then(|one| text(one, "/text")).unwrap_or_default();
            let code: String = latest.chars().filter(char::is_ascii_digit).take(6).collect();
            let wish = json!({ "phone": payer.phone, "code": code });
            if let Ok((201, session)) = call(server, "POST", "/api/v1/auth/sessions", Some(&wish)) {
                *held(&payer.token) = text(&session, "/access_token").unwrap_or_default();
                return Ok(());
            }
            thread::sleep(Duration::from_millis(500));
        }
        bail!("{} cannot sign in", payer.phone)
    }

    /// Calls the server for a payer until somebody answers; a session that has ended is begun anew.
    fn ask(&self, payer: &Payer, method: &str, path: &str, body: Option<&Value>) -> Result<(u16, Value)> {
        let begun = Instant::now();
        while begun.elapsed() < PATIENCE {
            let token = held(&payer.token).clone();
            match call_as(self.place.server, Some(&token), method, path, body) {
                Ok((401, _)) => self.sign_in(payer)?,
                Ok((500.., _)) | Err(_) => thread::sleep(Duration::from_millis(200)),
                Ok(answer) => return Ok(answer),
            }
        }
        bail!("{method} {path} is not answered")
    }

    fn push(&self, body: &Value) -> Result<()> {
        let _turn = held(&self.pushing);
        let begun = Instant::now();
        while begun.elapsed() < PATIENCE {
            let wish = json!({ "path": "/upstream/decisions", "body": body });
            let (_, told) = call(self.place.sandbox, "POST", "/police/push", Some(&wish))?;
            match told.get("status").and_then(Value::as_u64) {
                Some(200) => return Ok(()),
                // Nobody answered, or the answer was lost: the same content again changes nothing.
                None | Some(500..) => thread::sleep(Duration::from_millis(200)),
                Some(status) => bail!("a push is answered with {status}: {told}"),
            }
        }
        bail!("a push is not answered")
    }

    /// Lets everybody pay while the bureau is disturbed again and again.
    fn work(&self, cases: &[Case], stage: &Stage, seed: u64) -> Result<Crashes> {
        let (next, over) = (AtomicU32::new(0), AtomicBool::new(false));
        thread::scope(|scope| {
            let disturbing = scope.spawn(|| stage.disturb_until(&over, seed));
            let workers: Vec<_> = (0..AT_ONCE)
                .map(|_| {
                    scope.spawn(|| -> Result<()> {
                        while let Some(case) = cases.get(next.fetch_add(1, Ordering::Relaxed) as usize) {
                            self.go_through(case)
                                .with_context(|| format!("decision {} ({:?})", case.decision_no(), case.plan))?;
                        }
                        Ok(())
                    })
                })
                .collect();
            let worked = workers
                .into_iter()
                .try_for_each(|one| one.join().map_err(|_panic| anyhow!("a payer broke"))?);
            over.store(true, Ordering::Relaxed);
            let crashes = disturbing.join().map_err(|_panic| anyhow!("the disturber broke"))?;
            worked.and(crashes)
        })
    }

    fn go_through(&self, case: &Case) -> Result<()> {
        let payer = self.payers.get(case.payer).context("a payer")?;
        let decision = held(&payer.decisions).get(&case.decision_no()).cloned();
        let decision = decision.context("it was not pushed")?;
        let mut dice = Dice(case.dice);
        let usual = match (payer.in_wechat, dice.roll(2)) {
            (true, _) => "jsapi",
            (false, 0) => "h5",
            (false, _) => "native",
        };
        match case.plan {
            Plan::Pay => self.pay(payer, &decision, usual),
            Plan::CancelThenPay => {
                if let Some(order) = self.order(payer, &decision, usual)? {
                    self.at_cashier(&order, "cancel")?;
                    let path = format!("/api/v1/payments/{}/refresh", text(&order, "/id").unwrap_or_default());
                    self.ask(payer, "POST", &path, Some(&json!({ "bridge": "cancel" })))?;
                }
                self.pay(payer, &decision, usual)
            }
            Plan::TwoWays => {
                let other = if usual == "native" { "h5" } else { "native" };
                let first = self.order(payer, &decision, other)?;
                let second = self.order(payer, &decision, usual)?;
                // The first was closed for the second; whoever still holds its code tries all the same.
                for order in [second, first].into_iter().flatten() {
                    self.at_cashier(&order, "success")?;
                }
                self.pay(payer, &decision, usual)
            }
            Plan::Leave => self.order(payer, &decision, usual).map(drop),
            Plan::WithdrawBefore => {
                let order = self.order(payer, &decision, usual)?;
                self.push(&case.pushed(&self.payers, "withdrawn"))?;
                // The payer is perhaps faster than the order's closing: the money then goes back.
                if let (Some(order), 0) = (order, dice.roll(2)) {
                    self.at_cashier(&order, "success")?;
                }
                Ok(())
            }
            Plan::WithdrawAfter => {
                self.pay(payer, &decision, usual)?;
                thread::sleep(Duration::from_millis(dice.roll(1_500)));
                self.push(&case.pushed(&self.payers, "withdrawn"))
            }
        }
    }

    /// Orders and pays until the decision needs no money.
    fn pay(&self, payer: &Payer, decision: &str, channel: &str) -> Result<()> {
        let begun = Instant::now();
        while begun.elapsed() < PATIENCE {
            let Some(order) = self.order(payer, decision, channel)? else {
                return Ok(());
            };
            if self.at_cashier(&order, "success")? {
                return Ok(());
            }
            thread::sleep(Duration::from_millis(300));
        }
        bail!("it cannot be paid")
    }

    /// An order with its key to the cashier; nothing when nothing is due any more.
    fn order(&self, payer: &Payer, decision: &str, channel: &str) -> Result<Option<Value>> {
        let (begun, path) = (Instant::now(), format!("/api/v1/decisions/{decision}/payments"));
        let mut last = Value::Null;
        while begun.elapsed() < PATIENCE {
            let (status, answer) = self.ask(payer, "POST", &path, Some(&json!({ "channel": channel })))?;
            let kind = text(&answer, "/type").unwrap_or_default();
            let has_key = ["/bridge/package", "/h5_url", "/code_url"]
                .iter()
                .any(|key| answer.pointer(key).is_some_and(Value::is_string));
            match (status, kind.as_str()) {
                (201, _) if has_key => return Ok(Some(answer)),
                (409, "/problems/decision-paid" | "/problems/decision-withdrawn") => return Ok(None),
                // Nobody knows yet what became of the order, or the day is about to end.
                (201 | 409 | 429 | 500.., _) => thread::sleep(Duration::from_millis(400)),
                _ => bail!("an order is answered with {status}: {answer}"),
            }
            last = answer;
        }
        bail!("no order could be made; the last answer was {last}")
    }

    /// What the payer does at the cashier; whether the cashier took it.
    fn at_cashier(&self, order: &Value, outcome: &str) -> Result<bool> {
        let mut held = json!({ "outcome": outcome });
        for (name, pointer) in [
            ("prepay_id", "/bridge/package"),
            ("h5_url", "/h5_url"),
            ("code_url", "/code_url"),
        ] {
            if let (Some(value), Some(fields)) = (text(order, pointer), held.as_object_mut()) {
                fields.insert(name.into(), json!(value));
            }
        }
        let (status, _) = call(self.place.sandbox, "POST", "/wechat/payer/pay", Some(&held))?;
        Ok(status == 200)
    }

    /// Waits until every decision and every payment is where it belongs.
    fn settle_down(&self, cases: &[Case]) -> Result<()> {
        let begun = Instant::now();
        loop {
            let mut open = self.unfinished(cases)?;
            if open.is_empty() {
                // The last that comes to its end is a receipt that is voided: a resident sees nothing of it.
                open.extend(Books::open_outside(self.place)?);
            }
            if open.is_empty() {
                return Ok(());
            }
            let some: Vec<_> = open.iter().take(5).collect();
            ensure!(
                begun.elapsed() < END,
                "{} are not at their end, such as {some:#?}",
                open.len()
            );
            thread::sleep(Duration::from_secs(2));
        }
    }

    fn unfinished(&self, cases: &[Case]) -> Result<Vec<String>> {
        let mut open = Vec::new();
        for (at, payer) in self.payers.iter().enumerate() {
            let (_, decisions) = self.ask(payer, "GET", "/api/v1/decisions", None)?;
            let status_of = |number: &str| {
                let items = decisions.get("items").and_then(Value::as_array)?;
                let found = items
                    .iter()
                    .find(|one| one.get("decision_no").and_then(Value::as_str) == Some(number))?;
                text(found, "/status")
            };
            let mut left = HashSet::new();
            for case in cases.iter().filter(|case| case.payer == at) {
                let (number, status) = (case.decision_no(), status_of(&case.decision_no()));
                if status.as_deref() != Some(case.plan.end()) {
                    open.push(format!("{number} {:?}: {status:?}", case.plan));
                }
                if case.plan == Plan::Leave {
                    left.insert(number);
                }
            }
            let (_, payments) = self.ask(payer, "GET", "/api/v1/payments", None)?;
            for payment in payments.get("items").and_then(Value::as_array).into_iter().flatten() {
                let number = text(payment, "/decision_no").unwrap_or_default();
                let stage = text(payment, "/stage").unwrap_or_default();
                let is_over = matches!(stage.as_str(), "receipt_ready" | "refunded" | "closed");
                if !is_over && !left.contains(&number) {
                    open.push(format!("{number}: {stage}"));
                }
            }
        }
        Ok(open)
    }
}
