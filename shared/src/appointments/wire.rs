//! Bodies and problems of appointments.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::{
    booking_rules::BookingRules,
    returns::WaitlistStatus,
    rules::{AppointmentStatus, CheckInError, ConfirmError, MOST_ACTIVE, NotAllowed, RescheduleError, SeatError},
    strikes::{StrikeKind, StrikeNotAllowed, StrikeStatus},
};
use crate::{
    ids::{AppointmentId, ClosureId, GroupId, HallId, PersonId, ServiceId, StrikeId, TicketId, WaitlistId, WindowId},
    problem::Problem,
    problem_types,
    queue::wire::VisitFigures,
    time::wire_time,
};

problem_types! {
    /// The window has no free seat; `next_free` names one that has.
    WINDOW_FULL = 409 "window-full",
        "该时段已约满" / "This time is fully booked",
        "请选择其他时段，最近的空余时段已为您列出。" / "Choose another time; the nearest free one is shown.";
    /// The window has ended.
    WINDOW_PASSED = 409 "window-passed",
        "该时段已过" / "This time has passed",
        "请选择之后的时段。" / "Choose a later time.";
    /// The service is not served in this window.
    SERVICE_NOT_SERVED = 422 "service-not-served",
        "该时段不办理此事项" / "This service is not offered at this time",
        "请返回并重新选择大厅和时段。" / "Go back and choose the hall and the time again.";
    /// The person has an appointment for this service on this day.
    ALREADY_BOOKED = 409 "already-booked",
        "当天已预约过此事项" / "This service is already booked for that day",
        "请在“我的预约”中查看或改期。" / "See or change it under My appointments.";
    /// The hold ran out before it was confirmed.
    HOLD_EXPIRED = 409 "hold-expired",
        "占号已超时" / "The seat was held too long ago",
        "名额已释放，请重新选择时段。" / "The seat was given back. Choose a time again.";
    /// The appointment's state does not allow this.
    APPOINTMENT_STATE = 409 "appointment-state",
        "预约状态已变化" / "The appointment has changed",
        "请刷新后查看预约的最新状态。" / "Reload to see where the appointment stands.";
    /// Check-in opens later; `opens_at` says when.
    CHECK_IN_EARLY = 409 "check-in-early",
        "尚未到签到时间" / "It is too early to check in",
        "请在时段开始前30分钟内到大厅签到。" / "Check in at the hall within 30 minutes before the time begins.";
    /// The window and its grace have passed.
    CHECK_IN_LATE = 409 "check-in-late",
        "已超过签到时间" / "It is too late to check in",
        "请到大厅取现场号，或重新预约。" / "Take a walk-in ticket at the hall or book again.";
    /// The presence proof is not that of the hall, or is stale.
    PRESENCE_INVALID = 422 "presence-invalid",
        "签到码无效" / "The check-in code is not valid",
        "请扫描大厅屏幕上的最新签到码。" / "Scan the code that the hall's screen shows now.";
    /// The person has as many active appointments as one may have; `limit` says how many.
    TOO_MANY_APPOINTMENTS = 409 "too-many-appointments",
        "有效预约已达上限" / "Too many appointments",
        "请先取消或办完已有的预约。" / "Cancel or attend one of the appointments first.";
    /// Strikes keep the person from booking online; `since` and `until` say when.
    BOOKING_RESTRICTED = 403 "booking-restricted",
        "因爽约暂停网上预约" / "Online booking is suspended after missed appointments",
        "可到大厅取现场号，或在“我的爽约记录”中申诉。" / "Take a ticket at the hall, or appeal under My missed appointments.";
    /// It is too late to move the appointment; `until` says until when it was possible.
    RESCHEDULE_LATE = 409 "reschedule-late",
        "已超过改期时间" / "It is too late to change the time",
        "临近办理时间不能改期，可以取消后重新预约。" / "So close to the time it can only be cancelled and booked again.";
    /// The strike's state does not allow this.
    STRIKE_STATE = 409 "strike-state",
        "爽约记录状态已变化" / "The record has changed",
        "每条爽约记录只能申诉一次。" / "A missed appointment can be appealed once.";
    /// The person waits for this service on this day already.
    ALREADY_WAITING = 409 "already-waiting",
        "当天已候补此事项" / "Already on the waiting list for that day",
        "请在“我的候补”中查看。" / "See it under My waiting list.";
    /// There is a free seat; `free_window` says where.
    SEATS_FREE = 409 "seats-free",
        "还有余号，无需候补" / "There are free seats",
        "请直接预约。" / "Book one directly.";
    /// Nothing is booked at this hall today under this code or number.
    NOTHING_BOOKED = 404 "nothing-booked",
        "今天在本大厅没有查到预约" / "No booking was found at this hall today",
        "请核对号码和日期；也可以取现场号，或到咨询台询问。" / "Check the number and the day, take a walk-in ticket, or ask at the desk.";
}

