//! The calendar file of an appointment (RFC 5545).

use std::fmt::Write;

use super::rules::Span;
use crate::time::Instant;

/// The octets of a line before it is folded (RFC 5545, 3.1).
const LINE: usize = 75;

/// What the calendar shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The same for every edition of the entry, so that a calendar replaces it.
    pub uid: String,
    /// When this edition was made.
    pub stamp: Instant,
    /// When it takes place.
    pub span: Span,
    /// The title.
    pub summary: String,
    /// Where.
    pub location: String,
    /// What else there is to know.
    pub description: String,
    /// Whether it no longer takes place.
    pub cancelled: bool,
}

/// The file. Times are in UTC, which every calendar shows in the reader's zone, so no zone needs to be described.
pub fn file(entry: &Entry) -> String {
    let status = if entry.cancelled { "CANCELLED" } else { "CONFIRMED" };
    let lines = [
        "BEGIN:VCALENDAR".to_owned(),
        "VERSION:2.0".to_owned(),
        "PRODID:-//Bianmin//Appointments//ZH".to_owned(),
        "CALSCALE:GREGORIAN".to_owned(),
        "METHOD:PUBLISH".to_owned(),
        "X-WR-TIMEZONE:Asia/Shanghai".to_owned(),
        "BEGIN:VEVENT".to_owned(),
        format!("UID:{}", escaped(&entry.uid)),
        format!("DTSTAMP:{}", utc(entry.stamp)),
        format!("DTSTART:{}", utc(entry.span.starts_at)),
        format!("DTEND:{}", utc(entry.span.ends_at)),
        format!("SUMMARY:{}", escaped(&entry.summary)),
        format!("LOCATION:{}", escaped(&entry.location)),
        format!("DESCRIPTION:{}", escaped(&entry.description)),
        format!("STATUS:{status}"),
        "END:VEVENT".to_owned(),
        "END:VCALENDAR".to_owned(),
    ];
    let mut text = String::new();
    for line in lines {
        text.push_str(&folded(&line));
        text.push_str("\r\n");
    }
    text
}

fn utc(at: Instant) -> String {
    let mut text = String::new();
    // Writing to a string does not fail.
    let _written = write!(text, "{}", at.format("%Y%m%dT%H%M%SZ"));
    text
}

fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\")
        .replace(';', "\\;")
        .replace(',', "\\,")
        .replace("\r\n", "\\n")
        .replace(['\n', '\r'], "\\n")
}

/// Folds a line into pieces of at most 75 octets, never inside a character.
fn folded(line: &str) -> String {
    let mut text = String::with_capacity(line.len() + line.len() / LINE * 3);
    let mut octets = 0;
    for character in line.chars() {
        if octets + character.len_utf8() > LINE {
            text.push_str("\r\n ");
            octets = 1;
        }
        text.push(character);
        octets += character.len_utf8();
    }
    text
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use proptest::prelude::*;

    use super::*;
    use crate::time::instant;

    fn entry(summary: &str) -> Entry {
        let starts_at = instant("2026-11-24".parse().unwrap(), "09:00:00".parse().unwrap());
        Entry {
            uid: "1@bianmin".into(),
            stamp: starts_at - TimeDelta::days(1),
            span: Span {
                starts_at,
                ends_at: starts_at + TimeDelta::minutes(30),
            },
            summary: summary.into(),
            location: "云川市中山路1号".into(),
            description: "预约码 7K3M9Q".into(),
            cancelled: false,
        }
    }

    #[test]
    fn nine_in_beijing_is_one_in_utc() {
        let text = file(&entry("居民身份证补领"));
        assert!(text.contains("\r\nDTSTART:20261124T010000Z\r\nDTEND:20261124T013000Z\r\n"));
        assert!(text.starts_with("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n") && text.ends_with("END:VCALENDAR\r\n"));
    }

    proptest! {
        #[test]
        fn lines_are_short_end_in_crlf_and_unfold_to_what_was_meant(summary in "[\\PC\r\n;,\\\\]{0,200}") {
            let text = file(&entry(&summary));
            prop_assert!(text.replace("\r\n", "").find(['\r', '\n']).is_none());
            prop_assert!(text.split("\r\n").all(|line| line.len() <= LINE));
            let line = format!("SUMMARY:{}", escaped(&summary));
            let unfolded = text.replace("\r\n ", "");
            prop_assert!(unfolded.split("\r\n").any(|found| found == line));
        }
    }
}
