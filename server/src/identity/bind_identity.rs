//! `PUT /me/identity`: confirms who a resident is (实名认证).

use actix_web::{
    HttpResponse,
    http::StatusCode,
    put,
    web::{Data, Json},
};
use sea_orm::{ColumnTrait, EntityTrait, ExprTrait, QueryFilter, sea_query::Expr};
use serde_json::json;
use shared::identity::{
    rules::{IdNumber, PersonName},
    wire::{IDENTITY_BOUND, IdentityRequest, PersonView},
};

use super::{Resident, Sessions, entity::resident, store};
use crate::{
    platform::{
        Platform,
        audit::{self, Deed},
        db,
        idempotency::Once,
    },
    problem::{Failure, invalid_field},
};

/// Binds the account to a person. It is bound once; to change it, one goes to a counter.
#[utoipa::path(
    tag = "identity",
    security(("resident" = [])),
    request_body = IdentityRequest,
    responses((status = 200, body = PersonView), crate::problem::Refusals),
)]
#[put("/me/identity")]
pub async fn bind_identity(
    resident: Resident,
    once: Once,
    platform: Data<Platform>,
    sessions: Data<Sessions>,
    body: Json<IdentityRequest>,
) -> Result<HttpResponse, Failure> {
    let name: PersonName = body.name.parse().map_err(|error| invalid_field("name", error))?;
    let id_number: IdNumber = body
        .id_number
        .parse()
        .map_err(|error| invalid_field("id_number", error))?;
    let now = platform.clock.now();

    let transaction = platform.db.begin().await?;
    let person = store::find_or_add_person(&transaction, &platform, &name, &id_number, now).await?;
    let bound = resident::Entity::update_many()
        .col_expr(resident::Column::PersonId, Expr::value(person.id.0))
        .filter(resident::Column::Id.eq(resident.id.0))
        .filter(
            resident::Column::PersonId
                .is_null()
                .or(resident::Column::PersonId.eq(person.id.0)),
        )
        .exec(&transaction)
        .await
        // The person is bound to another account.
        .map_err(|error| {
            if db::is_duplicate(&error) {
                Failure::from(&IDENTITY_BOUND)
            } else {
                error.into()
            }
        })?;
    if bound.rows_affected == 0 {
        return Err(Failure::from(&IDENTITY_BOUND));
    }
    let deed = Deed {
        actor: Some(resident.actor()),
        action: "identity.bind",
        subject_kind: "person",
        subject_id: Some(person.id.0),
        reason: None,
        detail: json!({}),
    };
    audit::record(&transaction, now, deed).await?;
    let response = once.commit(transaction, StatusCode::OK, &person.view()).await?;
    sessions.forget(&platform, resident.session).await;
    Ok(response)
}
