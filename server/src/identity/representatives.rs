//! `GET` and `DELETE /me/representatives`: who may act for a resident because they added them to their family, and an end to it.

use actix_web::{
    HttpResponse, delete, get,
    http::StatusCode,
    web::{Data, Json, Path},
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use serde_json::json;
use shared::{
    identity::privacy::{REPRESENTATION_LIFE, Representative, represented_until},
    ids::ResidentId,
    list::List,
    problem,
};

use super::{
    IdentifiedResident,
    entity::{family_member, resident},
    store,
};
use crate::{
    platform::{
        Platform,
        audit::{self, Deed},
        idempotency::Once,
    },
    problem::Failure,
};

/// Who may act for the resident.
#[utoipa::path(
    tag = "identity",
    security(("resident" = [])),
    responses((status = 200, body = List<Representative>), crate::problem::Refusals),
)]
#[get("/me/representatives")]
pub async fn list_representatives(
    resident: IdentifiedResident,
    platform: Data<Platform>,
) -> Result<Json<List<Representative>>, Failure> {
    let db = platform.db.reader();
    let rows = family_member::Entity::find()
        .filter(family_member::Column::PersonId.eq(resident.person.id.0))
        .filter(family_member::Column::CreatedAt.gt(platform.clock.now() - REPRESENTATION_LIFE))
        .order_by_asc(family_member::Column::CreatedAt)
        .all(db)
        .await?;
    let mut representatives = Vec::with_capacity(rows.len());
    for row in rows {
        let account = resident::Entity::find_by_id(row.resident_id).one(db).await?;
        let Some(person) = account.and_then(|account| account.person_id) else {
            continue;
        };
        if let Some(person) = store::person(db, &platform, person.into()).await? {
            representatives.push(Representative {
                resident_id: row.resident_id.into(),
                person: person.view(),
                relation: row.relation,
                until: represented_until(row.created_at),
            });
        }
    }
    Ok(Json(List::whole(representatives)))
}

/// Lets somebody no longer act for the resident; appointments that were made stay.
#[utoipa::path(
    tag = "identity",
    security(("resident" = [])),
    params(("resident_id" = ResidentId, Path, description = "The representative's account.")),
    responses((status = 204, description = "They no longer act for the resident."), crate::problem::Refusals),
)]
#[delete("/me/representatives/{resident_id}")]
pub async fn remove_representative(
    resident: IdentifiedResident,
    once: Once,
    platform: Data<Platform>,
    representative: Path<ResidentId>,
) -> Result<HttpResponse, Failure> {
    let transaction = platform.db.begin().await?;
    let removed = family_member::Entity::delete_by_id((representative.0, resident.person.id.0))
        .exec(&transaction)
        .await?;
    if removed.rows_affected == 0 {
        return Err(Failure::from(&problem::NOT_FOUND));
    }
    let deed = Deed {
        actor: Some(resident.actor()),
        action: "family.refuse",
        subject_kind: "resident",
        subject_id: Some(representative.0),
        reason: None,
        detail: json!({}),
    };
    audit::record(&transaction, platform.clock.now(), deed).await?;
    once.commit(transaction, StatusCode::NO_CONTENT, &()).await
}
