//! Quiet hours (免打扰): when a text that can wait is sent.

use chrono::{Days, NaiveTime, Timelike};

use super::rules::Class;
use crate::time::{Instant, day_of, instant, local};

/// The hour at which quiet begins in the evening, on the bureau's clocks.
pub const FROM_HOUR: u32 = 22;
/// The hour at which it ends in the morning.
pub const UNTIL_HOUR: u32 = 8;

/// When a text of this class that is written at `now` is sent: at once, or in the morning when it is a notice and people sleep.
///
/// What the law wants told waits for nobody's sleep, because its periods do not either.
pub fn send_at(class: Class, now: Instant) -> Instant {
    let hour = local(now).hour();
    let morning = |day| instant(day, NaiveTime::from_hms_opt(UNTIL_HOUR, 0, 0).unwrap_or_default());
    match class {
        Class::Notice if hour < UNTIL_HOUR => morning(day_of(now)),
        Class::Notice if hour >= FROM_HOUR => {
            let today = day_of(now);
            morning(today.checked_add_days(Days::new(1)).unwrap_or(today))
        }
        Class::Code | Class::Statutory | Class::Security | Class::Notice => now,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(text: &str) -> Instant {
        chrono::DateTime::parse_from_rfc3339(&format!("2026-11-{text}:00+08:00"))
            .unwrap()
            .to_utc()
    }

    #[test]
    fn a_notice_waits_for_the_morning_and_the_law_for_nothing() {
        assert_eq!(send_at(Class::Notice, at("23T21:59")), at("23T21:59"));
        assert_eq!(send_at(Class::Notice, at("23T22:00")), at("24T08:00"));
        assert_eq!(send_at(Class::Notice, at("24T07:59")), at("24T08:00"));
        assert_eq!(send_at(Class::Notice, at("24T08:00")), at("24T08:00"));
        assert_eq!(send_at(Class::Statutory, at("24T03:00")), at("24T03:00"));
        assert_eq!(send_at(Class::Code, at("24T03:00")), at("24T03:00"));
    }

    proptest! {
        #[test]
        fn a_text_is_never_sent_early_nor_more_than_ten_hours_late(seconds in 0i64..4_000_000_000) {
            let now = Instant::from_timestamp(seconds, 0).unwrap();
            let sent = send_at(Class::Notice, now);
            prop_assert!(sent >= now && (sent - now).num_hours() <= 10);
            prop_assert!((UNTIL_HOUR..FROM_HOUR).contains(&local(sent).hour()));
        }
    }
}
