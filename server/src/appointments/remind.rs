//! Reminds residents of their appointments, the evening before and two hours before.
//!
//! A reminder becomes a text only when it is due, so that it tells the appointment as it stands then, and a booking writes one text
//! instead of three. Every instance does it; the guard in the write lets one of them remind.

use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect, sea_query::Expr,
};
use shared::{
    appointments::{
        reminders,
        rules::{AppointmentStatus, Span},
    },
    ids::AppointmentId,
    language::Language,
    time::Instant,
};

use super::{entity::appointment, texts, view::views};
use crate::{catalog::Snapshot, notify, platform::Platform, problem::Failure};

/// How many are reminded in one transaction.
const AT_ONCE: u64 = 200;

/// Reminds everyone whose time has come, and tells how many it reminded.
pub async fn remind(platform: &Platform, catalogue: &Snapshot, now: Instant) -> Result<usize, Failure> {
    let rows = appointment::Entity::find()
        .filter(appointment::Column::Status.eq(AppointmentStatus::Confirmed.as_str()))
        .filter(appointment::Column::RemindAt.lte(now))
        .order_by_asc(appointment::Column::RemindAt)
        .limit(AT_ONCE)
        .all(platform.db.reader())
        .await?;
    if rows.is_empty() {
        return Ok(0);
    }
    let transaction = platform.db.begin().await?;
    let told = views(&transaction, platform, &rows, catalogue, Language::Chinese).await?;
    let mut messages = Vec::new();
    for (row, appointment) in rows.iter().zip(&told) {
        let span = Span {
            starts_at: appointment.starts_at,
            ends_at: appointment.ends_at,
        };
        if move_on(&transaction, appointment.id, reminders::next_after(span, now), now).await?
            && let Some(template) = reminders::due(span, now)
        {
            messages.push(texts::reminder(row.resident_id.into(), template, appointment));
        }
    }
    let reminded = messages.len();
    notify::enqueue(&transaction, platform, now, messages).await?;
    transaction.commit().await?;
    if reminded > 0 {
        notify::wake(platform);
    }
    Ok(reminded)
}

/// Sets when an appointment's next reminder is due. Tells whether this instance did, and so has to remind.
async fn move_on(
    db: &impl ConnectionTrait,
    id: AppointmentId,
    next: Option<Instant>,
    now: Instant,
) -> Result<bool, DbErr> {
    let moved = appointment::Entity::update_many()
        .col_expr(appointment::Column::RemindAt, Expr::value(next))
        .filter(appointment::Column::Id.eq(id.0))
        .filter(appointment::Column::Status.eq(AppointmentStatus::Confirmed.as_str()))
        .filter(appointment::Column::RemindAt.lte(now))
        .exec(db)
        .await?;
    Ok(moved.rows_affected == 1)
}
