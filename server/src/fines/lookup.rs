//! `POST /decisions/lookup`: finds a decision by number and name, to pay it for another.

use actix_web::{
    HttpResponse,
    http::StatusCode,
    post,
    web::{Data, Json},
};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, sea_query::OnConflict};
use shared::{
    fines::{
        rules::DecisionNo,
        wire::{Decision, LookupRequest},
    },
    identity::rules::PersonName,
    problem::{self, Problem},
};

use super::{
    decisions::view,
    entity::{decision, decision_payer},
};
use crate::{
    identity::{self, Resident},
    platform::{
        Platform,
        idempotency::Once,
        limits::{self, Rule},
    },
    problem::{Failure, invalid_field},
};

/// Look-ups of one resident, against guessing.
const LIMITS: &[Rule] = &[
    Rule {
        name: "decision-lookup-minute",
        times: 10,
        seconds: 60,
    },
    Rule {
        name: "decision-lookup-day",
        times: 100,
        seconds: 86_400,
    },
];

/// Finds a decision of another. A wrong number and a wrong name are answered alike.
#[utoipa::path(
    tag = "fines",
    security(("resident" = [])),
    request_body = LookupRequest,
    responses((status = 200, body = Decision), crate::problem::Refusals),
)]
#[post("/decisions/lookup")]
pub async fn look_up_decision(
    resident: Resident,
    once: Once,
    platform: Data<Platform>,
    body: Json<LookupRequest>,
) -> Result<HttpResponse, Failure> {
    let number: DecisionNo = body
        .decision_no
        .parse()
        .map_err(|error| invalid_field("decision_no", error))?;
    let name: PersonName = body.name.parse().map_err(|error| invalid_field("name", error))?;
    let now = platform.clock.now();
    count(&platform, &resident, now).await?;
    let transaction = platform.db.begin().await?;
    let not_found = || Failure::from(&problem::NOT_FOUND);
    let row = decision::Entity::find()
        .filter(decision::Column::DecisionNo.eq(number.as_str()))
        .one(&transaction)
        .await?
        .ok_or_else(not_found)?;
    let person = identity::person(&transaction, &platform, row.person_id.into()).await?;
    if person.is_none_or(|person| person.name != name) {
        return Err(not_found());
    }
    decision_payer::Entity::insert(decision_payer::ActiveModel {
        resident_id: Set(resident.id.0),
        decision_id: Set(row.id),
        since: Set(now),
    })
    .on_conflict(
        OnConflict::columns([decision_payer::Column::ResidentId, decision_payer::Column::DecisionId])
            .do_nothing()
            .to_owned(),
    )
    .exec_without_returning(&transaction)
    .await?;
    let decision = view(&transaction, &platform, &resident, row, now).await?;
    once.commit(transaction, StatusCode::OK, &decision).await
}

/// A look-up counts whether it finds something or not, so it is committed by itself.
async fn count(platform: &Platform, resident: &Resident, now: shared::time::Instant) -> Result<(), Failure> {
    let transaction = platform.db.begin().await?;
    if let Err(exceeded) = limits::count(&transaction, resident.id.0.as_bytes(), LIMITS, now).await? {
        return Err(Problem::new(&problem::RATE_LIMITED)
            .with("retry_after", exceeded.retry_after)
            .into());
    }
    transaction.commit().await?;
    Ok(())
}
