//! What a resident is shown of the texts that were sent.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

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
