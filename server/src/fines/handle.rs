//! `POST /violations/{id}/handle`: a driver confirms a camera record, or objects to it.

use actix_web::{
    HttpResponse,
    http::StatusCode,
    post,
    web::{Data, Json, Path},
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, sea_query::Expr};
use serde_json::json;
use shared::{
    fines::{
        rules::{Answer, HandleError, Procedure, ViolationStatus, handle},
        wire::{AnswerKind, HandleRequest, Violation},
    },
    ids::ViolationId,
    money::Fen,
    problem::{self, Problem},
};

use super::{entity::violation, store, violations::view};
use crate::{
    identity::IdentifiedResident,
    platform::{
        Platform,
        audit::{self, Deed},
        idempotency::Once,
    },
    problem::{Failure, invalid_field},
};

/// An objection is a sentence or a page, not a file.
const REASON_LIMIT: usize = 1000;

/// Answers a camera record. A decision follows from the traffic police.
#[utoipa::path(
    tag = "fines",
    security(("resident" = [])),
    params(("id" = ViolationId, Path, description = "The record.")),
    request_body = HandleRequest,
    responses((status = 200, body = Violation), crate::problem::Refusals),
)]
#[post("/violations/{id}/handle")]
pub async fn handle_violation(
    resident: IdentifiedResident,
    once: Once,
    platform: Data<Platform>,
    id: Path<ViolationId>,
    body: Json<HandleRequest>,
) -> Result<HttpResponse, Failure> {
    let answer = parse(&body)?;
    let now = platform.clock.now();
    let transaction = platform.db.begin().await?;
    let row = violation::Entity::find_by_id(id.0)
        .filter(violation::Column::PersonId.eq(resident.person.id.0))
        .one(&transaction)
        .await?
        .ok_or_else(|| Failure::from(&problem::NOT_FOUND))?;
    let from: ViolationStatus = row.status.parse().map_err(anyhow::Error::from)?;
    let procedure: Procedure = row.procedure.parse().map_err(anyhow::Error::from)?;
    let policy = &platform.config.outside.fines.self_service;
    let to = handle(from, procedure, Fen(row.fine_fen), &answer, policy).map_err(|error| {
        let beyond = error == HandleError::BeyondCeiling;
        let problem = Problem::from(error);
        if beyond {
            problem
                .with("ceiling_fen", policy.ceiling.0)
                .with("citation", policy.citation.clone())
        } else {
            problem
        }
    })?;
    let objection = match &answer {
        Answer::Object(reason) => Some(platform.keys.seal(store::OBJECTION, row.id, reason)?),
        Answer::Accept => None,
    };
    let handled = violation::Entity::update_many()
        .col_expr(violation::Column::Status, Expr::value(to.as_str()))
        .col_expr(violation::Column::HandledAt, Expr::value(now))
        .col_expr(violation::Column::Objection, Expr::value(objection))
        .filter(violation::Column::Id.eq(row.id))
        .filter(violation::Column::Status.eq(from.as_str()))
        .exec(&transaction)
        .await?;
    if handled.rows_affected == 0 {
        // Somebody was faster; what the record is since then is told, and not what was read.
        let since = violation::Entity::find_by_id(row.id).one(&transaction).await?;
        let from = since
            .map_or(Ok(from), |since| since.status.parse())
            .map_err(anyhow::Error::from)?;
        return Err(Problem::from(HandleError::NotAllowed { from }).into());
    }
    store::to_do(&transaction, "handling", row.id, now).await?;
    let deed = Deed {
        actor: Some(resident.actor()),
        action: "violation.handle",
        subject_kind: "violation",
        subject_id: Some(row.id),
        reason: None,
        detail: json!({ "to": to.as_str() }),
    };
    audit::record(&transaction, now, deed).await?;
    let row = violation::Model {
        status: to.as_str().to_owned(),
        ..row
    };
    once.commit(transaction, StatusCode::OK, &view(&platform, row)?).await
}

fn parse(body: &HandleRequest) -> Result<Answer, Failure> {
    let reason = body.reason.as_deref().map(str::trim).unwrap_or_default();
    match body.answer {
        AnswerKind::Accept => Ok(Answer::Accept),
        AnswerKind::Object if (1..=REASON_LIMIT).contains(&reason.chars().count()) => {
            Ok(Answer::Object(reason.to_owned()))
        }
        AnswerKind::Object => Err(invalid_field(
            "reason",
            "an objection has a reason of at most 1000 characters",
        )),
    }
}
