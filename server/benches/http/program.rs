//! Programs under measurement: started as processes of their own, so that their memory can be told from the client's.

use std::{
    net::{SocketAddr, TcpListener},
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail, ensure};

use crate::load::{self, Connection};

/// A running program; it is killed when this is dropped.
pub struct Program {
    child: Child,
    pub address: SocketAddr,
}

impl Program {
    /// Starts a program that serves on an address, and waits until a path answers 200. Tells how long that took.
    pub async fn start(mut command: Command, address: SocketAddr, path: &str) -> Result<(Self, Duration)> {
        let begun = Instant::now();
        let child = command
            .stdin(Stdio::null())
            .spawn()
            .context("a program cannot be started")?;
        let mut program = Self { child, address };
        let question = load::get(path, "");
        while begun.elapsed() < Duration::from_secs(30) {
            if let Some(status) = program.child.try_wait()? {
                bail!("a program ended with {status} before it answered");
            }
            if let Ok(mut connection) = Connection::open(address).await
                && let Ok((200, _)) = connection.exchange(&question).await
            {
                return Ok((program, begun.elapsed()));
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        bail!("{path} did not answer within half a minute")
    }

    /// The memory that the program has at the moment, in KiB.
    pub fn resident_kib(&self) -> Result<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = status
            .lines()
            .find_map(|line| line.strip_prefix("VmRSS:"))
            .context("the system does not tell a process's memory")?;
        Ok(line.trim().trim_end_matches(" kB").parse()?)
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // It may have ended by itself; then there is nothing to do.
        let _killed = self.child.kill();
        let _status = self.child.wait();
    }
}

/// An address of this machine on which nothing listens.
pub fn free_address() -> Result<SocketAddr> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?)
}

/// Runs a program to its end.
pub fn finish(mut command: Command) -> Result<()> {
    let status = command.stdin(Stdio::null()).status()?;
    ensure!(status.success(), "{command:?} ended with {status}");
    Ok(())
}

/// The product's program as cargo has built it for this benchmark.
pub fn bianmin() -> Command {
    let mut command = Command::new(binary());
    // The stores of the benchmark are no settings of the product.
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("BIANMIN_") {
            command.env_remove(name);
        }
    }
    command
}

pub fn binary() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_bianmin"))
}
