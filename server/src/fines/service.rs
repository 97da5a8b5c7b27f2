//! What the slice keeps in memory: the ways to WeChat Pay and to the government's systems.

use std::sync::Arc;

use anyhow::Context;
use shared::fines::wire::PAYMENT_UNAVAILABLE;
use tokio::sync::OnceCell;

use super::{
    government::Government,
    wechat::{Account, Client},
};
use crate::{
    platform::{Platform, clock::Clock},
    problem::Failure,
};

/// The slice's own services.
pub struct Fines {
    wechat: OnceCell<Client>,
    /// The sandbox is asked for its account when it is needed first, since it may start after the server.
    sandbox: Option<String>,
    clock: Arc<dyn Clock>,
    /// The fiscal system and the police systems.
    pub(super) government: Option<Government>,
}

impl Fines {
    /// Reads and checks the configuration; an error names the setting.
    pub fn start(platform: &Platform) -> anyhow::Result<Self> {
        let config = &platform.config;
        let clock = Arc::clone(&platform.clock);
        let wechat = match &config.outside.wechat_pay {
            Some(settings) if config.sandbox_url.is_none() => {
                let client = Client::new(Account::load(settings)?, Arc::clone(&clock), true)?;
                OnceCell::new_with(Some(client))
            }
            _ => OnceCell::new(),
        };
        Ok(Self {
            wechat,
            sandbox: config.sandbox_url.clone(),
            government: Government::start(config, Arc::clone(&clock))?,
            clock,
        })
    }

    /// The client of WeChat Pay.
    pub(super) async fn wechat(&self) -> Result<&Client, Failure> {
        self.wechat
            .get_or_try_init(|| async {
                let url = self.sandbox.as_deref().context("BIANMIN_WECHAT_PAY_MCHID is not set")?;
                Client::new(Account::of_sandbox(url).await?, Arc::clone(&self.clock), false)
            })
            .await
            .map_err(|error| {
                tracing::error!(error = format!("{error:#}"), "WeChat Pay cannot be used");
                Failure::from(&PAYMENT_UNAVAILABLE)
            })
    }
}