impl From<SeatError> for Problem {
    fn from(error: SeatError) -> Self {
        Self::new(match error {
            SeatError::WindowFull => &WINDOW_FULL,
            SeatError::WindowPassed => &WINDOW_PASSED,
            SeatError::AlreadyBooked => &ALREADY_BOOKED,
            SeatError::TooMany => return Self::new(&TOO_MANY_APPOINTMENTS).with("limit", MOST_ACTIVE),
            SeatError::Restricted(restriction) => {
                return Self::new(&BOOKING_RESTRICTED)
                    .with("since", wire_time::text(restriction.since))
                    .with("until", wire_time::text(restriction.until));
            }
        })
    }
}

impl From<RescheduleError> for Problem {
    fn from(error: RescheduleError) -> Self {
        match error {
            RescheduleError::TooLate { until } => Self::new(&RESCHEDULE_LATE).with("until", wire_time::text(until)),
            RescheduleError::NotAllowed(error) => error.into(),
        }
    }
}

impl From<StrikeNotAllowed> for Problem {
    fn from(error: StrikeNotAllowed) -> Self {
        Self::new(&STRIKE_STATE).with("status", error.from.as_str())
    }
}

impl From<NotAllowed> for Problem {
    fn from(error: NotAllowed) -> Self {
        Self::new(&APPOINTMENT_STATE).with("status", error.from.as_str())
    }
}

impl From<ConfirmError> for Problem {
    fn from(error: ConfirmError) -> Self {
        match error {
            ConfirmError::HoldExpired => Self::new(&HOLD_EXPIRED),
            ConfirmError::NotAllowed(error) => error.into(),
        }
    }
}

impl From<CheckInError> for Problem {
    fn from(error: CheckInError) -> Self {
        match error {
            CheckInError::TooEarly { opens_at } => {
                Self::new(&CHECK_IN_EARLY).with("opens_at", wire_time::text(opens_at))
            }
            CheckInError::TooLate => Self::new(&CHECK_IN_LATE),
            CheckInError::NotAllowed(error) => error.into(),
        }
    }
}

/// `POST /holds`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct HoldRequest {
    /// The window in which a seat is wanted.
    pub window_id: WindowId,
    /// What is to be done there.
    pub service_id: ServiceId,
    /// For whom; absent for oneself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person_id: Option<PersonId>,
}

/// A held seat.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Hold {
    /// The hold; the appointment that grows from it has the same id.
    pub id: AppointmentId,
    /// When the seat is given back.
    #[serde(with = "wire_time")]
    pub expires_at: DateTime<Utc>,
}

/// `POST /appointments`: either a hold to confirm, or a seat to take at once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(untagged)]
pub enum BookRequest {
    /// Confirms a hold.
    Held {
        /// The hold.
        hold_id: AppointmentId,
    },
    /// Takes a seat at once.
    Direct(HoldRequest),
}

/// An appointment as its resident sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Appointment {
    /// The appointment.
    pub id: AppointmentId,
    /// Where it stands.
    pub status: AppointmentStatus,
    /// The booking code that the kiosk and the clerk ask for.
    #[cfg_attr(feature = "openapi", schema(example = "7K3M9Q"))]
    pub code: String,
    /// The window.
    pub window_id: WindowId,
    /// The service.
    pub service_id: ServiceId,
    /// The service's name.
    pub service: String,
    /// The hall.
    pub hall_id: HallId,
    /// The hall's name.
    pub hall: String,
    /// The hall's address.
    pub address: String,
    /// For whom.
    pub person_id: PersonId,
    /// The person's name, masked.
    pub person: String,
    /// When the window begins.
    #[serde(with = "wire_time")]
    pub starts_at: DateTime<Utc>,
    /// When the window ends.
    #[serde(with = "wire_time")]
    pub ends_at: DateTime<Utc>,
    /// When check-in opens.
    #[serde(with = "wire_time")]
    pub check_in_from: DateTime<Utc>,
    /// Until when one can check in; later than the end of the window by the grace.
    #[serde(with = "wire_time")]
    pub check_in_until: DateTime<Utc>,
    /// Until when it can be cancelled without a strike, and moved.
    #[serde(with = "wire_time")]
    pub cancel_until: DateTime<Utc>,
    /// The ticket, once checked in.
    pub ticket_id: Option<TicketId>,
    /// When the seat is given back, while it is only held.
    #[serde(default, with = "wire_time::option")]
    pub hold_expires_at: Option<DateTime<Utc>>,
}

