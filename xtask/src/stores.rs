//! A private PostgreSQL and Redis, for what is proven or measured in the scaled-out mode.

use std::net::SocketAddr;
use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result};
use nix::sys::signal::Signal;
use nix::unistd::{User, geteuid};
use tempfile::TempDir;

use crate::command::{self, program};
use crate::service::{self, Service};
use crate::tools::{self, system_program};

/// How long a store may take to be ready.
const LIMIT: Duration = Duration::from_mins(1);
/// The folder of the one database.
const DATABASE: &str = "data";

/// Both stores, on free ports and in a folder that goes with them.
pub struct Stores {
    // The order matters: the services end before their folder is removed. One is absent only while it is lost.
    postgres_service: Option<Service>,
    redis_service: Option<Service>,
    home: PostgresHome,
    folder: TempDir,
    postgres: SocketAddr,
    redis: SocketAddr,
}

impl Stores {
    pub fn start() -> Result<Self> {
        tools::ensure_stores()?;
        let folder = tempfile::Builder::new().prefix("bianmin-stores-").tempdir()?;
        let postgres = service::free_address()?;
        let redis = service::free_address()?;
        let home = PostgresHome::make(folder.path())?;
        home.initialise(&home.data(DATABASE))?;
        Ok(Self {
            postgres_service: Some(home.start(&home.data(DATABASE), postgres, &log(folder.path()))?),
            redis_service: Some(start_redis(folder.path(), redis)?),
            home,
            folder,
            postgres,
            redis,
        })
    }

    /// Ends PostgreSQL, either orderly with its sessions cut off or at once as in a crash, and starts it again.
    pub fn restart_postgres(&mut self, how: Shutdown) -> Result<()> {
        if let Some(service) = self.postgres_service.take() {
            service.end(how.signal())?;
        }
        let data = self.home.data(DATABASE);
        self.postgres_service = Some(self.home.start(&data, self.postgres, &log(self.folder.path()))?);
        Ok(())
    }

    /// Kills Redis, with everything that was in it.
    pub fn lose_redis(&mut self) -> Result<()> {
        self.redis_service.take().map_or(Ok(()), Service::kill)
    }

    /// Starts an empty Redis where the lost one was.
    pub fn return_redis(&mut self) -> Result<()> {
        self.redis_service = Some(start_redis(self.folder.path(), self.redis)?);
        Ok(())
    }

    pub fn postgres_url(&self) -> String {
        format!("postgres://postgres@{}/postgres", self.postgres)
    }

    pub fn redis_url(&self) -> String {
        format!("redis://{}", self.redis)
    }
}

/// How PostgreSQL is told to end.
#[derive(Clone, Copy)]
pub enum Shutdown {
    /// Transactions are rolled back and everything is written.
    Fast,
    /// At once, so that the next start has to recover.
    Immediate,
}

impl Shutdown {
    const fn signal(self) -> Signal {
        match self {
            Self::Fast => Signal::SIGINT,
            Self::Immediate => Signal::SIGQUIT,
        }
    }
}

/// A folder in which PostgreSQL keeps its data, and as whom it runs there.
pub struct PostgresHome {
    folder: PathBuf,
    owner: Option<User>,
}

impl PostgresHome {
    /// Makes the folder within another one.
    pub fn make(folder: &Path) -> Result<Self> {
        let owner = unprivileged()?;
        // The server must own its folder and reach it through the one above.
        let home = folder.join("postgres");
        std::fs::create_dir(&home)?;
        let home = Self { folder: home, owner };
        home.own(folder)?;
        home.own(&home.folder)?;
        Ok(home)
    }

    /// Gives a folder to whoever PostgreSQL runs as.
    pub fn own(&self, folder: &Path) -> Result<()> {
        if let Some(owner) = &self.owner {
            chown(folder, Some(owner.uid.as_raw()), Some(owner.gid.as_raw()))?;
        }
        Ok(())
    }

