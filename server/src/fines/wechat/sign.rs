//! Signatures of WeChat Pay: what is not verified has no type to be used with.

use actix_web::http::header::HeaderMap as ActixHeaders;
use aws_lc_rs::signature::{RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};
use base64::{Engine, prelude::BASE64_STANDARD};
use serde::de::DeserializeOwned;
use shared::time::Instant;

/// A timestamp that differs from ours by this much is refused.
const SKEW_SECONDS: i64 = 300;
/// Signatures of this kind are probes of whether anybody verifies.
const PROBE: &str = "WECHATPAY/SIGNTEST/";

/// Something that WeChat Pay signed. [`verify`] is the only way to have one.
#[derive(Debug)]
pub struct Verified<T>(T);

/// Why a signature is not accepted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    /// A header is missing.
    #[error("it is not signed")]
    Missing,
    /// It only probes whether signatures are verified.
    #[error("the signature is a probe")]
    Probe,
    /// No key has this serial number.
    #[error("no key has the serial {0}")]
    UnknownSerial(String),
    /// It is not the signature of this content.
    #[error("the signature is wrong")]
    Wrong,
    /// The signature is right, and the time differs too much.
    #[error("the time differs by {0} s")]
    Skew(i64),
}

/// The headers that sign a body.
#[derive(Clone, Debug)]
pub struct SignedHeaders {
    timestamp: String,
    nonce: String,
    signature: String,
    serial: String,
}

impl SignedHeaders {
    /// Reads the headers of a notification.
    pub fn of_request(headers: &ActixHeaders) -> Result<Self, SignatureError> {
        Self::read(|name| headers.get(name).and_then(|value| value.to_str().ok()))
    }

    /// Reads the headers of an answer.
    pub fn of_response(headers: &reqwest::header::HeaderMap) -> Result<Self, SignatureError> {
        Self::read(|name| headers.get(name).and_then(|value| value.to_str().ok()))
    }

    fn read<'a>(header: impl Fn(&str) -> Option<&'a str>) -> Result<Self, SignatureError> {
        let text = |name: &str| header(name).map(ToOwned::to_owned).ok_or(SignatureError::Missing);
        Ok(Self {
            timestamp: text("wechatpay-timestamp")?,
            nonce: text("wechatpay-nonce")?,
            signature: text("wechatpay-signature")?,
            serial: text("wechatpay-serial")?,
        })
    }

    /// The serial number of the key.
    pub fn serial(&self) -> &str {
        &self.serial
    }
}

/// Verifies a body. The key is looked up by the serial number in the headers.
pub fn verify<B: AsRef<[u8]>>(
    headers: &SignedHeaders,
    body: B,
    key: Option<&[u8]>,
    now: Instant,
) -> Result<Verified<B>, SignatureError> {
    if headers.signature.starts_with(PROBE) {
        return Err(SignatureError::Probe);
    }
    let key = key.ok_or_else(|| SignatureError::UnknownSerial(headers.serial.clone()))?;
    let signature = BASE64_STANDARD
        .decode(&headers.signature)
        .map_err(|_not_base64| SignatureError::Wrong)?;
    let mut message = format!("{}\n{}\n", headers.timestamp, headers.nonce).into_bytes();
    message.extend(body.as_ref());
    message.push(b'\n');
    UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, key)
        .verify(&message, &signature)
        .map_err(|_unspecified| SignatureError::Wrong)?;
    let seconds: i64 = headers.timestamp.parse().map_err(|_no_number| SignatureError::Wrong)?;
    let skew = now.timestamp().saturating_sub(seconds);
    if skew.saturating_abs() >= SKEW_SECONDS {
        return Err(SignatureError::Skew(skew));
    }
    Ok(Verified(body))
}

impl<T> Verified<T> {
    /// What was signed.
    pub fn into_inner(self) -> T {
        self.0
    }
}

impl<B: AsRef<[u8]>> Verified<B> {
    /// What was signed, read as JSON.
    pub fn json<T: DeserializeOwned>(&self) -> Result<Verified<T>, serde_json::Error> {
        serde_json::from_slice(self.0.as_ref()).map(Verified)
    }
}
