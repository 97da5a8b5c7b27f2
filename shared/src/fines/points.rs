//! Points (累积记分): recorded with a decision, whether or not it is paid, and revoked with it.
//!
//! 道路交通安全法 art. 24: points add up in a period, and a driver with full points is examined anew. The period of a driver begins with the first licence,
//! a day that only the police know. What is summed here are therefore the latest twelve months, and is called so.

use chrono::{Months, NaiveDate};
use serde::{Deserialize, Serialize};

use super::rules::DecisionStatus;

/// The length of a period.
const PERIOD: Months = Months::new(12);
/// Full points.
pub const FULL: i32 = 12;
/// The rule, as pages cite it.
pub const CITATION: &str = "《道路交通安全法》第二十四条、《道路交通安全违法行为记分管理办法》";

/// The points of a decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Recorded {
    /// When it was decided.
    pub on: NaiveDate,
    /// How many.
    pub points: i32,
    /// Where the decision stands.
    pub status: DecisionStatus,
}

/// `GET /points`: the points of the latest twelve months.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PointsTotal {
    /// The first day that counts.
    pub from: NaiveDate,
    /// The last one: today.
    pub to: NaiveDate,
    /// The sum.
    pub points: i32,
    /// From how many decisions.
    pub decisions: usize,
    /// With so many the driver is examined anew.
    pub full: i32,
    /// The rule.
    pub citation: String,
}

/// Sums the points of the twelve months up to today.
pub fn total(recorded: impl IntoIterator<Item = Recorded>, today: NaiveDate) -> PointsTotal {
    let from = today
        .checked_sub_months(PERIOD)
        .and_then(|day| day.succ_opt())
        .unwrap_or(today);
    let counted: Vec<i32> = recorded
        .into_iter()
        .filter(|one| one.status != DecisionStatus::Withdrawn && one.points > 0 && (from..=today).contains(&one.on))
        .map(|one| one.points)
        .collect();
    PointsTotal {
        from,
        to: today,
        points: counted.iter().fold(0, |sum, points| sum.saturating_add(*points)),
        decisions: counted.len(),
        full: FULL,
        citation: CITATION.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn one(on: &str, points: i32, status: DecisionStatus) -> Recorded {
        Recorded {
            on: day(on),
            points,
            status,
        }
    }

    #[test]
    fn twelve_months_count_and_what_is_withdrawn_does_not() {
        let recorded = [
            one("2025-11-23", 12, DecisionStatus::Paid),
            one("2025-11-24", 3, DecisionStatus::Paid),
            one("2026-05-01", 6, DecisionStatus::Open),
            one("2026-06-01", 9, DecisionStatus::Withdrawn),
            one("2026-06-02", 0, DecisionStatus::Open),
            one("2026-11-24", 1, DecisionStatus::Open),
        ];
        let found = total(recorded, day("2026-11-23"));
        assert_eq!((found.points, found.decisions, found.from), (9, 2, day("2025-11-24")));
    }

    proptest! {
        #[test]
        fn paying_never_changes_the_sum(points in prop::collection::vec(0i32..=12, 0..20)) {
            let with = |status| {
                let recorded = points.iter().map(|points| Recorded { on: day("2026-03-01"), points: *points, status });
                total(recorded, day("2026-11-23")).points
            };
            prop_assert_eq!(with(DecisionStatus::Open), with(DecisionStatus::Paid));
            prop_assert_eq!(with(DecisionStatus::Withdrawn), 0);
        }
    }
}
