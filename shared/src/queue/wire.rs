//! Bodies and problems of the queue.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::{
    estimate::WaitRange,
    order::Reason,
    rating::RatingTag,
    rules::{Action, NotAllowed, PriorityReason, TicketStatus},
    score::EstimateScore,
    statistics::Spread,
};
use crate::{
    ids::{CounterId, CounterSessionId, GroupId, HallId, ServiceId, TicketId},
    language::Language,
    problem::Problem,
    problem_types,
    time::wire_time,
};

problem_types! {
    /// Nobody is waiting for this counter's services.
    QUEUE_EMPTY = 409 "queue-empty",
        "没有等候的号票" / "Nobody is waiting",
        "有新号票时会自动显示。" / "New tickets will show by themselves.";
    /// The counter has an open ticket.
    TICKET_OPEN = 409 "ticket-open",
        "当前号票尚未办结" / "The current ticket is still open",
        "请先办结、过号或挂起当前号票。" / "Finish, miss or park the current ticket first.";
    /// The clerk has not opened this counter.
    COUNTER_CLOSED = 409 "counter-closed",
        "窗口尚未开始值守" / "The counter is not open",
        "请先开始值守。" / "Open the counter first.";
    /// The counter or the clerk has an open session elsewhere.
    COUNTER_TAKEN = 409 "counter-taken",
        "窗口或账号已在值守" / "The counter is taken",
        "请先结束原有的值守。" / "End the other session first.";
    /// The ticket's state does not allow this.
    TICKET_STATE = 409 "ticket-state",
        "号票状态已变化" / "The ticket has changed",
        "请查看号票的最新状态后再操作。" / "Look at where the ticket stands now and try again.";
    /// The counter is paused.
    COUNTER_PAUSED = 409 "counter-paused",
        "窗口已暂停" / "The counter is paused",
        "请先恢复值守再叫号。" / "Resume the counter before calling.";
    /// The counter was taken out of use.
    COUNTER_RETIRED = 409 "counter-retired",
        "窗口已停用" / "The counter is out of use",
        "大厅已停用此窗口：请办结当前号票后结束值守，换其他窗口。" / "The hall has taken this counter out of use: finish the current ticket, close it and open another.";
    /// The hall does not grant priority for this reason.
    PRIORITY_NOT_GRANTED = 422 "priority-not-granted",
        "本大厅未启用此优先类别" / "The hall does not grant this priority",
        "请选择其他优先类别，或请大厅管理员启用。" / "Choose another reason, or ask the hall manager to allow it.";
    /// The visit was rated already.
    ALREADY_RATED = 409 "already-rated",
        "本次办理已评价" / "This visit was rated",
        "每次办理只能评价一次，感谢您的反馈。" / "A visit can be rated once. Thank you.";
    /// The person holds an open ticket for this service; `number` says which.
    TICKET_HELD = 409 "ticket-held",
        "您已取过此事项的号" / "There is an open ticket for this service",
        "请凭原号等候叫号；号票遗失请到咨询台。" / "Wait with that ticket; if it is lost, ask at the desk.";
}

impl From<NotAllowed> for Problem {
    fn from(error: NotAllowed) -> Self {
        Self::new(&TICKET_STATE)
            .with("status", error.from.as_str())
            .with("attempted", error.attempted.as_str())
    }
}

/// `POST /halls/{id}/tickets`: a walk-in.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TicketRequest {
    /// What is to be done.
    pub service_id: ServiceId,
    /// Whose ticket it is; a kiosk has to ask, a clerk may.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id_number: Option<String>,
    /// Why the ticket goes before others, if it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub priority_reason: Option<PriorityReason>,
}

/// A ticket as its holder sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Ticket {
    /// The ticket.
    pub id: TicketId,
    /// Its number.
    #[cfg_attr(feature = "openapi", schema(example = "A007"))]
    pub number: String,
    /// Where it stands.
    pub status: TicketStatus,
    /// The hall.
    pub hall_id: HallId,
    /// The hall's name.
    pub hall: String,
    /// The service.
    pub service_id: ServiceId,
    /// The service's name.
    pub service: String,
    /// How many go before it; absent when it is not waiting.
    pub ahead: Option<u32>,
    /// How long that will take, in minutes; absent when no open counter serves it.
    pub wait_minutes: Option<WaitRange>,
    /// Where to go, once called.
    pub counter: Option<CounterPlace>,
    /// When it was issued.
    #[serde(with = "wire_time")]
    pub entered_at: DateTime<Utc>,
    /// When it was last called.
    #[serde(with = "wire_time::option")]
    pub called_at: Option<DateTime<Utc>>,
    /// How often it was called in vain.
    pub misses: i32,
    /// With how many stars the visit was rated, once it was.
    pub stars: Option<i32>,
}

/// A counter, as one is sent to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CounterPlace {
    /// The number over it.
    pub number: i32,
    /// What it is called.
    pub name: String,
}

