//! Bodies and problems of the catalogue. Names and sentences come in the language that the request accepts.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::rules::Family;
use crate::{
    appointments::booking_rules::BookingRules,
    ids::{CounterId, GroupId, HallId, ServiceId, WindowId},
    money::Fen,
    problem_types,
    time::wire_time,
};

problem_types! {
    /// The range of days is longer than the operation takes, or ends before it begins.
    RANGE_INVALID = 422 "range-invalid",
        "日期范围不正确" / "The range of days is not valid",
        "请选择不超过62天的日期范围。" / "Choose a range of at most 62 days.";
    /// Another counter of the hall has this number.
    COUNTER_NUMBER_TAKEN = 409 "counter-number-taken",
        "窗口号已存在" / "The counter's number is taken",
        "请换一个窗口号，或修改原有窗口。" / "Choose another number, or change the counter that has it.";
    /// Another entry of the timetable gives windows of this group at the same time.
    SCHEDULES_OVERLAP = 409 "schedules-overlap",
        "与已有排班重叠" / "The timetable has an entry for that time",
        "同一业务同一时间只能有一条排班，请调整时间或修改原有排班。" / "A group has one entry at a time. Change the times or the other entry.";
    /// Another group of the hall has this letter, or had it on a ticket of the day.
    GROUP_LETTER_TAKEN = 409 "group-letter-taken",
        "排队号字母已被使用" / "The letter is taken",
        "请换一个字母；当天已用过的字母请次日再改。" / "Choose another letter. One that stands on a ticket of today is free tomorrow.";
    /// Counters, the timetable, windows to come, bookings or tickets still need what is to be changed.
    GROUP_IN_USE = 409 "group-in-use",
        "仍在使用，暂不能修改" / "It is still in use",
        "请先处理仍在受理的窗口、排班、号段、预约、候补和号票。" / "First settle the counters, timetable entries, windows, bookings, waiting-list entries and tickets that use it.";
    /// The day lies in the past.
    DAY_PASSED = 422 "day-passed",
        "日期已过" / "The day has passed",
        "请选择今天或以后的日期。" / "Choose today or a later day.";
}

/// An entry of `GET /services`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ServiceSummary {
    /// The service.
    pub id: ServiceId,
    /// Its stable code in the content files.
    #[cfg_attr(feature = "openapi", schema(example = "id-card-replace-lost"))]
    pub code: String,
    /// What it is called.
    #[cfg_attr(feature = "openapi", schema(example = "居民身份证补领"))]
    pub name: String,
    /// Its family.
    pub category: Family,
    /// Who needs it and what happens, in a sentence or two.
    pub summary: String,
    /// The fee.
    pub fee_fen: Fen,
    /// Whether a seat can be booked for it.
    pub bookable: bool,
}

/// `GET /services/{id}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ServiceDetail {
    /// What the list shows of it.
    #[serde(flatten)]
    pub summary: ServiceSummary,
    /// The group with which it shares windows and the queue.
    pub group_id: GroupId,
    /// The group's name.
    pub group: String,
    /// The articles it rests on (设定依据).
    pub legal_basis: Vec<String>,
    /// What to bring (申请材料).
    pub materials: Vec<Material>,
    /// How long it takes.
    pub time_limit: TimeLimit,
    /// What there is to know about the fee.
    pub fee_note: Option<String>,
    /// Where it can be done.
    pub channels: Vec<Channel>,
    /// What happens, in order.
    pub steps: Vec<String>,
    /// Minutes at the counter, typically.
    pub counter_minutes: u32,
    /// The halls that serve it.
    pub halls: Vec<HallSummary>,
}

/// `GET /bureau`: who runs this installation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Bureau {
    /// The bureau's name.
    #[cfg_attr(feature = "openapi", schema(example = "云川市公安局"))]
    pub name: String,
    /// The city.
    pub city: String,
    /// Where people ring up with questions.
    pub phone: String,
    /// The rules of its appointments.
    pub booking: BookingRules,
}

