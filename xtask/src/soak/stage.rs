//! Where a soak happens: one server on its file, or two instances behind a balancer with PostgreSQL and Redis; and what is done to them.

use std::fmt;
use std::fs;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use anyhow::{Context, Result};
use clap::ValueEnum;
use tempfile::TempDir;

use super::balancer;
use super::plans::Dice;
use crate::bureau::{Build, Place};
use crate::service::{self, Service};
use crate::stores::{Shutdown, Stores};
use crate::workspace;

/// How many instances the scaled-out mode has.
const INSTANCES: usize = 2;

/// How the server is deployed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Mode {
    /// One process with its file.
    Embedded,
    /// Two instances, PostgreSQL and Redis.
    Scaled,
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Embedded => "embedded",
            Self::Scaled => "scaled out, two instances",
        })
    }
}

struct Instance {
    address: SocketAddr,
    name: String,
    running: Mutex<Option<Service>>,
}

/// A bureau that is disturbed. What is killed comes back at the same address.
pub struct Stage {
    // The order matters: the instances end first, the stores and the folder last.
    instances: Vec<Instance>,
    _sandbox: Service,
    stores: Option<Mutex<Stores>>,
    _folder: TempDir,
    /// How it is reached.
    pub place: Place,
}

impl Stage {
    /// Loads the demonstration bureau and starts everything; `name` is the folder of the logs.
    pub fn open(mode: Mode, build: Build, name: &str) -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("bianmin-soak-").tempdir()?;
        let (stores, settings, names): (_, _, Vec<String>) = match mode {
            Mode::Embedded => (None, Vec::new(), vec!["server".into()]),
            Mode::Scaled => {
                let stores = Stores::start()?;
                let settings = vec![
                    ("BIANMIN_DATABASE_URL", stores.postgres_url()),
                    ("BIANMIN_REDIS_URL", stores.redis_url()),
                ];
                let names = (1..=INSTANCES).map(|number| format!("server-{number}")).collect();
                (Some(Mutex::new(stores)), settings, names)
            }
        };
        let mut instances = Vec::new();
        for name in names {
            instances.push(Instance {
                address: service::free_address()?,
                name,
                running: Mutex::new(None),
            });
        }
        let server = match instances.as_slice() {
            [only] => only.address,
            several => balancer::listen(several.iter().map(|instance| instance.address).collect())?,
        };
        let place = Place {
            build,
            server,
            sandbox: service::free_address()?,
            client: workspace::dist(),
            data: folder.path().to_owned(),
            logs: workspace::root().join("test-output").join(name),
            settings,
        };
        fs::create_dir_all(&place.logs)?;
        place.load_demonstration()?;
        let stage = Self {
            instances,
            _sandbox: place.open_sandbox()?,
            stores,
            _folder: folder,
            place,
        };
        for instance in &stage.instances {
            stage.start(instance)?;
        }
        Ok(stage)
    }

    fn start(&self, instance: &Instance) -> Result<()> {
        let service = self.place.open_instance(instance.address, &instance.name)?;
        *held(&instance.running) = Some(service);
        Ok(())
    }

    /// Kills an instance as a power cut does, and starts it again after a while.
    fn kill(&self, dice: &mut Dice) -> Result<()> {
        let number = usize::try_from(dice.roll(self.instances.len() as u64))?;
        let instance = self.instances.get(number).context("an instance")?;
        held(&instance.running).take().context("an instance runs")?.kill()?;
        thread::sleep(Duration::from_millis(dice.roll(3_000)));
        self.start(instance)
    }

    /// Disturbs the bureau every few seconds, by a seed, until told that it is over.
    pub fn disturb_until(&self, over: &AtomicBool, seed: u64) -> Result<Crashes> {
        let (mut dice, mut crashes) = (Dice(seed ^ 0x5EED), Crashes::default());
        loop {
            let pause = Instant::now();
            let wait = Duration::from_millis(4_000 + dice.roll(8_000));
            while pause.elapsed() < wait {
                if over.load(Ordering::Relaxed) {
                    return Ok(crashes);
                }
                thread::sleep(Duration::from_millis(50));
            }
            self.disturb(&mut dice, &mut crashes)?;
        }
    }

    fn disturb(&self, dice: &mut Dice, crashes: &mut Crashes) -> Result<()> {
        crashes.last = Some(now());
        let Some(stores) = &self.stores else {
            crashes.kills += 1;
            return self.kill(dice);
        };
        match dice.roll(100) {
            0..60 => {
                crashes.kills += 1;
                self.kill(dice)?;
            }
            60..75 => {
                crashes.redis += 1;
                let mut stores = held(stores);
                stores.lose_redis()?;
                thread::sleep(Duration::from_millis(1_000 + dice.roll(3_000)));
                stores.return_redis()?;
            }
            75..88 => {
                crashes.fast += 1;
                held(stores).restart_postgres(Shutdown::Fast)?;
            }
            _ => {
                crashes.immediate += 1;
                held(stores).restart_postgres(Shutdown::Immediate)?;
            }
        }
        Ok(())
    }

    /// The crash at the end of the work: an instance, and in the scaled-out mode Redis and the database with it.
    pub fn crash(&self, seed: u64, crashes: &mut Crashes) -> Result<()> {
        let mut dice = Dice(seed);
        crashes.last = Some(now());
        crashes.kills += 1;
        if let Some(stores) = &self.stores {
            crashes.redis += 1;
            crashes.immediate += 1;
            let mut stores = held(stores);
            stores.lose_redis()?;
            stores.restart_postgres(Shutdown::Immediate)?;
            stores.return_redis()?;
        }
        self.kill(&mut dice)
    }
}

/// This moment, as the phones of the sandbox know it.
#[allow(
    clippy::disallowed_methods,
    reason = "a soak goes by the real time, as the programs under it do"
)]
pub fn now() -> SystemTime {
    SystemTime::now()
}

fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What was done to a bureau.
#[derive(Default)]
pub struct Crashes {
    /// Servers killed.
    pub kills: u32,
    /// Redis killed and started empty.
    pub redis: u32,
    /// PostgreSQL restarted orderly.
    pub fast: u32,
    /// PostgreSQL restarted as after a crash.
    pub immediate: u32,
    /// When something was done last.
    pub last: Option<SystemTime>,
}

impl Crashes {
    /// Prints the figures.
    pub fn print(&self) {
        println!("  servers killed         {:>9}", self.kills);
        println!("  Redis killed           {:>9}", self.redis);
        println!(
            "  PostgreSQL restarted   {:>9} fast, {} immediate",
            self.fast, self.immediate
        );
    }
}
