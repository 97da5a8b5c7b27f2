//! `POST /wechat-pay/notify`: WeChat tells that an order was paid, or that a refund came to its end.
//!
//! The answer follows the commit. WeChat reads its own failure body and no problem document: the one exception to that rule.

use actix_web::{
    HttpRequest, HttpResponse, post,
    web::{Bytes, Data},
};
use metrics::counter;
use serde_json::json;
use shared::fines::attempt::Source;

use super::{
    refunds,
    service::Fines,
    settle::settle,
    wechat::{Announced, SignedHeaders, open},
};
use crate::{
    notify,
    platform::Platform,
    problem::{Failure, ForeignBody},
};

/// Why a notification is not taken.
enum Refusal {
    /// It is not WeChat's, or not readable: it changes nothing.
    Forged(&'static str),
    /// We cannot take it now; WeChat will repeat it.
    Later(Failure),
}

impl From<Failure> for Refusal {
    fn from(failure: Failure) -> Self {
        Self::Later(failure)
    }
}

/// Takes a notification of WeChat Pay.
#[utoipa::path(
    tag = "fines",
    security(()),
    request_body(
        content = serde_json::Value,
        description = "The sealed notification, as WeChat Pay documents it.",
        example = json!({
            "id": "EV-2018022511223320873", "create_time": "2026-11-23T08:00:00+08:00", "event_type": "TRANSACTION.SUCCESS",
            "resource_type": "encrypt-resource", "summary": "支付成功",
            "resource": {
                "original_type": "transaction", "algorithm": "AEAD_AES_256_GCM", "ciphertext": "…",
                "associated_data": "transaction", "nonce": "fdasflkja484w",
            },
        }),
    ),
    responses(
        (status = 204, description = "It is taken, now or before."),
        (status = 400, description = "It is not WeChat Pay's; the body is WeChat Pay's own failure body."),
        (status = 503, description = "It cannot be taken now; WeChat Pay repeats it."),
    ),
)]
#[post("/wechat-pay/notify")]
pub async fn take_notice(
    request: HttpRequest,
    platform: Data<Platform>,
    fines: Data<Fines>,
    body: Bytes,
) -> HttpResponse {
    match take(&request, &platform, &fines, body).await {
        Ok(()) => HttpResponse::NoContent().finish(),
        Err(Refusal::Forged(why)) => {
            counter!("bianmin_wechat_notices_total", "outcome" => "forged").increment(1);
            tracing::warn!(why, "a notification is not WeChat Pay's");
            refuse(HttpResponse::BadRequest(), "签名错误")
        }
        Err(Refusal::Later(failure)) => {
            counter!("bianmin_wechat_notices_total", "outcome" => "later").increment(1);
            tracing::error!(%failure, "a notification cannot be taken");
            refuse(HttpResponse::ServiceUnavailable(), "系统繁忙，请稍后重试")
        }
    }
}

fn refuse(mut response: actix_web::HttpResponseBuilder, message: &str) -> HttpResponse {
    let mut response = response.json(json!({ "code": "FAIL", "message": message }));
    response.extensions_mut().insert(ForeignBody);
    response
}

async fn take(request: &HttpRequest, platform: &Platform, fines: &Fines, body: Bytes) -> Result<(), Refusal> {
    // What carries no signature at all is refused before anything is asked or read for it.
    let headers = SignedHeaders::of_request(request.headers()).map_err(|_missing| Refusal::Forged("unsigned"))?;
    let client = fines.wechat().await?;
    let notice = client
        .verify_notice(&headers, body)
        .await
        .map_err(|_error| Refusal::Forged("the signature does not hold"))?;
    let announced = open(client, &notice).ok_or(Refusal::Forged("the content cannot be opened"))?;
    let now = platform.clock.now();
    let transaction = platform.db.begin().await.map_err(Failure::from)?;
    match announced {
        Announced::Paid(told) => {
            if let Some(money) = told.money() {
                settle(&transaction, platform, &client.account, money, Source::Notice, now).await?;
            }
        }
        Announced::Refund(told) if told.mchid == client.account.mchid => {
            refunds::take_notice(&transaction, platform, &told.out_refund_no, told.refund_status, now).await?;
        }
        Announced::Refund(_) | Announced::Other => {}
    }
    transaction.commit().await.map_err(Failure::from)?;
    counter!("bianmin_wechat_notices_total", "outcome" => "taken").increment(1);
    notify::wake(platform);
    Ok(())
}
