//! Windows and appointments in the database.

use chrono::NaiveDate;
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, ExprTrait, QueryFilter, QueryOrder, sea_query::Expr};
use shared::{
    appointments::rules::{AppointmentStatus, Span},
    ids::{AppointmentId, GroupId, HallId, ResidentId, WindowId},
    time::Instant,
};

use super::entity::{appointment, window};

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

/// Gives seats of a window back.
pub async fn give_back(db: &impl ConnectionTrait, window: WindowId, seats: i32) -> Result<(), DbErr> {
    window::Entity::update_many()
        .col_expr(
            window::Column::OnlineTaken,
            Expr::col(window::Column::OnlineTaken).sub(seats),
        )
        .filter(window::Column::Id.eq(window.0))
        .exec(db)
        .await?;
    Ok(())
}

/// Marks the appointment of a served ticket as fulfilled.
pub fn fulfil(
    db: &sea_orm::DatabaseTransaction,
    id: AppointmentId,
    now: Instant,
) -> futures::future::BoxFuture<'_, Result<(), DbErr>> {
    Box::pin(async move {
        change_status(db, id, AppointmentStatus::CheckedIn, AppointmentStatus::Fulfilled, now)
            .await
            .map(|_changed| ())
    })
}
