//! A PostgreSQL that is restored by its own tools, as `docs/operations.md` says: from `pg_dump`, and from `pg_basebackup` with the archived
//! log of writes.
//!
//! Both copies are made while residents book. What the first holds is what was there when it began; the second is brought up to what was
//! archived before the primary was lost.

use std::collections::BTreeSet;
use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};

use super::booking::{Bookers, RESIDENTS, TAKEN_IS_NOT_BOOKED};
use super::calls::call;
use super::twins::{Twins, logs};
use crate::bureau::{Build, Place};
use crate::command;
use crate::service::{self, Service};
use crate::stores::PostgresHome;

/// How long is booked before the copies are made, and after.
const CALM: Duration = Duration::from_secs(5);
/// So often a part of the log is archived that is not full: what came before is not lost with the machine.
const ARCHIVED_EVERY: Duration = Duration::from_secs(5);
/// How long a copy may take to be brought up to date.
const LIMIT: Duration = Duration::from_mins(2);
/// The one database.
const DATABASE: &str = "postgres";

/// Appointments by their ids.
type Known = BTreeSet<String>;

/// Restores both copies.
pub fn soak(build: Build, seed: u64) -> Result<()> {
    crate::tools::ensure_stores()?;
    let folder = tempfile::Builder::new().prefix("bianmin-soak-").tempdir()?;
    let workshop = Workshop {
        home: PostgresHome::make(folder.path())?,
        logs: logs("soak-restore")?,
    };
    let home = &workshop.home;
    let archive = home.data("archive");
    fs::create_dir(&archive)?;
    home.own(&archive)?;
    let settings = [
        "archive_mode=on".to_owned(),
        format!("archive_command=cp %p {}/%f", archive.display()),
        format!("archive_timeout={}", ARCHIVED_EVERY.as_secs()),
    ];
    let (data, address) = (home.data("0"), service::free_address()?);
    home.initialise(&data)?;
    let primary = home.start_with(&data, address, &workshop.log("0"), &settings)?;
    let mut twins = Twins::load(build, folder.path(), "soak-restore", url(address))?;
    twins.open()?;

    let bookers = Bookers::at(twins.instances, twins.place.sandbox)?;
    let (outcome, (at_first, at_last)) = bookers.book_while(seed, || workshop.copy(address))?;
    outcome.check()?;
    let mut place = twins.close();
    primary.kill_with_children()?;

    println!("Restore: PostgreSQL copied under load and lost, seed {seed}, {RESIDENTS} residents");
    outcome.print();
    let begun = Instant::now();
    let restored = workshop.restore_dump()?;
    report("pg_dump", &at_first, &workshop, &restored, &mut place, begun)?;
    let begun = Instant::now();
    let restored = workshop.restore_base(&archive)?;
    report("pg_basebackup", &at_last, &workshop, &restored, &mut place, begun)
}

fn url(address: SocketAddr) -> String {
    format!("postgres://postgres@{address}/{DATABASE}")
}

/// A server that was made of a copy.
struct Restored {
    _service: Service,
    address: SocketAddr,
}

/// Where copies are made.
struct Workshop {
    home: PostgresHome,
    logs: PathBuf,
}

impl Workshop {
    fn log(&self, name: &str) -> PathBuf {
        self.logs.join(format!("postgres-{name}.log"))
    }

    fn dump(&self) -> PathBuf {
        self.home.data("bianmin.dump")
    }

    fn known(&self, address: SocketAddr) -> Result<Known> {
        let listed = self.home.ask(address, DATABASE, "SELECT id FROM appointments")?;
        Ok(listed.lines().map(ToOwned::to_owned).collect())
    }

    /// Makes both copies; tells what was there before the first, and what was there long enough before the end to be archived.
    fn copy(&self, address: SocketAddr) -> Result<(Known, Known)> {
        thread::sleep(CALM);
        let at_first = self.known(address)?;
        command::run(
            self.home
                .program("pg_dump")?
                .args(["--format=custom", "--host=127.0.0.1", "--username=postgres", "--port"])
                .arg(address.port().to_string())
                .arg("--file")
                .arg(self.dump())
                .arg(DATABASE),
        )?;
        self.home.copy_of(address, &self.home.data("base"), &[])?;
        thread::sleep(CALM);
        let at_last = self.known(address)?;
        thread::sleep(2 * ARCHIVED_EVERY);
        Ok((at_first, at_last))
    }

    /// An empty server, and the dump in it.
    fn restore_dump(&self) -> Result<Restored> {
        let data = self.home.data("of-the-dump");
        self.home.initialise(&data)?;
        let restored = self.started(&data, "of-the-dump", &[])?;
        command::run(
            self.home
                .program("pg_restore")?
                .args(["--exit-on-error", "--host=127.0.0.1", "--username=postgres", "--port"])
                .arg(restored.address.port().to_string())
                .args(["--dbname", DATABASE])
                .arg(self.dump()),
        )?;
        Ok(restored)
    }

    /// The copied data, brought up to date by what was archived.
    fn restore_base(&self, archive: &Path) -> Result<Restored> {
        let data = self.home.data("base");
        fs::write(data.join("recovery.signal"), "")?;
        self.home.own(&data.join("recovery.signal"))?;
        let fetch = format!("restore_command=cp {}/%f %p", archive.display());
        let restored = self.started(&data, "base", &[fetch])?;
        let begun = Instant::now();
        while self
            .home
            .ask(restored.address, DATABASE, "SELECT pg_is_in_recovery()")?
            != "f"
        {
            ensure!(begun.elapsed() < LIMIT, "the copy is not brought up to date");
            thread::sleep(Duration::from_millis(100));
        }
        Ok(restored)
    }

    fn started(&self, data: &Path, name: &str, settings: &[String]) -> Result<Restored> {
        let address = service::free_address()?;
        Ok(Restored {
            _service: self.home.start_with(data, address, &self.log(name), settings)?,
            address,
        })
    }
}

/// Looks at a restored server as an operator would, and tells what it holds.
fn report(
    tool: &str,
    expected: &Known,
    workshop: &Workshop,
    restored: &Restored,
    place: &mut Place,
    begun: Instant,
) -> Result<()> {
    let took = begun.elapsed();
    let found = workshop.known(restored.address)?;
    let lost = expected.difference(&found).count();
    let unsound = workshop.home.ask(restored.address, DATABASE, TAKEN_IS_NOT_BOOKED)?;
    place.settings = vec![("BIANMIN_DATABASE_URL", url(restored.address))];
    command::read(place.bianmin()?.arg("verify-audit"))?;
    let address = service::free_address()?;
    let serving = place.open_instance(address, &format!("server-of-{tool}"))?;
    let (status, told) = call(address, "GET", "/api/v1/halls", None)?;
    ensure!(status == 200, "the restored database does not serve: {told}");
    drop(serving);
    println!(
        "  {tool:<14} {:>7} appointments, {lost} of {} lost, {unsound} windows miscounted, {} ms, serves, and its audit log is whole",
        found.len(),
        expected.len(),
        took.as_millis()
    );
    ensure!(!expected.is_empty(), "nothing was booked before the copy");
    ensure!(lost == 0, "what was there before the copy is lost");
    ensure!(unsound == "0", "seats taken are not seats booked");
    Ok(())
}
