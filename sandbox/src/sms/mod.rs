//! The text-message gateways, and the phones behind them.
//!
//! Whatever gateway a text comes through, it must be a filed template, keeps within the carrier's limits, lands on a phone
//! and is reported back. What differs is the protocol, so each gateway has a module, and the phones are here.

pub mod aliyun;
pub mod cmpp;
mod control;
mod page;
mod reports;
pub mod templates;
pub mod tencent;

use std::{
    collections::{BTreeMap, HashMap},
    io,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use actix_web::web;
use chrono::{DateTime, FixedOffset, TimeDelta};
use serde::Serialize;

use self::templates::{Template, Templates};
use crate::{Sandbox, clock, config::Config, faults::Kind};

/// The sign that the bureau has filed with every carrier.
pub const SIGN: &str = "云川公安";
/// The access key id at Aliyun and the `SecretId` at Tencent.
pub const ACCESS_KEY_ID: &str = "bianmin-sandbox";
/// The secret at both.
pub const ACCESS_KEY_SECRET: &str = "bianmin-sandbox-secret";

/// A template goes to one number at most this often in a day.
const A_DAY: usize = 50;
/// The same content goes to one number at most once in this many seconds.
const SAME_CONTENT_SECONDS: i64 = 30;
/// The carrier reports a delivery about this long after it took the text.
const DELIVERY_TAKES: Duration = Duration::from_millis(800);

/// A gateway.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Gateway {
    /// Aliyun's HTTP API.
    Aliyun,
    /// Tencent Cloud's HTTP API.
    Tencent,
    /// A carrier's line.
    Cmpp,
}

impl Gateway {
    /// The name that faults are aimed at.
    pub fn target(self) -> &'static str {
        match self {
            Self::Aliyun => "sms-aliyun",
            Self::Tencent => "sms-tencent",
            Self::Cmpp => "cmpp",
        }
    }
}

/// A text on a phone.
#[derive(Debug, Clone, Serialize)]
pub struct Message {
    /// Eleven digits.
    pub phone: String,
    /// The key of the template that it was made from.
    pub template: String,
    /// The sign and the text.
    pub text: String,
    /// RFC 3339.
    pub sent_at: String,
    /// The same in Unix milliseconds, for whoever measures.
    pub sent_at_ms: i64,
    /// The gateway that it came through.
    pub gateway: Gateway,
    /// The sender's own reference, when the protocol carries one.
    pub out_id: Option<String>,
}

/// How far a text has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delivery {
    /// The carrier has it.
    Waiting,
    /// The phone has it.
    Delivered,
    /// It will not arrive.
    Failed,
}

/// A text as its gateway remembers it, to be asked about and reported.
#[derive(Debug, Clone)]
pub struct Sent {
    /// Which gateway took it.
    pub gateway: Gateway,
    /// The gateway's own number for the request: `BizId`, `SerialNo`, or the `Msg_Id` of each part in hexadecimal.
    pub number: String,
    /// `OutId` or `SessionContext`.
    pub out_id: Option<String>,
    /// Eleven digits.
    pub phone: String,
    /// The gateway's number for the template.
    pub template: String,
    /// The sign and the text.
    pub text: String,
    /// When it was taken.
    pub sent_at: DateTime<FixedOffset>,
    /// How far it has come.
    pub delivery: Delivery,
    /// When that was known.
    pub reported_at: Option<DateTime<FixedOffset>>,
}

impl Sent {
    /// Segments that the carrier charges: 70 characters in one, 67 in each of several.
    pub fn segments(&self) -> usize {
        match self.text.chars().count() {
            0..=70 => 1,
            length => length.div_ceil(67),
        }
    }
}

/// A carrier's limit that a text ran into.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limited {
    /// Too many of this template for this number today.
    Day,
    /// The same content to this number a moment ago.
    SameContent,
    /// A test said so.
    Throttled,
}

