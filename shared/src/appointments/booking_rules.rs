//! What a bureau sets for appointments (预约规则), in the units in which its file and the API write it.

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

use super::{returns::ReturnPolicy, rules::BookingPolicy, strikes::StrikePolicy};

/// The rules of a bureau. They hold in the whole city, since a seat missed in one hall is missed by everyone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default, deny_unknown_fields)]
pub struct BookingRules {
    /// How long a hold keeps its seat.
    pub hold_minutes: u16,
    /// How long before its window an appointment can still be cancelled or moved without a strike.
    pub cancel_hours: u16,
    /// How long before its window one can check in.
    pub check_in_minutes: u16,
    /// How long after its window has ended one can still check in.
    pub late_minutes: u16,
    /// How many strikes restrict online booking (爽约).
    pub strikes: u16,
    /// Within how many calendar months they must lie.
    pub strike_months: u16,
    /// For how long online booking is then restricted.
    pub restricted_days: u16,
    /// The shortest time until a cancelled seat can be booked again.
    pub return_minutes_from: u16,
    /// The longest.
    pub return_minutes_to: u16,
    /// How long a seat is held that the waiting list (候补) is offered.
    pub offer_minutes: u16,
}

impl Default for BookingRules {
    fn default() -> Self {
        Self {
            hold_minutes: 5,
            cancel_hours: 2,
            check_in_minutes: 30,
            late_minutes: 30,
            strikes: 3,
            strike_months: 6,
            restricted_days: 30,
            return_minutes_from: 1,
            return_minutes_to: 10,
            offer_minutes: 15,
        }
    }
}

/// Why rules cannot be those of a bureau.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BookingRulesError {
    /// A hold or an offer that ends as it begins cannot be confirmed.
    #[error("hold_minutes and offer_minutes must be above zero")]
    NoTimeToConfirm,
    /// Nobody could ever book.
    #[error("strikes must be above zero")]
    NoStrikes,
    /// The longest time is shorter than the shortest.
    #[error("return_minutes_to must not be below return_minutes_from")]
    ReturnsBackwards,
}

impl BookingRules {
    /// Checks what a file says.
    pub const fn check(&self) -> Result<(), BookingRulesError> {
        if self.hold_minutes == 0 || self.offer_minutes == 0 {
            Err(BookingRulesError::NoTimeToConfirm)
        } else if self.strikes == 0 {
            Err(BookingRulesError::NoStrikes)
        } else if self.return_minutes_to < self.return_minutes_from {
            Err(BookingRulesError::ReturnsBackwards)
        } else {
            Ok(())
        }
    }

    /// The times of an appointment.
    pub fn booking(&self) -> BookingPolicy {
        BookingPolicy {
            hold_life: minutes(self.hold_minutes),
            cancel_cutoff: TimeDelta::hours(self.cancel_hours.into()),
            check_in_opens: minutes(self.check_in_minutes),
            late_grace: minutes(self.late_minutes),
        }
    }

    /// What follows from missed appointments.
    pub fn strikes(&self) -> StrikePolicy {
        StrikePolicy {
            most: self.strikes.into(),
            months: self.strike_months.into(),
            restricted_for: TimeDelta::days(self.restricted_days.into()),
        }
    }

    /// What becomes of seats that are given back.
    pub fn returns(&self) -> ReturnPolicy {
        ReturnPolicy {
            soonest: minutes(self.return_minutes_from),
            latest: minutes(self.return_minutes_to),
            offer_life: minutes(self.offer_minutes),
        }
    }
}

fn minutes(minutes: u16) -> TimeDelta {
    TimeDelta::minutes(minutes.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_file_leaves_out_is_as_usual_and_what_it_misspells_is_refused() {
        let written: BookingRules = serde_json::from_str(r#"{"strikes": 2}"#).unwrap();
        assert_eq!(
            written,
            BookingRules {
                strikes: 2,
                ..BookingRules::default()
            }
        );
        assert!(serde_json::from_str::<BookingRules>(r#"{"strike": 2}"#).is_err());
    }

    #[test]
    fn rules_under_which_nobody_could_book_are_refused() {
        let usual = BookingRules::default();
        assert_eq!(usual.check(), Ok(()));
        let refused = |rules: BookingRules| rules.check().unwrap_err();
        assert_eq!(
            refused(BookingRules { strikes: 0, ..usual }),
            BookingRulesError::NoStrikes
        );
        assert_eq!(
            refused(BookingRules {
                hold_minutes: 0,
                ..usual
            }),
            BookingRulesError::NoTimeToConfirm
        );
        assert_eq!(
            refused(BookingRules {
                return_minutes_from: 11,
                ..usual
            }),
            BookingRulesError::ReturnsBackwards
        );
    }
}