/// `POST /appointments/{id}/check-in`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CheckInRequest {
    /// What the hall's screen shows at the moment, as proof of presence.
    #[cfg_attr(feature = "openapi", schema(example = "583920"))]
    pub presence: String,
}

/// `POST /halls/{id}/check-ins`: by a booking code, or by the ID number of the person.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct KioskCheckIn {
    /// The booking code, or what a scanner read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(example = "7K3M9Q"))]
    pub code: Option<String>,
    /// The ID number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id_number: Option<String>,
}

/// `POST /appointments/{id}/reschedule`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RescheduleRequest {
    /// The window to which it is moved.
    pub window_id: WindowId,
}

/// A missed appointment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Strike {
    /// The strike.
    pub id: StrikeId,
    /// What it is for.
    pub kind: StrikeKind,
    /// Where it stands.
    pub status: StrikeStatus,
    /// When it was recorded.
    #[serde(with = "wire_time")]
    pub at: DateTime<Utc>,
    /// Whose appointment was missed.
    pub person_id: PersonId,
    /// The person's name, masked.
    pub person: String,
    /// The appointment.
    pub appointment_id: AppointmentId,
    /// The service's name.
    pub service: String,
    /// When the window began.
    #[serde(with = "wire_time")]
    pub starts_at: DateTime<Utc>,
    /// What the resident said against it.
    pub appeal: Option<String>,
    /// When the appeal was decided.
    #[serde(with = "wire_time::option")]
    pub decided_at: Option<DateTime<Utc>>,
}

/// `GET /me/strikes`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Strikes {
    /// The strikes, the latest first.
    pub items: Vec<Strike>,
    /// Always absent: they are few.
    pub next_cursor: Option<String>,
    /// What makes a strike, and what follows from several.
    pub rules: BookingRules,
    /// Until when the resident cannot book online, if that is so.
    #[serde(with = "wire_time::option")]
    pub restricted_until: Option<DateTime<Utc>>,
}

/// `POST /me/strikes/{id}/appeal`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AppealRequest {
    /// What the resident says against it.
    #[cfg_attr(feature = "openapi", schema(example = "当天高铁晚点，有车票为证"))]
    pub text: String,
}

/// `POST /strikes/{id}/decision`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DecisionRequest {
    /// Whether the strike is waived.
    pub accept: bool,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// `POST /waitlist`: for any window of a day, or for one window.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WaitlistRequest {
    /// What is to be done.
    pub service_id: ServiceId,
    /// Where.
    pub hall_id: HallId,
    /// The day; not needed with a window.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub day: Option<NaiveDate>,
    /// The only window that is wanted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub window_id: Option<WindowId>,
    /// For whom; absent for oneself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person_id: Option<PersonId>,
}

/// An entry of the waiting list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WaitlistEntry {
    /// The entry.
    pub id: WaitlistId,
    /// Where it stands.
    pub status: WaitlistStatus,
    /// What is to be done.
    pub service_id: ServiceId,
    /// The service's name.
    pub service: String,
    /// Where.
    pub hall_id: HallId,
    /// The hall's name.
    pub hall: String,
    /// The day.
    pub day: NaiveDate,
    /// The only window that is wanted.
    pub window_id: Option<WindowId>,
    /// When that window begins.
    #[serde(default, with = "wire_time::option")]
    pub starts_at: Option<DateTime<Utc>>,
    /// When that window ends.
    #[serde(default, with = "wire_time::option")]
    pub ends_at: Option<DateTime<Utc>>,
    /// For whom.
    pub person_id: PersonId,
    /// The person's name, masked.
    pub person: String,
    /// How many wait before it; absent when it no longer waits.
    pub ahead: Option<u32>,
    /// The offered seat: confirm it as any hold.
    pub offer: Option<Offer>,
}

/// A seat that is offered to whoever waited.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Offer {
    /// The hold; the appointment that grows from it has the same id.
    pub id: AppointmentId,
    /// When the seat goes to the next one.
    #[serde(with = "wire_time")]
    pub expires_at: DateTime<Utc>,
    /// When its window begins.
    #[serde(with = "wire_time")]
    pub starts_at: DateTime<Utc>,
    /// When its window ends.
    #[serde(with = "wire_time")]
    pub ends_at: DateTime<Utc>,
}

