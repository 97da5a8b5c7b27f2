//! Marks appointments to which nobody came (爽约). Every instance does it; the guard in the write lets one of them count.

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect, sea_query::Query};
use shared::{
    appointments::{
        rules::{AppointmentStatus, is_no_show},
        strikes::StrikeKind,
    },
    time::{Instant, day_of},
};

use super::{
    entity::{appointment, window},
    store, strikes,
};
use crate::{catalog::Snapshot, notify, platform::Platform, problem::Failure};

/// How many are marked in one transaction.
const AT_ONCE: u64 = 200;

/// Marks those whose window and grace have passed, and tells how many it marked.
pub async fn mark_no_shows(platform: &Platform, catalogue: &Snapshot, now: Instant) -> Result<usize, Failure> {
    let policy = catalogue.booking_rules().booking();
    let over = Query::select()
        .column(window::Column::Id)
        .from(window::Entity)
        .and_where(window::Column::EndsAt.lte(now - policy.late_grace))
        .to_owned();
    let confirmed = AppointmentStatus::Confirmed;
    let rows = appointment::Entity::find()
        .filter(appointment::Column::Status.eq(confirmed.as_str()))
        .filter(appointment::Column::Day.lte(day_of(now)))
        .filter(appointment::Column::WindowId.in_subquery(over))
        .limit(AT_ONCE)
        .all(platform.db.reader())
        .await?;
    if rows.is_empty() {
        return Ok(0);
    }
    let transaction = platform.db.begin().await?;
    let mut marked = 0;
    for row in rows {
        let Some(window) = store::window(&transaction, row.window_id.into()).await? else {
            continue;
        };
        let absent = is_no_show(confirmed, window.span, now, &policy)
            && store::change_status(&transaction, row.id.into(), confirmed, AppointmentStatus::NoShow, now).await?;
        if absent {
            strikes::record(
                &transaction,
                platform,
                catalogue,
                &row,
                window.span,
                StrikeKind::NoShow,
                now,
            )
            .await?;
            marked += 1;
        }
    }
    transaction.commit().await?;
    if marked > 0 {
        notify::wake(platform);
    }
    Ok(marked)
}
