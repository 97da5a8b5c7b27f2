//! Publishes windows: turns the timetables of the halls into bookable spans of time, as far ahead as each hall has chosen, skipping the days on
//! which it rests.

use std::collections::HashSet;

use chrono::{Days, NaiveDate, NaiveTime, TimeDelta};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QuerySelect,
    sea_query::{Expr, ExprTrait, OnConflict, Query},
};
use shared::{
    appointments::{closures::concerns, rules::Span},
    catalog::arrangements::DAYS_AHEAD,
    ids::{GroupId, HallId},
    time::{Instant, day_of, instant},
};
use uuid::Uuid;

use super::{
    closures,
    entity::{
        appointment, closure, pending_return, waitlist,
        window::{ActiveModel, Column, Entity},
    },
};
use crate::catalog::{Schedule, Snapshot};

/// Rows of one statement.
const AT_ONCE: usize = 500;

/// Publishes the windows whose time has come, and withdraws those that the timetables no longer give and that nobody ever booked. What is
/// booked stays as it is.
pub async fn publish_windows(db: &impl ConnectionTrait, catalogue: &Snapshot, now: Instant) -> Result<u64, DbErr> {
    let today = day_of(now);
    let withdrawn = withdraw(db, catalogue, now).await?;
    let closed = closures::current(db, None, instant(today, NaiveTime::MIN)).await?;
    let due = planned(catalogue, ahead(today), &closed)
        .filter(|window| window.day <= catalogue.policy(window.hall).last_published(now));
    let mut rows: Vec<ActiveModel> = due.map(Planned::row).collect();
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
    Ok(published + withdrawn)
}

/// The days that a hall can have published.
fn ahead(today: NaiveDate) -> impl Iterator<Item = NaiveDate> {
    let last = u64::try_from(*DAYS_AHEAD.end()).unwrap_or(0);
    (0..=last).filter_map(move |days| today.checked_add_days(Days::new(days)))
}

/// Withdraws windows to come that the timetables do not give and that have no booking, nobody waiting and no seat on its way back.
///
/// Closures are no reason: a closed window stands in no timetable's way, and shows again when its closure is lifted.
async fn withdraw(db: &impl ConnectionTrait, catalogue: &Snapshot, now: Instant) -> Result<u64, DbErr> {
    let given: HashSet<(Uuid, Uuid, Instant, Instant)> = planned(catalogue, ahead(day_of(now)), &[])
        .map(|window| {
            (
                window.hall.0,
                window.group.0,
                window.span.starts_at,
                window.span.ends_at,
            )
        })
        .collect();
    let published: Vec<(Uuid, Uuid, Uuid, Instant, Instant)> = Entity::find()
        .select_only()
        .columns([
            Column::Id,
            Column::HallId,
            Column::GroupId,
            Column::StartsAt,
            Column::EndsAt,
        ])
        .filter(Column::StartsAt.gt(now))
        .filter(Column::OnlineTaken.eq(0))
        .into_tuple()
        .all(db)
        .await?;
    let stray: Vec<Uuid> = published
        .into_iter()
        .filter(|(_, hall, group, starts, ends)| !given.contains(&(*hall, *group, *starts, *ends)))
        .map(|(id, ..)| id)
        .collect();
    let mut withdrawn = 0;
    for part in stray.chunks(AT_ONCE) {
        let booked = Query::select()
            .column(appointment::Column::WindowId)
            .from(appointment::Entity)
            .to_owned();
        let returning = Query::select()
            .column(pending_return::Column::WindowId)
            .from(pending_return::Entity)
            .to_owned();
        let wanted = Query::select()
            .column(waitlist::Column::WindowId)
            .from(waitlist::Entity)
            .and_where(Expr::col(waitlist::Column::WindowId).is_not_null())
            .to_owned();
        let removed = Entity::delete_many()
            .filter(Column::Id.is_in(part.iter().copied()))
            .filter(Column::OnlineTaken.eq(0))
            .filter(Column::Id.not_in_subquery(booked))
            .filter(Column::Id.not_in_subquery(returning))
            .filter(Column::Id.not_in_subquery(wanted))
            .exec(db)
            .await?;
        withdrawn += removed.rows_affected;
    }
    Ok(withdrawn)
}

fn applies(schedule: &Schedule, day: NaiveDate, catalogue: &Snapshot) -> bool {
    catalogue
        .timetable(schedule.hall, day)
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
            .filter(move |schedule| applies(schedule, day, catalogue))
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

/// The windows that one timetable gives on the days that can be published.
pub fn given<'a>(schedule: &'a Schedule, catalogue: &'a Snapshot, now: Instant) -> impl Iterator<Item = Planned> + 'a {
    ahead(day_of(now))
        .filter(move |day| applies(schedule, *day, catalogue))
        .flat_map(move |day| windows_of(schedule, day))
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
