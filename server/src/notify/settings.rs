//! `GET` and `PUT /notifications/settings`: whether a resident wants notices on the phone.

use actix_web::{
    get, put,
    web::{Data, Json},
};
use sea_orm::EntityTrait;
use serde_json::json;
use shared::{identity::rules::Phone, notify::wire::NotificationSettings, problem};

use super::{entity::opt_out, store, workers::index_of};
use crate::{
    identity::{self, Resident},
    platform::{Platform, audit},
    problem::Failure,
};

/// Whether notices are sent to the resident's phone.
#[utoipa::path(
    tag = "notify",
    security(("resident" = [])),
    responses((status = 200, body = NotificationSettings), crate::problem::Refusals),
)]
#[get("/notifications/settings")]
pub async fn read_settings(
    resident: Resident,
    platform: Data<Platform>,
) -> Result<Json<NotificationSettings>, Failure> {
    let index = index_of(&platform, &phone(&platform, &resident).await?);
    let declined = opt_out::Entity::find_by_id(index).one(platform.db.reader()).await?;
    Ok(Json(NotificationSettings {
        texts: declined.is_none(),
    }))
}

/// Stops notices to the resident's phone, or lets them come again. What the law wants told and login codes come in any case.
#[utoipa::path(
    tag = "notify",
    security(("resident" = [])),
    request_body = NotificationSettings,
    responses((status = 200, body = NotificationSettings), crate::problem::Refusals),
)]
#[put("/notifications/settings")]
pub async fn change_settings(
    resident: Resident,
    platform: Data<Platform>,
    body: Json<NotificationSettings>,
) -> Result<Json<NotificationSettings>, Failure> {
    let index = index_of(&platform, &phone(&platform, &resident).await?);
    let now = platform.clock.now();
    let transaction = platform.db.begin().await?;
    let changed = if body.texts {
        store::opt_in(&transaction, index).await?
    } else {
        store::opt_out(&transaction, index, "page", now).await?
    };
    if changed {
        let deed = audit::Deed {
            actor: Some(resident.actor()),
            action: if body.texts { "notify.opt-in" } else { "notify.opt-out" },
            subject_kind: "resident",
            subject_id: Some(resident.id.0),
            reason: None,
            detail: json!({ "source": "page" }),
        };
        audit::record(&transaction, now, deed).await?;
    }
    transaction.commit().await?;
    Ok(body)
}

async fn phone(platform: &Platform, resident: &Resident) -> Result<Phone, Failure> {
    identity::phone_of(platform.db.reader(), platform, resident.id)
        .await?
        .ok_or_else(|| Failure::from(&problem::UNAUTHENTICATED))
}
