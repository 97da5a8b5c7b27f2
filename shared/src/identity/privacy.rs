//! What residents know and decide about their own data (个人信息权益): sessions, the phone, consents, who acts for them.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::wire::PersonView;
use crate::{
    ids::{ResidentId, SessionId},
    named,
    time::{Instant, wire_time},
};

/// How long a resident may act for a family member before it has to be agreed upon again.
pub const REPRESENTATION_LIFE: TimeDelta = TimeDelta::days(365);

/// When somebody who was added at this instant can no longer be acted for.
pub fn represented_until(added_at: Instant) -> Instant {
    added_at + REPRESENTATION_LIFE
}

named! {
    /// What a resident agrees to (《个人信息保护法》第十四条、第二十九条).
    ConsentTo {
        /// The privacy notice, as a whole.
        PrivacyNotice = "privacy-notice",
        /// The ID number and what else is sensitive, separately (单独同意).
        SensitiveData = "sensitive-data",
        /// Texts beyond what a matter under way needs.
        Reminders = "reminders",
    }
}

/// The version of the privacy notice and of the sentences that are agreed to.
pub const CONSENT_VERSION: &str = "2026-11";

/// A session of one's own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SessionView {
    /// The session.
    pub id: SessionId,
    /// The program and the kind of machine, such as `WeChat, Android`; nothing when it did not say.
    pub client: Option<String>,
    /// When somebody signed in.
    #[serde(with = "wire_time")]
    pub begun_at: DateTime<Utc>,
    /// When it was last renewed.
    #[serde(with = "wire_time::option")]
    pub renewed_at: Option<DateTime<Utc>>,
    /// Whether it is the one that asks.
    pub current: bool,
}

/// `PUT /me/phone`: from the old phone to a new one, with a code from each.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PhoneRequest {
    /// The phone until now.
    #[cfg_attr(feature = "openapi", schema(example = "13800000001"))]
    pub old_phone: String,
    /// The code that was texted to it.
    #[cfg_attr(feature = "openapi", schema(example = "042137"))]
    pub old_code: String,
    /// The phone from now on.
    #[cfg_attr(feature = "openapi", schema(example = "13900000001"))]
    pub phone: String,
    /// The code that was texted to it.
    #[cfg_attr(feature = "openapi", schema(example = "042137"))]
    pub code: String,
}

/// `POST /phone-rebindings`: at a counter, for who has lost the old phone and shows an ID card.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CounterPhoneRequest {
    /// The name on the card.
    #[cfg_attr(feature = "openapi", schema(example = "张三"))]
    pub name: String,
    /// The number on the card.
    #[cfg_attr(feature = "openapi", schema(example = "11010519491231002X"))]
    pub id_number: String,
    /// The phone from now on.
    #[cfg_attr(feature = "openapi", schema(example = "13900000001"))]
    pub phone: String,
    /// The code that was texted to it, read out by its owner.
    #[cfg_attr(feature = "openapi", schema(example = "042137"))]
    pub code: String,
    /// Why, for the record.
    #[cfg_attr(feature = "openapi", schema(example = "旧号码已停用，核验身份证原件"))]
    pub reason: String,
}

/// A consent of one's own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Consent {
    /// To what.
    pub to: ConsentTo,
    /// To which version of its words.
    pub version: String,
    /// Since when.
    #[serde(with = "wire_time")]
    pub given_at: DateTime<Utc>,
    /// When it was taken back.
    #[serde(with = "wire_time::option")]
    pub withdrawn_at: Option<DateTime<Utc>>,
}

/// `POST /me/consents`.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ConsentRequest {
    /// To what.
    pub to: ConsentTo,
}

/// Somebody who may act for the one who asks, because they added them to their family.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Representative {
    /// Their account.
    pub resident_id: ResidentId,
    /// Who they are, masked.
    pub person: PersonView,
    /// As what they added the one who asks.
    pub relation: String,
    /// Until when.
    #[serde(with = "wire_time")]
    pub until: DateTime<Utc>,
}

/// `GET /me/data`: everything that is held of the one who asks.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OwnData {
    /// When it was put together.
    #[serde(with = "wire_time")]
    pub made_at: DateTime<Utc>,
    /// By table: why it is kept, and its rows.
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub parts: serde_json::Map<String, serde_json::Value>,
}

/// `DELETE /me`: the account is closed.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Closed {
    /// What stays, by table, and why.
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub kept: serde_json::Map<String, serde_json::Value>,
}

/// The program and the kind of machine that a browser names itself as: so much that its owner knows it again, and no more.
pub fn client_label(user_agent: &str) -> Option<String> {
    let first_of = |known: &[(&str, &'static str)]| {
        let found = known.iter().find(|(mark, _)| user_agent.contains(mark));
        found.map(|(_, name)| *name)
    };
    let program = first_of(&[
        ("MicroMessenger", "WeChat"),
        ("Edg", "Edge"),
        ("Firefox", "Firefox"),
        ("Chrome", "Chrome"),
        ("Safari", "Safari"),
    ]);
    let machine = first_of(&[
        ("HarmonyOS", "HarmonyOS"),
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Windows", "Windows"),
        ("Macintosh", "Mac"),
        ("Linux", "Linux"),
    ]);
    match (program, machine) {
        (Some(program), Some(machine)) => Some(format!("{program}, {machine}")),
        (one, other) => one.or(other).map(ToOwned::to_owned),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_browser_is_known_again_and_nothing_else_of_it_is_kept() {
        let wechat =
            "Mozilla/5.0 (Linux; Android 14; V2307A Build/UP1A) AppleWebKit/537.36 Chrome/116.0 MicroMessenger/8.0.47";
        assert_eq!(client_label(wechat).as_deref(), Some("WeChat, Android"));
        let safari =
            "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1 Version/17.0 Safari/604.1";
        assert_eq!(client_label(safari).as_deref(), Some("Safari, iPhone"));
        assert_eq!(client_label("curl/8.5.0"), None);
    }
}
