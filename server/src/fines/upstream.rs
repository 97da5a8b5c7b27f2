//! `POST /upstream/violations` and `POST /upstream/decisions`: signed by the traffic police, one entry or up to a thousand.

use actix_web::{
    HttpRequest, post,
    web::{Data, Json, Payload},
};
use shared::{
    fines::upstream::{UpstreamDecision, UpstreamViolation},
    upstream::wire::{Batch, TakenBatch},
};

use super::intake;
use crate::{
    platform::Platform,
    problem::Failure,
    upstream::{System, Systems, answer, receive},
};

/// Takes camera records.
#[utoipa::path(
    tag = "upstream",
    security(("upstream" = [])),
    request_body = Batch<UpstreamViolation>,
    responses((status = 200, body = TakenBatch), crate::problem::Refusals),
)]
#[post("/upstream/violations")]
pub async fn push_violations(
    request: HttpRequest,
    platform: Data<Platform>,
    systems: Data<Systems>,
    payload: Payload,
) -> Result<Json<TakenBatch>, Failure> {
    let now = platform.clock.now();
    let call = receive(System::TrafficPolice, &request, payload, &systems, now).await?;
    let (entries, alone) = call.entries()?;
    let transaction = platform.db.begin().await?;
    call.accept(&transaction, now).await?;
    let items = intake::take_violations(&transaction, &platform, entries, now).await?;
    let taken = answer(TakenBatch { items }, alone)?;
    transaction.commit().await?;
    Ok(Json(taken))
}

/// Takes decisions: new ones, changed amounts, reviews, withdrawals.
#[utoipa::path(
    tag = "upstream",
    security(("upstream" = [])),
    request_body = Batch<UpstreamDecision>,
    responses((status = 200, body = TakenBatch), crate::problem::Refusals),
)]
#[post("/upstream/decisions")]
pub async fn push_decisions(
    request: HttpRequest,
    platform: Data<Platform>,
    systems: Data<Systems>,
    payload: Payload,
) -> Result<Json<TakenBatch>, Failure> {
    let now = platform.clock.now();
    let call = receive(System::TrafficPolice, &request, payload, &systems, now).await?;
    let (entries, alone) = call.entries()?;
    let transaction = platform.db.begin().await?;
    call.accept(&transaction, now).await?;
    let items = intake::take_decisions(&transaction, &platform, entries, now).await?;
    let taken = answer(TakenBatch { items }, alone)?;
    transaction.commit().await?;
    Ok(Json(taken))
}
