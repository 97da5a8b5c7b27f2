//! `cargo xtask test`: everything that proves the project.

use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::Result;
use clap::{Args, ValueEnum};

use crate::browsing::Browsing;
use crate::client;
use crate::command::{self, cargo};
use crate::narrator::Took;
use crate::schemathesis;
use crate::service;
use crate::stores::Stores;
use crate::tools::Tools;
use crate::wasm::{PROFILE, TARGET};

/// How long the database of known vulnerabilities may take to arrive.
const ADVISORIES_LIMIT: Duration = Duration::from_mins(1);

#[derive(Args)]
pub struct Arguments {
    /// Run these parts only.
    #[arg(long, value_enum, value_delimiter = ',')]
    only: Vec<Part>,
}

/// A part of the proof.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Part {
    /// The code is formatted.
    Fmt,
    /// Clippy has nothing to say, natively and for the client.
    Clippy,
    /// Licences, sources, banned crates, known vulnerabilities.
    Deny,
    /// Rules and their neighbours.
    Unit,
    /// The server's interface, in both modes.
    Api,
    /// Made-up requests in the name of every role: none ends in a fault.
    Fuzz,
    /// The documentation builds without warnings.
    Doc,
    /// The client builds and keeps to its size.
    Client,
    /// Journeys in a real browser.
    E2e,
}

/// How a step ended, when it did not fail.
enum Outcome {
    Passed,
    Skipped(String),
}

/// A step: its name, and what it does.
type Step = (&'static str, fn() -> Result<Outcome>);

impl Part {
    fn steps(self) -> &'static [Step] {
        match self {
            Self::Fmt => &[("formatting", formatting)],
            Self::Clippy => &[("clippy", clippy), ("clippy, client", clippy_client)],
            Self::Deny => &[("licences, sources, bans", dependencies), ("advisories", advisories)],
            Self::Unit => &[
                ("unit tests", unit_tests),
                ("SM2, SM3 and SM4", commercial_cryptography),
                ("documentation tests", documentation_tests),
            ],
            Self::Api => &[
                ("API tests, embedded", api_embedded),
                ("API tests, scaled out", api_scaled),
            ],
            Self::Fuzz => &[("made-up requests", made_up_requests)],
            Self::Doc => &[
                ("documentation", documentation),
                ("documentation, client", documentation_client),
            ],
            Self::Client => &[("client build and size", client_build)],
            Self::E2e => &[("browser journeys", journeys)],
        }
    }
}

/// `cargo xtask test`.
pub fn test(arguments: &Arguments) -> Result<()> {
    service::stop_all_when_interrupted()?;
    let chosen = |part: &&Part| arguments.only.is_empty() || arguments.only.contains(part);
    let steps: Vec<&Step> = Part::value_variants()
        .iter()
        .filter(chosen)
        .flat_map(|part| part.steps())
        .collect();

    let begun = Instant::now();
    let (mut passed, mut failed) = (0, 0);
    let mut summary = Vec::new();
    for (index, (name, work)) in steps.iter().enumerate() {
        println!("\n[{}/{}] {name} …", index + 1, steps.len());
        let step_begun = Instant::now();
        let outcome = work();
        let took = Took(step_begun.elapsed());
        let line = match outcome {
            Ok(Outcome::Passed) => {
                passed += 1;
                format!("passed   {name}, {took}")
            }
            Ok(Outcome::Skipped(reason)) => format!("skipped  {name}: {reason}"),
            Err(error) => {
                failed += 1;
                eprintln!("{error:#}");
                format!("FAILED   {name}, {took}")
            }
        };
        println!("[{}/{}] {line}", index + 1, steps.len());
        summary.push(line);
    }

    println!("\nIn {}:", Took(begun.elapsed()));
    for line in summary {
        println!("  {line}");
    }
    println!("{passed} passed, {failed} failed");
    if failed > 0 {
        std::process::exit(1);
    }
    Ok(())
}

fn pass(command: &mut Command) -> Result<Outcome> {
    command::run(command)?;
    Ok(Outcome::Passed)
}

