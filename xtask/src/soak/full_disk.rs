//! A PostgreSQL whose disk is full under load: what cannot be written is refused, reads go on, and the same processes take writes again as
//! soon as there is room.
//!
//! The bureau's tables lie on a small filesystem of their own, which a file fills up. The log of writes lies elsewhere, as it should: when
//! that has no room, PostgreSQL itself stops.

use std::fs::{self, File};
use std::io::{ErrorKind, Write};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use nix::unistd::geteuid;

use super::booking::{Bookers, RESIDENTS, TAKEN_IS_NOT_BOOKED};
use super::calls::call;
use super::twins::{Twins, logs};
use crate::bureau::Build;
use crate::command::{self, program};
use crate::service;
use crate::stores::PostgresHome;

/// The small filesystem holds the demonstration bureau and what is booked in a minute.
const SIZE: &str = "size=512m";
/// How long is booked before the disk is full, while it is, and after.
const CALM: Duration = Duration::from_secs(5);
/// So many wishes are refused before it is believed that the disk is full.
const ENOUGH: u32 = 50;
/// How long that may take.
const LIMIT: Duration = Duration::from_mins(1);
/// How soon writes are acknowledged again at every instance.
const BACK_WITHIN: Duration = Duration::from_secs(5);
/// The database that lies there.
const DATABASE: &str = "bureau";

/// Fills the disk once. Only the administrator of a machine mounts filesystems: nothing is watched for anybody else.
pub fn soak(build: Build, seed: u64) -> Result<()> {
    if !geteuid().is_root() {
        println!("Full disk: left out, because mounting a small filesystem needs root");
        return Ok(());
    }
    crate::tools::ensure_stores()?;
    let folder = tempfile::Builder::new().prefix("bianmin-soak-").tempdir()?;
    let logs = logs("soak-full-disk")?;
    let home = PostgresHome::make(folder.path())?;
    let disk = Disk::mount(&home)?;
    let (data, address) = (home.data("0"), service::free_address()?);
    home.initialise(&data)?;
    let _postgres = home.start(&data, address, &logs.join("postgres.log"))?;
    let there = disk.folder.display();
    home.ask(
        address,
        "postgres",
        &format!("CREATE TABLESPACE small LOCATION '{there}'"),
    )?;
    home.ask(
        address,
        "postgres",
        &format!("CREATE DATABASE {DATABASE} TABLESPACE small"),
    )?;
    let url = format!("postgres://postgres@{address}/{DATABASE}");
    let mut twins = Twins::load(build, folder.path(), "soak-full-disk", url)?;
    twins.open()?;

    let bookers = Bookers::at(twins.instances, twins.place.sandbox)?;
    let (outcome, outage) = bookers.book_while(seed, || fill_and_free(&bookers, &disk, twins.instances))?;
    twins.still_run()?;
    let unsound: u32 = home.ask(address, DATABASE, TAKEN_IS_NOT_BOOKED)?.parse()?;

    println!("Full disk: PostgreSQL's tables without room, seed {seed}, two instances, {RESIDENTS} residents");
    outcome.print();
    println!("  refused with 503       {:>9}", bookers.refused());
    println!("  windows miscounted     {unsound:>9}");
    println!(
        "  writes again after     {:>9} ms, at every instance, none started anew",
        outage.as_millis()
    );
    outcome.check()?;
    ensure!(unsound == 0, "seats taken are not seats booked");
    ensure!(outage <= BACK_WITHIN, "writes came back too late");
    Ok(())
}

/// Fills the disk, reads for a while, and makes room; tells how long after that nothing was acknowledged.
fn fill_and_free(bookers: &Bookers, disk: &Disk, instances: [SocketAddr; 2]) -> Result<Duration> {
    thread::sleep(CALM);
    let begun = Instant::now();
    while bookers.refused() < ENOUGH {
        disk.fill()?;
        ensure!(begun.elapsed() < LIMIT, "the disk was never full");
        thread::sleep(Duration::from_millis(100));
    }
    let full = Instant::now();
    while full.elapsed() < CALM {
        for instance in instances {
            for path in ["/api/v1/services", "/api/v1/halls", "/readyz"] {
                let (status, told) = call(instance, "GET", path, None)?;
                ensure!(status == 200, "{path} is answered with {status}: {told}");
            }
        }
        thread::sleep(Duration::from_millis(50));
    }
    disk.free()?;
    let freed = Instant::now();
    let back = bookers.wait_for_writes()? - freed;
    thread::sleep(CALM);
    Ok(back)
}

/// A small filesystem, gone when this is dropped.
struct Disk {
    folder: PathBuf,
}

impl Disk {
    fn mount(home: &PostgresHome) -> Result<Self> {
        let folder = home.data("small");
        fs::create_dir(&folder)?;
        let options = ["-t", "tmpfs", "-o", SIZE, "bianmin-soak"];
        command::run(program("mount").args(options).arg(&folder))?;
        let disk = Self { folder };
        home.own(&disk.folder)?;
        Ok(disk)
    }

    fn ballast(&self) -> PathBuf {
        self.folder.join("ballast")
    }

    /// Takes all the room that there is.
    fn fill(&self) -> Result<()> {
        let mut ballast = File::options().create(true).append(true).open(self.ballast())?;
        for size in [1 << 20, 4096] {
            let block = vec![0; size];
            loop {
                match ballast.write_all(&block) {
                    Ok(()) => {}
                    Err(error) if error.kind() == ErrorKind::StorageFull => break,
                    Err(error) => return Err(error.into()),
                }
            }
        }
        Ok(())
    }

    /// Gives it back.
    fn free(&self) -> Result<()> {
        Ok(fs::remove_file(self.ballast())?)
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        unmount(&self.folder);
    }
}

/// PostgreSQL may still have files open there; the filesystem goes when it closes them.
fn unmount(folder: &Path) {
    if let Err(error) = command::run(program("umount").arg("--lazy").arg(folder)) {
        println!("{} stays mounted: {error}", folder.display());
    }
}
