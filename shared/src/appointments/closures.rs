//! Closures (停办) and changed quotas: what happens to windows that are published and partly booked.

use super::rules::Span;

/// Whether a closure concerns a window: they share a moment.
pub fn concerns(closure: Span, window: Span) -> bool {
    closure.starts_at < window.ends_at && window.starts_at < closure.ends_at
}

/// The quota of a window after it was changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quota {
    /// The quota that holds: never less than what is taken, so nobody loses a seat.
    pub holds: i32,
    /// The quota that is wanted, while more is taken: each seat that is given back lowers the quota until it is reached.
    pub target: Option<i32>,
}

/// Changes a quota. Lowered below what is taken, it takes nothing away and refuses new bookings until less is taken.
pub const fn changed(taken: i32, wanted: i32) -> Quota {
    if wanted < taken {
        Quota {
            holds: taken,
            target: Some(wanted),
        }
    } else {
        Quota {
            holds: wanted,
            target: None,
        }
    }
}

/// The quota after a seat was given back and `taken` are left.
pub const fn after_return(quota: Quota, taken: i32) -> Quota {
    match quota.target {
        None => quota,
        Some(target) => Quota {
            holds: if target > taken { target } else { taken },
            target: Some(target),
        },
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use proptest::prelude::*;

    use super::*;
    use crate::time::Instant;

    fn span(from: i64, to: i64) -> Span {
        let at = |minute| Instant::UNIX_EPOCH + TimeDelta::minutes(minute);
        Span {
            starts_at: at(from),
            ends_at: at(to),
        }
    }

    #[test]
    fn a_closure_concerns_what_it_overlaps_and_not_what_it_touches() {
        assert!(concerns(span(0, 60), span(30, 90)) && concerns(span(30, 40), span(0, 60)));
        assert!(!concerns(span(0, 30), span(30, 60)) && !concerns(span(60, 90), span(30, 60)));
    }

    proptest! {
        #[test]
        fn a_lowered_quota_takes_no_seat_away_and_sells_none_until_it_is_reached(
            taken in 0i32..50,
            wanted in 0i32..50,
            returns in 0i32..50,
        ) {
            let mut quota = changed(taken, wanted);
            let mut taken = taken;
            for _ in 0..returns.min(taken) {
                prop_assert!(taken <= quota.holds);
                taken -= 1;
                quota = after_return(quota, taken);
                let sells = taken < quota.holds;
                prop_assert_eq!(sells, taken < wanted);
            }
            prop_assert!(taken <= quota.holds && quota.holds >= wanted.min(taken));
        }
    }
}