/// A clerk's time at a counter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CounterSession {
    /// The session.
    pub id: CounterSessionId,
    /// The counter.
    pub counter_id: CounterId,
    /// The hall.
    pub hall_id: HallId,
    /// The number over the counter.
    pub number: i32,
    /// The groups that it serves.
    pub groups: Vec<GroupId>,
    /// When it was opened.
    #[serde(with = "wire_time")]
    pub opened_at: DateTime<Utc>,
    /// The open ticket, if there is one.
    pub current: Option<ClerkTicket>,
    /// How many wait for this counter's groups.
    pub waiting: u32,
    /// Whether the clerk calls nobody for a while.
    #[serde(default)]
    pub paused: bool,
}

/// A ticket as the clerk sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ClerkTicket {
    /// The ticket.
    pub id: TicketId,
    /// Its number.
    #[cfg_attr(feature = "openapi", schema(example = "A007"))]
    pub number: String,
    /// Where it stands.
    pub status: TicketStatus,
    /// The service's name.
    pub service: String,
    /// The person's name, masked; absent for an anonymous walk-in, and for whoever follows from elsewhere.
    pub person: Option<String>,
    /// Whether it comes from an appointment.
    pub appointment: bool,
    /// Why it was next.
    pub reason: Option<Reason>,
    /// When it joined the queue.
    #[serde(with = "wire_time")]
    pub entered_at: DateTime<Utc>,
    /// How often it was missed.
    pub misses: i32,
    /// What can be done with it now.
    pub actions: Vec<Action>,
}

/// The query of what is followed live, since an `EventSource` sends no header of ours.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams))]
#[cfg_attr(feature = "openapi", into_params(parameter_in = Query))]
pub struct Spoken {
    /// The language of names; that of the request's headers when absent.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", param(inline))]
    pub language: Option<Language>,
}

/// `GET /halls/{id}/board`: what the big screen shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Board {
    /// The hall.
    pub hall_id: HallId,
    /// The hall's name.
    pub hall: String,
    /// Who is called or served, the latest call first.
    pub calls: Vec<BoardCall>,
    /// How many wait, by group.
    pub waiting: Vec<BoardGroup>,
    /// The code to enter when checking in here; it changes every half minute. Only the hall's own screens and staff are told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub presence: Option<String>,
}

/// A line of the board.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BoardCall {
    /// The ticket's number.
    pub number: String,
    /// The person's name, masked; absent for an anonymous walk-in, and for whoever follows from elsewhere.
    pub person: Option<String>,
    /// Where it is called to.
    pub counter: CounterPlace,
    /// Whether it is called or already served.
    pub status: TicketStatus,
    /// When it was last called.
    #[serde(with = "wire_time")]
    pub called_at: DateTime<Utc>,
}

/// How many wait in a group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BoardGroup {
    /// The group.
    pub group_id: GroupId,
    /// Its name.
    pub name: String,
    /// How many wait.
    pub waiting: u32,
    /// How many counters serve it now.
    pub counters: u32,
}

/// `POST /counters/{id}/call`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CallRequest {
    /// The ticket to call out of its turn.
    pub ticket_id: TicketId,
    /// Why; it is recorded.
    #[cfg_attr(feature = "openapi", schema(example = "老人行动不便，先办理"))]
    pub reason: String,
}

/// `POST /tickets/{id}/rating`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RatingRequest {
    /// One, very dissatisfied, to five, very satisfied.
    #[cfg_attr(feature = "openapi", schema(minimum = 1, maximum = 5))]
    pub stars: i64,
    /// What was good or bad.
    #[serde(default)]
    pub tags: Vec<RatingTag>,
    /// Anything else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
}

/// The figures of a hall's visits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct VisitFigures {
    /// How many tickets were issued.
    pub issued: usize,
    /// How many were served.
    pub served: usize,
    /// How many were missed too often.
    pub abandoned: usize,
    /// How long people waited until they were called.
    pub waiting: Spread,
    /// How long they were served.
    pub serving: Spread,
    /// The same by service.
    pub by_service: Vec<ServiceFigures>,
    /// The throughput by counter.
    pub by_counter: Vec<CounterFigures>,
    /// The same by day.
    pub by_day: Vec<DayFigures>,
    /// When people come: by the hour at which they took their tickets, on all days together.
    pub by_hour: Vec<HourFigures>,
    /// How good the foretold waits were.
    pub estimates: EstimateScore,
    /// How many ratings there were of one to five stars.
    pub ratings: Vec<u64>,
}

/// The figures of a service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ServiceFigures {
    /// The service.
    pub service_id: ServiceId,
    /// How long people waited for it.
    pub waiting: Spread,
    /// How long it took.
    pub serving: Spread,
}

/// The figures of a counter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CounterFigures {
    /// The counter.
    pub counter_id: CounterId,
    /// How long it served.
    pub serving: Spread,
}

/// The figures of a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DayFigures {
    /// The day.
    pub day: NaiveDate,
    /// How many tickets were issued.
    pub issued: usize,
    /// How many were served.
    pub served: usize,
    /// How long people waited.
    pub waiting: Spread,
}

/// The figures of an hour of the day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct HourFigures {
    /// The hour, 0 to 23.
    pub hour: u32,
    /// How many tickets were issued in it.
    pub issued: usize,
    /// How long those who took them waited.
    pub waiting: Spread,
}
