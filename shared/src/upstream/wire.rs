//! Bodies and problems of upstream calls.

use serde::{Deserialize, Serialize};

use crate::problem_types;

/// How many entries one call may carry.
pub const BATCH_LIMIT: usize = 1000;

problem_types! {
    /// The call is not signed by a registered system.
    UPSTREAM_SIGNATURE = 401 "upstream-signature",
        "签名无效" / "The signature does not hold",
        "请检查系统标识、时间、摘要和签名。" / "Check the system, the time, the digest and the signature.";
    /// The call was accepted before.
    UPSTREAM_REPLAYED = 409 "upstream-replayed",
        "该请求已处理过" / "This call was accepted before",
        "请勿重放请求，重试时请使用新的随机串和序号。" / "Do not replay calls. Retry with a new nonce and sequence.";
    /// The sequence is not after `last_sequence`.
    UPSTREAM_ORDER = 409 "upstream-order",
        "请求序号不连续向前" / "The sequence does not go forward",
        "请使用更大的序号重试。" / "Retry with a greater sequence.";
}

/// One entry, or many.
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(untagged)]
pub enum Batch<T> {
    /// Up to [`BATCH_LIMIT`] entries.
    Many {
        /// The entries.
        items: Vec<T>,
    },
    /// One entry.
    One(Box<T>),
}

/// What became of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Taken {
    /// It was not known.
    Created,
    /// It was known, and something about it is new.
    Updated,
    /// It was known as it is.
    Unchanged,
    /// It cannot be taken.
    Refused,
}

/// What became of an entry, by its number.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TakenItem {
    /// The record's or the decision's number.
    pub number: String,
    /// What became of it.
    pub result: Taken,
    /// Why it cannot be taken; it never repeats personal data.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// The answer to a call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TakenBatch {
    /// In the order of the entries.
    pub items: Vec<TakenItem>,
}
