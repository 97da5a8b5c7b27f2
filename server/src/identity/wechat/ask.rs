//! `POST /auth/wechat-questions`: a browser inside WeChat asks who its user is.

use actix_web::{
    HttpResponse, post,
    web::{Data, Json},
};
use sea_orm::{ActiveValue::Set, EntityTrait};
use shared::{
    identity::{
        wechat::{WechatQuestion, WechatQuestionRequest},
        wire::WECHAT_SILENT,
    },
    problem,
    wechat::is_own_page,
};
use uuid::Uuid;

use super::hash;
use crate::{
    identity::{cookies, entity::wechat_question},
    platform::Platform,
    problem::{Failure, invalid_field},
};

/// The longest address to come back to, in octets.
const LONGEST_NEXT: usize = 300;

/// Begins signing in by WeChat: a question that this browser alone can bring the answer to, once.
#[utoipa::path(
    tag = "identity",
    security(()),
    request_body = WechatQuestionRequest,
    responses((status = 201, body = WechatQuestion), crate::problem::Refusals),
)]
#[post("/auth/wechat-questions")]
pub async fn ask_wechat(platform: Data<Platform>, body: Json<WechatQuestionRequest>) -> Result<HttpResponse, Failure> {
    if !platform.official_account.is_configured() {
        return Err(Failure::from(&problem::NOT_FOUND));
    }
    let mark = cookies::new_mark(&platform)?;
    let id = Uuid::new_v4();
    let authorize_url = platform
        .official_account
        .authorize_url(&back(&platform, body.next.as_deref())?, Some(&id.simple().to_string()))
        .await
        .map_err(|_silent| Failure::from(&WECHAT_SILENT))?;

    let transaction = platform.db.begin().await?;
    let row = wechat_question::ActiveModel {
        id: Set(id),
        browser_hash: Set(hash(&mark)),
        openid: Set(None),
        asked_at: Set(platform.clock.now()),
        answered_at: Set(None),
    };
    wechat_question::Entity::insert(row)
        .exec_without_returning(&transaction)
        .await?;
    transaction.commit().await?;

    let mut response = HttpResponse::Created();
    cookies::mark_browser(&mut response, &platform.config, cookies::Asked::Wechat, mark);
    Ok(response.json(WechatQuestion { authorize_url }))
}

/// The sign-in page, which goes on to a page of this service and to no other.
fn back(platform: &Platform, next: Option<&str>) -> Result<String, Failure> {
    let page = format!("{}/login", platform.config.public_url);
    let Some(next) = next else { return Ok(page) };
    if !is_own_page(next) || next.len() > LONGEST_NEXT {
        return Err(invalid_field("next", "expected a path of this service"));
    }
    let url = reqwest::Url::parse_with_params(&page, [("next", next)]).map_err(anyhow::Error::from)?;
    Ok(url.into())
}
