//! Publishes windows: turns the timetables of the halls into bookable spans of time, skipping the days on which the bureau rests.

use chrono::{Days, NaiveDate, NaiveTime, TimeDelta};
use sea_orm::{ActiveValue::Set, ConnectionTrait, EntityTrait, sea_query::OnConflict};
use shared::{
    appointments::{closures::concerns, rules::Span},
    ids::{GroupId, HallId},
    time::{WorkCalendar, instant},
};
use uuid::Uuid;

use super::{
    closures,
    entity::{
        closure,
        window::{ActiveModel, Column, Entity},
    },
};
use crate::catalog::{Schedule, Snapshot};

/// How many days ahead windows are published.
pub const DAYS_AHEAD: u64 = 14;
/// Rows of one statement.
const AT_ONCE: usize = 500;

/// Publishes the windows of `today` and the days that follow. What is published already stays as it is, with its bookings.
pub async fn publish_windows(
    db: &impl ConnectionTrait,
    catalogue: &Snapshot,
    today: NaiveDate,
) -> Result<u64, sea_orm::DbErr> {
    let closed = closures::current(db, None, instant(today, NaiveTime::MIN)).await?;
    let days = (0..=DAYS_AHEAD).filter_map(|ahead| today.checked_add_days(Days::new(ahead)));
    let mut rows: Vec<ActiveModel> = planned(catalogue, days, &closed).map(Planned::row).collect();
    let mut published = 0;
    while !rows.is_empty() {
        let rest = rows.split_off(rows.len().min(AT_ONCE));
        let part = std::mem::replace(&mut rows, rest);
        let mut keep = OnConflict::columns([Column::HallId, Column::GroupId, Column::StartsAt]);
        keep.do_nothing();
        published += Entity::insert_many(part)
            .on_conflict(keep)
            .exec_without_returning(db)
            .await?;
    }
    Ok(published)
}

fn applies(schedule: &Schedule, day: NaiveDate, calendar: &WorkCalendar) -> bool {
    calendar
        .timetable(day)
        .is_some_and(|weekday| schedule.weekdays.0.contains(&weekday))
        && schedule.valid_from.is_none_or(|from| from <= day)
        && schedule.valid_until.is_none_or(|until| day <= until)
}

/// A window that a timetable gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Planned {
    /// The hall.
    pub hall: HallId,
    /// The group.
    pub group: GroupId,
    /// The bureau's day.
    pub day: NaiveDate,
    /// When it begins and ends.
    pub span: Span,
    /// Seats that are booked online.
    pub online: i32,
    /// Seats for walk-ins.
    pub onsite: i32,
}

impl Planned {
    fn row(self) -> ActiveModel {
        ActiveModel {
            id: Set(Uuid::now_v7()),
            hall_id: Set(self.hall.0),
            group_id: Set(self.group.0),
            day: Set(self.day),
            starts_at: Set(self.span.starts_at),
            ends_at: Set(self.span.ends_at),
            online_quota: Set(self.online),
            online_taken: Set(0),
            onsite_quota: Set(self.onsite),
            onsite_taken: Set(0),
            online_target: Set(None),
        }
    }
}

/// The windows that the timetables give for some days, without those that a closure concerns.
pub fn planned<'a>(
    catalogue: &'a Snapshot,
    days: impl Iterator<Item = NaiveDate> + 'a,
    closed: &'a [closure::Model],
) -> impl Iterator<Item = Planned> + 'a {
    days.flat_map(move |day| {
        catalogue
            .schedules
            .iter()
            .filter(move |schedule| applies(schedule, day, &catalogue.calendar))
            .flat_map(move |schedule| windows_of(schedule, day))
    })
    .filter(move |window| {
        !closed.iter().any(|closure| {
            closure.hall_id == window.hall.0
                && closure.group_id.is_none_or(|group| group == window.group.0)
                && concerns(closures::span(closure), window.span)
        })
    })
}

fn windows_of(schedule: &Schedule, day: NaiveDate) -> impl Iterator<Item = Planned> + use<> {
    let length = TimeDelta::minutes(i64::from(schedule.window_minutes));
    let closes = instant(day, schedule.closes);
    let starts = std::iter::successors(Some(instant(day, schedule.opens)), move |start| Some(*start + length));
    let (hall, group) = (schedule.hall, schedule.group);
    let (quota, online) = (schedule.quota, schedule.online_quota());
    starts
        .take_while(move |start| *start + length <= closes)
        .map(move |starts_at| Planned {
            hall,
            group,
            day,
            span: Span {
                starts_at,
                ends_at: starts_at + length,
            },
            online,
            onsite: quota - online,
        })
}
