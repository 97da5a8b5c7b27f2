//! The developer's commands.
//!
//! `cargo xtask run` brings up the whole bureau on this machine, `cargo xtask test` proves the project.
//! Each command is one module; the others say how a tool is had ([`tools`], [`wasm`]), how a program is
//! run to its end ([`command`]) or kept running ([`service`]), and how the client is made ([`client`]).

mod bench;
mod browsing;
mod bureau;
mod client;
mod command;
mod compress;
mod fingerprint;
mod fuzz;
mod lighthouse;
mod narrator;
mod page;
mod release;
mod run;
mod sbom;
mod schemathesis;
mod screenshots;
mod service;
mod sheet;
mod soak;
mod stores;
mod test;
mod tools;
mod wasm;
mod workspace;

use std::process::ExitCode;

use clap::Parser;

/// The developer's commands of Bianmin.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
enum Command {
    /// Build everything, load the demonstration bureau and serve it.
    Run(run::Arguments),
    /// Run every check that proves the project.
    Test(test::Arguments),
    /// Build the client into `dist` and hold it to its size.
    Client,
    /// Measure the server in both modes.
    Bench(bench::Arguments),
    /// Judge the first load on a slow line and a slow phone with Lighthouse.
    Lighthouse(lighthouse::Arguments),
    /// Make one picture of every page in every look.
    Sheet,
    /// Take the pictures of the documentation from those of the last journeys.
    Screenshots,
    /// Kill and disturb a running bureau, and count what was lost or happened twice.
    Soak(soak::Arguments),
    /// Feed every reader of what comes from outside with octets that nobody should send.
    Fuzz(fuzz::Arguments),
    /// Build what is given to a bureau, with a list of everything that it is made of.
    Release(release::Arguments),
    /// Install the tools that the other commands need.
    Tools,
}

fn main() -> ExitCode {
    let done = match Command::parse() {
        Command::Run(arguments) => run::run(&arguments),
        Command::Test(arguments) => test::test(&arguments),
        Command::Client => client::client(),
        Command::Bench(arguments) => bench::bench(&arguments),
        Command::Lighthouse(arguments) => lighthouse::lighthouse(&arguments),
        Command::Sheet => sheet::sheet(),
        Command::Screenshots => screenshots::screenshots(),
        Command::Soak(arguments) => soak::soak(&arguments),
        Command::Fuzz(arguments) => fuzz::fuzz(&arguments),
        Command::Release(arguments) => release::release(&arguments),
        Command::Tools => tools::install_all(),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\n{error:#}");
            ExitCode::FAILURE
        }
    }
}