    /// Where the data of one server is.
    pub fn data(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// One of PostgreSQL's programs, run by whom the data belongs to.
    pub fn program(&self, name: &str) -> Result<Command> {
        let mut command = program(postgres_program(name)?);
        command.current_dir(&self.folder).env("LC_ALL", "C.UTF-8");
        if let Some(owner) = &self.owner {
            command.uid(owner.uid.as_raw()).gid(owner.gid.as_raw());
        }
        Ok(command)
    }

    /// Makes an empty database.
    pub fn initialise(&self, data: &Path) -> Result<()> {
        command::read(
            self.program("initdb")?
                .args([
                    "--username=postgres",
                    "--auth=trust",
                    "--encoding=UTF8",
                    "--locale=C.UTF-8",
                    "--no-sync",
                    "--pgdata",
                ])
                .arg(data),
        )?;
        Ok(())
    }

    /// Asks a server, in the words of its own client.
    pub fn ask(&self, address: SocketAddr, database: &str, sql: &str) -> Result<String> {
        command::read(
            self.program("psql")?
                .args(["--host=127.0.0.1", "--username=postgres", "--dbname", database])
                .args(["--port", &address.port().to_string()])
                .args(["--no-psqlrc", "--tuples-only", "--no-align", "--command", sql]),
        )
    }

    /// Copies the data of a running server, as `pg_basebackup` does.
    pub fn copy_of(&self, address: SocketAddr, data: &Path, options: &[&str]) -> Result<()> {
        command::read(
            self.program("pg_basebackup")?
                .args([
                    "--host=127.0.0.1",
                    "--username=postgres",
                    "--checkpoint=fast",
                    "--wal-method=stream",
                ])
                .args(["--no-sync", "--port", &address.port().to_string()])
                .args(options)
                .arg("--pgdata")
                .arg(data),
        )?;
        Ok(())
    }

    /// Starts a server on its data, and waits until it can be asked.
    pub fn start(&self, data: &Path, address: SocketAddr, log: &Path) -> Result<Service> {
        self.start_with(data, address, log, &[])
    }

    /// The same, with settings besides.
    pub fn start_with(&self, data: &Path, address: SocketAddr, log: &Path, settings: &[String]) -> Result<Service> {
        let mut server = self.program("postgres")?;
        server.arg("-D").arg(data).arg("-p").arg(address.port().to_string());
        for setting in [
            "listen_addresses=127.0.0.1",
            "unix_socket_directories=",
            "max_connections=300",
            "fsync=on",
        ] {
            server.args(["-c", setting]);
        }
        for setting in settings {
            server.args(["-c", setting]);
        }
        let ready = postgres_program("pg_isready")?;
        let port = address.port().to_string();
        let mut service = Service::start("PostgreSQL", &mut server, log)?;
        service.wait_until(LIMIT, || {
            command::read(program(&ready).args(["--quiet", "--host=127.0.0.1", "--username=postgres", "--port", &port]))
                .is_ok()
        })?;
        Ok(service)
    }
}

fn log(folder: &Path) -> PathBuf {
    folder.join("postgres.log")
}

fn postgres_program(name: &str) -> Result<PathBuf> {
    system_program(name).with_context(|| format!("PostgreSQL's {name} is missing: install the PostgreSQL server."))
}

/// PostgreSQL refuses to run as root; whom it runs as then.
fn unprivileged() -> Result<Option<User>> {
    if !geteuid().is_root() {
        return Ok(None);
    }
    for name in ["postgres", "nobody"] {
        if let Some(user) = User::from_name(name)? {
            return Ok(Some(user));
        }
    }
    Ok(None)
}

/// Starts a Redis that keeps nothing.
pub fn start_redis(folder: &Path, address: SocketAddr) -> Result<Service> {
    let mut server = program(system_program("redis-server").context("redis-server is missing: install Redis.")?);
    server.args([
        "--bind",
        "127.0.0.1",
        "--port",
        &address.port().to_string(),
        "--save",
        "",
        "--appendonly",
        "no",
    ]);
    server.arg("--dir").arg(folder);
    let mut service = Service::start("Redis", &mut server, &folder.join("redis.log"))?;
    service.wait_until(LIMIT, || service::accepts(address))?;
    Ok(service)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_stores_answer_and_leave_nothing_behind() -> Result<()> {
        if ["initdb", "redis-server"]
            .iter()
            .any(|name| system_program(name).is_none())
        {
            // They are installed when a proof needs them; this test alone is no reason to.
            return Ok(());
        }
        let stores = Stores::start()?;
        let (postgres, redis) = (stores.postgres, stores.redis);
        let connections = command::read(program(postgres_program("psql")?).args([
            &stores.postgres_url(),
            "-Atc",
            "show max_connections",
        ]))?;
        assert_eq!(connections, "300");
        drop(stores);
        assert!(!service::accepts(postgres) && !service::accepts(redis));
        Ok(())
    }
}