/// `POST /admin/closures`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ClosureRequest {
    /// The group that is closed; the whole hall when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group_id: Option<GroupId>,
    /// From when on.
    #[serde(with = "wire_time")]
    pub starts_at: DateTime<Utc>,
    /// Until when.
    #[serde(with = "wire_time")]
    pub ends_at: DateTime<Utc>,
    /// Why.
    #[cfg_attr(feature = "openapi", schema(example = "大厅停电检修"))]
    pub reason: String,
}

/// A closure.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Closure {
    /// The closure.
    pub id: ClosureId,
    /// The hall.
    pub hall_id: HallId,
    /// The group that is closed; the whole hall when absent.
    pub group_id: Option<GroupId>,
    /// From when on.
    #[serde(with = "wire_time")]
    pub starts_at: DateTime<Utc>,
    /// Until when.
    #[serde(with = "wire_time")]
    pub ends_at: DateTime<Utc>,
    /// Why.
    pub reason: String,
    /// How many appointments were cancelled, in the answer to the request that closed the hall.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cancelled: Option<usize>,
    /// How many windows are offered again, in the answer to the request that lifted the closure.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reopened: Option<usize>,
}

/// `POST /admin/closures/effect`: what a closure would do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ClosureEffect {
    /// How many published windows it concerns.
    pub windows: u64,
    /// How many appointments it would cancel.
    pub appointments: u64,
}

/// An entry of `GET /admin/closures/{id}/affected`: an appointment that the closure cancelled.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AffectedAppointment {
    /// The appointment that was cancelled.
    pub id: AppointmentId,
    /// The person, masked.
    pub person: String,
    /// The service.
    pub service: String,
    /// When it would have been.
    #[serde(with = "wire_time")]
    pub starts_at: DateTime<Utc>,
    /// What became of the appointment that the person has for the service instead; none while there is no other.
    pub status: Option<AppointmentStatus>,
    /// The hall of that appointment.
    pub hall: Option<String>,
    /// When it is.
    #[serde(with = "wire_time::option")]
    pub moved_to: Option<DateTime<Utc>>,
}

/// `PUT /admin/windows/{id}/quota`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct QuotaRequest {
    /// How many seats are to be booked online.
    pub online_quota: i32,
}

/// A window's quota.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WindowQuota {
    /// The window.
    pub window_id: WindowId,
    /// The quota that holds.
    pub quota: i32,
    /// How many seats are taken.
    pub taken: i32,
    /// The quota that is wanted, while more is taken.
    pub target: Option<i32>,
}

/// An entry of `GET /admin/preview`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PlannedWindow {
    /// The window, once it is published.
    pub window_id: Option<WindowId>,
    /// How many of its seats are booked online, once it is published.
    pub taken: Option<i32>,
    /// The group.
    pub service_group: GroupId,
    /// When it begins.
    #[serde(with = "wire_time")]
    pub starts_at: DateTime<Utc>,
    /// When it ends.
    #[serde(with = "wire_time")]
    pub ends_at: DateTime<Utc>,
    /// Seats that are booked online.
    pub online_quota: i32,
    /// Seats for walk-ins.
    pub onsite_quota: i32,
    /// Whether residents see it already.
    pub published: bool,
}

/// A day that became a holiday after people had booked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DeclaredHoliday {
    /// The day.
    pub day: NaiveDate,
    /// The holiday's name; absent when the day is none any more.
    pub holiday: Option<String>,
    /// When the appointments were cancelled.
    #[serde(with = "wire_time")]
    pub declared_at: DateTime<Utc>,
}

/// `GET /admin/statistics`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Statistics {
    /// The hall.
    pub hall_id: HallId,
    /// The first day.
    pub from: NaiveDate,
    /// The last day.
    pub to: NaiveDate,
    /// The visits.
    #[serde(flatten)]
    pub visits: VisitFigures,
    /// How many appointments there were, without those that were cancelled.
    pub appointments: u64,
    /// To how many of them nobody came.
    pub no_shows: u64,
    /// The percentage of them to which nobody came.
    pub no_show_percent: u64,
}

/// A part as a whole percentage, rounded down; zero of nothing.
pub const fn percent(part: u64, whole: u64) -> u64 {
    match part.saturating_mul(100).checked_div(whole) {
        Some(percent) => percent,
        None => 0,
    }
}
