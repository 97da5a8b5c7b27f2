//! The appointment's states and what may be done in each.

use std::str::FromStr;

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

use super::strikes::Restriction;
use crate::time::Instant;

/// The times that a bureau sets for appointments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BookingPolicy {
    /// How long a hold keeps its seat.
    pub hold_life: TimeDelta,
    /// How long before its window an appointment can still be cancelled without a strike.
    pub cancel_cutoff: TimeDelta,
    /// How long before its window one can check in.
    pub check_in_opens: TimeDelta,
    /// How long after its window has ended one can still check in.
    pub late_grace: TimeDelta,
}

/// Where an appointment stands, without the data of the state; this is what is stored and indexed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum AppointmentStatus {
    /// The seat is kept until the hold expires (占号).
    Held,
    /// Booked (已预约).
    Confirmed,
    /// At the hall, with a ticket (已签到).
    CheckedIn,
    /// Served (已办结).
    Fulfilled,
    /// The hold ran out (超时释放).
    Expired,
    /// Cancelled by the resident (已取消).
    Cancelled,
    /// Moved to another window (已改期).
    Rescheduled,
    /// Nobody came (爽约).
    NoShow,
    /// Cancelled by the hall, without a strike (大厅取消).
    HallCancelled,
}

impl AppointmentStatus {
    /// The status as it is stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Held => "held",
            Self::Confirmed => "confirmed",
            Self::CheckedIn => "checked_in",
            Self::Fulfilled => "fulfilled",
            Self::Expired => "expired",
            Self::Cancelled => "cancelled",
            Self::Rescheduled => "rescheduled",
            Self::NoShow => "no_show",
            Self::HallCancelled => "hall_cancelled",
        }
    }

    /// Whether the appointment still takes its seat.
    pub const fn is_active(self) -> bool {
        matches!(self, Self::Held | Self::Confirmed | Self::CheckedIn)
    }
}

impl FromStr for AppointmentStatus {
    type Err = UnknownStatus;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        use AppointmentStatus::{
            Cancelled, CheckedIn, Confirmed, Expired, Fulfilled, HallCancelled, Held, NoShow, Rescheduled,
        };
        [
            Held,
            Confirmed,
            CheckedIn,
            Fulfilled,
            Expired,
            Cancelled,
            Rescheduled,
            NoShow,
            HallCancelled,
        ]
        .into_iter()
        .find(|status| status.as_str() == text)
        .ok_or_else(|| UnknownStatus(text.to_owned()))
    }
}

/// A text names no status.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no status")]
pub struct UnknownStatus(pub String);

/// A step that the state does not allow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an appointment that is {from:?} cannot {attempted}")]
pub struct NotAllowed {
    /// Where the appointment stood.
    pub from: AppointmentStatus,
    /// What was tried.
    pub attempted: &'static str,
}

/// The window of an appointment, as far as the rules look at it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// When the window begins.
    pub starts_at: Instant,
    /// When the window ends.
    pub ends_at: Instant,
}

/// Why a seat cannot be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SeatError {
    /// The window has ended.
    #[error("the window has passed")]
    WindowPassed,
    /// No seat is free.
    #[error("the window is full")]
    WindowFull,
    /// The person has an active appointment for this service on this day.
    #[error("the person is booked for this service on this day")]
    AlreadyBooked,
    /// The person has as many active appointments as one may have.
    #[error("the person has {MOST_ACTIVE} appointments")]
    TooMany,
    /// Strikes keep the person from booking online.
    #[error("the person cannot book online for now")]
    Restricted(Restriction),
}

/// How many active appointments a person may have, whoever books them: seats are for people, not for dealers (黄牛).
pub const MOST_ACTIVE: usize = 3;

/// Whether a window still takes bookings: until it ends, since walk-ins get what is left.
pub fn open_for_booking(span: Span, now: Instant) -> Result<(), SeatError> {
    if now < span.ends_at {
        Ok(())
    } else {
        Err(SeatError::WindowPassed)
    }
}

