//! `bianmin rotate-keys`: keys are changed while servers go on.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::ensure;
use clap::Subcommand;
use server::{
    config::Config,
    platform::{
        Platform, keyring,
        keys::{Master, Purpose},
    },
    rekey,
};
use shared::time::Instant;

/// Which key is changed.
#[derive(Subcommand)]
pub enum Change {
    /// The key of sealed fields: adds one, waits until every server knows it, and seals everything anew that older keys sealed.
    Fields,
    /// The key by which sealed numbers and phones are found: adds one, and makes every index anew.
    Index,
    /// The key that signs access tokens; the older one is good for the tokens that it has signed.
    Tokens,
    /// The key that chains the audit log; the older one signs the hand-over.
    Audit,
    /// The master key: wraps every key under the one in the file too. Then put the file in the place of `master.key` at every instance.
    Master {
        /// The file, which is made when it is not there.
        file: PathBuf,
    },
    /// When the new `master.key` is in its place everywhere: forgets what is wrapped under another one.
    ForgetMaster,
    /// Adds no key: goes on sealing fields and indexing anew where it was interrupted.
    Resume,
}

pub async fn change(config: Config, change: Change) -> anyhow::Result<()> {
    let platform = Platform::connect(config).await?;
    platform.db.migrate().await?;
    match change {
        Change::Fields => add_and_wait(&platform, Purpose::Field).await?,
        Change::Index => add_and_wait(&platform, Purpose::Index).await?,
        Change::Resume => {}
        Change::Tokens => return add(&platform, Purpose::Token).await.map(drop),
        Change::Audit => return add(&platform, Purpose::Audit).await.map(drop),
        Change::Master { file } => return change_master(&platform, &file).await,
        Change::ForgetMaster => return forget_master(&platform).await,
    }
    keyring::load(&platform.db, &platform.keys, platform.clock.now()).await?;
    index_anew(&platform).await?;
    seal_anew(&platform).await
}

/// Adds a key, and waits until it is used everywhere.
async fn add_and_wait(platform: &Platform, purpose: Purpose) -> anyhow::Result<()> {
    let used_from = add(platform, purpose).await?;
    let wait = (used_from - platform.clock.now()).to_std().unwrap_or_default();
    // Servers look every two seconds; what they write with the old key until then is found afterwards.
    tokio::time::sleep(wait + Duration::from_secs(4)).await;
    Ok(())
}

async fn change_master(platform: &Platform, file: &Path) -> anyhow::Result<()> {
    let master = Master::at(file)?;
    let now = platform.clock.now();
    let keys = keyring::change_master(&platform.db, &platform.keys, &master, now).await?;
    println!(
        "{keys} keys are wrapped under the master key in {} too.",
        file.display()
    );
    println!(
        "Put it in the place of {} at every instance, look with `bianmin doctor`, then run `bianmin rotate-keys forget-master`.",
        platform.config.keys_dir.join("master.key").display()
    );
    Ok(())
}

async fn forget_master(platform: &Platform) -> anyhow::Result<()> {
    let forgotten = keyring::forget_master(&platform.db, &platform.keys, platform.clock.now()).await?;
    println!("{forgotten} keys are forgotten that were wrapped under another master key.");
    Ok(())
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
        "{} indexes were changed meanwhile, or another row has theirs: run `bianmin rotate-keys resume`",
        done.left
    );
    Ok(())
}

async fn add(platform: &Platform, purpose: Purpose) -> anyhow::Result<Instant> {
    let suite = platform.config.suite;
    let (number, used_from) = keyring::add(&platform.db, &platform.keys, purpose, suite, platform.clock.now()).await?;
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
        "{left} fields are sealed with an older key: run `bianmin rotate-keys resume`"
    );
    println!(
        "{} fields are sealed with key {}; no field needs an older one.",
        done.sealed,
        platform.keys.sealing()
    );
    Ok(())
}
