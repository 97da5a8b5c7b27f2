//! `POST /auth/wechat-sessions`: signs in to the account that is linked to the browser's WeChat.

use actix_web::{
    HttpRequest, HttpResponse, post,
    web::{Data, Json},
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, sea_query::Expr};
use shared::{
    identity::{
        wechat::WechatSessionRequest,
        wire::{Session, WECHAT_SILENT, WECHAT_SNAPSHOT, WECHAT_STATE, WECHAT_UNLINKED},
    },
    ids::ResidentId,
};

use super::{WAITING, asked_here, indexes_of};
use crate::{
    identity::{
        entity::{wechat_link, wechat_question},
        sessions::Sessions,
        sign_in,
    },
    platform::{Platform, official_account::UserError},
    problem::Failure,
};

/// Signs in by WeChat, without a text. Where no account is linked yet, the openid waits for a sign-in by phone and code from this browser.
#[utoipa::path(
    tag = "identity",
    security(()),
    request_body = WechatSessionRequest,
    responses((status = 201, body = Session), crate::problem::Refusals),
)]
#[post("/auth/wechat-sessions")]
pub async fn sign_in_by_wechat(
    request: HttpRequest,
    platform: Data<Platform>,
    sessions: Data<Sessions>,
    body: Json<WechatSessionRequest>,
) -> Result<HttpResponse, Failure> {
    let now = platform.clock.now();
    let foreign = || Failure::from(&WECHAT_STATE);
    let (question, here) = asked_here(&platform, &request, &body.state, now).ok_or_else(foreign)?;
    // The state is used up before anything is asked, so that it is good for one answer whatever comes of it.
    let transaction = platform.db.begin().await?;
    let answered = wechat_question::Entity::update_many()
        .col_expr(wechat_question::Column::AnsweredAt, Expr::value(now))
        .filter(here)
        .filter(wechat_question::Column::AnsweredAt.is_null())
        .exec(&transaction)
        .await?;
    transaction.commit().await?;
    if answered.rows_affected == 0 {
        return Err(foreign());
    }
    let openid = platform.official_account.openid_of(&body.code).await;
    let openid = openid.map_err(|error| match error {
        UserError::Code => foreign(),
        UserError::Snapshot => Failure::from(&WECHAT_SNAPSHOT),
        UserError::Silent => Failure::from(&WECHAT_SILENT),
    })?;

    let transaction = platform.db.begin().await?;
    let linked = wechat_link::Entity::find()
        .filter(wechat_link::Column::OpenidIndex.is_in(indexes_of(&platform, &openid)))
        .one(&transaction)
        .await?;
    let Some(linked) = linked else {
        let sealed = platform.keys.seal(WAITING, question, openid.expose())?;
        wechat_question::Entity::update_many()
            .col_expr(wechat_question::Column::Openid, Expr::value(sealed))
            .filter(wechat_question::Column::Id.eq(question))
            .exec(&transaction)
            .await?;
        transaction.commit().await?;
        return Err(Failure::from(&WECHAT_UNLINKED));
    };
    let account = ResidentId(linked.resident_id);
    sign_in::begin(&request, &platform, &sessions, transaction, account, "wechat", now).await
}
