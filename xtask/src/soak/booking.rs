//! Residents who book and cancel at two instances, whatever happens to the database meanwhile, and what they were promised.
//!
//! Afterwards every answer that a resident was given holds, nobody has a seat without knowing, and seats taken are seats booked.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use serde_json::{Value, json};

use super::calls::{call, call_as, wish};
use super::payers::{Payer, payers};
use super::plans::Dice;

/// How many book at the same time.
pub const RESIDENTS: u32 = 24;
/// How long one wish may go unanswered.
const PATIENCE: Duration = Duration::from_mins(1);
/// Counts the windows whose taken seats are not the appointments in them and the seats that are on their way back.
pub const TAKEN_IS_NOT_BOOKED: &str = "SELECT count(*) FROM windows w WHERE online_taken <> (SELECT count(*) FROM appointments a \
    WHERE a.window_id = w.id AND a.status IN ('held', 'confirmed', 'checked_in', 'fulfilled', 'no_show')) + \
    (SELECT count(*) FROM pending_returns r WHERE r.window_id = w.id)";

/// What can be booked: the services of one hall with windows in the days to come.
type Offers = Vec<(Value, Vec<Value>)>;

/// What a resident was answered: the appointments and their states.
type Promised = BTreeMap<String, &'static str>;

/// Those who book.
pub struct Bookers {
    instances: [SocketAddr; 2],
    sandbox: SocketAddr,
    offers: Offers,
    residents: Vec<Payer>,
    over: AtomicBool,
    /// When each instance acknowledged a write, since [`Bookers::wait_for_writes`] began to look.
    back: Mutex<BTreeMap<SocketAddr, Instant>>,
    /// How many wishes were refused with 503.
    refused: AtomicU32,
}

/// What came of it.
pub struct Outcome {
    kept: usize,
    cancelled: usize,
    lost: usize,
}

impl Outcome {
    /// Prints the figures.
    pub fn print(&self) {
        println!("  acknowledged bookings  {:>9}", self.kept + self.cancelled);
        println!("  and cancellations      {:>9}", self.cancelled);
        println!("  answers that are lost  {:>9}", self.lost);
    }

    /// Fails unless every answer holds.
    pub fn check(&self) -> Result<()> {
        ensure!(self.kept + self.cancelled > 0, "nothing was booked");
        ensure!(self.lost == 0, "what was acknowledged is lost, or was done twice");
        Ok(())
    }
}

fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn text<'a>(value: &'a Value, pointer: &str) -> &'a str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

fn items(value: &Value) -> Vec<Value> {
    value
        .get("items")
        .and_then(Value::as_array)
        .cloned()
        .unwrap_or_default()
}

fn offers(server: SocketAddr) -> Result<Offers> {
    let (_, halls) = call(server, "GET", "/api/v1/halls", None)?;
    let halls = items(&halls);
    let hall = halls.first().context("there is a hall")?;
    let (_, services) = call(server, "GET", "/api/v1/services", None)?;
    let mut offers = Offers::new();
    for service in items(&services) {
        let (hall, id) = (text(hall, "/id"), text(&service, "/id"));
        let path = format!("/api/v1/halls/{hall}/windows?service_id={id}");
        let (_, windows) = call(server, "GET", &path, None)?;
        // The first days are left out: so late a cancellation has consequences.
        let windows: Vec<Value> = items(&windows)
            .iter()
            .skip(40)
            .filter_map(|one| one.get("id").cloned())
            .collect();
        if windows.len() > 20 {
            offers.push((json!(id), windows));
        }
    }
    ensure!(offers.len() > 3, "there are services to book");
    Ok(offers)
}

impl Bookers {
    /// Finds what can be booked.
    pub fn at(instances: [SocketAddr; 2], sandbox: SocketAddr) -> Result<Self> {
        let [server, _] = instances;
        Ok(Self {
            instances,
            sandbox,
            offers: offers(server)?,
            residents: payers(RESIDENTS)?,
            over: AtomicBool::new(false),
            back: Mutex::default(),
            refused: AtomicU32::new(0),
        })
    }

    /// Lets everybody book and cancel while something is done to the database, and looks then whether every answer holds.
    pub fn book_while<T>(&self, seed: u64, disturb: impl FnOnce() -> Result<T>) -> Result<(Outcome, T)> {
        let (promised, done) = thread::scope(|scope| {
            let busy: Vec<_> = self
                .residents
                .iter()
                .zip(seed.wrapping_mul(1_000)..)
                .map(|(resident, seed)| scope.spawn(move || self.live(resident, Dice(seed))))
                .collect();
            let done = disturb();
            self.over.store(true, Ordering::Relaxed);
            let promised: Result<Vec<Promised>> = busy
                .into_iter()
                .map(|one| one.join().map_err(|_panic| anyhow::anyhow!("a resident broke"))?)
                .collect();
            // What a resident met explains why nothing is acknowledged.
            let promised = promised?;
            Ok::<_, anyhow::Error>((promised, done?))
        })?;
        let all: Vec<_> = promised.iter().flat_map(BTreeMap::values).collect();
        let kept = all.iter().filter(|status| ***status == "confirmed").count();
        let outcome = Outcome {
            kept,
            cancelled: all.len() - kept,
            lost: self.lost(&promised)?,
        };
        Ok((outcome, done))
    }

    /// Waits until every instance has acknowledged a write from now on; tells when the last one did.
    pub fn wait_for_writes(&self) -> Result<Instant> {
        held(&self.back).clear();
        let begun = Instant::now();
        loop {
            let back = self.instances.iter().map(|one| held(&self.back).get(one).copied());
            if let Some(last) = back.collect::<Option<Vec<_>>>().and_then(|back| back.into_iter().max()) {
                return Ok(last);
            }
            ensure!(begun.elapsed() < PATIENCE, "nothing is acknowledged");
            thread::sleep(Duration::from_millis(5));
        }
    }