/// Why a hold cannot be confirmed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConfirmError {
    /// The hold ran out.
    #[error("the hold has expired")]
    HoldExpired,
    /// It is not a hold.
    #[error(transparent)]
    NotAllowed(#[from] NotAllowed),
}

/// Confirms a hold.
pub fn confirm(from: AppointmentStatus, hold_expires_at: Instant, now: Instant) -> Result<(), ConfirmError> {
    match from {
        AppointmentStatus::Held if now < hold_expires_at => Ok(()),
        AppointmentStatus::Held | AppointmentStatus::Expired => Err(ConfirmError::HoldExpired),
        from => Err(NotAllowed {
            from,
            attempted: "be confirmed",
        }
        .into()),
    }
}

/// How a cancellation counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cancellation {
    /// In time: nothing follows.
    InTime,
    /// After the cut-off: it counts as a no-show (爽约).
    Late,
}

/// Cancels a confirmed appointment.
pub fn cancel(
    from: AppointmentStatus,
    span: Span,
    now: Instant,
    policy: &BookingPolicy,
) -> Result<Cancellation, NotAllowed> {
    match from {
        AppointmentStatus::Confirmed if now < span.starts_at - policy.cancel_cutoff => Ok(Cancellation::InTime),
        AppointmentStatus::Confirmed if now < span.ends_at => Ok(Cancellation::Late),
        from => Err(NotAllowed {
            from,
            attempted: "be cancelled",
        }),
    }
}

/// Why an appointment cannot be moved to another window.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RescheduleError {
    /// It is too late: the seat could hardly be used by anybody else.
    #[error("it could be moved until {until}")]
    TooLate {
        /// Until when it could be moved.
        until: Instant,
    },
    /// The appointment is in another state.
    #[error(transparent)]
    NotAllowed(#[from] NotAllowed),
}

/// Moves an appointment to another window. One that the hall cancelled can be moved at any time.
pub fn reschedule(
    from: AppointmentStatus,
    span: Span,
    now: Instant,
    policy: &BookingPolicy,
) -> Result<(), RescheduleError> {
    let until = span.starts_at - policy.cancel_cutoff;
    match from {
        AppointmentStatus::HallCancelled => Ok(()),
        AppointmentStatus::Confirmed if now < until => Ok(()),
        AppointmentStatus::Confirmed => Err(RescheduleError::TooLate { until }),
        from => Err(NotAllowed {
            from,
            attempted: "be rescheduled",
        }
        .into()),
    }
}

/// Whether nobody came: the appointment is still only confirmed when its window and the grace have passed.
pub fn is_no_show(from: AppointmentStatus, span: Span, now: Instant, policy: &BookingPolicy) -> bool {
    from == AppointmentStatus::Confirmed && now >= span.ends_at + policy.late_grace
}

/// Why one cannot check in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CheckInError {
    /// It is too early.
    #[error("check-in opens later")]
    TooEarly {
        /// When it opens.
        opens_at: Instant,
    },
    /// The window and its grace have passed.
    #[error("the window has passed")]
    TooLate,
    /// The appointment is in another state.
    #[error(transparent)]
    NotAllowed(#[from] NotAllowed),
}

/// How someone who checks in joins the queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arrival {
    /// In time: the ticket goes when its window has begun.
    OnTime,
    /// After the window: the ticket waits like a walk-in's, still linked to the appointment.
    Late,
}

