//! `cargo xtask soak`: what must never be lost or happen twice, while programs are killed and providers misbehave.

mod books;
mod calls;
mod failover;
mod pair;
mod payers;
mod payments;
mod plans;
mod texts;

use anyhow::Result;
use clap::{Args, ValueEnum};

use crate::service;

#[derive(Args)]
pub struct Arguments {
    /// What goes through; everything when absent.
    #[arg(value_enum)]
    what: Option<What>,
    /// How much: each hundred takes about half a minute in a developer's build.
    #[arg(long, default_value_t = 400)]
    amount: u32,
    /// Makes the faults the same in every run.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Builds as it is deployed, which takes long the first time.
    #[arg(long)]
    release: bool,
}

/// What is watched.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum What {
    /// Payments: no fen is lost, and none is taken twice.
    Payments,
    /// Texts: each reaches its phone once.
    Texts,
    /// A PostgreSQL that dies while residents book: its standby is promoted, and nothing acknowledged is lost.
    Failover,
}

/// `cargo xtask soak`.
pub fn soak(arguments: &Arguments) -> Result<()> {
    service::stop_all_when_interrupted()?;
    let wanted = |what| arguments.what.is_none_or(|only| only == what);
    if wanted(What::Payments) {
        payments::soak(arguments.amount, arguments.seed, arguments.release)?;
    }
    if wanted(What::Texts) {
        texts::soak(arguments.amount, arguments.seed, arguments.release)?;
    }
    if wanted(What::Failover) {
        failover::soak(arguments.amount, arguments.seed, arguments.release)?;
    }
    Ok(())
}
