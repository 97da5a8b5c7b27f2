//! `bianmin rotate-keys`: keys are changed while servers go on.

use std::{path::PathBuf, time::Duration};

use anyhow::ensure;
use clap::Args;
use server::{
    config::Config,
    platform::{
        Platform, keyring,
        keys::{Master, Purpose},
    },
    rekey,
};
use shared::time::Instant;

/// Which key is changed; the key of sealed fields when nothing is said.
#[derive(Args)]
#[group(multiple = false)]
#[allow(clippy::struct_excessive_bools, reason = "each is a switch of the command line")]
pub struct Change {
    /// Add no key: go on sealing fields and indexing anew where it was interrupted.
    #[arg(long)]
    resume: bool,
    /// Change the key that signs access tokens; the older one is good for the tokens that it has signed.
    #[arg(long)]
    tokens: bool,
    /// Change the key that chains the audit log; the older one signs the hand-over.
    #[arg(long)]
    audit: bool,
    /// Change the key by which sealed numbers and phones are found, and index everything anew.
    #[arg(long)]
    index: bool,
    /// Wrap every key under the master key in this file too, which is made when it is not there. Then put the file in the place of
    /// `master.key` at every instance.
    #[arg(long, value_name = "FILE")]
    master: Option<PathBuf>,
    /// When the new `master.key` is in its place everywhere: forget what is wrapped under another one.
    #[arg(long)]
    forget_master: bool,
}

pub async fn change(config: Config, change: Change) -> anyhow::Result<()> {
    let platform = Platform::connect(config).await?;
    platform.db.migrate().await?;
    let now = platform.clock.now();
    if let Some(file) = change.master {
        let master = Master::at(&file)?;
        let keys = keyring::change_master(&platform.db, &platform.keys, &master, now).await?;
        println!(
            "{keys} keys are wrapped under the master key in {} too.",
            file.display()
        );
        println!(
            "Put it in the place of {} at every instance, look with `bianmin doctor`, then run `bianmin rotate-keys --forget-master`.",
            platform.config.keys_dir.join("master.key").display()
        );
        return Ok(());
    }
    if change.forget_master {
        let forgotten = keyring::forget_master(&platform.db, &platform.keys, now).await?;
        println!("{forgotten} keys are forgotten that were wrapped under another master key.");
        return Ok(());
    }
    for (wanted, purpose) in [(change.tokens, Purpose::Token), (change.audit, Purpose::Audit)] {
        if wanted {
            add(&platform, purpose, now).await?;
            return Ok(());
        }
    }
    if !change.resume {
        let purpose = if change.index { Purpose::Index } else { Purpose::Field };
        let used_from = add(&platform, purpose, now).await?;
        let wait = (used_from - platform.clock.now()).to_std().unwrap_or_default();
        // Servers look every two seconds; what they write with the old key until then is found below.
        tokio::time::sleep(wait + Duration::from_secs(4)).await;
    }
    keyring::load(&platform.db, &platform.keys, platform.clock.now()).await?;
    index_anew(&platform).await?;
    seal_anew(&platform).await
}

async fn index_anew(platform: &Platform) -> anyhow::Result<()> {
    let done = rekey::reindex(platform, |table, done| {
        if done.changed + done.left > 0 {
            println!("{table}: {} indexes made anew, {} left", done.changed, done.left);
        }
    })
    .await?;
    ensure!(
        done.left == 0,
        "{} indexes were changed meanwhile, or another row has theirs: run it again with --resume",
        done.left
    );
    Ok(())
}

async fn add(platform: &Platform, purpose: Purpose, now: Instant) -> anyhow::Result<Instant> {
    let suite = platform.config.suite;
    let (number, used_from) = keyring::add(&platform.db, &platform.keys, purpose, suite, now).await?;
    println!(
        "The {} key {number} ({}) is added; it is used from {used_from} on, when every server knows it.",
        purpose.as_str(),
        suite.name()
    );
    Ok(used_from)
}

async fn seal_anew(platform: &Platform) -> anyhow::Result<()> {
    let done = rekey::reseal(platform, |table, done| {
        println!("{table}: {} rows, {} fields sealed anew", done.seen, done.sealed);
    })
    .await?;
    let left = rekey::left(platform).await?;
    ensure!(
        left == 0,
        "{left} fields are sealed with an older key: run it again with --resume"
    );
    println!(
        "{} fields are sealed with key {}; no field needs an older one.",
        done.sealed,
        platform.keys.sealing()
    );
    Ok(())
}
