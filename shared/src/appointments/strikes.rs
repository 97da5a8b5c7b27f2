//! No-show strikes (爽约记录): when they count, what they lead to, and how they are appealed.

use chrono::{Months, TimeDelta};

use crate::{named, time::Instant};

named! {
    /// What a strike is for.
    StrikeKind {
        /// Nobody came (爽约).
        NoShow = "no_show",
        /// Cancelled after the cut-off, when hardly anybody else can use the seat (逾期取消).
        LateCancel = "late_cancel",
    }

    /// Where a strike stands.
    StrikeStatus {
        /// It counts (计入).
        Counted = "counted",
        /// It counts while the hall looks at the appeal (申诉中).
        Appealed = "appealed",
        /// The appeal was refused: it counts, and cannot be appealed again (维持).
        Upheld = "upheld",
        /// The appeal was accepted: it no longer counts (撤销).
        Waived = "waived",
    }
}

impl StrikeStatus {
    /// Whether the strike counts.
    pub const fn counts(self) -> bool {
        !matches!(self, Self::Waived)
    }

    /// The status once the resident has appealed. A strike is appealed once.
    pub const fn appeal(self) -> Result<Self, StrikeNotAllowed> {
        match self {
            Self::Counted => Ok(Self::Appealed),
            from => Err(StrikeNotAllowed { from }),
        }
    }

    /// The status once the hall has decided on the appeal.
    pub const fn decide(self, accept: bool) -> Result<Self, StrikeNotAllowed> {
        match (self, accept) {
            (Self::Appealed, true) => Ok(Self::Waived),
            (Self::Appealed, false) => Ok(Self::Upheld),
            (from, _) => Err(StrikeNotAllowed { from }),
        }
    }
}

/// A step that the strike's status does not allow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a strike that is {from:?} does not take this")]
pub struct StrikeNotAllowed {
    /// Where the strike stood.
    pub from: StrikeStatus,
}

/// What a bureau sets for strikes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StrikePolicy {
    /// How many strikes restrict online booking.
    pub most: usize,
    /// Within how many calendar months they must lie.
    pub months: u32,
    /// For how long online booking is restricted, from the last of them.
    pub restricted_for: TimeDelta,
}

impl StrikePolicy {
    /// Strikes before this instant have no effect at `now`, neither by themselves nor together with later ones.
    pub fn looks_back_to(&self, now: Instant) -> Instant {
        let from = now - self.restricted_for;
        from.checked_sub_months(Months::new(self.months)).unwrap_or(from)
    }
}

/// A time in which a person cannot book online; tickets at the hall are not affected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Restriction {
    /// Since when.
    pub since: Instant,
    /// Until when.
    pub until: Instant,
}

/// The restriction that holds at `now`, given the instants of the strikes that count, in any order.
pub fn restriction(counted: &[Instant], now: Instant, policy: &StrikePolicy) -> Option<Restriction> {
    let mut times: Vec<Instant> = counted.iter().copied().filter(|at| *at <= now).collect();
    times.sort_unstable();
    times
        .windows(policy.most.max(1))
        .filter_map(|together| {
            let (first, last) = (together.first()?, together.last()?);
            let until = *last + policy.restricted_for;
            let close = first.checked_add_months(Months::new(policy.months))? > *last;
            (close && now < until).then_some(Restriction { since: *last, until })
        })
        .next_back()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::appointments::booking_rules::BookingRules;

    fn day(day: i64) -> Instant {
        Instant::UNIX_EPOCH + TimeDelta::days(day)
    }

    fn at(days: &[i64], now: i64) -> Option<Restriction> {
        let times: Vec<_> = days.iter().map(|d| day(*d)).collect();
        restriction(&times, day(now), &BookingRules::default().strikes())
    }

    #[test]
    fn the_third_strike_in_six_months_restricts_for_thirty_days() {
        assert_eq!(at(&[0, 50], 60), None);
        let restricted = Some(Restriction {
            since: day(100),
            until: day(130),
        });
        assert_eq!(at(&[0, 50, 100], 100), restricted);
        assert_eq!(at(&[0, 50, 100], 129), restricted);
        assert_eq!(at(&[0, 50, 100], 130), None);
        assert_eq!(at(&[0, 50, 200], 200), None, "they lie more than six months apart");
    }

    #[test]
    fn a_fourth_strike_begins_the_thirty_days_anew() {
        assert_eq!(at(&[0, 50, 100, 120], 125).map(|r| r.until), Some(day(150)));
    }

    #[test]
    fn a_strike_is_appealed_once_and_decided_once() {
        use StrikeStatus::{Appealed, Counted, Upheld, Waived};
        assert_eq!(Counted.appeal(), Ok(Appealed));
        assert_eq!(Appealed.decide(true), Ok(Waived));
        assert_eq!(Appealed.decide(false), Ok(Upheld));
        for status in [Appealed, Upheld, Waived] {
            assert_eq!(status.appeal(), Err(StrikeNotAllowed { from: status }));
        }
        for status in [Counted, Upheld, Waived] {
            assert!(status.decide(true).is_err());
        }
        assert_eq!(
            StrikeStatus::ALL.iter().filter(|s| !s.counts()).collect::<Vec<_>>(),
            [&Waived]
        );
    }

    proptest! {
        #[test]
        fn fewer_than_three_never_restrict_and_order_does_not_matter(
            mut days in prop::collection::vec(0i64..400, 0..8),
            now in 0i64..500,
        ) {
            let found = at(&days, now);
            if days.iter().filter(|d| **d <= now).count() < 3 {
                prop_assert_eq!(found, None);
            }
            days.reverse();
            prop_assert_eq!(at(&days, now), found);
        }

        #[test]
        fn a_waived_strike_never_lengthens_a_restriction(
            days in prop::collection::vec(0i64..400, 1..8),
            waived in 0usize..8,
            now in 0i64..500,
        ) {
            let mut fewer = days.clone();
            fewer.remove(waived % days.len());
            let (before, after) = (at(&days, now), at(&fewer, now));
            prop_assert!(after.map(|r| r.until) <= before.map(|r| r.until));
        }

        #[test]
        fn what_lies_before_the_look_back_has_no_effect(
            days in prop::collection::vec(0i64..800, 0..10),
            now in 0i64..900,
        ) {
            let from = BookingRules::default().strikes().looks_back_to(day(now));
            let recent: Vec<i64> = days.iter().copied().filter(|d| day(*d) >= from).collect();
            prop_assert_eq!(at(&days, now), at(&recent, now));
        }
    }
}
