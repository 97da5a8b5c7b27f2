//! `cargo xtask lighthouse`: the first load as a cheap phone on a slow line sees it.
//!
//! The release build is judged by Lighthouse's mobile preset (slow 4G, a processor four times slower) in Debian's Chromium, several times, and
//! the medians are printed beside those of the last run.

use std::collections::BTreeMap;
use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use clap::Args;
use serde_json::Value;

use crate::bureau::{Build, Place};
use crate::client;
use crate::command;
use crate::narrator::Narrator;
use crate::service;
use crate::tools::{self, Tools, system_program};
use crate::workspace;

/// How often each page is judged.
const TIMES: usize = 5;
/// The pages that residents come to first.
const PAGES: [&str; 4] = ["/", "/services", "/login", "/fines"];
/// What is told of each page: its name, where it stands in Lighthouse's report, and how many decimals matter.
const FIGURES: [(&str, &str, usize); 8] = [
    ("performance, of 1", "/categories/performance/score", 2),
    ("accessibility, of 1", "/categories/accessibility/score", 2),
    ("best practices, of 1", "/categories/best-practices/score", 2),
    (
        "first contentful paint, ms",
        "/audits/first-contentful-paint/numericValue",
        0,
    ),
    (
        "largest contentful paint, ms",
        "/audits/largest-contentful-paint/numericValue",
        0,
    ),
    ("total blocking time, ms", "/audits/total-blocking-time/numericValue", 0),
    (
        "cumulative layout shift",
        "/audits/cumulative-layout-shift/numericValue",
        3,
    ),
    ("bytes", "/audits/total-byte-weight/numericValue", 0),
];

/// The medians of every page, by page and figure.
type Medians = BTreeMap<String, BTreeMap<String, f64>>;

#[derive(Args)]
pub struct Arguments {
    /// Judge what was built before.
    #[arg(long)]
    skip_build: bool,
}

/// `cargo xtask lighthouse`.
pub fn lighthouse(arguments: &Arguments) -> Result<()> {
    service::stop_all_when_interrupted()?;
    let output = workspace::root().join("test-output/lighthouse");
    fs::create_dir_all(&output)?;
    let folder = tempfile::Builder::new().prefix("bianmin-lighthouse-").tempdir()?;
    let place = Place {
        build: Build::Release,
        server: service::free_address()?,
        sandbox: service::free_address()?,
        client: workspace::dist(),
        data: folder.path().to_owned(),
        logs: output.join("logs"),
        settings: Vec::new(),
    };
    let tools = Tools::open()?;
    let mut narrator = Narrator::new(if arguments.skip_build { 3 } else { 5 });
    narrator.step("looking for the tools", || {
        tools::ensure_browser()?;
        tools.lighthouse()
    })?;
    if !arguments.skip_build {
        narrator.step("building the client", client::build)?;
        narrator.step("building the server and the sandbox", || place.build.compile())?;
    }
    let _bureau = narrator.step("opening the demonstration bureau", || {
        place.load_demonstration()?;
        place.open()
    })?;
    let judged = narrator.step("judging", || judge_all(&tools, place.server, &output))?;
    let kept = output.join("figures.json");
    let before = fs::read_to_string(&kept)
        .ok()
        .and_then(|text| serde_json::from_str::<Medians>(&text).ok())
        .unwrap_or_default();
    print(&judged, &before);
    fs::write(kept, serde_json::to_vec_pretty(&judged)?)?;
    Ok(())
}

fn judge_all(tools: &Tools, server: SocketAddr, output: &Path) -> Result<Medians> {
    let mut medians = Medians::new();
    for page in PAGES {
        let mut reports = Vec::with_capacity(TIMES);
        for time in 1..=TIMES {
            println!("      {page}, {time} of {TIMES}");
            reports.push(judge(
                tools,
                &format!("http://{server}{page}"),
                &output.join("report.json"),
            )?);
        }
        for (name, place, _) in FIGURES {
            let mut values: Vec<f64> = reports
                .iter()
                .filter_map(|report| report.pointer(place)?.as_f64())
                .collect();
            values.sort_by(f64::total_cmp);
            let median = values
                .get(values.len() / 2)
                .with_context(|| format!("Lighthouse's report of {page} has no {place}"))?;
            medians
                .entry(page.to_owned())
                .or_default()
                .insert(name.to_owned(), *median);
        }
    }
    Ok(medians)
}

fn judge(tools: &Tools, address: &str, report: &PathBuf) -> Result<Value> {
    let chromium = system_program("chromium").context("chromium is missing: run `cargo xtask tools`.")?;
    let mut lighthouse = tools.command("lighthouse")?;
    lighthouse
        .arg(address)
        .args(["--output=json", "--quiet", "--only-categories=performance,accessibility,best-practices"])
        .arg(format!("--output-path={}", report.display()))
        .arg("--chrome-flags=--headless=new --no-sandbox --disable-gpu --no-proxy-server --disable-background-networking \
             --lang=zh-CN --accept-lang=zh-CN")
        .env("CHROME_PATH", chromium);
    // Now and then Chromium records no trace; Lighthouse's own advice is to run it again.
    if command::read(&mut lighthouse).is_err() {
        command::read(&mut lighthouse)?;
    }
    Ok(serde_json::from_slice(&fs::read(report)?)?)
}

fn print(judged: &Medians, before: &Medians) {
    let figure = |medians: &Medians, page, name| medians.get(page)?.get(name).copied();
    for page in PAGES {
        println!("\n{page}, medians of {TIMES}, with those of the last run behind:");
        for (name, _, decimals) in FIGURES {
            let [now, before] = [judged, before].map(|medians| match figure(medians, page, name) {
                Some(value) => format!("{value:.decimals$}"),
                None => "-".to_owned(),
            });
            println!("  {name:30} {now:>9} {before:>9}");
        }
    }
}
