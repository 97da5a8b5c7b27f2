//! What a resident is shown of the texts that were sent.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::rules::Class;
use crate::{ids::MessageId, time::wire_time};

/// What has become of a text, as its recipient cares about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum NotificationStatus {
    /// It is on its way to the provider.
    Waiting,
    /// The provider has it.
    Sent,
    /// The phone has it.
    Delivered,
    /// It did not reach the phone, so this page is the only place to read it.
    NotDelivered,
    /// The resident wants no texts, so this page is the only place to read it.
    Declined,
}

/// A text to a resident.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Notification {
    /// The text.
    pub id: MessageId,
    /// The key of its template.
    #[cfg_attr(feature = "openapi", schema(example = "ticket-called"))]
    pub template: String,
    /// Its words, as they were filed, in Chinese.
    #[cfg_attr(feature = "openapi", schema(example = "请A012号到3窗口办理。"))]
    pub text: String,
    /// When it was due.
    #[serde(with = "wire_time")]
    pub at: DateTime<Utc>,
    /// What has become of it.
    pub status: NotificationStatus,
    /// When the phone had it, once that is known.
    #[serde(with = "wire_time::option", default)]
    pub delivered_at: Option<DateTime<Utc>>,
}

/// Whether a resident wants texts beyond login codes and what the law wants told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NotificationSettings {
    /// Whether notices are sent to the phone; they stand on the page in any case.
    pub texts: bool,
}

/// A text that no provider took.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DeadLetter {
    /// The text.
    pub id: MessageId,
    /// The key of its template.
    #[cfg_attr(feature = "openapi", schema(example = "case-filed"))]
    pub template: String,
    /// When it was due.
    #[serde(with = "wire_time")]
    pub at: DateTime<Utc>,
    /// Attempts that came to nothing.
    pub attempts: u32,
    /// The provider that refused it last.
    pub provider: Option<String>,
    /// That provider's code, or our own word for what is wrong.
    #[cfg_attr(feature = "openapi", schema(example = "isv.MOBILE_NUMBER_ILLEGAL"))]
    pub reason: Option<String>,
}

/// How texts go out now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TextsOverview {
    /// Texts that are due and not with a provider yet.
    pub waiting: u64,
    /// Since when the first of them is due.
    #[serde(with = "wire_time::option")]
    pub oldest_waiting: Option<DateTime<Utc>>,
    /// Texts whose time has not come, such as those that wait for the morning.
    pub later: u64,
    /// Texts that no provider took.
    pub dead: u64,
    /// Attempts of the last day without an answer, which their providers knew nothing of when asked: their texts were sent again.
    pub sent_again: u64,
    /// Attempts of which nobody knows what they came to: under way, being asked about, or left because nobody can be asked.
    pub never_answered: u64,
    /// What each provider has done in the last ten minutes.
    pub providers: Vec<ProviderActivity>,
    /// How fast texts were in the last day.
    pub speed: DeliverySpeed,
}

/// What a provider has done in the last ten minutes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ProviderActivity {
    /// The provider.
    #[cfg_attr(feature = "openapi", schema(example = "aliyun"))]
    pub name: String,
    /// Attempts that it took.
    pub accepted: u64,
    /// Attempts that it refused.
    pub refused: u64,
    /// Attempts of which nobody knows yet what they came to.
    pub unanswered: u64,
    /// When it took one last.
    #[serde(with = "wire_time::option")]
    pub last_accepted: Option<DateTime<Utc>>,
}

/// How fast texts were with a provider, of at most the last ten thousand of a day.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DeliverySpeed {
    /// Texts that a provider took.
    pub texts: u64,
    /// Of these, how many phones are known to have.
    pub delivered: u64,
    /// Of these, how many were with the provider within five seconds of being due.
    pub within_goal: u64,
    /// Within how many milliseconds half of them were.
    pub half_within_ms: i64,
    /// Within how many milliseconds 99 % of them were.
    pub most_within_ms: i64,
}

/// How fast the texts of a day were.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DayOfTexts {
    /// The day, in the bureau's time.
    pub date: NaiveDate,
    /// How fast they were.
    pub speed: DeliverySpeed,
}

/// A template as it is filed with the providers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FiledTemplate {
    /// Our name for it.
    pub key: String,
    /// Why it is sent.
    pub class: Class,
    /// The text, with `${name}` for each variable.
    pub text: String,
    /// Its number at Aliyun.
    pub aliyun: String,
    /// Its number at Tencent.
    pub tencent: String,
}
