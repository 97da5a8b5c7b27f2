//! The registered systems and their Ed25519 keys.

use std::{collections::HashMap, path::Path, sync::Arc, time::Duration};

use anyhow::{Context, bail};
use aws_lc_rs::signature::{ED25519, UnparsedPublicKey};
use base64::{Engine, prelude::BASE64_STANDARD};
use serde::Deserialize;
use tokio::sync::OnceCell;

use super::government::Government;
use crate::platform::Platform;

/// A system upstream. Each path belongs to one of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum System {
    /// The traffic police: camera records and decisions.
    TrafficPolice,
    /// The case system: cases and what happens in them.
    Cases,
    /// The document system: what is ready to be picked up.
    Documents,
}

impl System {
    /// Every system.
    const ALL: [Self; 3] = [Self::TrafficPolice, Self::Cases, Self::Documents];

    /// The system that `X-System` names so.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|system| system.as_str() == name)
    }

    /// The system as `X-System` names it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::TrafficPolice => "traffic-police",
            Self::Cases => "case-system",
            Self::Documents => "document-system",
        }
    }
}

/// How long the sandbox may take to tell its keys.
const ANSWER_WITHIN: Duration = Duration::from_secs(5);

#[derive(Deserialize)]
struct Published {
    items: Vec<PublishedKey>,
}

#[derive(Deserialize)]
struct PublishedKey {
    system: String,
    /// The base64 of 32 octets.
    public_key: String,
}

type KeysBySystem = HashMap<String, Vec<u8>>;

/// Who may call, how their signatures are verified, and how they are told something in turn.
pub struct Systems {
    keys: OnceCell<KeysBySystem>,
    /// The sandbox is asked when the first call comes, since it may start after the server.
    sandbox: Option<String>,
    /// The way to tell them something, if one is configured.
    pub(super) government: Option<Government>,
}

impl Systems {
    /// Reads the file that the configuration names.
    pub fn start(platform: &Platform) -> anyhow::Result<Self> {
        let config = &platform.config;
        let keys = match &config.outside.upstream_keys {
            None => OnceCell::new(),
            Some(file) => OnceCell::new_with(Some(
                read(file).with_context(|| format!("BIANMIN_UPSTREAM_KEYS: {}", file.display()))?,
            )),
        };
        Ok(Self {
            keys,
            sandbox: config.sandbox_url.clone(),
            government: Government::start(config, Arc::clone(&platform.clock))?,
        })
    }

    /// Systems of which one is registered, with a key that nobody has.
    #[cfg(test)]
    pub fn of_a_test(system: System) -> Self {
        Self {
            keys: OnceCell::new_with(Some(HashMap::from([(system.as_str().to_owned(), vec![1; 32])]))),
            sandbox: None,
            government: None,
        }
    }

    /// Whether a system signed a message; one that is not registered signed nothing.
    pub async fn signed(&self, system: System, message: &[u8], signature: &[u8]) -> anyhow::Result<bool> {
        let keys = self.keys.get_or_try_init(|| self.ask_sandbox()).await?;
        Ok(keys
            .get(system.as_str())
            .is_some_and(|key| UnparsedPublicKey::new(&ED25519, key).verify(message, signature).is_ok()))
    }

    async fn ask_sandbox(&self) -> anyhow::Result<KeysBySystem> {
        let Some(url) = &self.sandbox else {
            return Ok(HashMap::new());
        };
        let client = reqwest::Client::builder().no_proxy().timeout(ANSWER_WITHIN).build()?;
        let answer = client
            .get(format!("{url}/police/keys.json"))
            .send()
            .await?
            .error_for_status()?;
        parse(answer.json().await?)
    }
}

fn read(file: &Path) -> anyhow::Result<KeysBySystem> {
    let text = std::fs::read_to_string(file)?;
    parse(serde_json::from_str(&text)?)
}

fn parse(published: Published) -> anyhow::Result<KeysBySystem> {
    let mut keys = HashMap::new();
    for PublishedKey { system, public_key } in published.items {
        let key = BASE64_STANDARD
            .decode(public_key)
            .with_context(|| format!("the key of {system} is no base64"))?;
        if key.len() != 32 {
            bail!("the key of {system} has {} octets and not 32", key.len());
        }
        keys.insert(system, key);
    }
    Ok(keys)
}
