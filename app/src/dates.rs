//! Days and times as people write them, by the browser's own knowledge of both languages.

use chrono::{Datelike, Days, NaiveDate, Timelike};
use js_sys::{Date, Object, Reflect};
use shared::time::{Instant, day_of, local};
use wasm_bindgen::JsValue;

use crate::{
    browser,
    language::{filled, language, t, words},
};

words! {
    TODAY: "今天" / "Today";
    TOMORROW: "明天" / "Tomorrow";
    MINUTES_SECONDS: "{}分{}秒" / "{} min {} s";
    SECONDS: "{}秒" / "{} s";
}

/// Formats a day of the bureau with these options of `Intl`.
fn format(day: NaiveDate, options: &[(&str, &str)]) -> String {
    let wanted = Object::new();
    for (name, value) in options.iter().chain(&[("timeZone", "UTC")]) {
        Reflect::set(&wanted, &JsValue::from_str(name), &JsValue::from_str(value)).ok();
    }
    // A day has no offset: it is read and written as if it were in Greenwich.
    let date = Date::new(&JsValue::from_str(&format!("{day}T00:00:00Z")));
    date.to_locale_date_string(language().tag(), &wanted).into()
}

/// The day with its weekday, or "today" and "tomorrow".
pub fn day(at: Instant) -> String {
    date(day_of(at))
}

/// A day of the bureau with its weekday, or "today" and "tomorrow".
pub fn date(day: NaiveDate) -> String {
    let today = today();
    let date = format(day, &[("month", "short"), ("day", "numeric"), ("weekday", "short")]);
    if day == today {
        format!("{} · {date}", t(TODAY))
    } else if Some(day) == today.checked_add_days(Days::new(1)) {
        format!("{} · {date}", t(TOMORROW))
    } else {
        date
    }
}

/// Month and day alone, inside a sentence.
pub fn month_day(day: NaiveDate) -> String {
    format(day, &[("month", "short"), ("day", "numeric")])
}

/// The weekday, for the head of a column.
pub fn weekday(day: NaiveDate) -> String {
    format(day, &[("weekday", "short")])
}

/// A weekday by its name on the wire, `mon` to `sun`.
pub fn weekday_named(name: &str) -> String {
    let at = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
        .iter()
        .position(|known| *known == name)
        .unwrap_or_default();
    // The first of January 2024 was a Monday.
    let monday = NaiveDate::from_ymd_opt(2024, 1, 1).unwrap_or_default();
    let day = monday.checked_add_days(Days::new(u64::try_from(at).unwrap_or_default()));
    format(day.unwrap_or(monday), &[("weekday", "short")])
}

/// What a day of the calendar needs above its number: that it is today, or the month that begins.
pub fn calendar_mark(day: NaiveDate) -> Option<String> {
    if day == today() {
        Some(t(TODAY).to_owned())
    } else {
        (day.day() == 1).then(|| format(day, &[("month", "short")]))
    }
}

/// The whole day, to be read aloud.
pub fn spoken_day(day: NaiveDate) -> String {
    format(day, &[("month", "long"), ("day", "numeric"), ("weekday", "long")])
}

/// The whole day with its year, for what may lie long ago.
pub fn dated(day: NaiveDate) -> String {
    format(day, &[("year", "numeric"), ("month", "long"), ("day", "numeric")])
}

/// The bureau's day now.
pub fn today() -> NaiveDate {
    day_of(browser::now())
}

/// Hours and minutes on the bureau's clocks.
pub fn clock(at: Instant) -> String {
    let at = local(at);
    format!("{:02}:{:02}", at.hour(), at.minute())
}

/// From one time to another, which no line breaks apart: word joiners stand around the dash.
pub fn span(from: Instant, to: Instant) -> String {
    format!("{}\u{2060}–\u{2060}{}", clock(from), clock(to))
}

/// The day, and from one time to another.
pub fn day_span(from: Instant, to: Instant) -> String {
    format!("{} {}", day(from), span(from, to))
}

/// The day and the time.
pub fn moment(at: Instant) -> String {
    format!("{} {}", day(at), clock(at))
}

/// What is left until then, to the second; nothing once it has passed.
pub fn left(until: Instant) -> Option<String> {
    let seconds = (until - browser::now()).num_seconds();
    if seconds <= 0 {
        return None;
    }
    Some(if seconds >= 60 {
        filled(
            MINUTES_SECONDS,
            &[&(seconds / 60).to_string(), &format!("{:02}", seconds % 60)],
        )
    } else {
        filled(SECONDS, &[&seconds.to_string()])
    })
}
