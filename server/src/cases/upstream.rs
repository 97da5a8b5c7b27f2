//! `POST /upstream/cases` and `POST /upstream/case-events`: signed by the case system, one case or one publication a call.

use actix_web::{
    HttpRequest, post,
    web::{Data, Json, Payload},
};
use shared::cases::upstream::{TakenAnswer, UpstreamCase, UpstreamEvent};

use super::intake;
use crate::{
    notify,
    platform::Platform,
    problem::Failure,
    slips::Slips,
    upstream::{System, Systems, receive},
};

/// Takes a case, or what is new about one: parties, property, that it is sealed.
#[utoipa::path(
    tag = "upstream",
    security(("upstream" = [])),
    request_body = UpstreamCase,
    responses((status = 200, body = TakenAnswer), crate::problem::Refusals),
)]
#[post("/upstream/cases")]
pub async fn push_case(
    request: HttpRequest,
    platform: Data<Platform>,
    systems: Data<Systems>,
    payload: Payload,
) -> Result<Json<TakenAnswer>, Failure> {
    let now = platform.clock.now();
    let call = receive(System::Cases, &request, payload, &systems, now).await?;
    let case: UpstreamCase = call.json()?;
    let transaction = platform.db.begin().await?;
    call.accept(&transaction, now).await?;
    let result = intake::take_case(&transaction, &platform, &case, now).await?;
    transaction.commit().await?;
    Ok(Json(TakenAnswer { result }))
}

/// Takes a publication: a step, a correction of one, or that one is taken back. The same one again changes nothing.
#[utoipa::path(
    tag = "upstream",
    security(("upstream" = [])),
    request_body = UpstreamEvent,
    responses((status = 200, body = TakenAnswer), crate::problem::Refusals),
)]
#[post("/upstream/case-events")]
pub async fn push_case_event(
    request: HttpRequest,
    platform: Data<Platform>,
    slips: Data<Slips>,
    systems: Data<Systems>,
    payload: Payload,
) -> Result<Json<TakenAnswer>, Failure> {
    let now = platform.clock.now();
    let call = receive(System::Cases, &request, payload, &systems, now).await?;
    let event: UpstreamEvent = call.json()?;
    let transaction = platform.db.begin().await?;
    call.accept(&transaction, now).await?;
    let result = intake::take_event(&transaction, &platform, &slips, &event, now).await?;
    transaction.commit().await?;
    notify::wake(&platform);
    Ok(Json(TakenAnswer { result }))
}
