//! Signing in by WeChat, and the account's link to it.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use crate::time::{Instant, wire_time};

/// How long a browser has from the question to WeChat until it is signed in, the text with a code included.
pub const WECHAT_QUESTION_LIFE: TimeDelta = TimeDelta::minutes(15);

/// Whether a question that was asked at this instant can still be answered.
pub fn is_open(asked_at: Instant, now: Instant) -> bool {
    now < asked_at + WECHAT_QUESTION_LIFE
}

/// `POST /auth/wechat-questions`: this browser asks WeChat who its user is.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WechatQuestionRequest {
    /// Where the client goes on once somebody is signed in: a path of its own.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(example = "/appointments"))]
    pub next: Option<String>,
}

/// A question to WeChat. The browser is given a cookie beside it: the answer counts from this browser only.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WechatQuestion {
    /// Where the browser goes; WeChat leads it back to the sign-in page with `code` and `state`.
    pub authorize_url: String,
}

/// `POST /auth/wechat-sessions`: the answer that WeChat sent back by the browser.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WechatSessionRequest {
    /// WeChat's code.
    #[cfg_attr(feature = "openapi", schema(example = "061Kq2ll2x9Xhe4qOVml2Q9cMC2Kq2lA"))]
    pub code: String,
    /// The `state` of the question.
    #[cfg_attr(feature = "openapi", schema(example = "0192f0c1a2b34c5d8e9f00112233445566778899"))]
    pub state: String,
}

/// `GET /me/wechat`: whether the account can be signed in to by WeChat.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WechatLink {
    /// Since when a WeChat is linked; nothing when none is.
    #[serde(with = "wire_time::option")]
    pub since: Option<DateTime<Utc>>,
    /// Whether notices come there rather than by text. What the law wants told comes by text in any case.
    pub notices: bool,
}

/// `PUT /me/wechat`.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WechatNotices {
    /// Whether notices come to the linked WeChat.
    pub notices: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_is_open_for_a_quarter_of_an_hour() {
        let asked = Instant::UNIX_EPOCH;
        assert!(is_open(asked, asked + TimeDelta::minutes(14)));
        assert!(!is_open(asked, asked + TimeDelta::minutes(15)));
    }
}
