//! `GET`, `POST` and `DELETE /me/consents`: what a resident has agreed to, in which version, since when, and until when.

use actix_web::{
    HttpResponse, delete, get,
    http::StatusCode,
    post,
    web::{Data, Json, Path},
};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Expr, OnConflict},
};
use serde_json::json;
use shared::{
    identity::privacy::{CONSENT_VERSION, Consent, ConsentRequest, ConsentTo},
    list::List,
    problem,
};
use uuid::Uuid;

use super::{Resident, entity::consent};
use crate::{
    platform::{
        Platform,
        audit::{self, Deed},
        idempotency::Once,
    },
    problem::Failure,
};

/// How many consents are shown.
const SHOWN: u64 = 200;

/// What the resident has agreed to, the latest first, also what was taken back.
#[utoipa::path(
    tag = "identity",
    security(("resident" = [])),
    responses((status = 200, body = List<Consent>), crate::problem::Refusals),
)]
#[get("/me/consents")]
pub async fn list_consents(resident: Resident, platform: Data<Platform>) -> Result<Json<List<Consent>>, Failure> {
    let rows = consent::Entity::find()
        .filter(consent::Column::ResidentId.eq(resident.id.0))
        .order_by_desc(consent::Column::Id)
        .limit(SHOWN)
        .all(platform.db.reader())
        .await?;
    let consents = rows.iter().map(view).collect::<Result<_, _>>()?;
    Ok(Json(List::whole(consents)))
}

/// Agrees to the present version of something; what stands already stays as it is.
#[utoipa::path(
    tag = "identity",
    security(("resident" = [])),
    request_body = ConsentRequest,
    responses((status = 201, body = Consent), crate::problem::Refusals),
)]
#[post("/me/consents")]
pub async fn give_consent(
    resident: Resident,
    once: Once,
    platform: Data<Platform>,
    body: Json<ConsentRequest>,
) -> Result<HttpResponse, Failure> {
    let now = platform.clock.now();
    let transaction = platform.db.begin().await?;
    let row = consent::ActiveModel {
        id: Set(Uuid::now_v7()),
        resident_id: Set(resident.id.0),
        subject: Set(body.to.as_str().to_owned()),
        version: Set(CONSENT_VERSION.to_owned()),
        given_at: Set(now),
        withdrawn_at: Set(None),
    };
    let given = consent::Entity::insert(row)
        .on_conflict(OnConflict::new().do_nothing().to_owned())
        .exec_without_returning(&transaction)
        .await?;
    let standing = consent::Entity::find()
        .filter(consent::Column::ResidentId.eq(resident.id.0))
        .filter(consent::Column::Subject.eq(body.to.as_str()))
        .filter(consent::Column::Version.eq(CONSENT_VERSION))
        .filter(consent::Column::WithdrawnAt.is_null())
        .one(&transaction)
        .await?
        .ok_or_else(|| anyhow::anyhow!("a consent vanished while being given"))?;
    if given > 0 {
        audit::record(&transaction, now, deed(&resident, "consent.give", body.to)).await?;
    }
    once.commit(transaction, StatusCode::CREATED, &view(&standing)?).await
}

/// Takes a consent back, in every version of it.
#[utoipa::path(
    tag = "identity",
    security(("resident" = [])),
    params(("subject" = ConsentTo, Path, description = "What was agreed to.")),
    responses((status = 204, description = "The consent is taken back."), crate::problem::Refusals),
)]
#[delete("/me/consents/{subject}")]
pub async fn withdraw_consent(
    resident: Resident,
    once: Once,
    platform: Data<Platform>,
    subject: Path<ConsentTo>,
) -> Result<HttpResponse, Failure> {
    let now = platform.clock.now();
    let transaction = platform.db.begin().await?;
    let withdrawn = consent::Entity::update_many()
        .col_expr(consent::Column::WithdrawnAt, Expr::value(now))
        .filter(consent::Column::ResidentId.eq(resident.id.0))
        .filter(consent::Column::Subject.eq(subject.as_str()))
        .filter(consent::Column::WithdrawnAt.is_null())
        .exec(&transaction)
        .await?;
    if withdrawn.rows_affected == 0 {
        return Err(Failure::from(&problem::NOT_FOUND));
    }
    audit::record(&transaction, now, deed(&resident, "consent.withdraw", *subject)).await?;
    once.commit(transaction, StatusCode::NO_CONTENT, &()).await
}

fn view(row: &consent::Model) -> Result<Consent, Failure> {
    Ok(Consent {
        to: row.subject.parse().map_err(anyhow::Error::from)?,
        version: row.version.clone(),
        given_at: row.given_at,
        withdrawn_at: row.withdrawn_at,
    })
}

fn deed(resident: &Resident, action: &'static str, to: ConsentTo) -> Deed<'static> {
    Deed {
        actor: Some(resident.actor()),
        action,
        subject_kind: "resident",
        subject_id: Some(resident.id.0),
        reason: None,
        detail: json!({ "to": to.as_str(), "version": CONSENT_VERSION }),
    }
}
