//! `PUT /cases/{id}/subscription`: how a resident wants to be told of a case.

use actix_web::{
    HttpResponse,
    http::StatusCode,
    put,
    web::{Data, Json, Path},
};
use sea_orm::{ActiveValue::Set, EntityTrait, sea_query::OnConflict};
use shared::{cases::wire::Subscription, identity::wire::WECHAT_UNLINKED, ids::CaseId, problem};

use super::{entity::subscription, store};
use crate::{
    identity::{self, IdentifiedResident},
    platform::{Platform, idempotency::Once},
    problem::Failure,
};

/// Sets how the resident is told of a case: in WeChat, once one is linked, before by text. What the law wants told is texted in any case.
#[utoipa::path(
    tag = "cases",
    security(("resident" = [])),
    params(("id" = CaseId, Path, description = "The case.")),
    request_body = Subscription,
    responses((status = 200, body = Subscription), crate::problem::Refusals),
)]
#[put("/cases/{id}/subscription")]
pub async fn subscribe(
    resident: IdentifiedResident,
    once: Once,
    platform: Data<Platform>,
    id: Path<CaseId>,
    body: Json<Subscription>,
) -> Result<HttpResponse, Failure> {
    let now = platform.clock.now();
    let transaction = platform.db.begin().await?;
    let (case, _) = store::case_of(&transaction, &platform, resident.person.id, id.0, now)
        .await?
        .ok_or_else(|| Failure::from(&problem::NOT_FOUND))?;
    if body.wechat && !identity::has_wechat(&transaction, resident.id).await? {
        return Err(Failure::from(&WECHAT_UNLINKED));
    }
    let row = subscription::ActiveModel {
        case_id: Set(case.id),
        resident_id: Set(resident.id.0),
        sms: Set(body.sms),
        wechat: Set(body.wechat),
        changed_at: Set(now),
    };
    let mut once_each = OnConflict::columns([subscription::Column::CaseId, subscription::Column::ResidentId]);
    once_each.update_columns([
        subscription::Column::Sms,
        subscription::Column::Wechat,
        subscription::Column::ChangedAt,
    ]);
    subscription::Entity::insert(row)
        .on_conflict(once_each)
        .exec_without_returning(&transaction)
        .await?;
    once.commit(transaction, StatusCode::OK, &*body).await
}
