//! What the manager of a hall arranges: counters, timetables, special days, and when seats are published.

use std::collections::HashSet;

use chrono::{Days, NaiveDate, NaiveTime, Weekday};
use serde::{Deserialize, Serialize};

use crate::{
    ids::{CounterId, GroupId, ScheduleId, ServiceId},
    language::Text,
    named,
    queue::rules::PriorityReason,
    time::{Instant, day_of, local},
};

named! {
    /// Why an entry of a timetable stands there.
    ScheduleKind {
        /// The hall's usual hours.
        Regular = "regular",
        /// Before or after the usual hours, for those who work then (高峰延时).
        Peak = "peak",
    }
}

/// The largest quota of a window.
pub const LARGEST_QUOTA: i32 = 1_000;
/// The longest and the shortest window, in minutes.
pub const WINDOW_MINUTES: std::ops::RangeInclusive<i32> = 5..=240;
/// The longest name of a group, in characters.
const LONGEST_GROUP_NAME: usize = 60;
/// How many days ahead a hall may publish its windows.
pub const DAYS_AHEAD: std::ops::RangeInclusive<i32> = 0..=60;
/// How many days ahead a hall publishes that has not chosen.
pub const USUAL_DAYS_AHEAD: i32 = 14;

/// `POST /admin/schedules` and `PUT /admin/schedules/{id}`: an entry of the hall's timetable (排班).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ScheduleRequest {
    /// The group that is served.
    pub group_id: GroupId,
    /// Why it stands there.
    pub kind: ScheduleKind,
    /// The weekdays on which it applies, `mon` to `sun`.
    pub weekdays: Vec<String>,
    /// When the first window begins, `HH:MM`.
    #[cfg_attr(feature = "openapi", schema(example = "09:00"))]
    pub opens: String,
    /// When the last window ends, `HH:MM`.
    #[cfg_attr(feature = "openapi", schema(example = "12:00"))]
    pub closes: String,
    /// How long a window is.
    pub window_minutes: i32,
    /// Seats of a window, online and on site together.
    pub quota: i32,
    /// Which hundredths of the seats are booked online; the rest are for walk-ins.
    pub online_percent: i32,
    /// The first day of the season in which it applies; every day before `valid_until` when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_from: Option<NaiveDate>,
    /// The last day of the season.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_until: Option<NaiveDate>,
}

/// An entry of the hall's timetable.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ScheduleView {
    /// The entry.
    pub id: ScheduleId,
    /// What it says.
    #[serde(flatten)]
    pub entry: ScheduleRequest,
}

/// Times that a timetable entry was checked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Times {
    /// The weekdays.
    pub weekdays: Vec<Weekday>,
    /// When the first window begins.
    pub opens: NaiveTime,
    /// When the last window ends.
    pub closes: NaiveTime,
}

/// Why an entry of a timetable is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ScheduleError {
    /// No weekday, one twice, or none that there is.
    #[error("weekdays are mon to sun, each once, and at least one")]
    Weekdays,
    /// A time that is none.
    #[error("a time is written HH:MM")]
    Opens,
    /// It closes before it opens, or a time is none.
    #[error("it closes, HH:MM, after it opens")]
    Closes,
    /// Too short, too long, or longer than the hall is open.
    #[error("a window has 5 to 240 minutes and fits between opening and closing")]
    WindowMinutes,
    /// Too few or too many seats.
    #[error("a window has 1 to 1000 seats")]
    Quota,
    /// No percentage.
    #[error("0 to 100 per cent are booked online")]
    OnlinePercent,
    /// A season that ends before it begins.
    #[error("a season ends after it begins")]
    ValidUntil,
}

impl ScheduleError {
    /// The field that is refused.
    pub const fn field(self) -> &'static str {
        match self {
            Self::Weekdays => "weekdays",
            Self::Opens => "opens",
            Self::Closes => "closes",
            Self::WindowMinutes => "window_minutes",
            Self::Quota => "quota",
            Self::OnlinePercent => "online_percent",
            Self::ValidUntil => "valid_until",
        }
    }
}

