//! Texts, end to end: the case system pushes, residents are texted, and the phones are counted.
//!
//! Servers are killed as by a power cut in the middle of the work, Redis and PostgreSQL go away and come back; providers answer late, not at
//! all, or after they have taken a text; they refuse, throttle, and lose and repeat their reports. In the end every phone has every text once.

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use anyhow::{Context, Result, anyhow, bail, ensure};
use serde_json::{Value, json};

use super::calls::{call, call_as, staff_session};
use super::faults::{self, Struck};
use super::stage::{Crashes, Mode, Stage, now};
use crate::bureau::{Build, Place};
use crate::workspace;

/// How many residents are texted in turn; a provider takes fifty texts of one template a day for a phone.
const RESIDENTS: u32 = 200;
/// As many cases have numbers of their own, and stay below what the providers take for a phone in a day.
const MOST_CASES: u32 = 10_000;
/// How long a push may take, crashes included.
const PUSHED_WITHIN: Duration = Duration::from_mins(2);
/// How long what was promised may take after the last crash before the soak gives up.
const PATIENCE: Duration = Duration::from_mins(6);
/// A text that comes twice comes when a lease has ended and a provider is believed to have none.
const SETTLES: Duration = Duration::from_secs(75);
/// How long a text may be held up by a crash.
const STRANDED: Duration = Duration::from_secs(90);
/// The texts of each case.
const TEMPLATES: [&str; 2] = ["case-accepted", "case-filed"];

/// What goes wrong at each provider.
fn plan(seed: u64) -> Vec<Value> {
    let each = |target: &str, seed: u64| {
        [
            json!({ "target": target, "kind": "delay", "ms": 60 }),
            json!({ "target": target, "kind": "timeout-after-accept", "rate": 0.04, "ms": 12_000, "seed": seed }),
            json!({ "target": target, "kind": "drop", "rate": 0.03, "seed": seed + 1 }),
            json!({ "target": target, "kind": "5xx", "rate": 0.03, "seed": seed + 2 }),
            json!({ "target": target, "kind": "throttle", "rate": 0.03, "seed": seed + 3 }),
            json!({ "target": target, "kind": "lost-report", "rate": 0.3, "seed": seed + 4 }),
            json!({ "target": target, "kind": "duplicate-report", "rate": 0.2, "seed": seed + 5 }),
        ]
    };
    let aliyun = each("sms-aliyun", seed.wrapping_mul(100));
    let tencent = each("sms-tencent", seed.wrapping_mul(100).wrapping_add(50));
    aliyun.into_iter().chain(tencent).collect()
}

/// Goes through `cases` cases, with two texts each.
pub fn soak(mode: Mode, build: Build, cases: u32, seed: u64) -> Result<()> {
    ensure!(
        cases <= MOST_CASES,
        "at most {MOST_CASES} cases have numbers of their own"
    );
    let stage = Stage::open(mode, build, &format!("soak-texts-{mode:?}").to_lowercase())?;
    let place = &stage.place;
    faults::switch_on(place.sandbox, &plan(seed))?;

    let begun = Instant::now();
    let (expected, mut crashes) = push_all(&stage, cases, seed)?;
    let pushed = begun.elapsed();
    // The last crash finds texts on their way. From then on providers behave, so that what is held up is held up by what was before.
    let struck = Struck::until_now(place.sandbox)?;
    faults::switch_off(place.sandbox)?;
    stage.crash(seed, &mut crashes)?;
    let outcome = wait(place, &expected)?;
    let chosen = Chosen::of(place)?;

    println!("Texts, {mode}: {cases} cases, seed {seed}");
    println!(
        "  events pushed          {:>9} in {:.1} s",
        cases * 3,
        pushed.as_secs_f64()
    );
    crashes.print();
    struck.print();
    println!("  texts expected         {:>9}", expected.len() * TEMPLATES.len());
    println!("  on the phones          {:>9}", outcome.arrived);
    println!("  lost                   {:>9}", outcome.lost);
    println!("  twice                  {:>9}", outcome.twice);
    for (gateway, texts) in &outcome.gateways {
        println!("  through {gateway:<14} {texts:>9}");
    }
    chosen.print();
    let oldest = outcome.oldest_after(crashes.last);
    println!("  waiting at the last crash {:>6}", outcome.waiting_at(crashes.last));
    println!("  the oldest of them for {:>9.1} s after it", oldest.as_secs_f64());
    println!("  from push to phone     {}", outcome.waits());
    ensure!(outcome.lost == 0 && outcome.twice == 0, "texts were lost or doubled");
    ensure!(
        oldest <= STRANDED,
        "a text was held up for longer than {} s",
        STRANDED.as_secs()
    );
    Ok(())
}

