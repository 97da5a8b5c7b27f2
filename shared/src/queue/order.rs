//! Who is next, and why.
//!
//! Appointments and walk-ins merge on a simulated clock. At each call, in this order:
//!
//! 1. those with statutory priority, the longest waiting first;
//! 2. whoever has waited longer than the guarantee;
//! 3. a walk-in, when as many appointments as the fairness ratio allows went in a row;
//! 4. appointments whose window has begun, the earliest window first;
//! 5. walk-ins, in the order in which they came;
//! 6. appointments whose window has not begun, when nobody else is there: an idle counter helps no one.
//!
//! A ticket that missed its call waits until the given number of others have been called, or until nobody else is there.

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

use crate::{ids::TicketId, time::Instant};

/// The line in which a ticket stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lane {
    /// Statutory priority (依法优先).
    Priority,
    /// Checked in for a window (预约).
    Appointment {
        /// When the window begins.
        from: Instant,
    },
    /// Came without an appointment (现场取号).
    WalkIn,
}

/// A ticket that can be called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// The ticket.
    pub id: TicketId,
    /// When it joined the queue.
    pub entered_at: Instant,
    /// Breaks ties between tickets that joined at the same instant; unique within a queue.
    pub sequence: i32,
    /// The line in which it stands.
    pub lane: Lane,
    /// How many others are still to be called before it, after a missed call.
    pub behind: i32,
}

impl Candidate {
    /// Since when its wait counts: an appointment's not before its window begins.
    pub fn waiting_since(&self) -> Instant {
        match self.lane {
            Lane::Appointment { from } => self.entered_at.max(from),
            Lane::Priority | Lane::WalkIn => self.entered_at,
        }
    }
}

/// What a bureau sets for the order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OrderPolicy {
    /// How many appointments may go in a row while a walk-in waits.
    pub appointments_in_a_row: i32,
    /// The wait after which a ticket goes before all but priority.
    pub longest_wait: TimeDelta,
}

impl Default for OrderPolicy {
    fn default() -> Self {
        Self {
            appointments_in_a_row: 3,
            longest_wait: TimeDelta::minutes(60),
        }
    }
}

/// Why a ticket is next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// It has statutory priority.
    Priority,
    /// It has waited longer than the guarantee.
    WaitedLongest,
    /// Enough appointments went in a row.
    WalkInsTurn,
    /// Its window has begun.
    WindowBegun,
    /// It is the walk-in that came first.
    CameFirst,
    /// Its window has not begun, but nobody else is there.
    NobodyElse,
    /// A clerk chose it and said why.
    Chosen,
}

impl Reason {
    /// The reason as it is stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Priority => "priority",
            Self::WaitedLongest => "waited_longest",
            Self::WalkInsTurn => "walk_ins_turn",
            Self::WindowBegun => "window_begun",
            Self::CameFirst => "came_first",
            Self::NobodyElse => "nobody_else",
            Self::Chosen => "chosen",
        }
    }
}

/// A ticket's turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Turn {
    /// The ticket.
    pub ticket: TicketId,
    /// Why it is its turn.
    pub reason: Reason,
}

/// How many appointments have gone in a row after this call, for the fairness ratio.
pub fn streak_after(streak: i32, called: Lane) -> i32 {
    match called {
        Lane::Appointment { .. } => streak + 1,
        Lane::WalkIn => 0,
        Lane::Priority => streak,
    }
}

/// The ticket to call now. `streak` is how many appointments went in a row before this call.
pub fn next(candidates: &[Candidate], now: Instant, streak: i32, policy: OrderPolicy) -> Option<Turn> {
    let nearest = candidates.iter().map(|c| c.behind.max(0)).min()?;
    let here = || candidates.iter().filter(move |c| c.behind.max(0) == nearest);
    let first = |lane: fn(&Candidate) -> bool| {
        here()
            .filter(move |c| lane(c))
            .min_by_key(|c| (c.waiting_since(), c.sequence, c.id))
    };
    let turn = |candidate: &Candidate, reason| Turn {
        ticket: candidate.id,
        reason,
    };

    if let Some(c) = first(|c| c.lane == Lane::Priority) {
        return Some(turn(c, Reason::Priority));
    }
    if let Some(c) = first(|_| true).filter(|c| now - c.waiting_since() >= policy.longest_wait) {
        return Some(turn(c, Reason::WaitedLongest));
    }
    let walk_in = first(|c| c.lane == Lane::WalkIn);
    if let Some(c) = walk_in.filter(|_| streak >= policy.appointments_in_a_row) {
        return Some(turn(c, Reason::WalkInsTurn));
    }
    let appointment = here()
        .filter_map(|c| match c.lane {
            Lane::Appointment { from } => Some((from, c)),
            Lane::Priority | Lane::WalkIn => None,
        })
        .min_by_key(|(from, c)| (*from, c.entered_at, c.sequence, c.id));
    match (appointment, walk_in) {
        (Some((from, c)), _) if from <= now => Some(turn(c, Reason::WindowBegun)),
        (_, Some(c)) => Some(turn(c, Reason::CameFirst)),
        (Some((_, c)), None) => Some(turn(c, Reason::NobodyElse)),
        (None, None) => None,
    }
}

