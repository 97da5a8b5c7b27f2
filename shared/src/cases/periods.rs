//! Statutory periods (法定期限): what is due by when, by which article, and what an overrun means.
//!
//! The day on which a period begins does not count, and a period that ends on a day of rest ends on the first working day after it
//! (刑事诉讼法 art. 105, 行35). Periods of detention know no such grace; they are not counted here.

use chrono::{Days, Months, NaiveDate};

use super::{
    policy::may_read,
    progress::{Procedure, Progress},
    property::ItemState,
    rules::{Field, Kind, ReviewGround, Role, Step},
};
use crate::{named, time::WorkCalendar};

named! {
    /// What is due.
    DeadlineKind {
        /// A decision on filing (立案审查).
        FilingDecision = "filing_decision",
        /// A decision in a public-order case (治安案件办理期限).
        OrderDecision = "order_decision",
        /// The resident's request for review (申请复议).
        ReviewRequest = "review_request",
        /// The answer to the request for review (复议决定).
        ReviewDecision = "review_decision",
        /// Collecting property (领取财物).
        Collection = "collection",
        /// Claiming property whose owner is looked for (公告认领).
        Claim = "claim",
    }
}

/// Something due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deadline {
    /// What.
    pub kind: DeadlineKind,
    /// The last day on which it is in time.
    pub due_on: NaiveDate,
}

impl Deadline {
    /// Whether the last day has passed.
    pub fn is_over(self, today: NaiveDate) -> bool {
        today > self.due_on
    }
}

/// The last day of a period of days that begins on `from`.
pub fn last_day(from: NaiveDate, days: u32, calendar: &WorkCalendar) -> NaiveDate {
    next_workday(
        from.checked_add_days(Days::new(days.into())).unwrap_or(NaiveDate::MAX),
        calendar,
    )
}

/// The last day of a period of months that begins on `from`.
pub fn last_day_of_months(from: NaiveDate, months: u32, calendar: &WorkCalendar) -> NaiveDate {
    next_workday(
        from.checked_add_months(Months::new(months)).unwrap_or(NaiveDate::MAX),
        calendar,
    )
}

/// The day itself when it is worked, or the first one after it that is.
fn next_workday(day: NaiveDate, calendar: &WorkCalendar) -> NaiveDate {
    day.iter_days()
        .take(40)
        .find(|day| calendar.is_workday(*day))
        .unwrap_or(day)
}

/// Until when it is decided whether a criminal case is filed: three days; seven when leads need checking; thirty with the county's approval
/// (公安部关于改革完善受案立案制度的意见, 2015, no. 2).
pub fn filing_decision(accepted_on: NaiveDate, ground: Option<ReviewGround>, calendar: &WorkCalendar) -> NaiveDate {
    let days = match ground {
        None => 3,
        Some(ReviewGround::Checking) => 7,
        Some(ReviewGround::Approved) => 30,
    };
    last_day(accepted_on, days, calendar)
}

/// Until when a public-order case is decided: thirty days, thirty more with approval; days of an expert opinion do not count (行165).
pub fn order_decision(
    accepted_on: NaiveDate,
    extended: bool,
    excluded_days: u32,
    calendar: &WorkCalendar,
) -> NaiveDate {
    let days: u32 = if extended { 60 } else { 30 };
    last_day(accepted_on, days.saturating_add(excluded_days), calendar)
}

/// Until when a decision not to file can be contested: seven days from the notice (刑179).
pub fn review_request(notified_on: NaiveDate, calendar: &WorkCalendar) -> NaiveDate {
    last_day(notified_on, 7, calendar)
}

/// Until when a request for review is answered: thirty days (刑179).
pub fn review_decision(requested_on: NaiveDate, calendar: &WorkCalendar) -> NaiveDate {
    last_day(requested_on, 30, calendar)
}

/// Until when property can be claimed whose owner is looked for: six months from the notice (刑233).
pub fn claim(announced_on: NaiveDate, calendar: &WorkCalendar) -> NaiveDate {
    last_day_of_months(announced_on, 6, calendar)
}

