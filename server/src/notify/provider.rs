//! What a provider of texts is asked, and what it can answer.

use std::{collections::BTreeMap, fmt, str::FromStr, time::Duration};

use async_trait::async_trait;
use aws_lc_rs::{digest, hmac};
use chrono::TimeDelta;
use shared::{identity::rules::Phone, notify::delivery::Delivery, time::Instant};
use uuid::Uuid;

use super::templates::Filed;
use crate::platform::official_account::Openid;

/// A provider waits this long for us to connect.
const CONNECT_WITHIN: Duration = Duration::from_secs(3);
/// And this long for its whole answer; a lease outlasts it by far.
pub const ANSWER_WITHIN: Duration = Duration::from_secs(8);

/// A provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Provider {
    /// Aliyun (阿里云).
    Aliyun,
    /// Tencent Cloud (腾讯云).
    Tencent,
    /// A carrier's own line, by CMPP 2.0 (运营商直连).
    Cmpp,
    /// WeChat (微信), for whoever chose it.
    Wechat,
}

impl Provider {
    /// The provider as it is stored, and as its callbacks' paths name it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Aliyun => "aliyun",
            Self::Tencent => "tencent",
            Self::Cmpp => "cmpp",
            Self::Wechat => "wechat",
        }
    }
}

impl fmt::Display for Provider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Provider {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        [Self::Aliyun, Self::Tencent, Self::Cmpp, Self::Wechat]
            .into_iter()
            .find(|provider| provider.as_str() == text)
            .ok_or(())
    }
}

/// A text to be sent.
pub struct Letter {
    /// The id of the attempt, which the provider repeats in everything that it says about the text.
    pub reference: Uuid,
    /// The text, the same in every attempt.
    pub message: Uuid,
    /// To where.
    pub phone: Phone,
    /// To whom in WeChat, when it goes there.
    pub openid: Option<Openid>,
    /// The client's page where more stands.
    pub page: String,
    /// The filed template.
    pub filed: Filed,
    /// Its variables.
    pub values: BTreeMap<String, String>,
}

/// A question for what became of an attempt.
pub struct Question {
    /// The id of the attempt.
    pub reference: Uuid,
    /// Where it went.
    pub phone: Phone,
    /// When it began.
    pub started_at: Instant,
}

/// Whose fault a refusal is, which decides whether the provider is trusted less for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Blame {
    /// The provider's: it would refuse any text.
    Provider,
    /// The recipient has been sent too much for now.
    Recipient,
    /// This text's, at this provider.
    Text,
}

/// The answer to a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// The provider took it under this number of its own.
    Accepted {
        /// `BizId`, `SerialNo` or `Msg_Id`.
        number: String,
    },
    /// No provider will take it.
    Permanent {
        /// The provider's code; its message is not kept, for it may repeat a variable.
        code: String,
    },
    /// It was certainly not taken, and may be the next time.
    Transient {
        /// The provider's code.
        code: String,
        /// Whose fault it is.
        blame: Blame,
    },
    /// This provider does not reach the recipient; a text does.
    Elsewhere {
        /// The provider's code.
        code: String,
    },
    /// Nobody knows: the provider may have taken it.
    Unknown {
        /// Why nobody knows.
        code: String,
    },
}

/// The answer to a question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fate {
    /// The provider took the text.
    Taken {
        /// Its own number, when it tells.
        number: Option<String>,
        /// What it knows of the delivery.
        delivery: Delivery,
        /// The carrier's code.
        code: Option<String>,
    },
    /// The provider has no such text.
    NotFound,
    /// The provider did not answer.
    Silent,
}

/// A way to a provider.
#[async_trait]
pub trait Gateway: Send + Sync {
    /// Which provider it is.
    fn provider(&self) -> Provider;

    /// Its part of the texts while everything works.
    fn weight(&self) -> u32;

    /// When a text that the provider took is found by asking at the latest; not found by then, it was not taken.
    fn settles_within(&self) -> TimeDelta;

    /// Sends a text, once.
    async fn send(&self, letter: &Letter, now: Instant) -> Answer;

    /// Asks what became of an attempt.
    async fn ask(&self, question: &Question, now: Instant) -> Fate;
}

/// The one client for every provider. A redirect is not followed: it would carry a text to where nobody configured it to go.
pub fn client(beyond_proxy: bool) -> anyhow::Result<reqwest::Client> {
    let builder = reqwest::Client::builder()
        .connect_timeout(CONNECT_WITHIN)
        .timeout(ANSWER_WITHIN)
        .pool_max_idle_per_host(32)
        .redirect(reqwest::redirect::Policy::none());
    let builder = if beyond_proxy { builder } else { builder.no_proxy() };
    Ok(builder.build()?)
}

/// What a call without an answer means: only where no connection came about was nothing sent.
pub fn unanswered(error: &reqwest::Error) -> Answer {
    if error.is_connect() {
        Answer::Transient {
            code: "not-connected".into(),
            blame: Blame::Provider,
        }
    } else if error.is_timeout() {
        Answer::Unknown { code: "timeout".into() }
    } else {
        Answer::Unknown {
            code: "connection-lost".into(),
        }
    }
}

/// Lower-case hexadecimal SHA-256.
pub fn sha256_hex(data: &[u8]) -> String {
    hex::encode(digest::digest(&digest::SHA256, data))
}

/// HMAC-SHA256.
pub fn hmac_sha256(key: &[u8], data: &[u8]) -> hmac::Tag {
    hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), data)
}

/// The `Host` header of an address, as it is signed.
pub fn host_of(url: &reqwest::Url) -> String {
    let host = url.host_str().unwrap_or_default();
    url.port()
        .map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}
