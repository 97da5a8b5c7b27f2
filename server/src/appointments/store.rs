//! Windows and appointments in the database.

use std::collections::{HashMap, HashSet};

use chrono::NaiveDate;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, ExprTrait, QueryFilter, QueryOrder, QuerySelect, sea_query::Expr,
};
use shared::{
    appointments::rules::{AppointmentStatus, Span},
    ids::{AppointmentId, GroupId, HallId, PersonId, ResidentId, ServiceId, WindowId},
    time::{Instant, day_of},
};
use uuid::Uuid;

use super::entity::{appointment, window};
use crate::platform::db;

/// What never changes about a window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WindowFacts {
    /// The window.
    pub id: WindowId,
    /// The hall.
    pub hall: HallId,
    /// The group.
    pub group: GroupId,
    /// The bureau's day.
    pub day: NaiveDate,
    /// When it begins and ends.
    pub span: Span,
}

impl From<&window::Model> for WindowFacts {
    fn from(row: &window::Model) -> Self {
        Self {
            id: row.id.into(),
            hall: row.hall_id.into(),
            group: row.group_id.into(),
            day: row.day,
            span: Span {
                starts_at: row.starts_at,
                ends_at: row.ends_at,
            },
        }
    }
}

/// A window's facts.
pub async fn window(db: &impl ConnectionTrait, id: WindowId) -> Result<Option<WindowFacts>, DbErr> {
    Ok(window::Entity::find_by_id(id.0)
        .one(db)
        .await?
        .as_ref()
        .map(WindowFacts::from))
}

/// A hall's windows from a day on, in the order of their beginnings.
pub async fn windows_of_hall(
    db: &impl ConnectionTrait,
    hall: HallId,
    from: NaiveDate,
) -> Result<Vec<window::Model>, DbErr> {
    window::Entity::find()
        .filter(window::Column::HallId.eq(hall.0))
        .filter(window::Column::Day.gte(from))
        .order_by_asc(window::Column::StartsAt)
        .order_by_asc(window::Column::GroupId)
        .all(db)
        .await
}

/// A resident's own appointment; nothing for another's, so that nobody learns that it exists.
pub async fn own_appointment(
    db: &impl ConnectionTrait,
    resident: ResidentId,
    id: AppointmentId,
) -> Result<Option<appointment::Model>, DbErr> {
    appointment::Entity::find_by_id(id.0)
        .filter(appointment::Column::ResidentId.eq(resident.0))
        .one(db)
        .await
}

/// Moves an appointment from one status to another, if it still has the first. Tells whether it did.
pub async fn change_status(
    db: &impl ConnectionTrait,
    id: AppointmentId,
    from: AppointmentStatus,
    to: AppointmentStatus,
    now: Instant,
) -> Result<bool, DbErr> {
    let changed = appointment::Entity::update_many()
        .col_expr(appointment::Column::Status, Expr::value(to.as_str()))
        .col_expr(appointment::Column::ChangedAt, Expr::value(now))
        .filter(appointment::Column::Id.eq(id.0))
        .filter(appointment::Column::Status.eq(from.as_str()))
        .exec(db)
        .await?;
    Ok(changed.rows_affected == 1)
}

/// The statuses in which an appointment takes its seat.
pub const ACTIVE: [&str; 3] = [
    AppointmentStatus::Held.as_str(),
    AppointmentStatus::Confirmed.as_str(),
    AppointmentStatus::CheckedIn.as_str(),
];

/// The service and the day of each active appointment of these persons, from today on.
pub async fn active_of(
    db: &impl ConnectionTrait,
    persons: impl IntoIterator<Item = Uuid>,
    now: Instant,
) -> Result<HashMap<Uuid, HashSet<(Uuid, NaiveDate)>>, DbErr> {
    let rows: Vec<(Uuid, Uuid, NaiveDate)> = appointment::Entity::find()
        .select_only()
        .columns([
            appointment::Column::PersonId,
            appointment::Column::ServiceId,
            appointment::Column::Day,
        ])
        .filter(appointment::Column::PersonId.is_in(persons))
        .filter(appointment::Column::Status.is_in(ACTIVE))
        .filter(appointment::Column::Day.gte(day_of(now)))
        .into_tuple()
        .all(db)
        .await?;
    let mut active: HashMap<Uuid, HashSet<_>> = HashMap::new();
    for (person, service, day) in rows {
        active.entry(person).or_default().insert((service, day));
    }
    Ok(active)
}

/// Locks windows in the order of their ids and tells how many seats each has.
pub async fn lock_windows(
    db: &impl ConnectionTrait,
    ids: impl Iterator<Item = Uuid>,
) -> Result<HashMap<Uuid, i32>, DbErr> {
    let ids: HashSet<Uuid> = ids.collect();
    let select = window::Entity::find()
        .select_only()
        .column(window::Column::Id)
        .expr(Expr::col(window::Column::OnlineQuota).sub(Expr::col(window::Column::OnlineTaken)))
        .filter(window::Column::Id.is_in(ids))
        .order_by_asc(window::Column::Id);
    let seats: Vec<(Uuid, i32)> = db::locked(select).into_tuple().all(db).await?;
    Ok(seats.into_iter().collect())
}

/// Takes a seat of a window, if one is free. Tells whether it did.
pub async fn take_seat(db: &impl ConnectionTrait, window: WindowId) -> Result<bool, DbErr> {
    let taken = window::Entity::update_many()
        .col_expr(
            window::Column::OnlineTaken,
            Expr::col(window::Column::OnlineTaken).add(1),
        )
        .filter(window::Column::Id.eq(window.0))
        .filter(Expr::col(window::Column::OnlineTaken).lt(Expr::col(window::Column::OnlineQuota)))
        .exec(db)
        .await?;
    Ok(taken.rows_affected == 1)
}

/// Gives seats of a window back. A quota that was lowered below what is taken goes down with them.
pub async fn give_back(db: &impl ConnectionTrait, window: WindowId, seats: i32) -> Result<(), DbErr> {
    window::Entity::update_many()
        .col_expr(
            window::Column::OnlineTaken,
            Expr::col(window::Column::OnlineTaken).sub(seats),
        )
        .col_expr(
            window::Column::OnlineQuota,
            Expr::cust(format!(
                "CASE WHEN online_target IS NULL THEN online_quota \
                 WHEN online_target > online_taken - {seats} THEN online_target ELSE online_taken - {seats} END"
            )),
        )
        .filter(window::Column::Id.eq(window.0))
        .exec(db)
        .await?;
    Ok(())
}

/// An appointment whose ticket was served.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fulfilled {
    /// What was done.
    pub service: ServiceId,
    /// Where.
    pub hall: HallId,
    /// For whom.
    pub person: PersonId,
    /// Who booked it.
    pub resident: ResidentId,
}

/// Marks the appointment of a served ticket as fulfilled; nothing when it was before.
pub async fn fulfil(db: &impl ConnectionTrait, id: AppointmentId, now: Instant) -> Result<Option<Fulfilled>, DbErr> {
    if !change_status(db, id, AppointmentStatus::CheckedIn, AppointmentStatus::Fulfilled, now).await? {
        return Ok(None);
    }
    let row = appointment::Entity::find_by_id(id.0).one(db).await?;
    Ok(row.map(|row| Fulfilled {
        service: row.service_id.into(),
        hall: row.hall_id.into(),
        person: row.person_id.into(),
        resident: row.resident_id.into(),
    }))
}
