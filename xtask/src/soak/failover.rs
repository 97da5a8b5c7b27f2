//! A PostgreSQL that dies under load: residents book and cancel at two instances, the primary is killed as by a power cut, and its standby
//! is promoted.

use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};

use super::booking::{Bookers, RESIDENTS, TAKEN_IS_NOT_BOOKED};
use super::pair::Pair;
use super::twins::{Twins, logs};
use crate::bureau::Build;

/// How long is booked before a primary dies, and after.
const CALM: Duration = Duration::from_secs(5);
/// How soon writes are acknowledged again at every instance.
const BACK_WITHIN: Duration = Duration::from_secs(5);

/// Goes through the deaths of some primaries.
pub fn soak(build: Build, deaths: u32, seed: u64) -> Result<()> {
    crate::tools::ensure_stores()?;
    let folder = tempfile::Builder::new().prefix("bianmin-soak-").tempdir()?;
    let mut pair = Pair::start(folder.path(), &logs("soak-failover")?)?;
    let mut twins = Twins::load(build, folder.path(), "soak-failover", pair.url())?;
    pair.add_standby()?;
    twins.open()?;
    let bookers = Bookers::at(twins.instances, twins.place.sandbox)?;
    let (outcome, (outages, pair)) = bookers.book_while(seed, || kill(&bookers, pair, deaths))?;
    let unsound: u32 = pair.query(TAKEN_IS_NOT_BOOKED)?.parse()?;

    println!("Failover: {deaths} primaries killed under load, seed {seed}, two instances, {RESIDENTS} residents");
    outcome.print();
    println!("  windows miscounted     {unsound:>9}");
    for outage in &outages {
        println!(
            "  writes again after     {:>9} ms, at every instance",
            outage.as_millis()
        );
    }
    outcome.check()?;
    ensure!(unsound == 0, "seats taken are not seats booked");
    ensure!(
        outages.iter().all(|outage| *outage <= BACK_WITHIN),
        "writes came back too late"
    );
    Ok(())
}

/// Kills one primary after the other, and tells how long each time nothing was acknowledged.
fn kill(bookers: &Bookers, mut pair: Pair, deaths: u32) -> Result<(Vec<Duration>, Pair)> {
    let mut outages = Vec::new();
    for _ in 0..deaths {
        thread::sleep(CALM);
        let died = Instant::now();
        pair = pair.fail_over()?;
        outages.push(bookers.wait_for_writes()? - died);
        thread::sleep(CALM);
        pair.add_standby()?;
    }
    Ok((outages, pair))
}
