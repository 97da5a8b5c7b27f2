//! `POST /sms/aliyun/replies` and `/sms/tencent/replies`: what residents answer to texts. Only a wish for no more texts is heard.
//!
//! Nobody signs a reply, so it counts only for a phone that was sent a text through that provider, and all that it does is to stop notices.

use actix_web::{
    HttpResponse, post,
    web::{Data, Json, Query},
};
use chrono::TimeDelta;
use metrics::counter;
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use serde::Deserialize;
use serde_json::json;
use shared::{identity::rules::Phone, notify::delivery::wants_no_texts};

use super::{entity::attempt, provider::Provider, receipts::Caller, store, workers::index_of};
use crate::{
    platform::{Platform, audit},
    problem::Failure,
};

/// A reply comes within this time after a text.
const ANSWERED_WITHIN: TimeDelta = TimeDelta::days(90);

/// A reply as Aliyun pushes it (`SmsUp`).
#[derive(Deserialize, utoipa::ToSchema)]
pub struct AliyunReply {
    /// Who replied.
    phone_number: String,
    /// What they wrote.
    content: String,
}

/// A reply as Tencent pushes it.
#[derive(Deserialize, utoipa::ToSchema)]
pub struct TencentReply {
    /// Who replied.
    mobile: String,
    /// What they wrote.
    text: String,
}

/// Several at once, or one by itself, as providers differ.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(untagged)]
pub enum Batch<T> {
    /// Several.
    Several(Vec<T>),
    /// One.
    One(T),
}

impl<T> Batch<T> {
    fn into_vec(self) -> Vec<T> {
        match self {
            Self::Several(items) => items,
            Self::One(item) => vec![item],
        }
    }
}

/// Takes replies from Aliyun; the answer is in Aliyun's own form.
#[utoipa::path(
    tag = "notify",
    security(()),
    params(Caller),
    request_body = Vec<AliyunReply>,
    responses((status = 200, description = "Taken, `{\"code\":0}`."), crate::problem::Refusals),
)]
#[post("/sms/aliyun/replies")]
pub async fn aliyun_replies(
    platform: Data<Platform>,
    caller: Query<Caller>,
    replies: Json<Batch<AliyunReply>>,
) -> Result<HttpResponse, Failure> {
    caller.check(&platform)?;
    for reply in replies.into_inner().into_vec() {
        hear(&platform, Provider::Aliyun, &reply.phone_number, &reply.content).await?;
    }
    Ok(HttpResponse::Ok().json(json!({ "code": 0, "msg": "成功" })))
}

/// Takes replies from Tencent; the answer is in Tencent's own form.
#[utoipa::path(
    tag = "notify",
    security(()),
    params(Caller),
    request_body = Vec<TencentReply>,
    responses((status = 200, description = "Taken, `{\"result\":0}`."), crate::problem::Refusals),
)]
#[post("/sms/tencent/replies")]
pub async fn tencent_replies(
    platform: Data<Platform>,
    caller: Query<Caller>,
    replies: Json<Batch<TencentReply>>,
) -> Result<HttpResponse, Failure> {
    caller.check(&platform)?;
    for reply in replies.into_inner().into_vec() {
        hear(&platform, Provider::Tencent, &reply.mobile, &reply.text).await?;
    }
    Ok(HttpResponse::Ok().json(json!({ "result": 0, "errmsg": "OK" })))
}

/// Hears a reply from this phone.
pub(super) async fn hear(platform: &Platform, provider: Provider, phone: &str, reply: &str) -> Result<(), Failure> {
    let Ok(phone) = phone.parse::<Phone>() else {
        return Ok(());
    };
    if !wants_no_texts(reply) {
        return Ok(());
    }
    let now = platform.clock.now();
    let index = index_of(platform, &phone);
    let texted = attempt::Entity::find()
        .filter(attempt::Column::PhoneIndex.eq(index.clone()))
        .filter(attempt::Column::Provider.eq(provider.as_str()))
        .filter(attempt::Column::StartedAt.gte(now - ANSWERED_WITHIN))
        .count(platform.db.reader())
        .await?;
    if texted == 0 {
        return Ok(());
    }
    let transaction = platform.db.begin().await?;
    if store::opt_out(&transaction, index, provider.as_str(), now).await? {
        let deed = audit::Deed {
            actor: None,
            action: "notify.opt-out",
            subject_kind: "phone",
            subject_id: None,
            reason: None,
            detail: json!({ "source": provider.as_str() }),
        };
        audit::record(&transaction, now, deed).await?;
        counter!("bianmin_sms_opt_outs_total", "source" => provider.as_str()).increment(1);
    }
    transaction.commit().await?;
    Ok(())
}