    /// How many wishes were refused with 503 until now.
    pub fn refused(&self) -> u32 {
        self.refused.load(Ordering::Relaxed)
    }

    /// Signs in, then books and cancels until it is over; gives what was acknowledged.
    fn live(&self, resident: &Payer, mut dice: Dice) -> Result<Promised> {
        self.sign_in(resident)?;
        let mut promised = Promised::new();
        let mut number = 0_u32;
        while !self.over.load(Ordering::Relaxed) {
            number += 1;
            let active: Vec<String> = promised
                .iter()
                .filter(|(_, status)| **status == "confirmed")
                .map(|(id, _)| id.clone())
                .collect();
            if active.len() == 3 || (!active.is_empty() && dice.roll(3) == 0) {
                let id = pick(&active, &mut dice)?;
                let path = format!("/api/v1/appointments/{id}/cancel");
                let (status, told) = self.settle(resident, number, &path, &json!({}))?;
                ensure!(status == 200, "a cancellation is answered with {status}: {told}");
                promised.insert(id.clone(), "cancelled");
            } else {
                let (service, windows) = pick(&self.offers, &mut dice)?;
                let body = json!({ "service_id": service, "window_id": pick(windows, &mut dice)? });
                let (status, told) = self.settle(resident, number, "/api/v1/appointments", &body)?;
                match status {
                    201 => drop(promised.insert(text(&told, "/id").to_owned(), "confirmed")),
                    // The window is full, that service is booked for that day, or is not served in it.
                    409 | 422 => {}
                    _ => bail!("a booking is answered with {status}: {told}"),
                }
            }
        }
        Ok(promised)
    }

    /// Sends a wish under one key until it is answered: a client does not know what became of one that was not.
    fn settle(&self, resident: &Payer, number: u32, path: &str, body: &Value) -> Result<(u16, Value)> {
        let key = format!("{}-{number}", resident.phone);
        let [one, other] = self.instances;
        let begun = Instant::now();
        let mut tries = number;
        while begun.elapsed() < PATIENCE {
            tries += 1;
            let instance = if tries.is_multiple_of(2) { one } else { other };
            let token = held(&resident.token).clone();
            match wish(instance, &token, &key, path, body) {
                Ok((503, told)) => {
                    ensure!(
                        text(&told, "/type") == "/problems/unavailable",
                        "{path} is answered with 503: {told}"
                    );
                    self.refused.fetch_add(1, Ordering::Relaxed);
                    thread::sleep(Duration::from_millis(20));
                }
                Err(_) => thread::sleep(Duration::from_millis(20)),
                Ok((401, _)) => self.sign_in(resident)?,
                Ok((status, told)) => {
                    if status < 300 {
                        held(&self.back).entry(instance).or_insert_with(Instant::now);
                    }
                    return Ok((status, told));
                }
            }
        }
        bail!("{path} is not answered")
    }

    /// Signs in by the text that reaches the phone.
    fn sign_in(&self, resident: &Payer) -> Result<()> {
        let [server, _] = self.instances;
        let wish = json!({ "phone": resident.phone, "purpose": "login" });
        let (status, told) = call(server, "POST", "/api/v1/auth/sms-codes", Some(&wish))?;
        ensure!(status == 202, "no code is sent: {told}");
        let begun = Instant::now();
        while begun.elapsed() < PATIENCE {
            let (_, texts) = call(
                self.sandbox,
                "GET",
                &format!("/sms/messages?phone={}", resident.phone),
                None,
            )?;
            let texts = items(&texts);
            let latest = texts.iter().find(|one| text(one, "/template") == "login-code");
            let said = latest.map(|one| text(one, "/text")).unwrap_or_default();
            let code: String = said.chars().filter(char::is_ascii_digit).take(6).collect();
            if code.len() == 6 {
                let typed = json!({ "phone": resident.phone, "code": code });
                let (status, session) = call(server, "POST", "/api/v1/auth/sessions", Some(&typed))?;
                ensure!(status == 201, "{} cannot sign in: {session}", resident.phone);
                text(&session, "/access_token").clone_into(&mut held(&resident.token));
                return Ok(());
            }
            thread::sleep(Duration::from_millis(200));
        }
        bail!("{} is sent no code", resident.phone)
    }

    /// How many answers do not hold, and how many appointments there are that nobody was told of.
    fn lost(&self, promised: &[Promised]) -> Result<usize> {
        let mut lost = 0;
        for (resident, promised) in self.residents.iter().zip(promised) {
            let token = held(&resident.token).clone();
            let [server, _] = self.instances;
            let mut found = BTreeMap::new();
            let mut path = "/api/v1/appointments".to_owned();
            loop {
                let (status, listed) = call_as(server, Some(&token), "GET", &path, None)?;
                ensure!(status == 200, "appointments cannot be listed: {listed}");
                for one in items(&listed) {
                    found.insert(text(&one, "/id").to_owned(), text(&one, "/status").to_owned());
                }
                match text(&listed, "/next_cursor") {
                    "" => break,
                    next => path = format!("/api/v1/appointments?cursor={next}"),
                }
            }
            lost += promised
                .iter()
                .filter(|(id, status)| found.get(*id).map(String::as_str) != Some(**status))
                .count();
            lost += found.keys().filter(|id| !promised.contains_key(*id)).count();
        }
        Ok(lost)
    }
}

fn pick<'a, T>(all: &'a [T], dice: &mut Dice) -> Result<&'a T> {
    let at = usize::try_from(dice.roll(u64::try_from(all.len())?))?;
    all.get(at).context("something to choose from")
}
