//! Bodies of appointments.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::{
    booking_rules::BookingRules,
    returns::WaitlistStatus,
    rules::AppointmentStatus,
    strikes::{StrikeKind, StrikeStatus},
};
use crate::{
    ids::{AppointmentId, ClosureId, GroupId, HallId, PersonId, ServiceId, StrikeId, TicketId, WaitlistId, WindowId},
    queue::wire::VisitFigures,
    time::wire_time,
};

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