impl ScheduleRequest {
    /// Checks the entry.
    pub fn check(&self) -> Result<Times, ScheduleError> {
        let mut weekdays = Vec::with_capacity(self.weekdays.len());
        for name in &self.weekdays {
            let day = weekday(name).ok_or(ScheduleError::Weekdays)?;
            if weekdays.contains(&day) {
                return Err(ScheduleError::Weekdays);
            }
            weekdays.push(day);
        }
        if weekdays.is_empty() {
            return Err(ScheduleError::Weekdays);
        }
        let opens = time_of_day(&self.opens).ok_or(ScheduleError::Opens)?;
        let closes = time_of_day(&self.closes).ok_or(ScheduleError::Closes)?;
        if closes <= opens {
            return Err(ScheduleError::Closes);
        }
        let open = (closes - opens).num_minutes();
        if !WINDOW_MINUTES.contains(&self.window_minutes) || i64::from(self.window_minutes) > open {
            return Err(ScheduleError::WindowMinutes);
        }
        if !(1..=LARGEST_QUOTA).contains(&self.quota) {
            return Err(ScheduleError::Quota);
        }
        if !(0..=100).contains(&self.online_percent) {
            return Err(ScheduleError::OnlinePercent);
        }
        if self
            .valid_from
            .zip(self.valid_until)
            .is_some_and(|(from, until)| until < from)
        {
            return Err(ScheduleError::ValidUntil);
        }
        Ok(Times {
            weekdays,
            opens,
            closes,
        })
    }
}

/// The weekday with one of the names `mon` to `sun`.
pub fn weekday(name: &str) -> Option<Weekday> {
    const NAMES: [(&str, Weekday); 7] = [
        ("mon", Weekday::Mon),
        ("tue", Weekday::Tue),
        ("wed", Weekday::Wed),
        ("thu", Weekday::Thu),
        ("fri", Weekday::Fri),
        ("sat", Weekday::Sat),
        ("sun", Weekday::Sun),
    ];
    NAMES.iter().find(|(known, _)| *known == name).map(|(_, day)| *day)
}

/// A time of day, `HH:MM`.
pub fn time_of_day(text: &str) -> Option<NaiveTime> {
    NaiveTime::parse_from_str(text, "%H:%M")
        .ok()
        .filter(|_| text.len() == 5)
}

/// `POST /admin/counters` and `PUT /admin/counters/{id}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CounterRequest {
    /// The number over it.
    pub number: i32,
    /// What it is called.
    pub name: Text,
    /// The groups that it serves.
    pub groups: Vec<GroupId>,
    /// Whether it is in use. A counter is retired and never deleted, because tickets refer to it.
    pub active: bool,
}

/// A counter as its manager sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CounterView {
    /// The counter.
    pub id: CounterId,
    /// What is known of it.
    #[serde(flatten)]
    pub counter: CounterRequest,
}

/// `POST /admin/groups` and `PUT /admin/groups/{id}`: a group of services at the hall (服务组).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GroupRequest {
    /// What it is called.
    pub name: Text,
    /// The letter of its ticket numbers.
    #[cfg_attr(feature = "openapi", schema(example = "G"))]
    pub prefix: String,
    /// The services in it. One that is in another group of the hall is taken from there.
    pub services: Vec<ServiceId>,
    /// Whether it is in use. A group is retired and never deleted, because tickets refer to it.
    pub active: bool,
}

/// Why a group of services is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GroupError {
    /// No name in one of the languages, or too long a one.
    #[error("a name has 1 to 60 characters in each language")]
    Name,
    /// No letter.
    #[error("ticket numbers begin with one or two letters, A to Z")]
    Prefix,
    /// A service twice.
    #[error("each service is named once")]
    Services,
}

impl GroupError {
    /// The field that is refused.
    pub const fn field(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Prefix => "prefix",
            Self::Services => "services",
        }
    }
}

