//! The late surcharge (加处罚款): three per cent of the fine a day, never more than the fine.
//!
//! - 行政处罚法 art. 67: a fine is paid within 15 days of receiving the decision.
//! - 行政处罚法 art. 72 (1) no. 1: from then on three per cent of the fine may be added each day, up to the amount of the fine.
//! - 行政处罚法 art. 73 (3): days under administrative review or before a court are not counted.
//!
//! The surcharge is discretionary. What is due is what the police system says; this computation is a preview.

use chrono::{Days, NaiveDate};
use serde::{Deserialize, Serialize};

use crate::money::Fen;

/// Per cent of the fine for each counted day.
const PERCENT_A_DAY: i64 = 3;
/// The articles, as pages cite them.
pub const CITATION: &str = "《行政处罚法》第六十七条、第七十二条、第七十三条";

/// Days that are not counted, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Suspension {
    /// The first day under review or litigation.
    pub from: NaiveDate,
    /// The last one; absent while it goes on.
    #[serde(default)]
    pub until: Option<NaiveDate>,
}

/// A surcharge and how it was computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Surcharge {
    /// Days after the due date that count.
    pub late_days: u32,
    /// Days after the due date that do not, being under review.
    pub suspended_days: u32,
    /// The amount.
    pub amount_fen: Fen,
    /// Whether the cap was reached.
    pub capped: bool,
}

/// The surcharge of a fine on a day.
pub fn surcharge(fine: Fen, due_on: NaiveDate, today: NaiveDate, suspensions: &[Suspension]) -> Surcharge {
    let passed = days_between(due_on, today);
    let suspended_days = suspended(due_on, today, suspensions).min(passed);
    let late_days = passed - suspended_days;
    let cap = fine.max(Fen::ZERO);
    // A product that does not fit is beyond the cap by any measure.
    let uncapped = cap
        .percent_rounded_down(PERCENT_A_DAY.saturating_mul(i64::from(late_days)))
        .unwrap_or(cap);
    Surcharge {
        late_days,
        suspended_days,
        amount_fen: uncapped.min(cap),
        capped: late_days > 0 && uncapped >= cap,
    }
}

/// Days from one day to a later one; none when it is not later.
fn days_between(from: NaiveDate, to: NaiveDate) -> u32 {
    u32::try_from((to - from).num_days()).unwrap_or(0)
}

/// Days after the due date, up to today, that some suspension covers; days of two suspensions count once.
fn suspended(due_on: NaiveDate, today: NaiveDate, suspensions: &[Suspension]) -> u32 {
    let mut spans: Vec<Suspension> = suspensions.to_vec();
    spans.sort_by_key(|span| span.from);
    let mut covered = due_on;
    let mut days: u32 = 0;
    for span in spans {
        // A day before the first suspended one: the difference to it is then the number of days.
        let before = span
            .from
            .checked_sub_days(Days::new(1))
            .unwrap_or(span.from)
            .max(covered);
        let until = span.until.unwrap_or(today).min(today);
        days = days.saturating_add(days_between(before, until));
        covered = covered.max(until);
    }
    days
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn after(days: u64) -> NaiveDate {
        day("2026-11-01").checked_add_days(Days::new(days)).unwrap()
    }

    #[test]
    fn nothing_is_added_up_to_the_due_date_and_three_per_cent_the_day_after() {
        for days in 0..=15 {
            assert_eq!(
                surcharge(Fen(20_000), after(15), after(days), &[]).amount_fen,
                Fen::ZERO
            );
        }
        let first = surcharge(Fen(20_000), after(15), after(16), &[]);
        assert_eq!((first.late_days, first.amount_fen, first.capped), (1, Fen(600), false));
    }

    #[test]
    fn the_cap_is_hit_on_the_thirty_fourth_day() {
        let on = |days| surcharge(Fen(20_000), after(0), after(days), &[]);
        assert_eq!((on(33).amount_fen, on(33).capped), (Fen(19_800), false));
        assert_eq!((on(34).amount_fen, on(34).capped), (Fen(20_000), true));
        assert_eq!(on(3400).amount_fen, Fen(20_000));
    }

    #[test]
    fn days_under_review_do_not_count_and_overlapping_ones_are_left_out_once() {
        let span = |from, until: Option<u64>| Suspension {
            from: after(from),
            until: until.map(after),
        };
        let ten = surcharge(Fen(10_000), after(0), after(20), &[span(1, Some(10))]);
        assert_eq!((ten.late_days, ten.suspended_days), (10, 10));
        let overlapping = surcharge(Fen(10_000), after(0), after(20), &[span(5, Some(10)), span(1, Some(6))]);
        assert_eq!(overlapping, ten);
        let going_on = surcharge(Fen(10_000), after(0), after(20), &[span(6, None)]);
        assert_eq!(going_on.late_days, 5);
    }

    fn suspensions() -> impl Strategy<Value = Vec<Suspension>> {
        let span = (0u64..400, proptest::option::of(0u64..100)).prop_map(|(from, length)| Suspension {
            from: after(from),
            until: length.map(|length| after(from + length)),
        });
        prop::collection::vec(span, 0..4)
    }

    proptest! {
        #[test]
        fn it_is_never_above_the_cap(fine in 0i64..=i64::MAX, days in 0u64..2000, spans in suspensions()) {
            let found = surcharge(Fen(fine), after(0), after(days), &spans);
            prop_assert!(found.amount_fen >= Fen::ZERO && found.amount_fen <= Fen(fine));
            prop_assert_eq!(u64::from(found.late_days + found.suspended_days), days);
        }

        #[test]
        fn it_never_shrinks_from_one_day_to_the_next(fine in 0i64..1_000_000_000, days in 0u64..500, spans in suspensions()) {
            let today = surcharge(Fen(fine), after(30), after(days), &spans);
            let tomorrow = surcharge(Fen(fine), after(30), after(days + 1), &spans);
            prop_assert!(tomorrow.amount_fen >= today.amount_fen);
        }

        #[test]
        fn it_stops_while_under_review(fine in 1i64..1_000_000_000, begun in 0u64..60, more in 0u64..400) {
            let review = [Suspension { from: after(begun + 1), until: None }];
            let then = surcharge(Fen(fine), after(0), after(begun), &review);
            let later = surcharge(Fen(fine), after(0), after(begun + more), &review);
            prop_assert_eq!(then.amount_fen, later.amount_fen);
        }
    }
}
