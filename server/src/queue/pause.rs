//! `POST /counters/{id}/pause` and `POST /counters/{id}/resume`: the clerk calls nobody for a while (暂停).

use actix_web::{
    HttpRequest, HttpResponse,
    http::StatusCode,
    post,
    web::{Data, Path},
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, sea_query::Expr};
use shared::{
    ids::CounterId,
    queue::wire::{COUNTER_CLOSED, CounterSession},
};

use super::{
    counter::{own_session, session_view},
    entity::counter_session,
};
use crate::{
    catalog::Catalogue,
    identity::Clerk,
    platform::{Platform, bus::Event, idempotency::Once},
    problem::{Failure, language_of},
};

/// Pauses the clerk's counter: an open ticket is served to its end, and no other is called.
#[utoipa::path(
    tag = "queue",
    security(("clerk" = [])),
    params(("id" = CounterId, Path, description = "The counter.")),
    responses((status = 200, body = CounterSession), crate::problem::Refusals),
)]
#[post("/counters/{id}/pause")]
pub async fn pause_session(
    request: HttpRequest,
    clerk: Clerk,
    once: Once,
    platform: Data<Platform>,
    catalogue: Data<Catalogue>,
    counter: Path<CounterId>,
) -> Result<HttpResponse, Failure> {
    set_paused(&request, &clerk, &once, &platform, &catalogue, *counter, true).await
}

/// Goes on calling.
#[utoipa::path(
    tag = "queue",
    security(("clerk" = [])),
    params(("id" = CounterId, Path, description = "The counter.")),
    responses((status = 200, body = CounterSession), crate::problem::Refusals),
)]
#[post("/counters/{id}/resume")]
pub async fn resume_session(
    request: HttpRequest,
    clerk: Clerk,
    once: Once,
    platform: Data<Platform>,
    catalogue: Data<Catalogue>,
    counter: Path<CounterId>,
) -> Result<HttpResponse, Failure> {
    set_paused(&request, &clerk, &once, &platform, &catalogue, *counter, false).await
}

async fn set_paused(
    request: &HttpRequest,
    clerk: &Clerk,
    once: &Once,
    platform: &Platform,
    catalogue: &Catalogue,
    counter: CounterId,
    paused: bool,
) -> Result<HttpResponse, Failure> {
    let transaction = platform.db.begin().await?;
    let session = own_session(&transaction, clerk, counter).await?;
    let changed = counter_session::Entity::update_many()
        .col_expr(counter_session::Column::Paused, Expr::value(paused))
        .filter(counter_session::Column::Id.eq(session.id))
        .filter(counter_session::Column::ClosedAt.is_null())
        .exec(&transaction)
        .await?;
    if changed.rows_affected == 0 {
        return Err(Failure::from(&COUNTER_CLOSED));
    }
    let session = counter_session::Model { paused, ..session };
    let language = language_of(request.headers());
    let view = session_view(&transaction, platform, &catalogue.now(), &session, language).await?;
    let response = once.commit(transaction, StatusCode::OK, &view).await?;
    platform.bus.publish(Event::Queue(clerk.hall));
    Ok(response)
}
