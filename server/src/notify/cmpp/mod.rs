//! A carrier's own line: CMPP 2.0 over TCP (中国移动通信互联网短信网关接口协议, 2.0).
//!
//! A carrier cannot be asked what became of a text. Where the answer to one is lost, it is therefore never sent again: nobody is told the same
//! thing twice, and what was lost so is counted as an unknown outcome. Status reports find their text by the carrier's number.

mod frame;
mod line;

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use chrono::TimeDelta;
use shared::{notify::delivery::Delivery, time::Instant};
use tokio::time::sleep;

use self::{
    frame::{Delivered, Part, divided},
    line::{Hear, Line, Lost},
};
use super::{
    accounts::CmppAccount,
    provider::{Answer, Blame, Fate, Gateway, Letter, Provider, Question},
    receipts, replies,
};
use crate::platform::Platform;

/// A report can overtake the writing down of its text's number, so it is looked for again, this often and after this pause.
const LOOKS: u32 = 10;
const BETWEEN_LOOKS: Duration = Duration::from_millis(500);

/// The gateway.
pub struct Cmpp {
    account: CmppAccount,
    line: Line,
}

impl Cmpp {
    /// A gateway whose line is opened with the first text.
    pub fn new(account: CmppAccount, platform: Platform) -> Self {
        let hear: Hear = Arc::new(move |told| {
            let platform = platform.clone();
            Box::pin(async move { heard(&platform, told).await })
        });
        Self {
            line: Line::new(account.clone(), hear),
            account,
        }
    }
}

/// Writes down what the carrier says by itself; whether that worked.
async fn heard(platform: &Platform, told: Delivered) -> bool {
    let written = match told {
        Delivered::Reply { phone, words } => replies::hear(platform, Provider::Cmpp, bare(&phone), &words).await,
        Delivered::Report { text, phone, status } => {
            let delivery = if status == "DELIVRD" {
                Delivery::Delivered
            } else {
                Delivery::Failed
            };
            let report = receipts::Numbered {
                number: number(text),
                phone: bare(&phone).to_owned(),
                delivery,
                code: status,
            };
            let mut written = Ok(false);
            for _ in 0..LOOKS {
                written = receipts::take_numbered(platform, Provider::Cmpp, &report).await;
                if !matches!(written, Ok(false)) {
                    break;
                }
                sleep(BETWEEN_LOOKS).await;
            }
            written.map(drop)
        }
    };
    if let Err(failure) = &written {
        tracing::error!(%failure, "what the carrier's line says cannot be written down");
    }
    written.is_ok()
}

/// A number as it is stored.
fn number(text: u64) -> String {
    format!("{text:016x}")
}

/// A phone without the country code that some gateways put before it.
fn bare(phone: &str) -> &str {
    phone
        .strip_prefix("86")
        .filter(|rest| rest.len() == 11)
        .unwrap_or(phone)
}

#[async_trait]
impl Gateway for Cmpp {
    fn provider(&self) -> Provider {
        Provider::Cmpp
    }

    fn weight(&self) -> u32 {
        self.account.weight
    }

    fn settles_within(&self) -> TimeDelta {
        // No answer of "no such text" is ever given, so there is none to be believed while any text is worth sending.
        TimeDelta::days(30)
    }

    async fn send(&self, letter: &Letter, now: Instant) -> Answer {
        let words = format!("【{}】{}", self.account.sign, letter.filed.render(&letter.values));
        let parts = divided(&words);
        let Ok(total) = u8::try_from(parts.len()) else {
            return Answer::Permanent {
                code: "too-long".into(),
            };
        };
        let mut first = None;
        for (content, part) in parts.iter().zip(1..) {
            let body = Part {
                total,
                number: part,
                reference: letter.reference.as_bytes().last().copied().unwrap_or_default(),
                source: &self.account.source,
                service_number: &self.account.service_number,
                phone: letter.phone.expose(),
                content,
            }
            .body();
            let answer = self.line.submit(&body, now).await;
            match (answer, &first) {
                (Ok((text, 0)), _) => {
                    first.get_or_insert(text);
                }
                (Err(Lost::Unanswered), _) => {
                    return Answer::Unknown {
                        code: "no-answer".into(),
                    };
                }
                // A phone that has some of the parts must not be sent them again.
                (Ok(_) | Err(Lost::NotSent), Some(_)) => {
                    return Answer::Unknown {
                        code: "partly-sent".into(),
                    };
                }
                (Ok((_, result)), None) => return refused(result),
                (Err(Lost::NotSent), None) => {
                    return Answer::Transient {
                        code: "not-connected".into(),
                        blame: Blame::Provider,
                    };
                }
            }
        }
        match first {
            Some(text) => Answer::Accepted { number: number(text) },
            None => Answer::Permanent { code: "empty".into() },
        }
    }

    async fn ask(&self, _question: &Question, _now: Instant) -> Fate {
        Fate::Silent
    }
}

/// What a result of `CMPP_SUBMIT_RESP` means (7.4.3.2).
fn refused(result: u8) -> Answer {
    let code = format!("submit-{result}");
    match result {
        // The message's structure, command, length or number is wrong: another provider may still take the text.
        1..=4 | 6 => Answer::Transient {
            code,
            blame: Blame::Text,
        },
        // Flow control, an unknown account, an unknown service and whatever else the gateway means.
        _ => Answer::Transient {
            code,
            blame: Blame::Provider,
        },
    }
}