/// Checks an appointment in.
pub fn check_in(
    from: AppointmentStatus,
    span: Span,
    now: Instant,
    policy: &BookingPolicy,
) -> Result<Arrival, CheckInError> {
    if from != AppointmentStatus::Confirmed {
        return Err(NotAllowed {
            from,
            attempted: "be checked in",
        }
        .into());
    }
    let opens_at = span.starts_at - policy.check_in_opens;
    if now < opens_at {
        Err(CheckInError::TooEarly { opens_at })
    } else if now < span.ends_at {
        Ok(Arrival::OnTime)
    } else if now < span.ends_at + policy.late_grace {
        Ok(Arrival::Late)
    } else {
        Err(CheckInError::TooLate)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const POLICY: BookingPolicy = BookingPolicy {
        hold_life: TimeDelta::minutes(5),
        cancel_cutoff: TimeDelta::hours(2),
        check_in_opens: TimeDelta::minutes(30),
        late_grace: TimeDelta::minutes(30),
    };

    fn minute(minute: i64) -> Instant {
        Instant::UNIX_EPOCH + TimeDelta::minutes(minute)
    }

    const NINE: i64 = 540;

    fn nine_to_half_past() -> Span {
        Span {
            starts_at: minute(NINE),
            ends_at: minute(NINE + 30),
        }
    }

    #[test]
    fn a_hold_is_confirmed_until_the_instant_it_expires() {
        use AppointmentStatus::{Confirmed, Expired, Held};
        assert_eq!(confirm(Held, minute(5), minute(4)), Ok(()));
        assert_eq!(confirm(Held, minute(5), minute(5)), Err(ConfirmError::HoldExpired));
        assert_eq!(confirm(Expired, minute(5), minute(4)), Err(ConfirmError::HoldExpired));
        assert!(matches!(
            confirm(Confirmed, minute(5), minute(4)),
            Err(ConfirmError::NotAllowed(NotAllowed { from: Confirmed, .. }))
        ));
    }

    #[test]
    fn cancelling_is_free_until_the_cut_off_and_impossible_once_the_window_has_ended() {
        let cancel = |at| cancel(AppointmentStatus::Confirmed, nine_to_half_past(), minute(at), &POLICY);
        assert_eq!(cancel(NINE - 121), Ok(Cancellation::InTime));
        assert_eq!(cancel(NINE - 120), Ok(Cancellation::Late));
        assert!(cancel(NINE + 30).is_err());
    }

    #[test]
    fn moving_is_possible_until_the_cut_off_and_always_after_the_hall_cancelled() {
        let moved = |from, at| reschedule(from, nine_to_half_past(), minute(at), &POLICY);
        assert_eq!(moved(AppointmentStatus::Confirmed, NINE - 121), Ok(()));
        assert_eq!(
            moved(AppointmentStatus::Confirmed, NINE - 120),
            Err(RescheduleError::TooLate {
                until: minute(NINE - 120)
            })
        );
        assert_eq!(moved(AppointmentStatus::HallCancelled, NINE + 500), Ok(()));
        assert!(moved(AppointmentStatus::CheckedIn, 0).is_err());
    }

    #[test]
    fn nobody_is_a_no_show_while_one_can_still_check_in() {
        for at in NINE - 60..NINE + 90 {
            let absent = is_no_show(AppointmentStatus::Confirmed, nine_to_half_past(), minute(at), &POLICY);
            let late = check_in(AppointmentStatus::Confirmed, nine_to_half_past(), minute(at), &POLICY);
            assert_eq!(absent, late == Err(CheckInError::TooLate), "minute {at}");
        }
    }

    #[test]
    fn check_in_opens_half_an_hour_before_and_ends_half_an_hour_after_the_window() {
        let arrive = |at| check_in(AppointmentStatus::Confirmed, nine_to_half_past(), minute(at), &POLICY);
        assert_eq!(
            arrive(NINE - 31),
            Err(CheckInError::TooEarly {
                opens_at: minute(NINE - 30)
            })
        );
        assert_eq!(arrive(NINE - 30), Ok(Arrival::OnTime));
        assert_eq!(arrive(NINE + 29), Ok(Arrival::OnTime));
        assert_eq!(arrive(NINE + 30), Ok(Arrival::Late));
        assert_eq!(arrive(NINE + 60), Err(CheckInError::TooLate));
    }
}