/// Pushes every case while the bureau is disturbed.
fn push_all(stage: &Stage, cases: u32, seed: u64) -> Result<(Vec<Case>, Crashes)> {
    let over = AtomicBool::new(false);
    thread::scope(|scope| {
        let disturbing = scope.spawn(|| stage.disturb_until(&over, seed));
        let pushed: Result<Vec<Case>> = (0..cases)
            .map(|number| {
                let mut case = Case::new(number);
                case.pushed(&stage.place)?;
                Ok(case)
            })
            .collect();
        over.store(true, Ordering::Relaxed);
        let crashes = disturbing.join().map_err(|_panic| anyhow!("the disturber broke"))?;
        Ok((pushed?, crashes?))
    })
}

/// A case of the soak.
struct Case {
    number: u32,
    phone: String,
    /// When each text's event was taken.
    taken_at: Vec<SystemTime>,
}

impl Case {
    fn new(number: u32) -> Self {
        Self {
            number,
            phone: format!("138{:08}", number % RESIDENTS + 1),
            taken_at: Vec::new(),
        }
    }

    /// Its number; the sequence at the end is what its texts tell.
    fn case_no(&self) -> String {
        format!("A539900900000202611{:04}", self.number)
    }

    fn tail(&self) -> String {
        format!("尾号{:04}", self.number)
    }

    /// Pushes the case and its two steps, each until it is taken: a call that the server's end has met is made again.
    fn pushed(&mut self, place: &Place) -> Result<()> {
        let (name, id_number) = resident(&self.phone)?;
        let party = json!({ "role": "reporter", "name": name, "id_number": id_number });
        let case = json!({
            "case_no": self.case_no(), "procedure": "criminal", "title": "手机被盗案", "agency": "云川市公安局云台分局",
            "accepted_at": "2026-11-20T09:00:00+08:00", "parties": [party],
        });
        self.push(place, "/upstream/cases", &case)?;
        for (at, step) in ["accepted", "filed"].into_iter().enumerate() {
            let event = json!({
                "event_id": format!("soak-{}-{at}", self.number), "case_no": self.case_no(), "step": step,
                "occurred_at": format!("2026-11-20T1{at}:00:00+08:00"), "details": {},
            });
            self.push(place, "/upstream/case-events", &event)?;
            self.taken_at.push(now());
        }
        Ok(())
    }

    fn push(&self, place: &Place, path: &str, body: &Value) -> Result<()> {
        let (wish, begun) = (json!({ "path": path, "body": body }), Instant::now());
        while begun.elapsed() < PUSHED_WITHIN {
            let (_, told) = call(place.sandbox, "POST", "/police/push", Some(&wish))?;
            match told.get("status").and_then(Value::as_u64) {
                Some(200) => return Ok(()),
                // Nobody answered, or the answer to an accepted call was lost: the same content again changes nothing.
                None | Some(500..) => thread::sleep(Duration::from_millis(200)),
                Some(status) => bail!("case {}: {path} is answered with {status}: {told}", self.number),
            }
        }
        bail!("case {}: {path} is not answered", self.number)
    }
}

/// The name and the ID number of a demonstration resident.
fn resident(phone: &str) -> Result<(String, String)> {
    let file = fs::read_to_string(workspace::root().join("content/yunchuan/residents.toml"))?;
    let file: toml::Table = file.parse()?;
    let text = |one: &toml::Value, name: &str| one.get(name).and_then(toml::Value::as_str).map(ToOwned::to_owned);
    let all = file
        .get("resident")
        .and_then(toml::Value::as_array)
        .context("residents")?;
    all.iter()
        .find(|one| one.get("phone").and_then(toml::Value::as_str) == Some(phone))
        .and_then(|one| Some((text(one, "name")?, text(one, "id_number")?)))
        .with_context(|| format!("no resident has {phone}"))
}

/// What a provider could not say of a text, and what was chosen then, as the operator's page counts it.
struct Chosen {
    sent_again: u64,
    left: u64,
}

