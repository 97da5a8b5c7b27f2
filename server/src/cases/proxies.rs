//! `POST` and `DELETE /cases/{id}/proxies`: a reporter or victim lets somebody else follow the case, for a time.

use actix_web::{
    HttpResponse, delete,
    http::StatusCode,
    post,
    web::{Data, Json, Path},
};
use chrono::TimeDelta;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, sea_query::OnConflict,
};
use serde_json::json;
use shared::{
    cases::{
        rules::Role,
        wire::{PROXIES_FULL, ProxyRequest, ProxyView},
    },
    identity::{
        passkeys::Step,
        rules::{IdNumber, PersonName},
    },
    ids::{CaseId, PersonId},
    problem,
    time::{Instant, day_of},
};
use uuid::Uuid;

use super::{
    entity::{case, party},
    store,
};
use crate::{
    identity::{self, IdentifiedResident},
    platform::{
        Platform,
        audit::{self, Deed},
        db,
        idempotency::Once,
    },
    problem::{Failure, invalid_field},
};

/// How many people one party may authorise.
const LIMIT: usize = 3;
/// For how long.
const LONGEST: TimeDelta = TimeDelta::days(366);

/// Whom a party has authorised.
pub async fn of(
    db: &impl ConnectionTrait,
    platform: &Platform,
    case: Uuid,
    granted_by: PersonId,
    now: Instant,
) -> Result<Vec<ProxyView>, Failure> {
    let rows = party::Entity::find()
        .filter(party::Column::CaseId.eq(case))
        .filter(party::Column::GrantedBy.eq(granted_by.0))
        .filter(party::Column::ValidUntil.gte(day_of(now)))
        .order_by_asc(party::Column::Id)
        .all(db)
        .await?;
    let names = identity::persons_names(db, platform, rows.iter().map(|row| row.person_id.into())).await?;
    Ok(rows
        .iter()
        .filter_map(|row| {
            let person_id = PersonId(row.person_id);
            Some(ProxyView {
                person_id,
                name: names.get(&person_id)?.clone(),
                until: row.valid_until?,
            })
        })
        .collect())
}

/// Authorises somebody to follow the case until a day, after a fresh proof. They read less than the party does.
#[utoipa::path(
    tag = "cases",
    security(("resident" = [])),
    params(("id" = CaseId, Path, description = "The case.")),
    request_body = ProxyRequest,
    responses((status = 201, body = ProxyView), crate::problem::Refusals),
)]
#[post("/cases/{id}/proxies")]
pub async fn add_proxy(
    resident: IdentifiedResident,
    once: Once,
    platform: Data<Platform>,
    id: Path<CaseId>,
    body: Json<ProxyRequest>,
) -> Result<HttpResponse, Failure> {
    let name: PersonName = body.name.parse().map_err(|error| invalid_field("name", error))?;
    let id_number: IdNumber = body
        .id_number
        .parse()
        .map_err(|error| invalid_field("id_number", error))?;
    let now = platform.clock.now();
    let today = day_of(now);
    if body.until < today || body.until - today > LONGEST {
        return Err(invalid_field("until", "an authorisation ends within a year"));
    }
    let transaction = platform.db.begin().await?;
    let case = authorised(&transaction, &platform, &resident, *id, now).await?;
    // Authorisations in one case follow each other, so that the limit holds.
    let _locked = db::locked(case::Entity::find_by_id(case)).one(&transaction).await?;
    let person = identity::find_or_add_person(&transaction, &platform, &name, &id_number, now).await?;
    if person.id == resident.person.id {
        return Err(invalid_field("id_number", "this is your own ID number"));
    }
    identity::take_proof_in(&transaction, resident.session, Step::NameRepresentative, now).await?;
    let row = party::ActiveModel {
        id: Set(Uuid::now_v7()),
        case_id: Set(case),
        person_id: Set(person.id.0),
        role: Set(Role::Proxy.as_str().to_owned()),
        suspect: Set(None),
        granted_by: Set(Some(resident.person.id.0)),
        valid_until: Set(Some(body.until)),
        since: Set(now),
    };
    let mut once_each = OnConflict::columns([party::Column::CaseId, party::Column::PersonId, party::Column::Role]);
    once_each.update_columns([party::Column::GrantedBy, party::Column::ValidUntil]);
    party::Entity::insert(row)
        .on_conflict(once_each)
        .exec_without_returning(&transaction)
        .await?;
    let proxies = of(&transaction, &platform, case, resident.person.id, now).await?;
    if proxies.len() > LIMIT {
        return Err(Failure::from(&PROXIES_FULL));
    }
    audit::record(&transaction, now, deed(&resident, "case.authorise", case, person.id)).await?;
    let view = ProxyView {
        person_id: person.id,
        name: person.name.masked(),
        until: body.until,
    };
    once.commit(transaction, StatusCode::CREATED, &view).await
}

/// Takes an authorisation back.
#[utoipa::path(
    tag = "cases",
    security(("resident" = [])),
    params(
        ("id" = CaseId, Path, description = "The case."),
        ("person_id" = PersonId, Path, description = "Who was authorised."),
    ),
    responses((status = 204, description = "The authorisation is taken back."), crate::problem::Refusals),
)]
#[delete("/cases/{id}/proxies/{person_id}")]
pub async fn remove_proxy(
    resident: IdentifiedResident,
    once: Once,
    platform: Data<Platform>,
    path: Path<(CaseId, PersonId)>,
) -> Result<HttpResponse, Failure> {
    let (id, person) = path.into_inner();
    let now = platform.clock.now();
    let transaction = platform.db.begin().await?;
    let case = authorised(&transaction, &platform, &resident, id, now).await?;
    let removed = party::Entity::delete_many()
        .filter(party::Column::CaseId.eq(case))
        .filter(party::Column::PersonId.eq(person.0))
        .filter(party::Column::Role.eq(Role::Proxy.as_str()))
        .filter(party::Column::GrantedBy.eq(resident.person.id.0))
        .exec(&transaction)
        .await?;
    if removed.rows_affected == 0 {
        return Err(Failure::from(&problem::NOT_FOUND));
    }
    audit::record(
        &transaction,
        now,
        deed(&resident, "case.withdraw-authority", case, person),
    )
    .await?;
    once.commit(transaction, StatusCode::NO_CONTENT, &()).await
}

/// The case, when the resident is a party that may authorise others.
async fn authorised(
    db: &impl ConnectionTrait,
    platform: &Platform,
    resident: &IdentifiedResident,
    id: CaseId,
    now: Instant,
) -> Result<Uuid, Failure> {
    let (row, part) = store::case_of(db, platform, resident.person.id, id.0, now)
        .await?
        .ok_or_else(|| Failure::from(&problem::NOT_FOUND))?;
    if part
        .roles
        .iter()
        .any(|role| matches!(role, Role::Reporter | Role::Victim))
    {
        Ok(row.id)
    } else {
        Err(Failure::from(&problem::FORBIDDEN))
    }
}

fn deed<'a>(resident: &IdentifiedResident, action: &'a str, case: Uuid, person: PersonId) -> Deed<'a> {
    Deed {
        actor: Some(resident.actor()),
        action,
        subject_kind: "case",
        subject_id: Some(case),
        reason: None,
        detail: json!({"person": person.0}),
    }
}
