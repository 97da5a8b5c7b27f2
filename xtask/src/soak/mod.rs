//! `cargo xtask soak`: what must never be lost or happen twice, while programs are killed and providers misbehave.

mod balancer;
mod booking;
mod books;
mod calls;
mod failover;
mod faults;
mod full_disk;
mod pair;
mod payers;
mod payments;
mod plans;
mod restore;
mod stage;
mod texts;
mod twins;

use anyhow::Result;
use clap::{Args, ValueEnum};

use self::stage::Mode;
use crate::bureau::Build;
use crate::service;

/// What goes through in a few minutes on two cores, in each mode.
const DECISIONS: u32 = 1_000;
const CASES: u32 = 2_000;
const DEATHS: u32 = 2;
/// Each so many of a given amount are one death of a primary.
const AMOUNT_A_DEATH: u32 = 500;

#[derive(Args)]
pub struct Arguments {
    /// What goes through; everything when absent.
    #[arg(value_enum)]
    what: Option<What>,
    /// In which mode; both when absent.
    #[arg(long, value_enum)]
    mode: Option<Mode>,
    /// How many decisions are paid or cases are told of, and for each 500 a primary dies; a few minutes' worth when absent.
    #[arg(long)]
    amount: Option<u32>,
    /// Makes the faults and the kills the same in every run.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Builds as it is deployed, which takes long the first time.
    #[arg(long)]
    release: bool,
    /// Start what was built before.
    #[arg(long)]
    skip_build: bool,
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
    /// A PostgreSQL whose disk is full while residents book: writes are refused, reads go on, and it ends when there is room.
    FullDisk,
    /// A PostgreSQL that is copied while residents book, is lost, and is restored by its own tools.
    Restore,
}

/// `cargo xtask soak`.
pub fn soak(arguments: &Arguments) -> Result<()> {
    service::stop_all_when_interrupted()?;
    let build = if arguments.release {
        Build::Release
    } else {
        Build::Trial
    };
    if !arguments.skip_build {
        build.compile()?;
    }
    let wanted = |what| arguments.what.is_none_or(|only| only == what);
    for mode in [Mode::Embedded, Mode::Scaled] {
        if arguments.mode.is_some_and(|only| only != mode) {
            continue;
        }
        if wanted(What::Payments) {
            payments::soak(mode, build, arguments.amount.unwrap_or(DECISIONS), arguments.seed)?;
        }
        if wanted(What::Texts) {
            texts::soak(mode, build, arguments.amount.unwrap_or(CASES), arguments.seed)?;
        }
    }
    if wanted(What::Failover) {
        failover::soak(build, deaths(arguments.amount), arguments.seed)?;
    }
    if wanted(What::FullDisk) {
        full_disk::soak(build, arguments.seed)?;
    }
    if wanted(What::Restore) {
        restore::soak(build, arguments.seed)?;
    }
    Ok(())
}

fn deaths(amount: Option<u32>) -> u32 {
    amount.map_or(DEATHS, |amount| (amount / AMOUNT_A_DEATH).max(1))
}