impl Chosen {
    fn of(place: &Place) -> Result<Self> {
        let token = staff_session(place, "admin-1")?;
        let (status, told) = call_as(place.server, Some(&token), "GET", "/api/v1/admin/texts", None)?;
        ensure!(status == 200, "how texts go out is not told: {told}");
        let read = |name: &str| told.get(name).and_then(Value::as_u64).context("a figure is missing");
        Ok(Self {
            sent_again: read("sent_again")?,
            left: read("never_answered")?,
        })
    }

    fn print(&self) {
        println!("  unknown, found absent and sent again {:>9}", self.sent_again);
        println!("  unknown, and left      {:>9}", self.left);
    }
}

/// What the phones have.
struct Outcome {
    arrived: usize,
    lost: usize,
    twice: usize,
    gateways: BTreeMap<String, usize>,
    /// When each text was pushed, and when it came.
    times: Vec<(SystemTime, SystemTime)>,
}

impl Outcome {
    /// Those that were there at an instant and not yet on their phones.
    fn over(&self, at: Option<SystemTime>) -> impl Iterator<Item = Duration> {
        let waiting = move |(pushed, came): &(SystemTime, SystemTime)| {
            let at = at.filter(|at| pushed <= at)?;
            came.duration_since(at).ok()
        };
        self.times.iter().filter_map(waiting)
    }

    fn waiting_at(&self, crash: Option<SystemTime>) -> usize {
        self.over(crash).count()
    }

    fn oldest_after(&self, crash: Option<SystemTime>) -> Duration {
        self.over(crash).max().unwrap_or_default()
    }

    /// How long texts took, crashes included.
    fn waits(&self) -> String {
        let mut waits: Vec<Duration> = self
            .times
            .iter()
            .map(|(pushed, came)| came.duration_since(*pushed).unwrap_or_default())
            .collect();
        waits.sort_unstable();
        let at = |percent: usize| {
            let at = (waits.len() * percent / 100).min(waits.len().saturating_sub(1));
            waits.get(at).copied().unwrap_or_default().as_secs_f64()
        };
        format!("half {:.1} s, 99 % {:.1} s, all {:.1} s", at(50), at(99), at(100))
    }
}

/// Waits until every text is there, and a while longer for those that should not be; or until patience ends.
fn wait(place: &Place, expected: &[Case]) -> Result<Outcome> {
    let begun = Instant::now();
    let mut complete_since = None;
    loop {
        let (texts, gateways) = arrived(place)?;
        let (mut lost, mut arrived, mut twice, mut times) = (0, 0, 0, Vec::new());
        for case in expected {
            for (template, pushed) in TEMPLATES.into_iter().zip(&case.taken_at) {
                let key = (case.phone.clone(), template.to_owned(), case.tail());
                let copies = texts.get(&key).map(Vec::as_slice).unwrap_or_default();
                arrived += copies.len();
                twice += copies.len().saturating_sub(1);
                lost += usize::from(copies.is_empty());
                times.extend(copies.iter().min().map(|first| (*pushed, *first)));
            }
        }
        if lost == 0 && complete_since.is_none() {
            complete_since = Some(begun.elapsed());
        }
        let settled = complete_since.is_some_and(|since| begun.elapsed() > since + SETTLES);
        if settled || begun.elapsed() > PATIENCE {
            return Ok(Outcome {
                arrived,
                lost,
                twice,
                gateways,
                times,
            });
        }
        thread::sleep(Duration::from_secs(2));
    }
}

/// When each text came to its phone, by phone, template and case.
type Texts = HashMap<(String, String, String), Vec<SystemTime>>;

fn arrived(place: &Place) -> Result<(Texts, BTreeMap<String, usize>)> {
    let (_, all) = call(place.sandbox, "GET", "/sms/messages", None)?;
    let mut texts = Texts::new();
    let mut gateways = BTreeMap::new();
    let items = all.get("items").and_then(Value::as_array).context("the phones")?;
    for item in items {
        let read = |name: &str| item.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        let (text, template) = (read("text"), read("template"));
        let Some(tail) = text.split("尾号").nth(1).and_then(|rest| rest.get(..4)) else {
            continue;
        };
        let sent_at = item
            .get("sent_at_ms")
            .and_then(Value::as_u64)
            .context("when a text came")?;
        texts
            .entry((read("phone"), template, format!("尾号{tail}")))
            .or_default()
            .push(SystemTime::UNIX_EPOCH + Duration::from_millis(sent_at));
        *gateways.entry(read("gateway")).or_default() += 1;
    }
    Ok((texts, gateways))
}
