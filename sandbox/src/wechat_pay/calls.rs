//! What the merchant has asked for: every call as it came, so that a test can look for what must not be among them.

use actix_web::{
    Error, HttpResponse,
    body::BoxBody,
    dev::{Payload, ServiceRequest, ServiceResponse},
    middleware::Next,
    web,
};
use serde::Serialize;

use crate::Sandbox;

/// So many are kept; a soak makes tens of thousands.
const KEPT: usize = 200_000;

/// A call.
#[derive(Debug, Clone, Serialize)]
pub struct Call {
    method: String,
    /// The path with what is asked for.
    target: String,
    /// The merchant that signed it.
    mchid: String,
    body: String,
}

/// Notes a call and lets it go on, whatever becomes of it.
pub async fn note(mut request: ServiceRequest, next: Next<BoxBody>) -> Result<ServiceResponse<BoxBody>, Error> {
    let body = request.extract::<web::Bytes>().await?;
    let signed = request
        .headers()
        .get("authorization")
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split_once("mchid=\"")?.1.split('"').next())
        .unwrap_or_default();
    let call = Call {
        method: request.method().to_string(),
        target: request.uri().to_string(),
        mchid: signed.to_owned(),
        body: String::from_utf8_lossy(&body).into_owned(),
    };
    if let Some(sandbox) = request.app_data::<web::Data<Sandbox>>() {
        let mut calls = sandbox.wechat_pay.calls();
        if calls.len() < KEPT {
            calls.push(call);
        }
    }
    request.set_payload(Payload::from(body));
    next.call(request).await
}

/// `GET /wechat/calls`.
pub async fn list(sandbox: web::Data<Sandbox>) -> HttpResponse {
    HttpResponse::Ok().json(serde_json::json!({ "items": *sandbox.wechat_pay.calls() }))
}
