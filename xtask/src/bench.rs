//! `cargo xtask bench`: measures the server in both modes.

use anyhow::Result;
use clap::Args;

use crate::command::{self, cargo};
use crate::narrator::Narrator;
use crate::service;
use crate::stores::Stores;

#[derive(Args)]
pub struct Arguments {
    /// How it is compiled: as it is deployed, or nearly so with `trial`, which links in a fraction of the time.
    #[arg(long, default_value = "release")]
    profile: String,
    /// Passed on to the benchmark.
    #[arg(last = true)]
    rest: Vec<String>,
}

/// `cargo xtask bench`.
pub fn bench(arguments: &Arguments) -> Result<()> {
    service::stop_all_when_interrupted()?;
    let mut narrator = Narrator::new(3);
    narrator.step("compiling the benchmark", || {
        // The outside world of some rows; beside the server, so that what both depend on has the same features as in the benchmark.
        let packages = ["--package", "server", "--package", "sandbox"];
        command::run(
            cargo()
                .args(["build", "--profile", &arguments.profile, "--bins"])
                .args(packages),
        )?;
        command::run(benchmark(&arguments.profile).arg("--no-run"))
    })?;
    let stores = narrator.step("starting PostgreSQL and Redis", Stores::start)?;
    narrator.step("measuring", || {
        command::run(
            benchmark(&arguments.profile)
                .arg("--")
                .args(&arguments.rest)
                .env("BIANMIN_TEST_POSTGRES_URL", stores.postgres_url())
                .env("BIANMIN_TEST_REDIS_URL", stores.redis_url()),
        )
    })
}

fn benchmark(profile: &str) -> std::process::Command {
    let mut bench = cargo();
    bench.args(["bench", "--profile", profile, "--package", "server", "--bench", "http"]);
    bench
}
