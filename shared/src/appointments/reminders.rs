//! When a resident is reminded of an appointment.

use chrono::{Days, NaiveTime, TimeDelta};

use super::rules::Span;
use crate::{
    notify::rules::Template,
    time::{Instant, day_of, instant},
};

/// Both reminders of an appointment, the earlier first: the evening before at 18:00, and two hours before.
fn both(span: Span) -> impl Iterator<Item = (Template, Instant)> {
    let evening = NaiveTime::from_hms_opt(18, 0, 0)
        .zip(day_of(span.starts_at).checked_sub_days(Days::new(1)))
        .map(|(time, day)| (Template::ReminderDayBefore, instant(day, time)));
    let shortly = Some((Template::ReminderTwoHours, span.starts_at - TimeDelta::hours(2)));
    [evening, shortly].into_iter().flatten()
}

/// When the next reminder after an instant is due; none when the last has passed.
pub fn next_after(span: Span, instant: Instant) -> Option<Instant> {
    both(span).map(|(_, due)| due).find(|due| instant < *due)
}

/// What one is reminded with now: the latest reminder whose time has come, so that after a standstill one text goes out and not two.
/// Nothing once the window has begun.
pub fn due(span: Span, now: Instant) -> Option<Template> {
    let come = both(span).filter(|(_, due)| *due <= now).last();
    come.map(|(template, _)| template).filter(|_| now < span.starts_at)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Instant {
        chrono::DateTime::parse_from_rfc3339(text).unwrap().to_utc()
    }

    fn nine_on_new_year() -> Span {
        let starts_at = at("2027-01-01T09:00:00+08:00");
        Span {
            starts_at,
            ends_at: starts_at + TimeDelta::minutes(30),
        }
    }

    #[test]
    fn one_is_reminded_the_evening_before_and_two_hours_before() {
        let next = |now: &str| next_after(nine_on_new_year(), at(now));
        let (evening, shortly) = (at("2026-12-31T18:00:00+08:00"), at("2027-01-01T07:00:00+08:00"));
        assert_eq!(next("2026-12-20T12:00:00+08:00"), Some(evening));
        assert_eq!(next("2026-12-31T18:00:00+08:00"), Some(shortly));
        assert_eq!(next("2027-01-01T07:00:00+08:00"), None);
    }

    #[test]
    fn after_a_standstill_the_latest_reminder_is_sent_and_none_once_the_window_has_begun() {
        let due = |now: &str| due(nine_on_new_year(), at(now));
        assert_eq!(due("2026-12-31T17:59:59+08:00"), None);
        assert_eq!(due("2026-12-31T18:00:00+08:00"), Some(Template::ReminderDayBefore));
        assert_eq!(due("2027-01-01T08:59:00+08:00"), Some(Template::ReminderTwoHours));
        assert_eq!(due("2027-01-01T09:00:00+08:00"), None);
    }
}
