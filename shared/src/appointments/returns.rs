//! What becomes of a seat that was given back.
//!
//! Whoever has waited longest on the waiting list (候补) is offered it. If nobody waits, a cancelled seat can be booked again only after a
//! random time, so that it cannot be handed from one account to another (黄牛).

use chrono::TimeDelta;

use super::rules::Span;
use crate::{named, time::Instant};

named! {
    /// Where an entry of the waiting list stands.
    WaitlistStatus {
        /// Nothing is free yet (候补中).
        Waiting = "waiting",
        /// A seat is held for it (已发出).
        Offered = "offered",
        /// The seat was taken (已兑现).
        Claimed = "claimed",
        /// The offer ran out or was declined (已过期).
        Lapsed = "lapsed",
        /// The resident no longer waits (已取消).
        Withdrawn = "withdrawn",
    }
}

/// What a bureau sets for returned seats.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReturnPolicy {
    /// The shortest time until a cancelled seat can be booked.
    pub soonest: TimeDelta,
    /// The longest.
    pub latest: TimeDelta,
    /// How long an offered seat is held.
    pub offer_life: TimeDelta,
}

/// How long a cancelled seat stays away, for a random number.
pub fn delay(random: u32, policy: &ReturnPolicy) -> TimeDelta {
    let spread = (policy.latest - policy.soonest).num_seconds().max(0) + 1;
    policy.soonest + TimeDelta::seconds(i64::from(random) % spread)
}

/// Until when a seat that is offered now is held; nothing once the window has begun, since nobody could come in time.
pub fn offer_until(span: Span, now: Instant, policy: &ReturnPolicy) -> Option<Instant> {
    (now < span.starts_at).then(|| span.starts_at.min(now + policy.offer_life))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::appointments::booking_rules::BookingRules;

    proptest! {
        #[test]
        fn a_seat_stays_away_between_one_and_ten_minutes(random in any::<u32>()) {
            let away = delay(random, &BookingRules::default().returns());
            prop_assert!(away >= TimeDelta::minutes(1) && away <= TimeDelta::minutes(10));
        }

        #[test]
        fn an_offer_never_outlives_the_beginning_of_its_window(starts in 0i64..10_000, now in 0i64..10_000) {
            let at = |seconds| Instant::UNIX_EPOCH + TimeDelta::seconds(seconds);
            let span = Span { starts_at: at(starts), ends_at: at(starts + 1800) };
            match offer_until(span, at(now), &BookingRules::default().returns()) {
                None => prop_assert!(now >= starts),
                Some(until) => {
                    prop_assert!(until > at(now) && until <= span.starts_at);
                    prop_assert!(until - at(now) <= TimeDelta::minutes(15));
                }
            }
        }
    }

    #[test]
    fn every_delay_comes_about_as_often_as_the_others() {
        let policy = BookingRules::default().returns();
        let mut minutes = [0u32; 11];
        for random in 0..54_100u32 {
            minutes[usize::try_from(delay(random, &policy).num_minutes()).unwrap()] += 1;
        }
        assert!(minutes[1..10].iter().all(|times| *times == 6000), "{minutes:?}");
    }
}
