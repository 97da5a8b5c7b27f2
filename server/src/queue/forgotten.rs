//! Counters that nobody closes: their clerk has gone home, or left the bureau.

use chrono::TimeDelta;
use sea_orm::{ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter, sea_query::Expr};
use shared::{queue::rules::TicketStatus, time::Instant};
use uuid::Uuid;

use super::{
    entity::{counter_session, ticket},
    store,
};
use crate::{
    identity,
    platform::{Platform, bus::Event},
    problem::Failure,
};

/// Nobody works for so long: a counter that has been open since then was forgotten.
const FORGOTTEN: TimeDelta = TimeDelta::hours(15);

/// Closes counters that were forgotten, and those of clerks whose accounts have ended, for nobody else could open them. What is open there is put
/// aside, for another counter to go on with. How many were closed.
pub async fn close_forgotten(platform: &Platform, now: Instant) -> Result<usize, Failure> {
    let db = platform.db.reader();
    let open = counter_session::Entity::find()
        .filter(counter_session::Column::ClosedAt.is_null())
        .all(db)
        .await?;
    let gone = identity::ended_staff(db, open.iter().map(|session| session.staff_id)).await?;
    let mut closed = 0;
    for session in open {
        if session.opened_at + FORGOTTEN > now && !gone.contains(&session.staff_id) {
            continue;
        }
        let transaction = platform.db.begin().await?;
        // Another instance, or the clerk, may have been faster.
        if close(&transaction, &session, now).await? {
            transaction.commit().await?;
            platform.bus.publish(Event::Queue(session.hall_id.into()));
            closed += 1;
        }
    }
    Ok(closed)
}

async fn close(db: &DatabaseTransaction, session: &counter_session::Model, now: Instant) -> Result<bool, Failure> {
    let closed = counter_session::Entity::update_many()
        .col_expr(counter_session::Column::ClosedAt, Expr::value(now))
        .filter(counter_session::Column::Id.eq(session.id))
        .filter(counter_session::Column::ClosedAt.is_null())
        .exec(db)
        .await?;
    if closed.rows_affected == 0 {
        return Ok(false);
    }
    let Some(open) = store::open_ticket(db, session.id).await? else {
        return Ok(true);
    };
    ticket::Entity::update_many()
        .col_expr(ticket::Column::Status, Expr::value(TicketStatus::Parked.as_str()))
        .col_expr(ticket::Column::SessionId, Expr::value(None::<Uuid>))
        .col_expr(ticket::Column::CounterId, Expr::value(None::<Uuid>))
        .filter(ticket::Column::Id.eq(open.id))
        .filter(ticket::Column::SessionId.eq(session.id))
        .exec(db)
        .await?;
    store::log(
        db,
        open.id.into(),
        "park",
        None,
        Some("the counter was closed".into()),
        now,
    )
    .await?;
    Ok(true)
}
