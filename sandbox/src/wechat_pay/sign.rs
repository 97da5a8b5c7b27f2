//! Signatures in both directions.

use std::{
    collections::BTreeMap,
    sync::atomic::{AtomicUsize, Ordering},
};

use actix_web::{
    Error, HttpRequest, HttpResponse,
    body::{self, BoxBody},
    dev::{ServiceRequest, ServiceResponse},
    http::{
        StatusCode,
        header::{ACCEPT, CONTENT_TYPE, HeaderName, HeaderValue, USER_AGENT},
    },
    middleware::Next,
    web,
};

use super::{MCHID, MERCHANT_SERIAL, Signing, answer::ApiError, keys::PlatformKey};
use crate::{Sandbox, crypto};

/// A request's timestamp may differ from ours by less than this.
const SKEW_SECONDS: i64 = 300;
const SCHEME: &str = "WECHATPAY2-SHA256-RSA2048";

/// Refuses a request whose signature does not hold.
pub fn verify(sandbox: &Sandbox, request: &HttpRequest, body: &[u8]) -> Result<(), ApiError> {
    let header = |name: HeaderName| request.headers().get(name).and_then(|value| value.to_str().ok());
    if header(ACCEPT).is_none() || header(USER_AGENT).is_none() {
        return Err(ApiError::new(
            StatusCode::BAD_REQUEST,
            "PARAM_ERROR",
            "Http头缺少Accept或User-Agent",
        ));
    }
    let authorization = request
        .headers()
        .get("authorization")
        .and_then(|value| value.to_str().ok());
    let fields = authorization
        .and_then(|value| value.trim().strip_prefix(SCHEME))
        .ok_or_else(|| ApiError::signature("Http头Authorization值格式错误，请参考《微信支付商户REST API签名规则》"))?;
    let fields: BTreeMap<&str, &str> = fields
        .split(',')
        .filter_map(|field| field.trim().split_once('='))
        .map(|(name, value)| (name, value.trim_matches('"')))
        .collect();
    let field = |name: &str| {
        fields
            .get(name)
            .copied()
            .ok_or_else(|| ApiError::signature(&format!("Authorization缺少{name}")))
    };
    let (timestamp, nonce, signature) = (field("timestamp")?, field("nonce_str")?, field("signature")?);
    if field("mchid")? != MCHID {
        return Err(ApiError::signature("商户号与签名不匹配"));
    }
    if field("serial_no")? != MERCHANT_SERIAL {
        return Err(ApiError::signature("商户证书序列号有误"));
    }
    let seconds: i64 = timestamp.parse().unwrap_or(0);
    if sandbox.clock.unix().saturating_sub(seconds).abs() >= SKEW_SECONDS {
        return Err(ApiError::signature(
            "Http头Authorization中的timestamp与发起请求的时间不得超过5分钟",
        ));
    }
    let target = request.uri().path_and_query().map_or("/", |target| target.as_str());
    let mut message = format!("{}\n{target}\n{timestamp}\n{nonce}\n", request.method()).into_bytes();
    message.extend(body);
    message.push(b'\n');
    if sandbox.wechat_pay.keys.is_merchants(&message, signature) {
        Ok(())
    } else {
        Err(ApiError::signature("使用商户私钥签名与请求内容不一致"))
    }
}

/// The headers that sign `body` at this moment.
pub fn headers(sandbox: &Sandbox, key: &PlatformKey, body: &[u8]) -> [(&'static str, String); 5] {
    let timestamp = sandbox.clock.unix().to_string();
    let nonce = crypto::random_hex();
    let mut message = format!("{timestamp}\n{nonce}\n").into_bytes();
    message.extend(body);
    message.push(b'\n');
    [
        ("Wechatpay-Nonce", nonce),
        ("Wechatpay-Serial", key.serial.to_owned()),
        ("Wechatpay-Signature", key.sign(&message)),
        ("Wechatpay-Signature-Type", SCHEME.to_owned()),
        ("Wechatpay-Timestamp", timestamp),
    ]
}

/// The key that the settings choose; a client that names the public key gets it.
pub fn key<'a>(sandbox: &'a Sandbox, asked_for: Option<&str>) -> &'a PlatformKey {
    static TURN: AtomicUsize = AtomicUsize::new(0);
    let keys = &sandbox.wechat_pay.keys;
    let in_turn = [&keys.first, &keys.second, &keys.public];
    if asked_for.is_some_and(|serial| serial == keys.public.serial) {
        return &keys.public;
    }
    match sandbox.wechat_pay.settings().signing {
        Signing::Certificate => &keys.first,
        Signing::SecondCertificate => &keys.second,
        Signing::PublicKey => &keys.public,
        Signing::Alternate => {
            let turn = TURN.fetch_add(1, Ordering::Relaxed);
            in_turn
                .into_iter()
                .cycle()
                .nth(turn % in_turn.len())
                .unwrap_or(&keys.first)
        }
    }
}

/// A downloaded file is the one answer without a signature.
pub struct Unsigned;

/// Signs every answer of WeChat Pay's own; what a proxy says in HTML is not its own.
pub async fn sign_answers(request: ServiceRequest, next: Next<BoxBody>) -> Result<ServiceResponse<BoxBody>, Error> {
    let sandbox = request.app_data::<web::Data<Sandbox>>().cloned();
    let asked_for = request
        .headers()
        .get("wechatpay-serial")
        .and_then(|value| value.to_str().ok())
        .map(str::to_owned);
    let response = next.call(request).await?;
    let is_html = response
        .headers()
        .get(CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    let is_file = response.response().extensions().get::<Unsigned>().is_some();
    let Some(sandbox) = sandbox.filter(|_| !is_html && !is_file) else {
        return Ok(response);
    };
    let (request, response) = response.into_parts();
    let (mut response, content) = response.into_parts();
    let bytes = body::to_bytes(content)
        .await
        .map_err(|error| actix_web::error::ErrorInternalServerError(error.to_string()))?;
    if !bytes.is_empty() {
        let json = HeaderValue::from_static("application/json; charset=utf-8");
        response.headers_mut().insert(CONTENT_TYPE, json);
    }
    let signature = headers(&sandbox, key(&sandbox, asked_for.as_deref()), &bytes);
    for (name, value) in signature.into_iter().chain([("Request-ID", crypto::request_id())]) {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            response.headers_mut().insert(name, value);
        }
    }
    Ok(ServiceResponse::new(request, response.set_body(BoxBody::new(bytes))))
}

/// Marks an answer as a file.
pub fn unsigned(mut response: HttpResponse) -> HttpResponse {
    response.extensions_mut().insert(Unsigned);
    response
}
