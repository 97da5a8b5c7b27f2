//! Bodies and problems of cases, as residents follow them.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::{
    periods::DeadlineKind,
    progress::NotAllowed,
    rules::{Kind, PropertyState, Role, Standing, Step},
};
use crate::{
    ids::{CaseId, PersonId, PublicationId, ReturnListId, SlipId},
    problem::Problem,
    problem_types,
    time::wire_time,
};

problem_types! {
    /// A publication is about a case that was not pushed before.
    CASE_UNKNOWN = 409 "case-unknown",
        "案件尚未推送" / "The case is not known",
        "请先推送案件，再推送进展。" / "Push the case first, then what happens in it.";
    /// A publication's step does not follow from where the case stands.
    CASE_STEP_ORDER = 409 "case-step-order",
        "案件进展顺序不符" / "The step does not follow",
        "请核对案件当前的状态；写错的进展请以更正推送。" / "Check where the case stands; push a correction for what was wrong.";
    /// A publication's id is known with another content.
    CASE_EVENT_CONFLICT = 409 "case-event-conflict",
        "同一进展的内容不一致" / "The publication differs from the one that is known",
        "更正请使用新的编号，并注明被更正的进展。" / "A correction has an id of its own and names what it corrects.";
    /// A correction or withdrawal names a publication that does not stand.
    CASE_EVENT_GONE = 409 "case-event-gone",
        "被更正的进展不存在或已失效" / "What is to be corrected does not stand",
        "请核对进展编号；已更正或撤回的不能再次更正。" / "Check the id; what was corrected or withdrawn cannot be corrected again.";
    /// There is no decision against which a review could be requested, or not by the one who asks.
    REVIEW_NOT_OPEN = 409 "review-not-open",
        "目前不能申请复议" / "A review cannot be requested now",
        "只有收到不予立案通知的报案人、被害人可以申请复议。" / "Only a reporter or victim who was told that the case is not filed can request one.";
    /// The time to request a review has passed.
    REVIEW_LATE = 409 "review-late",
        "申请复议的期限已过" / "The time to request a review has passed",
        "您仍可以向检察院申请立案监督。" / "You can still ask the prosecutor to supervise the filing.";
    /// A review was requested already.
    REVIEW_REQUESTED = 409 "review-requested",
        "已经申请过复议" / "A review was requested already",
        "复议决定会短信通知您，无需重复申请。" / "You will be told of the answer; there is no need to ask again.";
    /// Too many people are authorised to follow a case.
    PROXIES_FULL = 409 "proxies-full",
        "受托人已达上限" / "Too many people are authorised",
        "请先取消一位受托人。" / "Take one authorisation back first.";
    /// A member of staff has looked up too many cases today.
    LOOKUP_QUOTA = 429 "lookup-quota",
        "今日查询次数已用完" / "Too many cases were looked up today",
        "如确有需要，请向上级申请。" / "If more is needed, ask your superior.";
    /// Showing names and numbers whole needs another one-time code.
    STEP_UP_REQUIRED = 403 "step-up-required",
        "需要再次验证身份" / "Confirm that it is you",
        "请输入新的动态口令后查看完整信息。" / "Enter a new one-time code to see names and numbers whole.";
}

impl From<NotAllowed> for Problem {
    fn from(error: NotAllowed) -> Self {
        match error {
            NotAllowed::Procedure { from, attempted } => Self::new(&CASE_STEP_ORDER)
                .with("from", from)
                .with("attempted", attempted.as_str()),
            NotAllowed::Property {
                item_no,
                from,
                attempted,
            } => Self::new(&CASE_STEP_ORDER)
                .with("item_no", item_no)
                .with("from", from.as_str())
                .with("attempted", attempted.as_str()),
            NotAllowed::Detail { attempted, field } => Self::new(&crate::problem::INVALID_FIELD)
                .on_field(&format!("details.{}", field.as_str()))
                .with("attempted", attempted.as_str()),
        }
    }
}

/// A case in brief.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CaseSummary {
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
    /// What the resident is to the case.
    pub roles: Vec<Role>,
    /// The latest step that the resident knows of, in the language that was asked for.
    pub latest: Option<String>,
    /// When it was taken.
    #[serde(with = "wire_time::option")]
    pub latest_at: Option<DateTime<Utc>>,
    /// What is due next.
    pub deadline: Option<CaseDeadline>,
}

/// A case, as far as the resident's roles let them know of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CaseDetail {
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
    /// What the resident is to the case.
    pub roles: Vec<Role>,
    /// What happened, oldest first.
    pub timeline: Vec<TimelineEntry>,
    /// The property.
    pub property: Vec<PropertyItem>,
    /// The measures against suspects.
    pub measures: Vec<MeasureView>,
    /// What is due.
    pub deadlines: Vec<CaseDeadline>,
    /// How the resident wants to be told.
    pub subscription: Subscription,
    /// The request for review.
    pub review: Review,
    /// Whom the resident has authorised to follow the case.
    pub proxies: Vec<ProxyView>,
}

