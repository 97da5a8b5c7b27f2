//! Why something about an appointment is refused, and what whoever asked is told.

use super::{
    rules::{CheckInError, ConfirmError, MOST_ACTIVE, NotAllowed, RescheduleError, SeatError},
    strikes::StrikeNotAllowed,
};
use crate::{problem::Problem, problem_types, time::wire_time};

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
