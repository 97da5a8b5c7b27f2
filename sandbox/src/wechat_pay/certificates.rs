//! Platform certificates, and everything that a merchant's client needs to know.

use actix_web::{HttpRequest, HttpResponse, http::StatusCode, web};
use serde_json::{Value, json};

use super::{
    API_V3_KEY, APPID, MCHID, MERCHANT_SERIAL,
    answer::{ApiError, respond},
    keys::{MERCHANT_PRIVATE_KEY, seal},
    sign,
};
use crate::{Sandbox, wechat};

/// `GET /v3/certificates`.
pub fn api(config: &mut web::ServiceConfig) {
    config.route("/certificates", web::get().to(list));
}

/// `GET /wechat/merchant.json`.
pub fn control(config: &mut web::ServiceConfig) {
    config.route("/wechat/merchant.json", web::get().to(merchant));
}

async fn list(sandbox: web::Data<Sandbox>, request: HttpRequest) -> HttpResponse {
    respond(&sandbox, listed(&sandbox, &request))
}

fn listed(sandbox: &Sandbox, request: &HttpRequest) -> Result<Value, ApiError> {
    sign::verify(sandbox, request, b"")?;
    let keys = &sandbox.wechat_pay.keys;
    let count = usize::from(sandbox.wechat_pay.settings().certificates);
    if count == 0 {
        return Err(ApiError::new(
            StatusCode::NOT_FOUND,
            "RESOURCE_NOT_EXISTS",
            "无可用的平台证书，请在商户平台-API安全申请使用微信支付公钥",
        ));
    }
    let data = [&keys.first, &keys.second]
        .into_iter()
        .take(count)
        .map(|key| {
            let (nonce, ciphertext) = seal(key.pem.as_bytes(), "certificate")
                .map_err(|error| ApiError::new(StatusCode::INTERNAL_SERVER_ERROR, "SYSTEM_ERROR", error.to_string()))?;
            Ok(json!({
                "serial_no": key.serial,
                "effective_time": "2024-01-01T08:00:00+08:00",
                "expire_time": "2044-01-01T08:00:00+08:00",
                "encrypt_certificate": {
                    "algorithm": "AEAD_AES_256_GCM",
                    "nonce": nonce,
                    "associated_data": "certificate",
                    "ciphertext": ciphertext,
                },
            }))
        })
        .collect::<Result<Vec<_>, ApiError>>()?;
    Ok(json!({ "data": data }))
}

async fn merchant(sandbox: web::Data<Sandbox>) -> HttpResponse {
    let keys = &sandbox.wechat_pay.keys;
    HttpResponse::Ok().json(json!({
        "mchid": MCHID,
        "appid": APPID,
        "app_secret": wechat::APP_SECRET,
        "event_token": wechat::events::TOKEN,
        // In the plain mode there is no key to be known.
        "event_aes_key": (sandbox.wechat.events().mode == wechat::events::Mode::Aes).then_some(wechat::events::AES_KEY),
        "serial": MERCHANT_SERIAL,
        "private_key": MERCHANT_PRIVATE_KEY,
        "api_v3_key": API_V3_KEY,
        "platform_certificate": keys.first.pem,
        "platform_certificate_serial": keys.first.serial,
        "second_platform_certificate": keys.second.pem,
        "second_platform_certificate_serial": keys.second.serial,
        "platform_public_key": keys.public.pem,
        "platform_public_key_id": keys.public.serial,
    }))
}