/// What is due in a case, to readers in these roles. `requested_on` is when a review was requested, if it was.
pub fn deadlines(
    progress: &Progress,
    requested_on: Option<NaiveDate>,
    roles: &[Role],
    calendar: &WorkCalendar,
) -> Vec<Deadline> {
    let mut due = Vec::new();
    let procedure = match (&progress.procedure, progress.kind) {
        (Procedure::Accepted { on, ground }, Kind::Criminal) => Some((
            Step::Accepted,
            DeadlineKind::FilingDecision,
            filing_decision(*on, *ground, calendar),
        )),
        (Procedure::Accepted { on, .. }, Kind::Administrative) => Some((
            Step::Accepted,
            DeadlineKind::OrderDecision,
            order_decision(*on, false, 0, calendar),
        )),
        (
            Procedure::UnderWay {
                on,
                extended,
                excluded_days,
            },
            Kind::Administrative,
        ) => Some((
            Step::Accepted,
            DeadlineKind::OrderDecision,
            order_decision(*on, *extended, *excluded_days, calendar),
        )),
        (Procedure::NotFiled { on }, _) => Some(match requested_on {
            None => (
                Step::NotFiled,
                DeadlineKind::ReviewRequest,
                review_request(*on, calendar),
            ),
            Some(requested) => (
                Step::NotFiled,
                DeadlineKind::ReviewDecision,
                review_decision(requested, calendar),
            ),
        }),
        _ => None,
    };
    if let Some((step, kind, due_on)) = procedure
        && may_read(roles, step, Field::Date)
    {
        due.push(Deadline { kind, due_on });
    }
    for item in &progress.items {
        match item.state {
            ItemState::Returnable {
                collect_by: Some(due_on),
                ..
            } if may_read(roles, Step::PropertyReturn, Field::CollectBy) => due.push(Deadline {
                kind: DeadlineKind::Collection,
                due_on,
            }),
            ItemState::Announced { on } if may_read(roles, Step::PropertyNotice, Field::Item) => due.push(Deadline {
                kind: DeadlineKind::Claim,
                due_on: claim(on, calendar),
            }),
            _ => {}
        }
    }
    due
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;
    use crate::time::SpecialDay;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    /// National Day of 2026: the first to the seventh of October rest, the tenth is worked.
    fn calendar() -> WorkCalendar {
        let name = || "国庆节".to_owned();
        let mut special: BTreeMap<_, _> = (1..=7)
            .map(|of| (day(&format!("2026-10-0{of}")), SpecialDay::Holiday { name: name() }))
            .collect();
        special.insert(day("2026-10-10"), SpecialDay::MakeUpWorkday { name: name() });
        WorkCalendar::new(special, vec![2026])
    }

    #[test]
    fn filing_is_decided_in_three_seven_or_thirty_days() {
        let calendar = calendar();
        let accepted = day("2026-11-02");
        assert_eq!(filing_decision(accepted, None, &calendar), day("2026-11-05"));
        assert_eq!(
            filing_decision(accepted, Some(ReviewGround::Checking), &calendar),
            day("2026-11-09")
        );
        assert_eq!(
            filing_decision(accepted, Some(ReviewGround::Approved), &calendar),
            day("2026-12-02")
        );
    }

    #[test]
    fn a_period_that_ends_on_a_day_of_rest_ends_on_the_first_working_day_after_it() {
        let calendar = calendar();
        // Accepted on the last of September: the third day is within National Day, which ends on Wednesday the seventh.
        assert_eq!(filing_decision(day("2026-09-30"), None, &calendar), day("2026-10-08"));
        // Seven days end on Saturday the tenth, which is worked in exchange.
        assert_eq!(review_request(day("2026-10-03"), &calendar), day("2026-10-10"));
        // An ordinary Saturday is not worked.
        assert_eq!(review_request(day("2026-11-07"), &calendar), day("2026-11-16"));
    }

    #[test]
    fn a_public_order_case_takes_thirty_days_or_sixty_and_an_opinion_does_not_count() {
        let calendar = calendar();
        let accepted = day("2026-10-12");
        assert_eq!(order_decision(accepted, false, 0, &calendar), day("2026-11-11"));
        assert_eq!(order_decision(accepted, true, 0, &calendar), day("2026-12-11"));
        assert_eq!(order_decision(accepted, true, 7, &calendar), day("2026-12-18"));
    }

    #[test]
    fn six_months_end_on_the_day_of_the_same_number_or_the_months_last() {
        let calendar = calendar();
        assert_eq!(claim(day("2026-05-12"), &calendar), day("2026-11-12"));
        assert_eq!(
            claim(day("2026-08-31"), &calendar),
            day("2027-03-01"),
            "the 28th is a Sunday"
        );
    }

    #[test]
    fn a_deadline_is_met_on_its_last_day_and_over_on_the_next() {
        let due = Deadline {
            kind: DeadlineKind::ReviewRequest,
            due_on: day("2026-11-09"),
        };
        assert!(!due.is_over(day("2026-11-09")));
        assert!(due.is_over(day("2026-11-10")));
    }

    #[test]
    fn readers_count_down_only_to_what_they_may_know_of() {
        let mut progress = Progress::begun(Kind::Criminal, Vec::new());
        progress.procedure = Procedure::NotFiled { on: day("2026-11-02") };
        let calendar = calendar();
        let kinds = |requested, roles: &[Role]| -> Vec<_> {
            deadlines(&progress, requested, roles, &calendar)
                .iter()
                .map(|due| due.kind)
                .collect()
        };
        assert_eq!(kinds(None, &[Role::Victim]), [DeadlineKind::ReviewRequest]);
        assert_eq!(
            kinds(Some(day("2026-11-03")), &[Role::Reporter]),
            [DeadlineKind::ReviewDecision]
        );
        assert_eq!(kinds(None, &[Role::Lawyer]), []);
    }

    proptest! {
        #[test]
        fn a_period_never_ends_early_nor_on_a_day_of_rest(offset in 0u64..3_000, days in 1u32..90) {
            let calendar = calendar();
            let from = day("2020-01-01") + Days::new(offset);
            let last = last_day(from, days, &calendar);
            prop_assert!(last >= from + Days::new(days.into()));
            prop_assert!(calendar.is_workday(last));
            prop_assert!(last <= last_day(from, days + 1, &calendar));
        }
    }
}
