//! A holiday that is declared after people have booked: they are told as for a closure, get no strike, and can move their appointments.

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use shared::time::{Instant, SpecialDay};

use super::{
    closures::{empty_windows, tell},
    entity::window,
};
use crate::{
    catalog::Snapshot,
    notify,
    platform::{Platform, db},
    problem::Failure,
};

/// Cancels what is booked on days that have become holidays and on which the hall does not open. Tells how many appointments that were.
pub async fn rest_on_holidays(platform: &Platform, catalogue: &Snapshot, now: Instant) -> Result<usize, Failure> {
    let transaction = platform.db.begin().await?;
    let select = window::Entity::find()
        .filter(window::Column::StartsAt.gt(now))
        .filter(window::Column::OnlineQuota.gt(0))
        .order_by_asc(window::Column::Id);
    let rests = |row: &window::Model| {
        let holiday = matches!(catalogue.calendar.special(row.day), Some(SpecialDay::Holiday { .. }));
        holiday && catalogue.timetable(row.hall_id.into(), row.day).is_none()
    };
    let found = select.clone().all(platform.db.reader()).await?;
    let resting: Vec<_> = found.into_iter().filter(rests).map(|row| row.id).collect();
    if resting.is_empty() {
        return Ok(0);
    }
    let windows = db::locked(select.filter(window::Column::Id.is_in(resting)))
        .all(&transaction)
        .await?;
    let cancelled = empty_windows(&transaction, windows, now).await?;
    tell(&transaction, platform, catalogue, &cancelled, now).await?;
    transaction.commit().await?;
    notify::wake(platform);
    Ok(cancelled.len())
}
