//! How long a ticket will still wait: the hall is simulated with the counters that are really open.

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

use crate::{
    ids::{GroupId, TicketId},
    time::Instant,
};

/// How long a service takes at the counter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// The middle of the recent durations, in seconds.
    pub typical: i64,
    /// How far a duration usually lies from it, in seconds.
    pub spread: i64,
}

impl Pace {
    /// The pace before anything was measured: the minutes that the catalogue gives, spread by half of them.
    pub const fn from_minutes(minutes: i64) -> Self {
        Self {
            typical: minutes * 60,
            spread: minutes * 30,
        }
    }

    /// The pace of recent durations in seconds, which need not be sorted; nothing for fewer than five.
    pub fn measured(durations: &[i64]) -> Option<Self> {
        if durations.len() < 5 {
            return None;
        }
        let typical = median(durations)?;
        let deviations: Vec<i64> = durations.iter().map(|duration| (duration - typical).abs()).collect();
        // The median deviation of a bell curve is two thirds of its standard deviation.
        Some(Self {
            typical,
            spread: median(&deviations)? * 3 / 2,
        })
    }
}

fn median(values: &[i64]) -> Option<i64> {
    let mut sorted = values.to_vec();
    sorted.sort_unstable();
    sorted.get(sorted.len() / 2).copied()
}

/// An open counter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenCounter {
    /// The groups it serves.
    pub groups: Vec<GroupId>,
    /// When it is expected to be free; now or earlier when it is idle.
    pub free_at: Instant,
}

/// A ticket in its order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Queued {
    /// The ticket.
    pub ticket: TicketId,
    /// Its group.
    pub group: GroupId,
    /// How long its service takes.
    pub pace: Pace,
}

/// A range of minutes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WaitRange {
    /// It will hardly be sooner.
    pub low: i64,
    /// It will hardly be later.
    pub high: i64,
}

/// When to leave for the hall, with a way of this length, so as to be there before the earliest call; nothing when that is now.
pub fn leave_at(wait: WaitRange, way: TimeDelta, now: Instant) -> Option<Instant> {
    let at = now + TimeDelta::minutes(wait.low) - way;
    (at > now).then_some(at)
}

/// Seconds of waiting after which halls open another counter.
const LONG: i64 = 30 * 60;

struct Desk<'a> {
    groups: &'a [GroupId],
    free_at: Instant,
    variance: i64,
}

/// The waits of the tickets, in the order given; nothing for one whose group no open counter serves.
///
/// Each ticket goes to the counter that serves its group and is free first. The uncertainty grows with the square root of the
/// services before it, so the range is narrow near the counter and honest far from it.
pub fn estimate(queue: &[Queued], counters: &[OpenCounter], now: Instant) -> Vec<Option<WaitRange>> {
    let mut desks: Vec<Desk<'_>> = counters
        .iter()
        .map(|counter| Desk {
            groups: &counter.groups,
            free_at: counter.free_at.max(now),
            // What is being served is half over, on average; how long it takes is unsure by about half a minute even when idle.
            variance: (counter.free_at - now).num_seconds().clamp(30, 600).pow(2) / 4,
        })
        .collect();
    queue
        .iter()
        .map(|queued| {
            let serving = desks.iter().filter(|desk| desk.groups.contains(&queued.group)).count();
            let desk = desks
                .iter_mut()
                .filter(|desk| desk.groups.contains(&queued.group))
                .min_by_key(|desk| desk.free_at)?;
            let wait = (desk.free_at - now).num_seconds();
            // Counters that share a queue even each other's delays out.
            let pooled = desk.variance / i64::try_from(serving).unwrap_or(1).max(1);
            let margin = pooled.max(0).isqrt() * 3 / 2;
            desk.free_at += TimeDelta::seconds(queued.pace.typical);
            desk.variance = desk.variance.saturating_add(queued.pace.spread.saturating_pow(2));
            // Appointments that arrive later may go first and counters close for lunch; both lengthen a wait in proportion. A counter
            // that opens shortens it, and the more the longer it is: a hall does not watch a long queue for half an hour.
            let sooner = margin + wait / 5 + (wait - LONG).max(0) * 2 / 5;
            Some(WaitRange {
                low: (wait - sooner).max(0) / 60,
                high: (wait + margin + wait / 3).max(0) / 60 + 1,
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    const NOW: Instant = Instant::UNIX_EPOCH;

    #[test]
    fn whoever_is_on_the_way_leaves_in_time_for_the_earliest_call() {
        let wait = WaitRange { low: 25, high: 40 };
        let at = |way| leave_at(wait, TimeDelta::minutes(way), NOW);
        assert_eq!(at(10), Some(NOW + TimeDelta::minutes(15)));
        assert_eq!((at(25), at(60)), (None, None));
    }

    fn group(n: u128) -> GroupId {
        GroupId(Uuid::from_u128(n))
    }

    fn queue(length: u128) -> Vec<Queued> {
        (0..length)
            .map(|n| Queued {
                ticket: TicketId(Uuid::from_u128(n)),
                group: group(1),
                pace: Pace {
                    typical: 600,
                    spread: 120,
                },
            })
            .collect()
    }

    #[test]
    fn the_first_of_an_idle_counter_goes_at_once_and_the_range_widens_behind() {
        let counters = [OpenCounter {
            groups: vec![group(1)],
            free_at: NOW,
        }];
        let waits: Vec<_> = estimate(&queue(3), &counters, NOW)
            .into_iter()
            .map(Option::unwrap)
            .collect();
        assert_eq!(waits[0], WaitRange { low: 0, high: 1 });
        assert!(waits[1].low <= 10 && waits[1].high >= 10);
        assert!(waits[2].high - waits[2].low > waits[1].high - waits[1].low);
    }

    #[test]
    fn a_second_counter_halves_the_wait_and_a_foreign_one_does_not_help() {
        let one = OpenCounter {
            groups: vec![group(1)],
            free_at: NOW,
        };
        let foreign = OpenCounter {
            groups: vec![group(2)],
            free_at: NOW,
        };
        let last = |counters: &[OpenCounter]| estimate(&queue(9), counters, NOW).pop().unwrap().unwrap();
        let middle = |range: WaitRange| range.low + range.high;
        let (two, single) = (last(&[one.clone(), one.clone()]), last(std::slice::from_ref(&one)));
        assert!(middle(two) * 3 < middle(single) * 2 && two.high < single.high);
        assert_eq!(last(&[one.clone(), foreign.clone()]), last(&[one]));
        assert_eq!(estimate(&queue(1), &[foreign], NOW), [None]);
    }

    #[test]
    fn a_pace_is_measured_from_five_services_and_shrugs_off_an_outlier() {
        assert_eq!(Pace::measured(&[60, 60, 60, 60]), None);
        assert_eq!(
            Pace::measured(&[300, 310, 290, 300, 9000]),
            Some(Pace {
                typical: 300,
                spread: 15
            })
        );
    }
}
