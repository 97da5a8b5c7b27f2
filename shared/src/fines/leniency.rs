//! Warnings in place of fines (柔性执法): the first few records of a slight kind only warn.
//!
//! - 道路交通安全法 art. 93 (1): who parks where it is not allowed may be told so and warned.
//! - 行政处罚法 art. 33 (1): a first offence with slight harm that is put right at once may go unpunished.
//!
//! Which kinds, how many and in how long is each bureau's own rule, so it is configuration with a citation.

use chrono::{Days, NaiveDate};

/// A bureau's rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leniency {
    /// The codes of the conduct that it is for (违法行为代码).
    pub codes: Vec<String>,
    /// How many records only warn; none when the rule is off.
    pub first: u32,
    /// Within so many days, counted back from a record.
    pub days: u64,
    /// The rule that allows it.
    pub citation: String,
}

impl Leniency {
    /// Whether a record only warns: of this conduct, on this day, after warnings for the same on those days.
    pub fn warns(&self, code: Option<&str>, on: NaiveDate, warned_on: &[NaiveDate]) -> bool {
        let Some(code) = code else { return false };
        if !self.codes.iter().any(|known| known == code) {
            return false;
        }
        let since = on.checked_sub_days(Days::new(self.days)).unwrap_or(on);
        // A warning of a later day counts too: records do not arrive in the order in which they were made.
        let earlier = warned_on.iter().filter(|day| **day > since).count();
        u32::try_from(earlier).is_ok_and(|earlier| earlier < self.first)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn rule(first: u32) -> Leniency {
        Leniency {
            codes: vec!["1039".into()],
            first,
            days: 365,
            citation: "《道路交通安全法》第九十三条".into(),
        }
    }

    #[test]
    fn the_first_of_a_kind_warns_and_the_next_does_not() {
        let on = day("2026-11-23");
        assert!(rule(1).warns(Some("1039"), on, &[]));
        assert!(!rule(1).warns(Some("1039"), on, &[day("2026-03-01")]));
        assert!(rule(2).warns(Some("1039"), on, &[day("2026-03-01")]));
        assert!(!rule(0).warns(Some("1039"), on, &[]));
    }

    #[test]
    fn another_kind_and_a_record_without_one_are_fined() {
        assert!(!rule(1).warns(Some("1625"), day("2026-11-23"), &[]));
        assert!(!rule(1).warns(None, day("2026-11-23"), &[]));
    }

    #[test]
    fn a_warning_is_forgotten_after_a_year() {
        let on = day("2026-11-23");
        assert!(!rule(1).warns(Some("1039"), on, &[day("2025-11-24")]));
        assert!(rule(1).warns(Some("1039"), on, &[day("2025-11-23")]));
    }

    proptest! {
        #[test]
        fn of_many_within_a_year_so_many_warn_as_the_rule_says(first in 0u32..5, days in prop::collection::vec(0u64..365, 0..20)) {
            let mut warned = Vec::new();
            for after in &days {
                let on = day("2026-01-01").checked_add_days(Days::new(*after)).unwrap();
                if rule(first).warns(Some("1039"), on, &warned) {
                    warned.push(on);
                }
            }
            prop_assert_eq!(warned.len(), days.len().min(usize::try_from(first).unwrap()));
        }
    }
}
