//! `POST /tickets/{id}/rating`, and what is learnt from each visit: the wait that was foretold and the one that was.

use actix_web::{
    HttpResponse,
    http::StatusCode,
    post,
    web::{Data, Json, Path},
};
use sea_orm::{
    ActiveValue::{NotSet, Set},
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter,
    sea_query::Expr,
};
use shared::{
    ids::TicketId,
    problem::Problem,
    queue::{
        rating::{Rating, RatingError},
        rules::TicketStatus,
        wire::{ALREADY_RATED, RatingRequest, TICKET_STATE, Ticket},
    },
    time::Instant,
};

use super::{
    entity::{counter_session, rating, ticket, wait_estimate},
    ticket::visible,
};
use crate::{
    identity::Signed,
    platform::{Platform, db, idempotency::Once, keys::Field},
    problem::{Failure, invalid_field},
};

/// What a visitor says, sealed.
const COMMENT: Field = Field::new("ratings", "comment");

/// Rates a visit that is over, once. A paper ticket is rated by whoever has its id, which is on it.
#[utoipa::path(
    tag = "queue",
    security((), ("resident" = [])),
    params(("id" = TicketId, Path, description = "The ticket.")),
    request_body = RatingRequest,
    responses((status = 204, description = "The rating is kept."), crate::problem::Refusals),
)]
#[post("/tickets/{id}/rating")]
pub async fn rate(
    signed: Signed,
    once: Once,
    platform: Data<Platform>,
    id: Path<TicketId>,
    body: Json<RatingRequest>,
) -> Result<HttpResponse, Failure> {
    // Staff see the hall's tickets, but a visit is rated by the visitor.
    let visitor = Signed { staff: None, ..signed };
    let row = visible(&platform, &visitor, *id).await?;
    let said = Rating::new(body.stars, &body.tags, body.comment.as_deref()).map_err(|error| match error {
        RatingError::Stars => invalid_field("stars", error),
        RatingError::Comment => invalid_field("comment", error),
    })?;
    let status = row.status()?;
    if status != TicketStatus::Served {
        return Err(Problem::new(&TICKET_STATE).with("status", status.as_str()).into());
    }
    let transaction = platform.db.begin().await?;
    let session = match row.session_id {
        None => None,
        Some(session) => counter_session::Entity::find_by_id(session).one(&transaction).await?,
    };
    let comment = said.comment().map(|text| platform.keys.seal(COMMENT, row.id, text));
    let kept = rating::ActiveModel {
        ticket_id: Set(row.id),
        hall_id: Set(row.hall_id),
        service_id: Set(row.service_id),
        counter_id: Set(row.counter_id),
        staff_id: Set(session.map(|session| session.staff_id)),
        stars: Set(i32::from(said.stars())),
        tags: Set(serde_json::to_value(said.tags()).map_err(anyhow::Error::from)?),
        comment: Set(comment.transpose()?),
        at: Set(platform.clock.now()),
    };
    rating::Entity::insert(kept)
        .exec_without_returning(&transaction)
        .await
        .map_err(|error| {
            if db::is_duplicate(&error) {
                Failure::from(&ALREADY_RATED)
            } else {
                error.into()
            }
        })?;
    once.commit(transaction, StatusCode::NO_CONTENT, &()).await
}

/// With how many stars a visit was rated, if it was.
pub async fn stars(db: &impl ConnectionTrait, ticket: TicketId) -> Result<Option<i32>, DbErr> {
    let kept = rating::Entity::find_by_id(ticket.0).one(db).await?;
    Ok(kept.map(|kept| kept.stars))
}

/// Keeps the wait that a new ticket was foretold; nothing when no open counter serves it.
pub async fn record_estimate(db: &impl ConnectionTrait, issued: &Ticket, now: Instant) -> Result<(), DbErr> {
    let Some(range) = issued.wait_minutes else {
        return Ok(());
    };
    let row = wait_estimate::ActiveModel {
        ticket_id: Set(issued.id.0),
        hall_id: Set(issued.hall_id.0),
        issued_at: Set(now),
        low: Set(i32::try_from(range.low).unwrap_or(i32::MAX)),
        high: Set(i32::try_from(range.high).unwrap_or(i32::MAX)),
        waited_seconds: NotSet,
    };
    wait_estimate::Entity::insert(row).exec_without_returning(db).await?;
    Ok(())
}

/// Scores the estimate of a ticket that is called for the first time.
pub async fn score_estimate(db: &impl ConnectionTrait, called: &ticket::Model, now: Instant) -> Result<(), DbErr> {
    let waited = i32::try_from((now - called.entered_at).num_seconds()).unwrap_or(i32::MAX);
    wait_estimate::Entity::update_many()
        .col_expr(wait_estimate::Column::WaitedSeconds, Expr::value(waited))
        .filter(wait_estimate::Column::TicketId.eq(called.id))
        .filter(wait_estimate::Column::WaitedSeconds.is_null())
        .exec(db)
        .await?;
    Ok(())
}
