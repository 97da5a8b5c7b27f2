//! When a resident is reminded of an appointment.

use chrono::{Days, NaiveTime, TimeDelta};

use super::rules::Span;
use crate::{
    notify::rules::Template,
    time::{Instant, day_of, instant},
};

/// The reminders that are still to come: the day before at 18:00, and two hours before.
pub fn reminders(span: Span, now: Instant) -> Vec<(Template, Instant)> {
    let evening = NaiveTime::from_hms_opt(18, 0, 0)
        .zip(day_of(span.starts_at).checked_sub_days(Days::new(1)))
        .map(|(time, day)| (Template::ReminderDayBefore, instant(day, time)));
    let shortly = Some((Template::ReminderTwoHours, span.starts_at - TimeDelta::hours(2)));
    [evening, shortly]
        .into_iter()
        .flatten()
        .filter(|(_, due)| now < *due)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Instant {
        chrono::DateTime::parse_from_rfc3339(text).unwrap().to_utc()
    }

    fn due(starts: &str, now: &str) -> Vec<Instant> {
        let starts_at = at(starts);
        let span = Span {
            starts_at,
            ends_at: starts_at + TimeDelta::minutes(30),
        };
        reminders(span, at(now)).into_iter().map(|(_, due)| due).collect()
    }

    #[test]
    fn one_is_reminded_the_evening_before_and_two_hours_before() {
        assert_eq!(
            due("2027-01-01T09:00:00+08:00", "2026-12-20T12:00:00+08:00"),
            [at("2026-12-31T18:00:00+08:00"), at("2027-01-01T07:00:00+08:00")]
        );
    }

    #[test]
    fn what_has_passed_is_left_out() {
        assert_eq!(
            due("2026-11-24T09:00:00+08:00", "2026-11-23T18:00:00+08:00"),
            [at("2026-11-24T07:00:00+08:00")]
        );
        assert!(due("2026-11-24T09:00:00+08:00", "2026-11-24T07:30:00+08:00").is_empty());
    }
}