/// The whole order, as it will be if nobody else comes: each call moves the clock on by `pace`.
pub fn order(candidates: &[Candidate], now: Instant, streak: i32, policy: OrderPolicy, pace: TimeDelta) -> Vec<Turn> {
    let mut waiting = candidates.to_vec();
    let mut turns = Vec::with_capacity(waiting.len());
    let (mut clock, mut streak) = (now, streak);
    while let Some(turn) = next(&waiting, clock, streak, policy) {
        if let Some(called) = waiting.iter().find(|c| c.id == turn.ticket) {
            streak = streak_after(streak, called.lane);
        }
        waiting.retain(|c| c.id != turn.ticket);
        for candidate in &mut waiting {
            candidate.behind = (candidate.behind - 1).max(0);
        }
        turns.push(turn);
        clock += pace;
    }
    turns
}

/// Who comes near (无声叫号): the tickets that have one to `within` others ahead in their own line, and how many.
pub fn near<L: PartialEq>(turns: &[(TicketId, L)], within: u32) -> Vec<(TicketId, u32)> {
    let ahead = |at: usize, line: &L| turns.iter().take(at).filter(|(_, other)| other == line).count();
    turns
        .iter()
        .enumerate()
        .filter_map(|(at, (ticket, line))| Some((*ticket, u32::try_from(ahead(at, line)).ok()?)))
        .filter(|(_, ahead)| (1..=within).contains(ahead))
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;

    fn minute(minute: i64) -> Instant {
        Instant::UNIX_EPOCH + TimeDelta::minutes(minute)
    }

    fn candidate(sequence: i32, entered: i64, lane: Lane) -> Candidate {
        Candidate {
            id: TicketId(Uuid::from_u128(sequence.unsigned_abs().into())),
            entered_at: minute(entered),
            sequence,
            lane,
            behind: 0,
        }
    }

    fn walk_in(sequence: i32, entered: i64) -> Candidate {
        candidate(sequence, entered, Lane::WalkIn)
    }

    fn appointment(sequence: i32, entered: i64, from: i64) -> Candidate {
        candidate(sequence, entered, Lane::Appointment { from: minute(from) })
    }

    fn called(candidates: &[Candidate], now: i64) -> Vec<(u128, Reason)> {
        order(
            candidates,
            minute(now),
            0,
            OrderPolicy::default(),
            TimeDelta::minutes(5),
        )
        .into_iter()
        .map(|turn| (turn.ticket.0.as_u128(), turn.reason))
        .collect()
    }

    #[test]
    fn those_with_one_to_three_ahead_in_their_own_line_are_near() {
        let ticket = |n| TicketId(Uuid::from_u128(n));
        let turns: Vec<_> = [(1, 'a'), (2, 'b'), (3, 'a'), (4, 'a'), (5, 'a'), (6, 'a'), (7, 'b')]
            .map(|(n, line)| (ticket(n), line))
            .to_vec();
        let found = [(3, 1), (4, 2), (5, 3), (7, 1)].map(|(n, ahead)| (ticket(n), ahead));
        assert_eq!(near(&turns, 3), found);
    }

    #[test]
    fn an_appointment_goes_when_its_window_has_begun_and_walk_ins_fill_the_gap_before() {
        let queue = [walk_in(1, 0), walk_in(2, 1), walk_in(3, 2), appointment(4, 3, 10)];
        assert_eq!(
            called(&queue, 3),
            [
                (1, Reason::CameFirst),
                (2, Reason::CameFirst),
                (4, Reason::WindowBegun),
                (3, Reason::CameFirst)
            ]
        );
    }

    #[test]
    fn after_three_appointments_in_a_row_it_is_a_walk_ins_turn() {
        let queue = [
            walk_in(1, 9),
            appointment(2, 0, 5),
            appointment(3, 1, 5),
            appointment(4, 2, 5),
            appointment(5, 3, 5),
        ];
        assert_eq!(
            called(&queue, 10).iter().map(|(id, _)| *id).collect::<Vec<_>>(),
            [2, 3, 4, 1, 5]
        );
        assert_eq!(called(&queue, 10)[3].1, Reason::WalkInsTurn);
    }

    #[test]
    fn priority_goes_first_and_the_guarantee_second() {
        let queue = [appointment(1, 0, 55), walk_in(2, 0), candidate(3, 59, Lane::Priority)];
        assert_eq!(
            called(&queue, 60),
            [
                (3, Reason::Priority),
                (2, Reason::WaitedLongest),
                (1, Reason::WindowBegun)
            ]
        );
    }

    #[test]
    fn an_early_appointment_is_served_rather_than_leave_a_counter_idle() {
        assert_eq!(called(&[appointment(1, 0, 30)], 0), [(1, Reason::NobodyElse)]);
    }

    #[test]
    fn a_missed_ticket_waits_behind_three_others_or_until_nobody_else_is_there() {
        let mut missed = walk_in(1, 0);
        missed.behind = 3;
        let queue = [missed, walk_in(2, 1), walk_in(3, 2), walk_in(4, 3), walk_in(5, 4)];
        assert_eq!(
            called(&queue, 5).iter().map(|(id, _)| *id).collect::<Vec<_>>(),
            [2, 3, 4, 1, 5]
        );
        assert_eq!(called(&[missed], 5).len(), 1);
    }

    fn queues() -> impl Strategy<Value = Vec<Candidate>> {
        let lane = prop_oneof![
            1 => Just(Lane::Priority),
            4 => (0i64..120).prop_map(|from| Lane::Appointment { from: minute(from) }),
            5 => Just(Lane::WalkIn),
        ];
        proptest::collection::vec((0i64..120, lane, 0i32..4), 0..40).prop_map(|tickets| {
            tickets
                .into_iter()
                .enumerate()
                .map(|(i, (entered, lane, behind))| Candidate {
                    behind,
                    ..candidate(i32::try_from(i).unwrap(), entered, lane)
                })
                .collect()
        })
    }

    proptest! {
        #[test]
        fn the_order_calls_everyone_exactly_once(queue in queues(), now in 0i64..240) {
            let mut called: Vec<_> = called(&queue, now).into_iter().map(|(id, _)| id).collect();
            called.sort_unstable();
            prop_assert_eq!(called, (0..queue.len() as u128).collect::<Vec<_>>());
        }

        #[test]
        fn the_order_does_not_depend_on_how_the_store_lists_the_tickets(queue in queues(), now in 0i64..240) {
            let mut reversed = queue.clone();
            reversed.reverse();
            prop_assert_eq!(called(&queue, now), called(&reversed, now));
        }

        #[test]
        fn nobody_past_the_guarantee_sees_a_later_one_of_the_same_lane_go_first(mut queue in queues(), now in 0i64..240) {
            for candidate in &mut queue {
                candidate.behind = 0;
            }
            let policy = OrderPolicy::default();
            if let Some(turn) = next(&queue, minute(now), 0, policy) {
                let called = queue.iter().find(|c| c.id == turn.ticket).unwrap();
                for other in &queue {
                    let overdue = minute(now) - other.waiting_since() >= policy.longest_wait;
                    let same_lane = std::mem::discriminant(&other.lane) == std::mem::discriminant(&called.lane);
                    prop_assert!(!(overdue && same_lane && other.waiting_since() < called.waiting_since()));
                }
            }
        }

        #[test]
        fn no_more_appointments_than_the_ratio_go_in_a_row_while_a_walk_in_waits(queue in queues(), now in 0i64..240) {
            let lane_of = |id: u128| queue.iter().find(|c| c.id.0.as_u128() == id).unwrap().lane;
            let order = called(&queue, now);
            let mut row = 0;
            for (position, (id, reason)) in order.iter().enumerate() {
                row = streak_after(row, lane_of(*id));
                let walk_in_waits = order[position..].iter().any(|(id, _)| {
                    let c = queue.iter().find(|c| c.id.0.as_u128() == *id).unwrap();
                    c.lane == Lane::WalkIn && c.behind == 0
                });
                prop_assert!(row <= 3 || !walk_in_waits || *reason == Reason::WaitedLongest);
            }
        }
    }
}
