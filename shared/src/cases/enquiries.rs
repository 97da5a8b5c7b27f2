//! Bodies of what case officers and auditors do with cases.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::{
    rules::{Details, Kind, Role, Standing, Step},
    wire::DetailView,
};
use crate::{
    ids::{CaseId, EnquiryId, ReturnListId},
    time::wire_time,
};

/// A request for review that is to be answered, for case officers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ReviewToAnswer {
    /// The case number.
    pub case_no: String,
    /// What the resident says.
    pub reason: Option<String>,
    /// When it was requested.
    #[serde(with = "wire_time")]
    pub requested_at: DateTime<Utc>,
    /// The last day for the answer.
    pub answer_by: NaiveDate,
}

/// `POST /case-lookups`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LookupRequest {
    /// The case number.
    #[cfg_attr(feature = "openapi", schema(example = "A5301001000002026110001"))]
    pub case_no: String,
    /// Why, in four to 200 characters; it stands in the audit log.
    #[cfg_attr(feature = "openapi", schema(example = "办理补充侦查，核对进展"))]
    pub reason: String,
    /// Whether names and numbers are shown whole.
    #[serde(default)]
    pub unmask: bool,
    /// A new one-time code, to show them whole.
    #[serde(default)]
    pub totp: Option<String>,
}

/// A case as a case officer finds it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CaseFile {
    /// The row that the audit log keeps of this look-up.
    pub enquiry_id: EnquiryId,
    /// The case.
    pub id: CaseId,
    /// Its number.
    pub case_no: String,
    /// What it is called.
    pub title: String,
    /// Who works on it.
    pub agency: String,
    /// By which procedure.
    pub procedure: Kind,
    /// Where the procedure stands.
    pub state: String,
    /// Whether names and numbers are masked.
    pub masked: bool,
    /// Who has to do with it.
    pub parties: Vec<PartyView>,
    /// What was published, oldest first, with all that is told of it.
    pub publications: Vec<PublicationView>,
    /// The signed lists of returned property that are filed with it.
    pub return_lists: Vec<ReturnListId>,
}

/// Somebody's part in a case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PartyView {
    /// What they are to the case.
    pub role: Role,
    /// The name.
    pub name: String,
    /// The ID number.
    pub id_number: String,
}

/// A publication as staff see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PublicationView {
    /// The publication's id at the case system.
    pub event_id: String,
    /// The step.
    pub step: Step,
    /// When it was taken.
    #[serde(with = "wire_time")]
    pub at: DateTime<Utc>,
    /// Whether it stands.
    pub standing: Standing,
}

/// `POST /case-publications/preview`: a publication that is not yet made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PreviewRequest {
    /// The case number.
    #[cfg_attr(feature = "openapi", schema(example = "A5301001000002026110001"))]
    pub case_no: String,
    /// The step.
    pub step: Step,
    /// When it is taken.
    #[serde(with = "wire_time")]
    pub occurred_at: DateTime<Utc>,
    /// What is told of it.
    #[serde(default)]
    pub details: Details,
}

/// What one role will read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PreviewForRole {
    /// The role.
    pub role: Role,
    /// How many people have it in this case.
    pub people: u32,
    /// Whether they will know of the step.
    pub told: bool,
    /// What they will read of it.
    pub details: Vec<DetailView>,
}

/// What each role will read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Preview {
    /// The key of the text that will be sent.
    pub template: String,
    /// Details that nobody will read.
    pub withheld: Vec<String>,
    /// What each role will read.
    pub roles: Vec<PreviewForRole>,
}

/// `POST /case-publications/withdrawals`: a case officer takes a wrong publication back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WithdrawalRequest {
    /// The case number.
    #[cfg_attr(feature = "openapi", schema(example = "A5301001000002026110001"))]
    pub case_no: String,
    /// The publication's id at the case system.
    #[cfg_attr(feature = "openapi", schema(example = "EV-2026-000123"))]
    pub event_id: String,
    /// Why, in four to 200 characters.
    #[cfg_attr(feature = "openapi", schema(example = "公开内容有误，更正后重发"))]
    pub reason: String,
}

/// `POST /case-interferences`: somebody tried to influence a case, or asked about one without being entitled to (过问登记).
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct InterferenceRequest {
    /// The case number.
    #[cfg_attr(feature = "openapi", schema(example = "A5301001000002026110001"))]
    pub case_no: String,
    /// Who asked.
    #[cfg_attr(feature = "openapi", schema(example = "某单位负责人"))]
    pub who: String,
    /// Where they work.
    #[serde(default)]
    pub unit: String,
    /// What they asked for, in four to 500 characters.
    #[cfg_attr(feature = "openapi", schema(example = "要求提前告知办案进展"))]
    pub what: String,
    /// When.
    #[serde(with = "wire_time")]
    pub at: DateTime<Utc>,
}

/// A record of interference, for auditors.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Interference {
    /// The case number.
    pub case_no: String,
    /// Who recorded it.
    pub recorded_by: String,
    /// Who asked.
    pub who: String,
    /// Where they work.
    pub unit: String,
    /// What they asked for.
    pub what: String,
    /// When.
    #[serde(with = "wire_time")]
    pub at: DateTime<Utc>,
}

/// A look-up of a case, for auditors.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Enquiry {
    /// The look-up.
    pub id: EnquiryId,
    /// Who looked.
    pub staff: String,
    /// The number that was looked up.
    pub case_no: String,
    /// Why.
    pub reason: String,
    /// Whether there was such a case to be seen.
    pub found: bool,
    /// Whether names and numbers were shown whole.
    pub unmasked: bool,
    /// When.
    #[serde(with = "wire_time")]
    pub at: DateTime<Utc>,
}
