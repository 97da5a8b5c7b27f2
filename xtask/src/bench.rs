//! `cargo xtask bench`: measures the server in both modes.

use anyhow::Result;
use clap::Args;

use crate::command::{self, cargo};
use crate::narrator::Narrator;
use crate::service;
use crate::stores::Stores;

#[derive(Args)]
pub struct Arguments {
    /// Passed on to the benchmark.
    #[arg(last = true)]
    rest: Vec<String>,
}

/// `cargo xtask bench`.
pub fn bench(arguments: &Arguments) -> Result<()> {
    service::stop_all_when_interrupted()?;
    let mut narrator = Narrator::new(3);
    narrator.step("compiling the benchmark", || command::run(benchmark().arg("--no-run")))?;
    let stores = narrator.step("starting PostgreSQL and Redis", Stores::start)?;
    narrator.step("measuring", || {
        command::run(
            benchmark()
                .arg("--")
                .args(&arguments.rest)
                .env("BIANMIN_TEST_POSTGRES_URL", stores.postgres_url())
                .env("BIANMIN_TEST_REDIS_URL", stores.redis_url()),
        )
    })
}

fn benchmark() -> std::process::Command {
    let mut bench = cargo();
    bench.args(["bench", "--package", "server", "--bench", "http"]);
    bench
}
