//! What every slice stands on: the database, the clock, the keys, the bus, remembered answers and the audit log.
//!
//! Architecture invariant: this is the only module that looks at the deployment [`Mode`](crate::config::Mode), and it does so once, in
//! [`Platform::connect`]. No slice can tell whether it runs embedded or scaled out.

pub mod audit;
pub mod backup;
pub mod bus;
pub mod clock;
pub mod db;
pub mod gather;
pub mod holding;
pub mod idempotency;
pub mod keyring;
pub mod keys;
pub mod limits;
pub mod official_account;
pub mod packed;
pub mod pdf;
mod primary;
pub mod qr;
pub mod spreadsheet;

use std::sync::Arc;

use crate::config::Config;

use self::{
    bus::{Bus, InProcessBus, RedisBus},
    clock::{Clock, SystemClock},
    db::Db,
    idempotency::Answers,
    keys::Keys,
    official_account::OfficialAccount,
};

/// The platform of one server.
#[derive(Clone)]
pub struct Platform {
    /// The database.
    pub db: Db,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// The keys.
    pub keys: Arc<Keys>,
    /// How instances, and parts of one, wake each other.
    pub bus: Arc<dyn Bus>,
    /// The remembered answers.
    pub answers: Answers,
    /// The bureau's official account at WeChat.
    pub official_account: Arc<OfficialAccount>,
    /// The configuration.
    pub config: Arc<Config>,
}

impl Platform {
    /// Connects to what the configuration names, with the system's clock.
    pub async fn connect(config: Config) -> anyhow::Result<Self> {
        Self::connect_with(config, Arc::new(SystemClock)).await
    }

    /// Connects with a clock of the caller's.
    pub async fn connect_with(config: Config, clock: Arc<dyn Clock>) -> anyhow::Result<Self> {
        let db = Db::connect(&config.mode.store).await?;
        let keys = Arc::new(keyring::open(&db, &config.keys_dir, clock.now()).await?);
        let bus: Arc<dyn Bus> = match &config.mode.redis_url {
            None => Arc::new(InProcessBus::default()),
            Some(url) => Arc::new(RedisBus::connect(url)?),
        };
        Ok(Self {
            answers: idempotency::answers(&db),
            official_account: Arc::new(OfficialAccount::new(&config, Arc::clone(&clock))?),
            db,
            clock,
            keys,
            bus,
            config: Arc::new(config),
        })
    }
}
