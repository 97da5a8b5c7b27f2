//! Programs that are kept running while something else happens.

use std::fs::{self, File};
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio, exit};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

/// How long a program has to end by itself.
const GRACE: Duration = Duration::from_secs(20);

/// All that is running, so that an interruption leaves nothing behind.
static RUNNING: Mutex<Vec<Pid>> = Mutex::new(Vec::new());

/// A running program; it is stopped when this is dropped.
pub struct Service {
    name: &'static str,
    child: Child,
    log: PathBuf,
}

impl Service {
    /// Starts a program that writes what it has to say into a file.
    pub fn start(name: &'static str, command: &mut Command, log: &Path) -> Result<Self> {
        if let Some(folder) = log.parent() {
            fs::create_dir_all(folder)?;
        }
        let written = File::create(log).with_context(|| format!("{} cannot be written", log.display()))?;
        let child = command
            .stdin(Stdio::null())
            .stdout(written.try_clone()?)
            .stderr(written)
            .spawn()
            .with_context(|| format!("{name} could not be started"))?;
        running().push(pid(&child)?);
        Ok(Self {
            name,
            child,
            log: log.to_owned(),
        })
    }

    /// Waits until the program is ready, has ended, or has taken too long.
    pub fn wait_until(&mut self, limit: Duration, mut ready: impl FnMut() -> bool) -> Result<()> {
        let begun = Instant::now();
        while !ready() {
            self.still_runs()?;
            if begun.elapsed() > limit {
                bail!(
                    "{} was not ready after {} s. {}",
                    self.name,
                    limit.as_secs(),
                    self.last_words()
                );
            }
            thread::sleep(Duration::from_millis(50));
        }
        Ok(())
    }

    /// Fails when the program has ended.
    pub fn still_runs(&mut self) -> Result<()> {
        if let Some(status) = self.child.try_wait()? {
            bail!("{} has ended ({status}). {}", self.name, self.last_words());
        }
        Ok(())
    }

    /// Asks the program to end by a signal of its own choice, and waits until it has.
    pub fn end(mut self, signal: Signal) -> Result<()> {
        kill(pid(&self.child)?, signal)?;
        let begun = Instant::now();
        while self.child.try_wait()?.is_none() {
            if begun.elapsed() > GRACE {
                bail!("{} has not ended. {}", self.name, self.last_words());
            }
            thread::sleep(Duration::from_millis(20));
        }
        Ok(())
    }

    /// Ends the program as a power cut does: it is told nothing.
    pub fn kill(mut self) -> Result<()> {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }

    /// Ends the program and the processes that it has started, as a power cut does.
    pub fn kill_with_children(self) -> Result<()> {
        let parent = self.child.id();
        let children = fs::read_to_string(format!("/proc/{parent}/task/{parent}/children")).unwrap_or_default();
        self.kill()?;
        for child in children.split_whitespace() {
            // It may have followed its parent already.
            let _ = kill(Pid::from_raw(child.parse()?), Signal::SIGKILL);
        }
        Ok(())
    }

    fn last_words(&self) -> String {
        let text = fs::read(&self.log)
            .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
            .unwrap_or_default();
        let lines: Vec<&str> = text.lines().rev().take(20).collect();
        let said: Vec<&str> = lines.into_iter().rev().collect();
        format!("Its last lines, from {}:\n{}", self.log.display(), said.join("\n"))
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        if let Ok(pid) = pid(&self.child) {
            running().retain(|known| *known != pid);
            // What has ended already is told nothing: its number may be another's by now.
            if matches!(self.child.try_wait(), Ok(None)) {
                let _ = kill(pid, Signal::SIGTERM);
            }
        }
        let begun = Instant::now();
        while matches!(self.child.try_wait(), Ok(None)) {
            if begun.elapsed() > GRACE {
                let _ = self.child.kill();
                let _ = self.child.wait();
                return;
            }
            thread::sleep(Duration::from_millis(20));
        }
    }
}

fn pid(child: &Child) -> Result<Pid> {
    Ok(Pid::from_raw(i32::try_from(child.id())?))
}

fn running() -> std::sync::MutexGuard<'static, Vec<Pid>> {
    RUNNING.lock().unwrap_or_else(PoisonError::into_inner)
}

/// From here on Ctrl-C, a hang-up or a request to end stops every service before this program.
pub fn stop_all_when_interrupted() -> Result<()> {
    ctrlc::set_handler(|| {
        let services = running().clone();
        for service in services.iter().rev() {
            let _ = kill(*service, Signal::SIGTERM);
        }
        let begun = Instant::now();
        // Reaped or not, a process that has ended is no longer waited for.
        while services.iter().any(|service| alive(*service)) && begun.elapsed() < GRACE {
            thread::sleep(Duration::from_millis(20));
        }
        println!("\nStopped.");
        exit(130);
    })
    .context("Ctrl-C could not be taken over")
}

fn alive(process: Pid) -> bool {
    use nix::sys::wait::{WaitPidFlag, WaitStatus, waitpid};
    matches!(waitpid(process, Some(WaitPidFlag::WNOHANG)), Ok(WaitStatus::StillAlive))
}

/// An address on this machine that nobody listens on.
pub fn free_address() -> Result<SocketAddr> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?)
}

pub fn accepts(address: SocketAddr) -> bool {
    TcpStream::connect_timeout(&address, Duration::from_millis(500)).is_ok()
}

/// Whether `GET path` is answered with a success.
pub fn answers(address: SocketAddr, path: &str) -> bool {
    let ask = || -> std::io::Result<bool> {
        let limit = Duration::from_secs(2);
        let mut stream = TcpStream::connect_timeout(&address, limit)?;
        stream.set_read_timeout(Some(limit))?;
        write!(
            stream,
            "GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n"
        )?;
        let mut status = [0; 12];
        stream.read_exact(&mut status)?;
        Ok(status.starts_with(b"HTTP/1.1 2"))
    };
    ask().unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_service_is_stopped_when_dropped() -> Result<()> {
        let place = tempfile::tempdir()?;
        let service = Service::start("sleep", Command::new("sleep").arg("60"), &place.path().join("log"))?;
        let process = pid(&service.child)?;
        drop(service);
        assert!(kill(process, None).is_err());
        Ok(())
    }

    #[test]
    fn a_service_that_ends_tells_what_it_said() -> Result<()> {
        let place = tempfile::tempdir()?;
        let mut echo = Service::start("echo", Command::new("echo").arg("no port"), &place.path().join("log"))?;
        let told = echo
            .wait_until(Duration::from_secs(5), || false)
            .map_err(|error| error.to_string());
        assert!(told.is_err_and(|told| told.contains("has ended") && told.contains("no port")));
        Ok(())
    }

    #[test]
    fn only_a_success_is_an_answer() -> Result<()> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let address = listener.local_addr()?;
        let server = thread::spawn(move || {
            for status in ["200 OK", "503 Service Unavailable"] {
                if let Ok((mut stream, _)) = listener.accept() {
                    let mut request = [0; 256];
                    let _ = stream.read(&mut request);
                    let _ = write!(stream, "HTTP/1.1 {status}\r\n\r\n");
                }
            }
        });
        assert!(answers(address, "/readyz"));
        assert!(!answers(address, "/readyz"));
        assert!(server.join().is_ok());
        assert!(!answers(address, "/readyz"));
        Ok(())
    }
}
