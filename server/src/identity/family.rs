//! `GET`, `POST` and `DELETE /me/family`: the family members for whom a resident may act.

use actix_web::{
    HttpResponse, delete, get,
    http::StatusCode,
    post,
    web::{Data, Json, Path},
};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, sea_query::OnConflict,
};
use serde_json::json;
use shared::{
    identity::{
        privacy::represented_until,
        rules::{IdNumber, PersonName},
        wire::{FAMILY_FULL, FamilyMember, FamilyRequest},
    },
    ids::PersonId,
    list::List,
    problem,
};

use super::{IdentifiedResident, Resident, entity::family_member, store};
use crate::{
    platform::{
        Platform,
        audit::{self, Deed},
        idempotency::{Actor, Once},
    },
    problem::{Failure, invalid_field},
};

/// For how many family members one resident may act.
const LIMIT: u64 = 5;

/// The family members, in the order in which they were added.
#[utoipa::path(
    tag = "identity",
    security(("resident" = [])),
    responses((status = 200, body = List<FamilyMember>), crate::problem::Refusals),
)]
#[get("/me/family")]
pub async fn list_family(resident: Resident, platform: Data<Platform>) -> Result<Json<List<FamilyMember>>, Failure> {
    let db = platform.db.reader();
    let rows = family_member::Entity::find()
        .filter(family_member::Column::ResidentId.eq(resident.id.0))
        .order_by_asc(family_member::Column::CreatedAt)
        .all(db)
        .await?;
    let mut members = Vec::with_capacity(rows.len());
    for row in rows {
        if let Some(person) = store::person(db, &platform, row.person_id.into()).await? {
            members.push(FamilyMember {
                person: person.view(),
                relation: row.relation,
                until: represented_until(row.created_at),
            });
        }
    }
    Ok(Json(List::whole(members)))
}

/// Adds a family member.
#[utoipa::path(
    tag = "identity",
    security(("resident" = [])),
    request_body = FamilyRequest,
    responses((status = 201, body = FamilyMember), crate::problem::Refusals),
)]
#[post("/me/family")]
pub async fn add_family(
    resident: IdentifiedResident,
    once: Once,
    platform: Data<Platform>,
    body: Json<FamilyRequest>,
) -> Result<HttpResponse, Failure> {
    let name: PersonName = body.name.parse().map_err(|error| invalid_field("name", error))?;
    let id_number: IdNumber = body
        .id_number
        .parse()
        .map_err(|error| invalid_field("id_number", error))?;
    let relation = body.relation.trim();
    if relation.is_empty() || relation.chars().count() > 10 {
        return Err(invalid_field("relation", "a relation has one to ten characters"));
    }
    let now = platform.clock.now();

    let transaction = platform.db.begin().await?;
    let person = store::find_or_add_person(&transaction, &platform, &name, &id_number, now).await?;
    if person.id == resident.person.id {
        return Err(invalid_field("id_number", "this is your own ID number"));
    }
    let row = family_member::ActiveModel {
        resident_id: Set(resident.id.0),
        person_id: Set(person.id.0),
        relation: Set(relation.to_owned()),
        created_at: Set(now),
    };
    let mut once_each = OnConflict::columns([family_member::Column::ResidentId, family_member::Column::PersonId]);
    // Whoever is added again is agreed upon for another year.
    once_each.update_columns([family_member::Column::Relation, family_member::Column::CreatedAt]);
    family_member::Entity::insert(row)
        .on_conflict(once_each)
        .exec_without_returning(&transaction)
        .await?;
    let members = family_member::Entity::find()
        .filter(family_member::Column::ResidentId.eq(resident.id.0))
        .count(&transaction)
        .await?;
    if members > LIMIT {
        return Err(Failure::from(&FAMILY_FULL));
    }
    let deed = deed(resident.actor(), "family.add", person.id);
    audit::record(&transaction, now, deed).await?;
    let member = FamilyMember {
        person: person.view(),
        relation: relation.to_owned(),
        until: represented_until(now),
    };
    once.commit(transaction, StatusCode::CREATED, &member).await
}

/// Removes a family member; appointments that were made stay.
#[utoipa::path(
    tag = "identity",
    security(("resident" = [])),
    params(("person_id" = PersonId, Path, description = "The family member.")),
    responses((status = 204, description = "The family member is removed."), crate::problem::Refusals),
)]
#[delete("/me/family/{person_id}")]
pub async fn remove_family(
    resident: Resident,
    once: Once,
    platform: Data<Platform>,
    person: Path<PersonId>,
) -> Result<HttpResponse, Failure> {
    let person = person.into_inner();
    let transaction = platform.db.begin().await?;
    let removed = family_member::Entity::delete_by_id((resident.id.0, person.0))
        .exec(&transaction)
        .await?;
    if removed.rows_affected == 0 {
        return Err(Failure::from(&problem::NOT_FOUND));
    }
    audit::record(
        &transaction,
        platform.clock.now(),
        deed(resident.actor(), "family.remove", person),
    )
    .await?;
    once.commit(transaction, StatusCode::NO_CONTENT, &()).await
}

fn deed(by: Actor, action: &str, person: PersonId) -> Deed<'_> {
    Deed {
        actor: Some(by),
        action,
        subject_kind: "person",
        subject_id: Some(person.0),
        reason: None,
        detail: json!({}),
    }
}