/// What a gateway accepted.
#[derive(Debug, Clone)]
pub struct Accepted<'a> {
    /// Which gateway.
    pub gateway: Gateway,
    /// Its number for the request.
    pub number: String,
    /// The sender's reference.
    pub out_id: Option<String>,
    /// Eleven digits.
    pub phone: String,
    /// The filed text.
    pub template: &'a Template,
    /// The rendered text, without the sign.
    pub text: String,
}

/// The phones, the gateways' memory and the addresses that they call back.
#[derive(Debug)]
pub struct Sms {
    /// The filed texts.
    pub templates: Templates,
    inner: Mutex<Inner>,
    /// The carrier lines that are connected.
    pub lines: cmpp::Lines,
}

#[derive(Debug, Default)]
struct Inner {
    messages: Vec<Message>,
    sent: Vec<Sent>,
    sent_to: HashMap<String, Vec<usize>>,
    unreported: HashMap<Gateway, Vec<usize>>,
    nonces: HashMap<String, i64>,
    callbacks: BTreeMap<&'static str, String>,
    replies: Vec<tencent::Reply>,
    pulled: usize,
}

impl Sms {
    /// No message yet; callbacks as the environment says, or the server's own addresses.
    pub fn new(config: &Config) -> io::Result<Self> {
        let own = |path: &str| format!("{}/api/v1{path}", config.server_url);
        let callbacks = BTreeMap::from([
            (
                "aliyun-reports",
                config
                    .sms_report_url
                    .clone()
                    .unwrap_or_else(|| own("/sms/aliyun/reports")),
            ),
            (
                "aliyun-replies",
                config
                    .sms_reply_url
                    .clone()
                    .unwrap_or_else(|| own("/sms/aliyun/replies")),
            ),
            (
                "tencent-reports",
                config
                    .tencent_report_url
                    .clone()
                    .unwrap_or_else(|| own("/sms/tencent/reports")),
            ),
            (
                "tencent-replies",
                config
                    .tencent_reply_url
                    .clone()
                    .unwrap_or_else(|| own("/sms/tencent/replies")),
            ),
        ]);
        Ok(Self {
            templates: Templates::filed()?,
            inner: Mutex::new(Inner {
                callbacks,
                ..Inner::default()
            }),
            lines: cmpp::Lines::default(),
        })
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The address that a gateway pushes to.
    pub fn callback(&self, name: &str) -> Option<String> {
        self.lock().callbacks.get(name).cloned()
    }

    fn set_callback(&self, name: &'static str, url: String) {
        self.lock().callbacks.insert(name, url);
    }

    /// Texts on one phone, or on all of them, newest first.
    pub fn messages(&self, phone: Option<&str>) -> Vec<Message> {
        let inner = self.lock();
        inner
            .messages
            .iter()
            .rev()
            .filter(|message| phone.is_none_or(|wanted| message.phone == wanted))
            .cloned()
            .collect()
    }

    /// Forgets every text, and with them what counts towards the carrier's limits.
    pub fn forget(&self) {
        let mut inner = self.lock();
        inner.messages.clear();
        inner.sent.clear();
        inner.sent_to.clear();
        inner.unreported.clear();
        inner.replies.clear();
        inner.pulled = 0;
    }

    /// What a gateway remembers about texts that a predicate picks, in the order in which they came.
    pub fn sent(&self, wanted: impl Fn(&Sent) -> bool) -> Vec<Sent> {
        self.lock().sent.iter().filter(|sent| wanted(sent)).cloned().collect()
    }

    /// Whether the carrier's limits leave room for this text; every gateway keeps its own count.
    pub fn limited(
        &self,
        gateway: Gateway,
        phone: &str,
        template: &str,
        text: &str,
        now: DateTime<FixedOffset>,
    ) -> Option<Limited> {
        let inner = self.lock();
        let mut today = 0;
        let before = inner
            .sent_to
            .get(phone)
            .into_iter()
            .flatten()
            .filter_map(|index| inner.sent.get(*index));
        for sent in before.filter(|sent| sent.gateway == gateway) {
            if sent.sent_at.date_naive() == now.date_naive() && sent.template == template {
                today += 1;
            }
            let age = now.signed_duration_since(sent.sent_at);
            if age < TimeDelta::seconds(SAME_CONTENT_SECONDS) && sent.text == text {
                return Some(Limited::SameContent);
            }
        }
        (today >= A_DAY).then_some(Limited::Day)
    }

    /// Whether a nonce is new; a nonce is remembered for as long as its date could be accepted.
    fn nonce_is_new(&self, nonce: &str, now: i64) -> bool {
        let mut inner = self.lock();
        inner
            .nonces
            .retain(|_, seen| now.saturating_sub(*seen) < 2 * aliyun::SKEW_SECONDS);
        inner.nonces.insert(nonce.to_owned(), now).is_none()
    }
}

/// The text as the phone shows it.
pub fn signed(text: &str) -> String {
    format!("【{SIGN}】{text}")
}

/// Hands an accepted text to the phone and sees to its delivery report.
pub fn deliver(sandbox: &web::Data<Sandbox>, accepted: Accepted<'_>) {
    let gateway = accepted.gateway;
    let now = sandbox.clock.now();
    let arrives = sandbox.faults.strike(gateway.target(), Kind::Undelivered).is_none();
    let text = signed(&accepted.text);
    let template = match gateway {
        Gateway::Aliyun => accepted.template.aliyun.clone(),
        Gateway::Tencent => accepted.template.tencent.clone(),
        Gateway::Cmpp => accepted.template.key.clone(),
    };
    let index = {
        let mut inner = sandbox.sms.lock();
        if arrives {
            inner.messages.push(Message {
                phone: accepted.phone.clone(),
                template: accepted.template.key.clone(),
                text: text.clone(),
                sent_at: clock::rfc3339(now),
                sent_at_ms: now.timestamp_millis(),
                gateway,
                out_id: accepted.out_id.clone(),
            });
        }
        let index = inner.sent.len();
        inner.sent_to.entry(accepted.phone.clone()).or_default().push(index);
        inner.sent.push(Sent {
            gateway,
            number: accepted.number,
            out_id: accepted.out_id,
            phone: accepted.phone,
            template,
            text,
            sent_at: now,
            delivery: Delivery::Waiting,
            reported_at: None,
        });
        index
    };
    let sandbox = sandbox.clone();
    tokio::spawn(async move {
        sandbox.clock.pause(DELIVERY_TAKES).await;
        let outcome = if arrives { Delivery::Delivered } else { Delivery::Failed };
        reports::known(&sandbox, gateway, index, outcome).await;
    });
}

/// Eleven digits of a Chinese mobile number, from any of the ways in which it is written.
pub fn mobile(number: &str) -> Option<String> {
    let number = number.trim();
    let bare = ["+86", "0086"]
        .iter()
        .find_map(|prefix| number.strip_prefix(prefix))
        .unwrap_or(number);
    let bare = if bare.len() == 13 {
        bare.strip_prefix("86").unwrap_or(bare)
    } else {
        bare
    };
    let valid = bare.len() == 11
        && bare.bytes().all(|b| b.is_ascii_digit())
        && bare.starts_with('1')
        && !matches!(bare.as_bytes().get(1), Some(b'0'..=b'2'));
    valid.then(|| bare.to_owned())
}

/// Mounts the gateways, the phones' page and what tests ask for.
pub fn routes(config: &mut web::ServiceConfig) {
    control::routes(config);
    aliyun::routes(config);
    tencent::routes(config);
}

#[cfg(test)]
mod tests {
    use super::mobile;

    #[test]
    fn a_number_is_read_in_every_spelling() {
        for spelling in ["13800000001", "+8613800000001", "8613800000001", "008613800000001"] {
            assert_eq!(mobile(spelling).as_deref(), Some("13800000001"));
        }
        for wrong in [
            "1380000000",
            "12800000001",
            "23800000001",
            "138000000012",
            "1380000000a",
        ] {
            assert_eq!(mobile(wrong), None);
        }
    }
}
