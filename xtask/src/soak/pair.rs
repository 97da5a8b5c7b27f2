//! A PostgreSQL and its standby, which takes over when the first is killed.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::service::{self, Service};
use crate::stores::PostgresHome;

/// How long a standby may take to follow.
const LIMIT: Duration = Duration::from_mins(1);

/// The one database that every PostgreSQL has.
const DATABASE: &str = "postgres";

/// For how long the standby hears nothing before the primary dies.
const CUT: Duration = Duration::from_millis(300);

/// A primary that acknowledges nothing before its standby has it.
pub struct Pair {
    primary: Server,
    standby: Option<Server>,
    home: PostgresHome,
    logs: PathBuf,
    made: u32,
    addresses: [SocketAddr; 2],
}

struct Server {
    service: Service,
    address: SocketAddr,
}

impl Pair {
    /// Starts a primary, alone for now.
    pub fn start(folder: &Path, logs: &Path) -> Result<Self> {
        let home = PostgresHome::make(folder)?;
        let addresses = [service::free_address()?, service::free_address()?];
        let [address, _] = addresses;
        let data = home.data("0");
        home.initialise(&data)?;
        let service = home.start(&data, address, &logs.join("postgres-0.log"))?;
        Ok(Self {
            primary: Server { service, address },
            standby: None,
            home,
            logs: logs.to_owned(),
            made: 0,
            addresses,
        })
    }

    /// The URL that names both.
    pub fn url(&self) -> String {
        let [one, other] = self.addresses;
        format!("postgres://postgres@{one},{other}/postgres")
    }

    /// Copies the primary into a standby, and waits until nothing is acknowledged without it.
    pub fn add_standby(&mut self) -> Result<()> {
        self.made += 1;
        let name = self.made.to_string();
        let free = self
            .addresses
            .into_iter()
            .find(|address| *address != self.primary.address);
        let address = free.context("two addresses")?;
        let data = self.home.data(&name);
        self.home
            .copy_of(self.primary.address, &data, &["--write-recovery-conf"])?;
        let service = self
            .home
            .start(&data, address, &self.logs.join(format!("postgres-{name}.log")))?;
        self.standby = Some(Server { service, address });
        self.query("ALTER SYSTEM SET synchronous_standby_names = '*'")?;
        self.query("SELECT pg_reload_conf()")?;
        let begun = Instant::now();
        while self.query("SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'")? != "1" {
            if begun.elapsed() > LIMIT {
                bail!("the standby does not follow");
            }
            thread::sleep(Duration::from_millis(100));
        }
        Ok(())
    }

    /// Cuts the line between the two, kills the primary where it stands a moment later, and promotes the standby.
    ///
    /// What the primary would acknowledge in that moment the standby never hears of.
    pub fn fail_over(mut self) -> Result<Self> {
        let standby = self.standby.take().context("there is a standby")?;
        let receiver = self
            .home
            .ask(standby.address, DATABASE, "SELECT pid FROM pg_stat_wal_receiver")?;
        let receiver = Pid::from_raw(receiver.parse().context("the standby follows nobody")?);
        kill(receiver, Signal::SIGSTOP)?;
        thread::sleep(CUT);
        self.primary.service.kill_with_children()?;
        // It ends before it reads what still lies on the line.
        kill(receiver, Signal::SIGTERM)?;
        kill(receiver, Signal::SIGCONT)?;
        self.primary = standby;
        self.query("SELECT pg_promote(true, 30)")?;
        Ok(self)
    }

    /// Asks the primary.
    pub fn query(&self, sql: &str) -> Result<String> {
        self.home.ask(self.primary.address, DATABASE, sql)
    }
}