/// Something to bring.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Material {
    /// What it is.
    pub name: String,
    /// Whether the original is shown.
    pub original: bool,
    /// How many copies are handed in.
    pub copies: u32,
    /// Whether everyone needs it, or only those to whom the note applies.
    pub always: bool,
    /// What there is to know about it.
    pub note: Option<String>,
}

/// How long a service takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TimeLimit {
    /// Days that the law allows (法定时限); none when it is done on the spot.
    pub days: u32,
    /// Days within which this bureau promises it (承诺时限).
    pub promised_days: u32,
    /// How the days are counted.
    pub kind: DayKind,
}

/// How days of a time limit are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
pub enum DayKind {
    /// Every day counts (自然日).
    Calendar,
    /// Only working days count (工作日).
    Working,
    /// Done while one waits (即办).
    OnTheSpot,
}

/// Where a service can be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = ServiceChannel))]
#[serde(rename_all = "kebab-case")]
pub enum Channel {
    /// At a counter (窗口办理).
    Hall,
    /// On the internet (网上办理).
    Online,
    /// At a self-service machine (自助办理).
    SelfService,
    /// By mail (邮寄办理).
    Mail,
}

/// An entry of `GET /halls`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct HallSummary {
    /// The hall.
    pub id: HallId,
    /// Its stable code in the content files.
    pub code: String,
    /// What it is called.
    pub name: String,
    /// The district it lies in.
    pub district: String,
    /// Where it is.
    pub address: String,
    /// Whom to call.
    pub phone: String,
}

/// `GET /halls/{id}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct HallDetail {
    /// What the list shows of it.
    #[serde(flatten)]
    pub summary: HallSummary,
    /// Degrees north, as text so that nothing is rounded.
    pub latitude: String,
    /// Degrees east, as text so that nothing is rounded.
    pub longitude: String,
    /// How to get there.
    pub transport: String,
    /// When it is open.
    pub hours: Vec<OpeningHours>,
    /// Its counters.
    pub counters: Vec<Counter>,
    /// The groups that it serves.
    pub groups: Vec<Group>,
}

/// A span of opening hours.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OpeningHours {
    /// The weekdays on which it applies, `mon` to `sun`.
    pub days: Vec<String>,
    /// From, `HH:MM`.
    #[cfg_attr(feature = "openapi", schema(example = "09:00"))]
    pub from: String,
    /// Until, `HH:MM`.
    #[cfg_attr(feature = "openapi", schema(example = "12:00"))]
    pub to: String,
}

/// A counter of a hall.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Counter {
    /// The counter.
    pub id: CounterId,
    /// The number over it.
    pub number: i32,
    /// What it is called.
    pub name: String,
    /// The groups it serves.
    pub groups: Vec<GroupId>,
}

/// A group of services.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Group {
    /// The group.
    pub id: GroupId,
    /// Its stable code in the content files.
    pub code: String,
    /// The letter with which its ticket numbers begin.
    pub prefix: String,
    /// What it is called.
    pub name: String,
}

/// An entry of `GET /halls/{id}/services`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct HallService {
    /// The service.
    pub id: ServiceId,
    /// What it is called.
    pub name: String,
    /// The group with whose counters it is served.
    pub group_id: GroupId,
}

/// An entry of `GET /halls/{id}/windows`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WindowView {
    /// The window.
    pub id: WindowId,
    /// The group it serves.
    pub service_group: GroupId,
    /// The bureau's day.
    pub day: NaiveDate,
    /// When it begins.
    #[serde(with = "wire_time")]
    pub starts_at: DateTime<Utc>,
    /// When it ends.
    #[serde(with = "wire_time")]
    pub ends_at: DateTime<Utc>,
    /// Seats for residents who book online.
    pub quota: i32,
    /// How many of them are free.
    pub remaining: i32,
}

/// An entry of `GET /services/{id}/nearest`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NearestWindow {
    /// The hall.
    pub hall_id: HallId,
    /// Its free window that begins first.
    pub window: WindowView,
}
