//! What the traffic police push: camera records and decisions.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::{
    rules::{DecisionStatus, Procedure, ViolationStatus},
    surcharge::Suspension,
};
use crate::{money::Fen, time::wire_time};

/// Whom an entry is about.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UpstreamPerson {
    /// The name.
    pub name: String,
    /// The ID number.
    pub id_number: String,
}

/// A camera record.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UpstreamViolation {
    /// The record's number.
    pub violation_no: String,
    /// The driver or the owner.
    pub person: UpstreamPerson,
    /// The plate.
    pub plate_no: String,
    /// When it happened.
    #[serde(with = "wire_time")]
    pub occurred_at: DateTime<Utc>,
    /// Where.
    pub place: String,
    /// What was done.
    pub conduct: String,
    /// Its code (违法行为代码), by which a bureau's own rules name it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conduct_code: Option<String>,
    /// The law that was broken and the law that punishes it.
    pub legal_basis: String,
    /// The fine that follows.
    pub fine_fen: Fen,
    /// The points that follow.
    pub points: i32,
    /// In which procedure it is decided.
    pub procedure: Procedure,
    /// Where it stands; absent when nobody has answered it.
    #[serde(default)]
    pub status: Option<ViolationStatus>,
    /// The path of its photo at the police system. Its driver is shown it by way of this server, which signs for it as for every call.
    #[cfg_attr(
        feature = "openapi",
        schema(example = "/police/traffic-police/photos/5399012600000901.png")
    )]
    #[serde(default)]
    pub photo_url: Option<String>,
}

/// A decision.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UpstreamDecision {
    /// The decision's number.
    pub decision_no: String,
    /// The camera record of which it was made.
    #[serde(default)]
    pub violation_no: Option<String>,
    /// Whom it fines.
    pub person: UpstreamPerson,
    /// What was found.
    pub facts: String,
    /// The law.
    pub legal_basis: String,
    /// The fine.
    pub fine_fen: Fen,
    /// The points.
    #[serde(default)]
    pub points: i32,
    /// When it was decided.
    pub decided_on: NaiveDate,
    /// When it was received.
    pub received_on: NaiveDate,
    /// Until when it is to be paid.
    pub due_on: NaiveDate,
    /// The surcharge that is applied now.
    #[serde(default)]
    pub surcharge_fen: Fen,
    /// Days that are not counted.
    #[serde(default)]
    pub suspensions: Vec<Suspension>,
    /// Where it stands: open, under review or withdrawn. That it is paid is ours to say.
    pub status: DecisionStatus,
    /// Since when it is withdrawn.
    #[serde(default)]
    pub withdrawn_on: Option<NaiveDate>,
    /// Who decided.
    pub agency: String,
}
