//! `GET`, `PUT` and `DELETE /me/wechat`: whether a WeChat can sign in to one's account, whether notices go there, and an end to it.

use actix_web::{
    HttpResponse, delete, get,
    http::StatusCode,
    put,
    web::{Data, Json},
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, sea_query::Expr};
use shared::{
    identity::{
        wechat::{WechatLink, WechatNotices},
        wire::WECHAT_UNLINKED,
    },
    problem,
};

use super::{deed, unlink};
use crate::{
    identity::{Resident, Sessions, entity::wechat_link},
    platform::{Platform, audit, idempotency::Once},
    problem::Failure,
};

/// Since when a WeChat is linked to the account, if one is.
#[utoipa::path(
    tag = "identity",
    security(("resident" = [])),
    responses((status = 200, body = WechatLink), crate::problem::Refusals),
)]
#[get("/me/wechat")]
pub async fn my_wechat(resident: Resident, platform: Data<Platform>) -> Result<Json<WechatLink>, Failure> {
    let linked = wechat_link::Entity::find_by_id(resident.id.0)
        .one(platform.db.reader())
        .await?;
    Ok(Json(WechatLink {
        since: linked.as_ref().map(|row| row.since),
        notices: linked.is_some_and(|row| row.notices),
    }))
}

/// Lets notices come to the linked WeChat, or by text again.
#[utoipa::path(
    tag = "identity",
    security(("resident" = [])),
    request_body = WechatNotices,
    responses((status = 200, body = WechatLink), crate::problem::Refusals),
)]
#[put("/me/wechat")]
pub async fn change_wechat(
    resident: Resident,
    once: Once,
    platform: Data<Platform>,
    body: Json<WechatNotices>,
) -> Result<HttpResponse, Failure> {
    let now = platform.clock.now();
    let transaction = platform.db.begin().await?;
    let changed = wechat_link::Entity::update_many()
        .col_expr(wechat_link::Column::Notices, Expr::value(body.notices))
        .filter(wechat_link::Column::ResidentId.eq(resident.id.0))
        .exec_with_returning(&transaction)
        .await?;
    let Some(linked) = changed.into_iter().next() else {
        return Err(Failure::from(&WECHAT_UNLINKED));
    };
    let action = if linked.notices {
        "wechat.notices-on"
    } else {
        "wechat.notices-off"
    };
    audit::record(&transaction, now, deed(resident.id, action)).await?;
    let view = WechatLink {
        since: Some(linked.since),
        notices: linked.notices,
    };
    once.commit(transaction, StatusCode::OK, &view).await
}

/// Unlinks the WeChat: signing in takes phone and code again. Every other session ends, for the WeChat's may be among them.
#[utoipa::path(
    tag = "identity",
    security(("resident" = [])),
    responses((status = 204, description = "No WeChat is linked any more."), crate::problem::Refusals),
)]
#[delete("/me/wechat")]
pub async fn unlink_wechat(
    resident: Resident,
    once: Once,
    platform: Data<Platform>,
    sessions: Data<Sessions>,
) -> Result<HttpResponse, Failure> {
    let now = platform.clock.now();
    let transaction = platform.db.begin().await?;
    if !unlink(&transaction, resident.id).await? {
        return Err(Failure::from(&problem::NOT_FOUND));
    }
    let ended = sessions
        .end_all_of(&transaction, resident.id.0, Some(resident.session), now)
        .await?;
    audit::record(&transaction, now, deed(resident.id, "wechat.unlink")).await?;
    let response = once.commit(transaction, StatusCode::NO_CONTENT, &()).await?;
    sessions.forget_all(&platform, ended).await;
    Ok(response)
}
