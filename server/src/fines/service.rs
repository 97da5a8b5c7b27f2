//! What the slice keeps in memory: the ways to WeChat Pay and to the government's systems, and the rule of self-service.

use std::sync::Arc;

use anyhow::Context;
use shared::{
    fines::{rules::SelfService, wire::PAYMENT_UNAVAILABLE},
    money::Fen,
};
use tokio::sync::OnceCell;

use super::{
    government::Government,
    wechat::{Account, Client},
};
use crate::{
    platform::{Platform, clock::Clock},
    problem::Failure,
};

/// What may be handled without going to a window unless the configuration says otherwise.
const CEILING: Fen = Fen(20_000);
/// The rule behind it.
const CITATION: &str = "《行政处罚法》第五十一条、《道路交通安全法》第一百零七条";

/// The slice's own services.
pub struct Fines {
    wechat: OnceCell<Client>,
    /// The sandbox is asked for its account when it is needed first, since it may start after the server.
    sandbox: Option<String>,
    clock: Arc<dyn Clock>,
    /// The fiscal system and the police systems.
    pub(super) government: Option<Government>,
    /// What may be handled without going to a window.
    pub(super) self_service: SelfService,
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
        let outside = &config.outside;
        Ok(Self {
            wechat,
            sandbox: config.sandbox_url.clone(),
            government: Government::start(config, Arc::clone(&clock))?,
            clock,
            self_service: SelfService {
                ceiling: outside.self_service_ceiling_fen.map_or(CEILING, Fen),
                citation: outside
                    .self_service_citation
                    .clone()
                    .unwrap_or_else(|| CITATION.to_owned()),
            },
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