/// A step of a case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TimelineEntry {
    /// The publication.
    pub id: PublicationId,
    /// The step.
    pub step: Step,
    /// What it is called.
    pub title: String,
    /// What it means.
    pub meaning: String,
    /// The article in which it stands.
    pub basis: String,
    /// When it was taken; of what was withdrawn, when that was.
    #[serde(with = "wire_time")]
    pub at: DateTime<Utc>,
    /// Whether it stands. Of what was withdrawn only the title is left.
    pub standing: Standing,
    /// Whether it stands in the place of an earlier publication.
    pub correction: bool,
    /// What is told of it, each under its name.
    pub details: Vec<DetailView>,
}

/// A detail of a step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DetailView {
    /// The field's stable name.
    #[cfg_attr(feature = "openapi", schema(example = "document_no"))]
    pub field: String,
    /// What it is called.
    pub label: String,
    /// Its value.
    pub value: String,
}

/// An item of property.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PropertyItem {
    /// Its number in the case.
    pub item_no: String,
    /// What it is.
    pub name: String,
    /// What it is worth, in fen.
    pub value_fen: Option<i64>,
    /// Where it stands.
    pub state: PropertyState,
    /// What the state is called.
    pub state_name: String,
    /// Where it can be collected.
    pub place: Option<String>,
    /// Until when.
    pub collect_by: Option<NaiveDate>,
    /// Where its photo is.
    pub photo_url: Option<String>,
    /// The reader's own slip, with which it is collected.
    pub slip_id: Option<SlipId>,
    /// The signed list of what the reader was given back (发还清单).
    pub return_list_id: Option<ReturnListId>,
}

/// Property whose owner is looked for by public notice (刑233).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FoundProperty {
    /// The notice; whoever claims the item names it.
    pub id: PublicationId,
    /// What was found.
    pub item: String,
    /// Where it was found, if that is told.
    pub place: Option<String>,
    /// Who keeps it.
    pub agency: String,
    /// Since when its owner is looked for.
    pub announced_on: NaiveDate,
    /// The last day on which it can be claimed.
    pub claim_by: NaiveDate,
}

/// The latest measure against a suspect.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MeasureView {
    /// The suspect, as the case system calls them.
    pub suspect: String,
    /// The measure, in words.
    pub measure: String,
    /// Since when.
    #[serde(with = "wire_time")]
    pub since: DateTime<Utc>,
    /// Where.
    pub place: Option<String>,
}

/// Something due.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CaseDeadline {
    /// What.
    pub kind: DeadlineKind,
    /// What it is called.
    pub title: String,
    /// The last day on which it is in time.
    pub due_on: NaiveDate,
    /// Whether that day has passed.
    pub overdue: bool,
    /// What an overrun means, once it has passed.
    pub overrun: Option<String>,
    /// The article that sets it.
    pub basis: String,
}

/// How a resident wants to be told. What the law wants told is told in any case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Subscription {
    /// By text message.
    pub sms: bool,
    /// By a message in WeChat.
    pub wechat: bool,
}

/// Whether a review can be requested (复议).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "status", rename_all = "snake_case")]
pub enum Review {
    /// There is nothing to be reviewed.
    None,
    /// It can be requested until the end of this day.
    Open {
        /// The last day.
        until: NaiveDate,
    },
    /// It was requested, and is to be answered until the end of this day.
    Requested {
        /// When.
        on: NaiveDate,
        /// The last day for the answer.
        answer_by: NaiveDate,
    },
    /// Nobody requested it in time.
    Late {
        /// What was the last day.
        until: NaiveDate,
    },
}

/// `POST /cases/{id}/review-request`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ReviewRequest {
    /// Why, in up to 500 characters; it may be left out.
    #[serde(default)]
    pub reason: Option<String>,
}

/// Somebody whom a party has authorised to follow the case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ProxyView {
    /// The person.
    pub person_id: PersonId,
    /// The name, masked.
    pub name: String,
    /// Until when the authorisation holds.
    pub until: NaiveDate,
}

/// `POST /cases/{id}/proxies`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = CaseProxyRequest))]
pub struct ProxyRequest {
    /// The name.
    #[cfg_attr(feature = "openapi", schema(example = "李秀英"))]
    pub name: String,
    /// The ID number.
    #[cfg_attr(feature = "openapi", schema(example = "11010519491231002X"))]
    pub id_number: String,
    /// Until when the authorisation holds; a year at most.
    pub until: NaiveDate,
}

/// A step that is explained to everybody.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StepExplained {
    /// The step.
    pub step: Step,
    /// What it is called.
    pub title: String,
    /// What it means.
    pub meaning: String,
    /// The article in which it stands.
    pub basis: String,
}
