//! The bureau's content files, as an operator writes them (TOML), and as they are kept.

use std::str::FromStr;

use chrono::{NaiveDate, NaiveTime, Weekday};
use serde::{Deserialize, Serialize};
use shared::{
    appointments::booking_rules::BookingRules,
    catalog::{
        rules::{Family, Synonym},
        wire::{Channel, DayKind},
    },
    language::Text,
};

/// `bureau.toml`: who runs this installation, and the rules of its appointments.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Bureau {
    pub authority_code: String,
    pub phone: String,
    pub name: Text,
    pub city: Text,
    #[serde(default)]
    pub booking: BookingRules,
}

/// `service-groups.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Groups {
    pub group: Vec<Group>,
}

/// A group of services.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Group {
    pub code: String,
    pub prefix: String,
    pub family: Family,
    pub name: Text,
}

/// A service, one file each.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Service {
    pub code: String,
    pub family: Family,
    pub group: String,
    pub aliases: Vec<String>,
    pub minutes: u32,
    pub appointment: bool,
    pub channels: Vec<Channel>,
    pub fee_fen: i64,
    pub name: Text,
    pub summary: Text,
    pub time_limit: TimeLimit,
    /// What is collected later with a slip, where something is.
    #[serde(default)]
    pub document: Option<Text>,
    #[serde(default)]
    pub fee_note: Option<Text>,
    pub basis: Vec<Text>,
    pub materials: Vec<Material>,
    pub steps: Vec<Text>,
}

/// How long a service takes.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct TimeLimit {
    pub days: u32,
    pub kind: DayKind,
    pub promised_days: u32,
}

/// Something to bring.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Material {
    pub zh: String,
    pub en: String,
    pub original: bool,
    pub copies: u32,
    pub required: Required,
    #[serde(default)]
    pub note_zh: Option<String>,
    #[serde(default)]
    pub note_en: Option<String>,
}

/// Who needs a material.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Required {
    /// Everyone.
    Always,
    /// Those to whom its note applies.
    IfApplicable,
}

/// `halls.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Halls {
    pub hall: Vec<Hall>,
}

/// A hall with its counters and timetables.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Hall {
    pub code: String,
    pub phone: String,
    pub latitude: String,
    pub longitude: String,
    pub name: Text,
    pub district: Text,
    pub address: Text,
    pub transport: Text,
    pub hours: Vec<Hours>,
    #[serde(rename = "counter", skip_serializing)]
    #[serde(default)]
    pub counters: Vec<Counter>,
    #[serde(rename = "schedule", skip_serializing)]
    #[serde(default)]
    pub schedules: Vec<ScheduleEntry>,
}

/// A span of opening hours.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Hours {
    pub days: Vec<String>,
    pub from: String,
    pub to: String,
}

/// A counter.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Counter {
    pub number: i32,
    pub name: Text,
    pub groups: Vec<String>,
}

/// An entry of a hall's timetable.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct ScheduleEntry {
    pub group: String,
    pub days: Vec<String>,
    pub from: String,
    pub to: String,
    pub window_minutes: i32,
    pub quota: i32,
    pub online_percent: i32,
}

/// A timetable as it is kept: which windows a hall offers for a group (排班).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schedule {
    /// The hall.
    pub hall: shared::ids::HallId,
    /// The group.
    pub group: shared::ids::GroupId,
    /// The weekdays on which it applies.
    pub weekdays: Weekdays,
    /// When the first window begins.
    pub opens: NaiveTime,
    /// When the last window ends.
    pub closes: NaiveTime,
    /// How long a window is.
    pub window_minutes: i32,
    /// Seats of a window, online and on site together.
    pub quota: i32,
    /// Which hundredths of the seats are booked online.
    pub online_percent: i32,
    /// From which day on it applies.
    pub valid_from: Option<NaiveDate>,
    /// Until which day it applies.
    pub valid_until: Option<NaiveDate>,
}

impl Schedule {
    /// How many seats of a window are booked online; the rest are for walk-ins.
    pub const fn online_quota(&self) -> i32 {
        // Rounded up, so that a window of one seat can be booked.
        (self.quota * self.online_percent + 99) / 100
    }
}

/// A set of weekdays, written `["mon", "tue"]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Weekdays(pub Vec<Weekday>);

impl Weekdays {
    /// Reads the names of weekdays.
    pub fn parse(names: &[String]) -> anyhow::Result<Self> {
        names
            .iter()
            .map(|name| Weekday::from_str(name).map_err(|_unknown| anyhow::anyhow!("{name:?} is no weekday")))
            .collect::<anyhow::Result<Vec<_>>>()
            .map(Self)
    }
}

/// `synonyms.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Synonyms {
    pub synonym: Vec<Synonym>,
}

/// A year's notice, `calendar/2026.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Year {
    pub year: i32,
    #[serde(rename = "source")]
    pub _source: Text,
    #[serde(default)]
    pub holiday: Vec<Holiday>,
    #[serde(default)]
    pub make_up_workday: Vec<MakeUpWorkday>,
}

/// A holiday, both days included.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Holiday {
    pub from: toml::value::Datetime,
    pub to: toml::value::Datetime,
    pub name: Text,
}

/// A weekend day that is worked.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MakeUpWorkday {
    pub date: toml::value::Datetime,
    #[serde(rename = "for")]
    pub holiday: String,
}

/// `calendar/fixed.toml`: the days that the law itself names, for years whose notice is not out.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fixed {
    #[serde(rename = "source")]
    pub _source: Text,
    pub fixed: Vec<FixedDay>,
    #[serde(default)]
    pub lunar: Vec<LunarDay>,
}

/// A day of the solar calendar.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FixedDay {
    pub month: u32,
    pub day: u32,
    #[serde(default, rename = "solar_term")]
    pub _solar_term: bool,
    #[serde(default)]
    pub solar_term_dates: Vec<toml::value::Datetime>,
    pub name: Text,
}

/// A day of the lunar calendar, worked out for a year.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LunarDay {
    pub year: i32,
    pub date: toml::value::Datetime,
    pub name: Text,
}

/// The day of a TOML date.
pub fn date(value: &toml::value::Datetime) -> anyhow::Result<NaiveDate> {
    value
        .to_string()
        .parse()
        .map_err(|_no_date| anyhow::anyhow!("{value} is no date"))
}

/// A time of day, `HH:MM`.
pub fn time(text: &str) -> anyhow::Result<NaiveTime> {
    NaiveTime::parse_from_str(text, "%H:%M").map_err(|_no_time| anyhow::anyhow!("{text:?} is no time like 09:00"))
}
