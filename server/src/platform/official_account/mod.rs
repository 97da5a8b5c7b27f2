//! The bureau's official account at WeChat (服务号): who its users are, and speaking to them in its name.
//!
//! Signing in, paying and messages all go by this one account, so its secret and its token are in one place.

mod events;
mod jssdk;
mod token;
mod user;

use std::{fmt, sync::Arc, time::Duration};

use secrecy::SecretString;
use serde::Deserialize;
use serde_json::Value;
use tokio::sync::{Mutex, OnceCell};

pub use self::{
    events::{Event, EventSecrets, NotWechats, Signed},
    jssdk::script_source,
    user::UserError,
};
use self::{jssdk::Ticket, token::Token};
use super::clock::Clock;
use crate::config::Config;

/// Where WeChat asks its users.
const AUTHORIZATION_PAGE: &str = "https://open.weixin.qq.com";
/// WeChat waits this long for us to connect.
const CONNECT_WITHIN: Duration = Duration::from_secs(3);
/// And this long for its whole answer; somebody is waiting.
const ANSWER_WITHIN: Duration = Duration::from_secs(5);

/// The id under which WeChat knows a person at this account. It is personal data.
#[derive(Clone, PartialEq, Eq)]
pub struct Openid(String);

impl Openid {
    /// An openid as WeChat wrote it.
    pub const fn new(text: String) -> Self {
        Self(text)
    }

    /// The openid itself, to be sealed or sent to WeChat.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Openid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Openid(…)")
    }
}

/// Why a call to the account's API has no result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CallError {
    /// There is no account: the bureau has none, or the sandbox cannot be asked for its own.
    NoAccount,
    /// No connection came about, so nothing happened.
    NotConnected,
    /// Nobody knows what became of the call.
    Unknown(&'static str),
    /// WeChat refuses, with this `errcode`.
    Refused(i64),
}

/// What is known of the account.
struct Account {
    api: String,
    page: String,
    appid: String,
    secret: SecretString,
    /// By what its events are known; without them none is received.
    events: Option<EventSecrets>,
}

/// What the sandbox tells of its account.
#[derive(Deserialize)]
struct SandboxAccount {
    appid: String,
    app_secret: SecretString,
    event_token: SecretString,
    event_aes_key: Option<SecretString>,
}

/// The account, and the token with which it is spoken for.
pub struct OfficialAccount {
    http: reqwest::Client,
    clock: Arc<dyn Clock>,
    /// The sandbox is asked for its account when it is needed first, since it may start after the server.
    sandbox: Option<String>,
    account: OnceCell<Account>,
    /// Held by whoever asks for a token, so that others wait for what that brings.
    token: Mutex<Option<Token>>,
    /// As the token: whoever asks for a ticket lets the others wait for it.
    ticket: Mutex<Option<Ticket>>,
}

impl fmt::Debug for OfficialAccount {
    /// Names nothing of the account.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OfficialAccount").finish_non_exhaustive()
    }
}

impl OfficialAccount {
    /// The account that the configuration names, or the sandbox's.
    pub fn new(config: &Config, clock: Arc<dyn Clock>) -> anyhow::Result<Self> {
        let builder = reqwest::Client::builder()
            .connect_timeout(CONNECT_WITHIN)
            .timeout(ANSWER_WITHIN)
            .redirect(reqwest::redirect::Policy::none());
        let named = config.outside.official_account.as_ref().map(|settings| Account {
            api: settings.url.clone(),
            page: AUTHORIZATION_PAGE.to_owned(),
            appid: settings.appid.clone(),
            secret: settings.secret.clone(),
            events: settings.events.clone(),
        });
        let builder = match config.sandbox_url {
            None => builder,
            Some(_) => builder.no_proxy(),
        };
        Ok(Self {
            http: builder.build()?,
            clock,
            account: match named {
                Some(account) if config.sandbox_url.is_none() => OnceCell::new_with(Some(account)),
                _ => OnceCell::new(),
            },
            sandbox: config.sandbox_url.clone(),
            token: Mutex::default(),
            ticket: Mutex::default(),
        })
    }

    /// Whether the bureau has an account at all.
    pub fn is_configured(&self) -> bool {
        self.sandbox.is_some() || self.account.initialized()
    }

    async fn account(&self) -> Result<&Account, CallError> {
        self.account
            .get_or_try_init(|| async {
                let url = self.sandbox.as_deref().ok_or(CallError::NoAccount)?;
                let told = self.http.get(format!("{url}/wechat/merchant.json")).send().await;
                let told: SandboxAccount = told
                    .map_err(|_silent| CallError::NoAccount)?
                    .json()
                    .await
                    .map_err(|_unreadable| CallError::NoAccount)?;
                Ok(Account {
                    api: url.to_owned(),
                    page: url.to_owned(),
                    appid: told.appid,
                    secret: told.app_secret,
                    events: EventSecrets::new(told.event_token, told.event_aes_key.as_ref()),
                })
            })
            .await
    }
}

/// What an unfinished call means. The address carries secrets, so the error itself is dropped here and never logged.
#[allow(clippy::needless_pass_by_value, reason = "it is given to `map_err` by its name")]
fn unanswered(error: reqwest::Error) -> CallError {
    if error.is_connect() {
        CallError::NotConnected
    } else if error.is_timeout() {
        CallError::Unknown("timeout")
    } else {
        CallError::Unknown("connection-lost")
    }
}

/// WeChat answers 200 in any case, JSON under the name of plain text, and tells a refusal by `errcode`.
async fn read(answer: reqwest::Response) -> Result<Value, CallError> {
    let text = answer.text().await.map_err(unanswered)?;
    let value: Value = serde_json::from_str(&text).map_err(|_unreadable| CallError::Unknown("unreadable"))?;
    match value.get("errcode").and_then(Value::as_i64) {
        None | Some(0) => Ok(value),
        Some(code) => Err(CallError::Refused(code)),
    }
}
