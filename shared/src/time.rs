//! The bureau's time: Beijing time without daylight saving, and the calendar of days on which halls work.

use std::collections::BTreeMap;

use chrono::{DateTime, Datelike, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Utc, Weekday};
use serde::{Deserialize, Serialize};

/// An instant.
pub type Instant = DateTime<Utc>;

/// The offset of Beijing time, +08:00 all the year.
pub const fn beijing() -> FixedOffset {
    match FixedOffset::east_opt(8 * 3600) {
        Some(offset) => offset,
        None => unreachable!(),
    }
}

/// The instant as the wire writes it, with the bureau's offset.
pub fn local(at: Instant) -> DateTime<FixedOffset> {
    at.with_timezone(&beijing())
}

/// The bureau's calendar day of an instant.
pub fn day_of(at: Instant) -> NaiveDate {
    local(at).date_naive()
}

/// The instant at which the bureau's clocks show this time on this day; the earliest that there is, for a day that began before it.
pub fn instant(day: NaiveDate, time: NaiveTime) -> Instant {
    let utc = day.and_time(time).checked_sub_signed(TimeDelta::hours(8));
    DateTime::from_naive_utc_and_offset(utc.unwrap_or(NaiveDateTime::MIN), Utc)
}

/// Instants on the wire: RFC 3339 with `+08:00`, to the second.
pub mod wire_time {
    use chrono::{DateTime, SecondsFormat};
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    use super::Instant;

    /// The instant's text.
    pub fn text(at: Instant) -> String {
        super::local(at).to_rfc3339_opts(SecondsFormat::Secs, false)
    }

    /// Writes an instant.
    pub fn serialize<S: Serializer>(at: &Instant, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&text(*at))
    }

    /// The instant of a text with any offset; nothing when it is none.
    pub fn read(text: &str) -> Option<Instant> {
        DateTime::parse_from_rfc3339(text).map(|at| at.to_utc()).ok()
    }

    /// Reads an instant with any offset.
    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Instant, D::Error> {
        let text = String::deserialize(from)?;
        DateTime::parse_from_rfc3339(&text)
            .map(|at| at.to_utc())
            .map_err(D::Error::custom)
    }

    /// The same for an instant that may be absent.
    pub mod option {
        use serde::{Deserialize, Deserializer, Serializer};

        use super::super::Instant;

        #[derive(Deserialize)]
        struct Present(#[serde(with = "super")] Instant);

        /// Writes an instant or null.
        pub fn serialize<S: Serializer>(at: &Option<Instant>, to: S) -> Result<S::Ok, S::Error> {
            match at {
                Some(at) => to.serialize_some(&super::text(*at)),
                None => to.serialize_none(),
            }
        }

        /// Reads an instant or null.
        pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Instant>, D::Error> {
            Ok(Option::<Present>::deserialize(from)?.map(|Present(at)| at))
        }
    }
}

/// Why a day is not what its weekday suggests.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum SpecialDay {
    /// A statutory holiday (法定节假日) or a day moved to make a longer one (调休).
    Holiday {
        /// The holiday's name, in Chinese.
        name: String,
    },
    /// A weekend day worked in exchange (调休上班).
    MakeUpWorkday {
        /// The holiday for which it is worked.
        name: String,
    },
}

/// The working calendar, from the State Council's yearly notice.
///
/// For a year whose notice is not out yet, only the days that the law itself fixes are known
/// (全国年节及纪念日放假办法): those are holidays, every other day follows its weekday, and
/// [`WorkCalendar::is_announced`] lets pages say that the year may still change.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WorkCalendar {
    special: BTreeMap<NaiveDate, SpecialDay>,
    announced: Vec<i32>,
}

impl WorkCalendar {
    /// A calendar of special days, and the years whose notices are out.
    pub fn new(special: BTreeMap<NaiveDate, SpecialDay>, announced: Vec<i32>) -> Self {
        Self { special, announced }
    }

    /// What is special about a day, if anything is.
    pub fn special(&self, day: NaiveDate) -> Option<&SpecialDay> {
        self.special.get(&day)
    }

    /// Whether the bureau works on this day.
    pub fn is_workday(&self, day: NaiveDate) -> bool {
        match self.special(day) {
            Some(SpecialDay::Holiday { .. }) => false,
            Some(SpecialDay::MakeUpWorkday { .. }) => true,
            None => !matches!(day.weekday(), Weekday::Sat | Weekday::Sun),
        }
    }

    /// The weekday whose timetable a day follows: a make-up workday follows Monday's, a holiday none.
    pub fn timetable(&self, day: NaiveDate) -> Option<Weekday> {
        match self.special(day) {
            Some(SpecialDay::Holiday { .. }) => None,
            Some(SpecialDay::MakeUpWorkday { .. }) => Some(Weekday::Mon),
            None => Some(day.weekday()),
        }
    }

    /// Whether the yearly notice for this day's year is out.
    pub fn is_announced(&self, day: NaiveDate) -> bool {
        self.announced.contains(&day.year())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap_or_default()
    }

    #[test]
    fn the_bureaus_day_begins_at_midnight_in_beijing() {
        let last_second = DateTime::parse_from_rfc3339("2026-12-31T23:59:59+08:00")
            .unwrap_or_default()
            .to_utc();
        assert_eq!(day_of(last_second), day("2026-12-31"));
        assert_eq!(day_of(last_second + TimeDelta::seconds(1)), day("2027-01-01"));
        assert_eq!(
            instant(day("2027-01-01"), NaiveTime::MIN),
            last_second + TimeDelta::seconds(1)
        );
    }

    #[test]
    fn an_instant_is_written_with_the_bureaus_offset() {
        let at = instant(day("2026-03-01"), NaiveTime::MIN);
        assert_eq!(wire_time::text(at), "2026-03-01T00:00:00+08:00");
    }

    #[test]
    fn holidays_rest_and_make_up_days_work() {
        let special = BTreeMap::from([
            (
                day("2026-10-01"),
                SpecialDay::Holiday {
                    name: "国庆节".into()
                },
            ),
            (
                day("2026-10-10"),
                SpecialDay::MakeUpWorkday {
                    name: "国庆节".into()
                },
            ),
        ]);
        let calendar = WorkCalendar::new(special, vec![2026]);
        assert!(!calendar.is_workday(day("2026-10-01")), "a Thursday, but a holiday");
        assert!(calendar.is_workday(day("2026-10-10")), "a Saturday, but worked");
        assert_eq!(calendar.timetable(day("2026-10-10")), Some(Weekday::Mon));
        assert!(!calendar.is_workday(day("2026-10-11")));
        assert!(calendar.is_announced(day("2026-10-11")) && !calendar.is_announced(day("2027-10-11")));
    }
}
