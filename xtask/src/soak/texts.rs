//! Texts, end to end: the case system pushes, residents are texted, and the phones are counted.
//!
//! The server is killed as by a power cut in the middle of the work, providers answer late, not at all, or after they have taken a text; they
//! refuse, throttle, and lose and repeat their reports. In the end every phone has every text once.

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use serde_json::{Value, json};

use super::calls::call;
use crate::bureau::{Build, Place};
use crate::service;
use crate::workspace;

/// How many residents are texted in turn; a provider takes fifty texts of one template a day for a phone.
const RESIDENTS: u32 = 100;
/// After so many cases the server is killed.
const CASES_A_LIFE: u32 = 40;
/// How long what was promised may take after the last push: leases run out, providers are asked, suspended ones come back.
const PATIENCE: Duration = Duration::from_mins(6);
/// The texts of each case.
const TEMPLATES: [&str; 2] = ["case-accepted", "case-filed"];

/// What goes wrong at each provider.
fn faults(seed: u64) -> Vec<Value> {
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
pub fn soak(cases: u32, seed: u64, release: bool) -> Result<()> {
    let build = if release { Build::Release } else { Build::Checked };
    build.compile()?;
    let folder = tempfile::Builder::new().prefix("bianmin-soak-").tempdir()?;
    let place = Place {
        build,
        server: service::free_address()?,
        sandbox: service::free_address()?,
        client: workspace::dist(),
        data: folder.path().to_owned(),
        logs: workspace::root().join("test-output/soak-texts"),
    };
    fs::create_dir_all(&place.logs)?;
    place.load_demonstration()?;
    let _sandbox = place.open_sandbox()?;
    for fault in faults(seed) {
        let (status, told) = call(place.sandbox, "POST", "/faults", Some(&fault))?;
        ensure!(status < 300, "the sandbox does not take a fault: {told}");
    }

    let begun = Instant::now();
    let mut server = Some(place.open_server()?);
    let mut kills = 0;
    let mut expected = Vec::new();
    for number in 0..cases {
        if number > 0 && number % CASES_A_LIFE == 0 {
            // What was pushed a moment ago is on its way, so the call under way meets the end.
            server.take().context("the server runs")?.kill()?;
            kills += 1;
            server = Some(place.open_server()?);
        }
        let case = Case {
            number,
            phone: format!("138{:08}", number % RESIDENTS + 1),
        };
        case.pushed(&place)?;
        expected.push(case);
    }
    let pushed = begun.elapsed();
    let outcome = wait(&place, &expected)?;
    drop(server);

    println!("Texts: {cases} cases, seed {seed}, {kills} kills of the server, faults at both providers");
    println!("  pushed in            {:>8.1} s", pushed.as_secs_f64());
    println!("  texts expected       {:>8}", expected.len() * TEMPLATES.len());
    println!("  on the phones        {:>8}", outcome.arrived);
    println!("  lost                 {:>8}", outcome.lost);
    println!("  twice                {:>8}", outcome.twice);
    println!("  the last one after   {:>8.1} s", outcome.last.as_secs_f64());
    for (gateway, texts) in outcome.gateways {
        println!("  through {gateway:<12} {texts:>8}");
    }
    ensure!(outcome.lost == 0 && outcome.twice == 0, "texts were lost or doubled");
    Ok(())
}

/// A case of the soak.
struct Case {
    number: u32,
    phone: String,
}

impl Case {
    /// Its number; the sequence at the end is what its texts tell.
    fn case_no(&self) -> String {
        format!(
            "A539900{:06}202611{:04}",
            900_000 + self.number / 10_000,
            self.number % 10_000
        )
    }

    fn tail(&self) -> String {
        format!("尾号{:04}", self.number % 10_000)
    }

    /// Pushes the case and its two steps, each until it is taken: a call that the server's end has met is made again.
    fn pushed(&self, place: &Place) -> Result<()> {
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
        }
        Ok(())
    }

    fn push(&self, place: &Place, path: &str, body: &Value) -> Result<()> {
        for _ in 0..20 {
            let wish = json!({ "path": path, "body": body });
            let (_, told) = call(place.sandbox, "POST", "/police/push", Some(&wish))?;
            match told.get("status").and_then(Value::as_u64) {
                Some(200) => return Ok(()),
                // Nobody answered, or the answer to an accepted call was lost: the same content again changes nothing.
                None | Some(500..) => std::thread::sleep(Duration::from_millis(200)),
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

/// What the phones have.
struct Outcome {
    arrived: usize,
    lost: usize,
    twice: usize,
    last: Duration,
    gateways: BTreeMap<String, usize>,
}

/// Waits until every text is there, and a while longer for those that should not be; or until patience ends.
fn wait(place: &Place, expected: &[Case]) -> Result<Outcome> {
    let begun = Instant::now();
    let mut complete_since = None;
    loop {
        let (texts, gateways) = arrived(place)?;
        let of = |case: &Case, template: &str| {
            let key = (case.phone.clone(), template.to_owned(), case.tail());
            texts.get(&key).copied().unwrap_or(0)
        };
        let counts = || {
            expected
                .iter()
                .flat_map(|case| TEMPLATES.map(|template| of(case, template)))
        };
        let lost = counts().filter(|count| *count == 0).count();
        if lost == 0 && complete_since.is_none() {
            complete_since = Some(begun.elapsed());
        }
        // A text that comes twice comes when a lease ends or a provider is asked.
        let settled = complete_since.is_some_and(|since| begun.elapsed() > since + Duration::from_secs(45));
        if settled || begun.elapsed() > PATIENCE {
            return Ok(Outcome {
                arrived: counts().sum(),
                lost,
                twice: counts().map(|count| count.saturating_sub(1)).sum(),
                last: complete_since.unwrap_or_else(|| begun.elapsed()),
                gateways,
            });
        }
        std::thread::sleep(Duration::from_secs(1));
    }
}

/// How often each text is on its phone, by phone, template and case.
type Texts = HashMap<(String, String, String), usize>;

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
        *texts
            .entry((read("phone"), template, format!("尾号{tail}")))
            .or_default() += 1;
        *gateways.entry(read("gateway")).or_default() += 1;
    }
    Ok((texts, gateways))
}
