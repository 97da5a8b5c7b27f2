//! `POST /upstream/violations` and `POST /upstream/decisions`: signed by the traffic police, one entry or up to a thousand.

use actix_web::{
    HttpRequest, post,
    web::{Data, Json, Payload},
};
use serde::de::DeserializeOwned;
use shared::{
    fines::upstream::{BATCH_LIMIT, Batch, Taken, TakenBatch, UpstreamDecision, UpstreamViolation},
    problem,
};

use super::intake;
use crate::{
    platform::Platform,
    problem::{Failure, invalid_field},
    upstream::{Call, Systems, receive},
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
    let call = receive(&request, payload, &systems, now).await?;
    let (entries, alone) = entries(&call)?;
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
    let call = receive(&request, payload, &systems, now).await?;
    let (entries, alone) = entries(&call)?;
    let transaction = platform.db.begin().await?;
    call.accept(&transaction, now).await?;
    let items = intake::take_decisions(&transaction, &platform, entries, now).await?;
    let taken = answer(TakenBatch { items }, alone)?;
    transaction.commit().await?;
    Ok(Json(taken))
}

fn entries<T: DeserializeOwned>(call: &Call) -> Result<(Vec<T>, bool), Failure> {
    match call.json::<Batch<T>>()? {
        Batch::One(entry) => Ok((vec![*entry], true)),
        Batch::Many { items } if items.len() > BATCH_LIMIT => Err(Failure::from(&problem::TOO_LARGE)),
        Batch::Many { items } => Ok((items, false)),
    }
}

/// An entry that came alone and cannot be taken is a refusal of the call, which then counts as not accepted.
fn answer(taken: TakenBatch, alone: bool) -> Result<TakenBatch, Failure> {
    match taken.items.first() {
        Some(item) if alone && item.result == Taken::Refused => {
            let reason = item.reason.clone().unwrap_or_default();
            let field = reason.split_once(':').map_or("number", |(field, _)| field).to_owned();
            Err(invalid_field(&field, reason))
        }
        _ => Ok(taken),
    }
}
