//! The way to a recipient in WeChat: template messages (模板消息) of the bureau's official account.
//!
//! `POST /cgi-bin/message/template/send` and not `/cgi-bin/message/subscribe/bizsend`: it takes a `client_msg_id`, under which WeChat
//! delivers one message to one recipient in ten minutes however often it is sent, and it needs no script of WeChat's in our pages.

use std::sync::Arc;

use async_trait::async_trait;
use chrono::TimeDelta;
use serde_json::{Map, Value, json};
use shared::time::Instant;

use super::provider::{Answer, Blame, Fate, Gateway, Letter, Provider, Question};
use crate::platform::{
    Platform,
    official_account::{CallError, OfficialAccount},
};

const SEND: &str = "/cgi-bin/message/template/send";
/// WeChat is busy (全局返回码 -1): the call did nothing, and is to be made again.
const BUSY: i64 = -1;

/// The way to WeChat.
pub struct Wechat {
    account: Arc<OfficialAccount>,
    public_url: String,
}

impl Wechat {
    /// The way by the bureau's official account, if it has one.
    pub fn of(platform: &Platform) -> Option<Self> {
        let account = Arc::clone(&platform.official_account);
        account.is_configured().then(|| Self {
            account,
            public_url: platform.config.public_url.clone(),
        })
    }
}

#[async_trait]
impl Gateway for Wechat {
    fn provider(&self) -> Provider {
        Provider::Wechat
    }

    /// It is no carrier of texts and takes no part of them.
    fn weight(&self) -> u32 {
        0
    }

    /// WeChat cannot be asked what became of a message. It is sent again instead, under the same `client_msg_id`.
    fn settles_within(&self) -> TimeDelta {
        TimeDelta::zero()
    }

    async fn send(&self, letter: &Letter, _now: Instant) -> Answer {
        let (Some(openid), Some(filed)) = (&letter.openid, &letter.filed.wechat) else {
            return Answer::Elsewhere {
                code: "not-for-wechat".into(),
            };
        };
        let data: Map<String, Value> = filed
            .values(&letter.values)
            .into_iter()
            .map(|(field, value)| (field.to_owned(), json!({ "value": value })))
            .collect();
        let message = json!({
            "touser": openid.expose(),
            "template_id": filed.id,
            "url": format!("{}{}", self.public_url, letter.page),
            "client_msg_id": letter.message.simple().to_string(),
            "data": data,
        });
        match self.account.post(SEND, &message).await {
            Ok(taken) => Answer::Accepted {
                number: taken.get("msgid").map(ToString::to_string).unwrap_or_default(),
            },
            Err(CallError::Unknown(why)) => Answer::Unknown { code: why.into() },
            Err(CallError::NoAccount | CallError::NotConnected) => Answer::Transient {
                code: "not-connected".into(),
                blame: Blame::Provider,
            },
            Err(CallError::Refused(BUSY)) => Answer::Transient {
                code: BUSY.to_string(),
                blame: Blame::Provider,
            },
            // Not followed any more (43004), refused by its user (43101), no such user (40003), the day's quota (45009), a template that
            // is not ours (40037): whatever it is, this message does not get there, and a text does.
            Err(CallError::Refused(code)) => Answer::Elsewhere { code: code.to_string() },
        }
    }

    async fn ask(&self, _question: &Question, _now: Instant) -> Fate {
        Fate::NotFound
    }
}
