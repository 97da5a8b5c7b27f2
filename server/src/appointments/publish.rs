//! Publishes windows: turns the timetables of the halls into bookable spans of time, skipping the days on which the bureau rests.

use chrono::{Days, NaiveDate, TimeDelta};
use sea_orm::{ActiveValue::Set, ConnectionTrait, EntityTrait, sea_query::OnConflict};
use shared::time::{WorkCalendar, instant};
use uuid::Uuid;

use super::entity::window::{ActiveModel, Column, Entity};
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
    let mut rows = Vec::new();
    for day in (0..=DAYS_AHEAD).filter_map(|ahead| today.checked_add_days(Days::new(ahead))) {
        for schedule in catalogue
            .schedules
            .iter()
            .filter(|schedule| applies(schedule, day, &catalogue.calendar))
        {
            rows.extend(windows_of(schedule, day));
        }
    }
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

fn windows_of(schedule: &Schedule, day: NaiveDate) -> impl Iterator<Item = ActiveModel> {
    let length = TimeDelta::minutes(i64::from(schedule.window_minutes));
    let closes = instant(day, schedule.closes);
    let starts = std::iter::successors(Some(instant(day, schedule.opens)), move |start| Some(*start + length));
    let (hall, group) = (schedule.hall, schedule.group);
    let (quota, online) = (schedule.quota, schedule.online_quota());
    starts
        .take_while(move |start| *start + length <= closes)
        .map(move |start| ActiveModel {
            id: Set(Uuid::now_v7()),
            hall_id: Set(hall.0),
            group_id: Set(group.0),
            day: Set(day),
            starts_at: Set(start),
            ends_at: Set(start + length),
            online_quota: Set(online),
            online_taken: Set(0),
            onsite_quota: Set(quota - online),
            onsite_taken: Set(0),
            online_target: Set(None),
        })
}
