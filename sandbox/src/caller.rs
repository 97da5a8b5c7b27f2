//! How the fiscal system and the police systems know the server: a keyed digest over each request.
//!
//! Their real counterparts differ by province; what they share is an application id, a secret, a time and a nonce, so the
//! stand-ins ask for exactly those: `X-App-Id`, `X-Timestamp` (Unix seconds), `X-Nonce` and `X-Signature`, the lower-case
//! hexadecimal HMAC-SHA256 of `METHOD\npath?query\nX-Timestamp\nX-Nonce\nhex(SHA-256(body))\n`.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use actix_web::{HttpRequest, HttpResponse, http::StatusCode};
use serde_json::json;

use crate::{Sandbox, crypto};

/// The server's application id at both.
pub const APP_ID: &str = "bianmin";
/// The server's secret at both.
pub const APP_SECRET: &str = "bianmin-sandbox-government-secret";
const SKEW_SECONDS: i64 = 300;

/// Nonces that were used.
#[derive(Debug, Default)]
pub struct Nonces {
    seen: Mutex<HashMap<String, i64>>,
}

impl Nonces {
    /// A nonce is remembered for as long as its timestamp could be accepted.
    fn is_new(&self, nonce: &str, now: i64) -> bool {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.retain(|_, at| now.saturating_sub(*at) <= 2 * SKEW_SECONDS);
        seen.insert(nonce.to_owned(), now).is_none()
    }
}

/// A refusal: a status, a code and a sentence.
#[derive(Debug)]
pub struct Refusal(pub StatusCode, pub &'static str, pub String);

impl Refusal {
    /// The answer.
    pub fn response(&self) -> HttpResponse {
        HttpResponse::build(self.0).json(json!({ "code": self.1, "message": self.2 }))
    }
}

/// Refuses a call that the server did not sign.
pub fn verify(sandbox: &Sandbox, request: &HttpRequest, body: &[u8]) -> Result<(), Refusal> {
    let refuse = |code, message: &str| Err(Refusal(StatusCode::UNAUTHORIZED, code, message.to_owned()));
    let header = |name: &str| {
        request
            .headers()
            .get(name)
            .and_then(|value| value.to_str().ok())
            .unwrap_or("")
    };
    let (timestamp, nonce) = (header("x-timestamp"), header("x-nonce"));
    if header("x-app-id") != APP_ID {
        return refuse("UNKNOWN_APP", "应用标识不存在");
    }
    if !(16..=64).contains(&nonce.len()) {
        return refuse("BAD_NONCE", "随机串长度应为16到64");
    }
    let now = sandbox.clock.unix();
    if now.saturating_sub(timestamp.parse().unwrap_or(0)).abs() > SKEW_SECONDS {
        return refuse("STALE", "时间戳超出允许范围");
    }
    let target = request.uri().path_and_query().map_or("/", |target| target.as_str());
    let message = format!(
        "{}\n{target}\n{timestamp}\n{nonce}\n{}\n",
        request.method(),
        crypto::sha256_hex(body)
    );
    if !crypto::hmac_sha256_matches(APP_SECRET.as_bytes(), message.as_bytes(), header("x-signature")) {
        return refuse("BAD_SIGNATURE", "签名不正确");
    }
    if !sandbox.nonces.is_new(nonce, now) {
        return refuse("REPLAYED", "随机串已使用");
    }
    Ok(())
}
