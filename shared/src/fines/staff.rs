//! Bodies for the staff who answer for the money.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::breaks::BreakKind;
use crate::{money::Fen, time::wire_time};

/// Something that finance staff must look at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PaymentAlert {
    /// The alert.
    pub id: Uuid,
    /// What happened, such as `nonzero_fee`.
    pub kind: String,
    /// What it is about: a payment, a task or a day.
    pub reference: String,
    /// When it was raised.
    #[serde(with = "wire_time")]
    pub raised_at: DateTime<Utc>,
    /// When somebody looked after it.
    #[serde(with = "wire_time::option")]
    pub seen_at: Option<DateTime<Utc>>,
}

/// The state of a day's books.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum DayStatus {
    /// Never reconciled.
    NotRun,
    /// Everything agrees.
    Balanced,
    /// Something does not.
    Broken,
    /// Somebody answers for it.
    SignedOff,
}

/// Something that does not agree.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Break {
    /// What kind of difference.
    pub kind: BreakKind,
    /// Our number of the order, or what else names the row.
    pub reference: String,
    /// What our ledger says.
    pub ours_fen: Option<Fen>,
    /// What the other side says.
    pub theirs_fen: Option<Fen>,
}

/// A day's books.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Day {
    /// The day.
    pub date: NaiveDate,
    /// Where it stands.
    pub status: DayStatus,
    /// What came, by our ledger.
    pub received_fen: Fen,
    /// What went back, by our ledger.
    pub refunded_fen: Fen,
    /// What WeChat charged; anything but zero flags the day.
    pub fee_fen: Fen,
    /// What does not agree.
    pub breaks: Vec<Break>,
    /// Payments that only the bill told us of.
    pub recovered_by_bill: u32,
    /// When it was reconciled last.
    #[serde(with = "wire_time::option")]
    pub run_at: Option<DateTime<Utc>>,
    /// Why it was signed off in spite of breaks.
    pub note: Option<String>,
}

/// `POST /reconciliation/days/{date}/sign-off`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SignOffRequest {
    /// Why, when there are breaks.
    #[serde(default)]
    pub note: Option<String>,
}