impl GroupRequest {
    /// Checks the group.
    pub fn check(&self) -> Result<(), GroupError> {
        let named = |text: &String| !text.trim().is_empty() && text.chars().count() <= LONGEST_GROUP_NAME;
        if ![&self.name.zh, &self.name.en].into_iter().all(named) {
            return Err(GroupError::Name);
        }
        if !(1..=2).contains(&self.prefix.len()) || !self.prefix.bytes().all(|letter| letter.is_ascii_uppercase()) {
            return Err(GroupError::Prefix);
        }
        let mut seen = HashSet::new();
        if !self.services.iter().all(|service| seen.insert(service)) {
            return Err(GroupError::Services);
        }
        Ok(())
    }
}

/// A group of services as it was changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GroupArrangement {
    /// The group.
    pub id: GroupId,
    /// What is known of it.
    #[serde(flatten)]
    pub group: GroupRequest,
}

/// `POST /admin/schedules/{id}/quota`: what a timetable's quota changes, or would change, in windows that are published.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct QuotaEffect {
    /// The published windows to come that the entry gives, without the closed ones.
    pub windows: usize,
    /// How many of them have another quota than the entry.
    pub changed: usize,
    /// How many of those keep more seats for now than the entry gives, because more are taken.
    pub limited: usize,
}

/// An entry of `GET /admin/services`: a group of services at the hall.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GroupView {
    /// The group.
    pub id: GroupId,
    /// The letter of its ticket numbers.
    pub prefix: String,
    /// What it is called.
    pub name: String,
    /// The services in it.
    pub services: Vec<String>,
    /// The numbers of the counters that serve it.
    pub counters: Vec<i32>,
    /// What can be changed of it, in both languages.
    pub arranged: GroupRequest,
}

/// `PUT /admin/policy`: what the hall has chosen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct HallPolicy {
    /// How many days ahead windows are published.
    pub days_ahead: i32,
    /// At what time of day the last of them appears, `HH:MM`.
    #[cfg_attr(feature = "openapi", schema(example = "08:00"))]
    pub opens_at: String,
    /// For which reasons a clerk may let a ticket go first.
    pub priorities: Vec<PriorityReason>,
}

impl Default for HallPolicy {
    fn default() -> Self {
        Self {
            days_ahead: USUAL_DAYS_AHEAD,
            opens_at: "00:00".into(),
            priorities: PriorityReason::ALL.to_vec(),
        }
    }
}

impl HallPolicy {
    /// The last day whose windows residents see now: the day so many days ahead once its hour has come, and the day before it until then.
    pub fn last_published(&self, now: Instant) -> NaiveDate {
        let opens = time_of_day(&self.opens_at).unwrap_or(NaiveTime::MIN);
        let ahead = u64::try_from(self.days_ahead).unwrap_or(0);
        let last = day_of(now).checked_add_days(Days::new(ahead)).unwrap_or(NaiveDate::MAX);
        if local(now).time() >= opens {
            last
        } else {
            last.pred_opt().unwrap_or(last)
        }
    }
}

/// `PUT /admin/holidays/{day}`: a day of rest on which the hall opens (节假日不休息).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OpenedDayRequest {
    /// The weekday whose timetable it follows, `mon` to `sun`.
    #[cfg_attr(feature = "openapi", schema(example = "mon"))]
    pub follows: String,
}