/// Cargo, for all crates that are compiled natively and need no browser.
///
/// The same crates are named each time: with others beside them the dependencies would have other features, and be
/// compiled again.
pub fn cargo_native(subcommand: &str) -> Command {
    let mut cargo = cargo();
    cargo.args([subcommand, "--workspace", "--exclude", "app", "--exclude", "e2e"]);
    cargo
}

fn formatting() -> Result<Outcome> {
    pass(cargo().args(["fmt", "--all", "--check"]))
}

fn clippy() -> Result<Outcome> {
    pass(cargo().args([
        "clippy",
        "--workspace",
        "--exclude",
        "app",
        "--all-targets",
        "--",
        "--deny",
        "warnings",
    ]))
}

fn clippy_client() -> Result<Outcome> {
    pass(&mut Tools::open()?.for_client()?.clippy())
}

fn dependencies() -> Result<Outcome> {
    let tools = Tools::open()?;
    tools.cargo_deny()?;
    pass(
        tools
            .command("cargo-deny")?
            .args(["--offline", "check", "bans", "licenses", "sources"]),
    )
}

fn advisories() -> Result<Outcome> {
    let tools = Tools::open()?;
    tools.cargo_deny()?;
    if !command::succeeds_within(tools.command("cargo-deny")?.args(["fetch", "db"]), ADVISORIES_LIMIT) {
        return Ok(Outcome::Skipped(
            "the database of known vulnerabilities cannot be reached from here".to_owned(),
        ));
    }
    pass(
        tools
            .command("cargo-deny")?
            .args(["check", "--disable-fetch", "advisories"]),
    )
}

fn unit_tests() -> Result<Outcome> {
    pass(cargo_native("test").args(["--lib", "--bins"]))
}

fn commercial_cryptography() -> Result<Outcome> {
    // The one crate that has the feature: the server is not compiled a second time.
    pass(cargo().args(["test", "--package", "crypto", "--features", "sm"]))
}

fn documentation_tests() -> Result<Outcome> {
    pass(cargo_native("test").arg("--doc"))
}

fn api_embedded() -> Result<Outcome> {
    pass(
        cargo_native("test")
            .args(["--test", "*", "--no-fail-fast"])
            .env("BIANMIN_TEST_MODE", "embedded"),
    )
}

fn api_scaled() -> Result<Outcome> {
    let stores = Stores::start()?;
    pass(
        cargo_native("test")
            .args(["--test", "api", "--no-fail-fast"])
            .env("BIANMIN_TEST_MODE", "scaled")
            .env("BIANMIN_TEST_POSTGRES_URL", stores.postgres_url())
            .env("BIANMIN_TEST_REDIS_URL", stores.redis_url()),
    )
}

fn made_up_requests() -> Result<Outcome> {
    let Some(program) = schemathesis::install(&Tools::open()?)? else {
        return Ok(Outcome::Skipped(
            "schemathesis is not installed, and the Python package index cannot be reached from here".to_owned(),
        ));
    };
    schemathesis::ask_as_everyone(&program)?;
    Ok(Outcome::Passed)
}

fn documentation() -> Result<Outcome> {
    // All but the client: the features are then those that clippy has compiled already.
    let mut doc = document();
    pass(doc.args(["--workspace", "--exclude", "app"]))
}

fn documentation_client() -> Result<Outcome> {
    let toolchain = Tools::open()?.for_client()?;
    let mut doc = document();
    doc.args(["--package", "app", "--target", TARGET, "--profile", PROFILE]);
    pass(toolchain.apply(&mut doc))
}

fn document() -> Command {
    let mut doc = cargo();
    doc.args(["doc", "--no-deps", "--document-private-items"]);
    doc.env("RUSTDOCFLAGS", "--deny warnings");
    doc
}

fn client_build() -> Result<Outcome> {
    client::client()?;
    Ok(Outcome::Passed)
}

fn journeys() -> Result<Outcome> {
    let browsing = Browsing::open()?;
    pass(browsing.tests()?.arg("--no-fail-fast"))
}
