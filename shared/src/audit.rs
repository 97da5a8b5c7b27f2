//! The audit log (审计日志) as an auditor reads it.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::time::wire_time;

/// Who did what to whose data, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AuditEntry {
    /// The entry.
    pub id: Uuid,
    /// The place in the chain; absent for the moment until the entry is sealed.
    pub sequence: Option<i64>,
    /// When it was done.
    #[serde(with = "wire_time")]
    pub at: DateTime<Utc>,
    /// `resident`, `staff`, `device`, `system`, or `unknown` for a sign-in that failed.
    pub actor_kind: String,
    /// The account.
    pub actor_id: Option<Uuid>,
    /// What was done: a verb and its object, such as `identity.bind`.
    pub action: String,
    /// The kind of thing it was done to.
    pub subject_kind: String,
    /// The thing.
    pub subject_id: Option<Uuid>,
    /// Why, where a reason is asked for.
    pub reason: Option<String>,
    /// What else there is to know; never personal data.
    pub detail: serde_json::Value,
}