/// An entry of `GET /admin/holidays`: a day that is not what its weekday suggests.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SpecialDayView {
    /// The day.
    pub day: NaiveDate,
    /// The holiday, when it is one.
    pub holiday: Option<String>,
    /// The holiday in exchange for which it is worked, when it is such a day.
    pub worked_for: Option<String>,
    /// The weekday whose timetable it follows at this hall, when the hall opens on it.
    pub follows: Option<String>,
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use uuid::Uuid;

    use super::*;
    use crate::time::instant;

    fn entry() -> ScheduleRequest {
        ScheduleRequest {
            group_id: GroupId(Uuid::nil()),
            kind: ScheduleKind::Peak,
            weekdays: vec!["mon".into(), "thu".into()],
            opens: "17:00".into(),
            closes: "19:00".into(),
            window_minutes: 30,
            quota: 6,
            online_percent: 50,
            valid_from: None,
            valid_until: None,
        }
    }

    #[test]
    fn an_entry_says_which_of_its_fields_is_wrong() {
        let refused = |change: fn(&mut ScheduleRequest), error| {
            let mut entry = entry();
            change(&mut entry);
            assert_eq!(entry.check(), Err(error));
        };
        assert_eq!(entry().check().map(|times| times.weekdays.len()), Ok(2));
        refused(|entry| entry.weekdays.clear(), ScheduleError::Weekdays);
        refused(|entry| entry.weekdays.push("mon".into()), ScheduleError::Weekdays);
        refused(|entry| entry.weekdays.push("caturday".into()), ScheduleError::Weekdays);
        refused(|entry| entry.opens = "25:00".into(), ScheduleError::Opens);
        refused(|entry| entry.opens = "9:00".into(), ScheduleError::Opens);
        refused(|entry| entry.closes = "17:00".into(), ScheduleError::Closes);
        refused(|entry| entry.window_minutes = 150, ScheduleError::WindowMinutes);
        refused(|entry| entry.window_minutes = 4, ScheduleError::WindowMinutes);
        refused(|entry| entry.quota = 0, ScheduleError::Quota);
        refused(|entry| entry.online_percent = 101, ScheduleError::OnlinePercent);
        let season = |entry: &mut ScheduleRequest| {
            entry.valid_from = NaiveDate::from_ymd_opt(2026, 7, 2);
            entry.valid_until = NaiveDate::from_ymd_opt(2026, 7, 1);
        };
        refused(season, ScheduleError::ValidUntil);
    }

    #[test]
    fn a_group_has_a_name_in_both_languages_a_letter_and_each_service_once() {
        let group = || GroupRequest {
            name: Text {
                zh: "居住证".into(),
                en: "Residence permits".into(),
            },
            prefix: "G".into(),
            services: vec![ServiceId(Uuid::nil())],
            active: true,
        };
        let refused = |change: fn(&mut GroupRequest), error| {
            let mut group = group();
            change(&mut group);
            assert_eq!(group.check(), Err(error));
        };
        assert_eq!(group().check(), Ok(()));
        refused(|group| group.name.en = " ".into(), GroupError::Name);
        refused(|group| group.name.zh = "居".repeat(61), GroupError::Name);
        refused(|group| group.prefix.clear(), GroupError::Prefix);
        refused(|group| group.prefix = "g".into(), GroupError::Prefix);
        refused(|group| group.prefix = "ABC".into(), GroupError::Prefix);
        refused(|group| group.prefix = "证".into(), GroupError::Prefix);
        refused(
            |group| group.services.push(ServiceId(Uuid::nil())),
            GroupError::Services,
        );
    }

    #[test]
    fn the_last_day_appears_at_its_hour_and_not_a_second_before() {
        let policy = HallPolicy {
            opens_at: "08:00".into(),
            ..HallPolicy::default()
        };
        let today = NaiveDate::from_ymd_opt(2026, 12, 24).unwrap_or_default();
        let eight = instant(today, NaiveTime::from_hms_opt(8, 0, 0).unwrap_or_default());
        let day = |text: &str| text.parse::<NaiveDate>().unwrap_or_default();
        assert_eq!(policy.last_published(eight), day("2027-01-07"), "across the year's end");
        assert_eq!(policy.last_published(eight - TimeDelta::seconds(1)), day("2027-01-06"));
        let midnight = instant(today, NaiveTime::MIN);
        assert_eq!(HallPolicy::default().last_published(midnight), day("2027-01-07"));
    }
}
