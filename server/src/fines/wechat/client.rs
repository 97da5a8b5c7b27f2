//! The transport: one pooled client with timeouts, signed requests, and no answer without a verified signature.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use metrics::counter;
use reqwest::{
    Method,
    header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderMap, USER_AGENT},
};
use serde::Deserialize;
use shared::time::Instant;
use tokio::sync::Mutex;
use uuid::Uuid;

use super::{
    account::Account,
    keys::{Listed, PlatformKeys},
    sign::{SignatureError, SignedHeaders, Verified, verify},
};
use crate::platform::clock::Clock;

/// WeChat Pay waits this long for us to connect.
const CONNECT_WITHIN: Duration = Duration::from_secs(3);
/// And this long for its whole answer; a resident is waiting.
const ANSWER_WITHIN: Duration = Duration::from_secs(5);
/// Idle connections that are kept.
const IDLE_CONNECTIONS: usize = 16;
/// How the server introduces itself; WeChat Pay insists on a name.
const NAME: &str = concat!("Bianmin/", env!("CARGO_PKG_VERSION"));

/// Why a call has no result.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CallError {
    /// Nobody knows whether it was done: ask before anything else.
    #[error("the outcome is not known: {0}")]
    Unknown(String),
    /// It was refused, in WeChat Pay's own words and with its signature.
    #[error("WeChat Pay refuses: {code}")]
    Refused {
        /// The code, without its underscores: older and newer documents spell codes differently.
        code: String,
    },
    /// The signature is right, but our clock and theirs differ: nothing is trusted until they agree.
    #[error("the clocks differ by {0} s")]
    Skew(i64),
}

impl CallError {
    /// Whether WeChat Pay refuses with this code, however it spells it.
    pub fn is(&self, wanted: &str) -> bool {
        matches!(self, Self::Refused { code } if code == wanted)
    }
}

#[derive(Deserialize)]
struct Refusal {
    #[serde(default)]
    code: String,
}

/// A merchant's client.
pub struct Client {
    /// The account.
    pub account: Account,
    pub(super) http: reqwest::Client,
    keys: PlatformKeys,
    /// Held by whoever asks for the certificates, so that others wait for what that brings.
    asking: Mutex<()>,
    clock: Arc<dyn Clock>,
}

/// A request as it goes out.
struct Call<'a> {
    method: Method,
    target: &'a str,
    body: &'a str,
}

impl Client {
    /// A client with this account.
    pub fn new(account: Account, clock: Arc<dyn Clock>, beyond_proxy: bool) -> anyhow::Result<Self> {
        let builder = reqwest::Client::builder()
            .connect_timeout(CONNECT_WITHIN)
            .timeout(ANSWER_WITHIN)
            .pool_max_idle_per_host(IDLE_CONNECTIONS)
            .redirect(reqwest::redirect::Policy::none());
        let builder = if beyond_proxy { builder } else { builder.no_proxy() };
        Ok(Self {
            keys: PlatformKeys::of(&account),
            asking: Mutex::default(),
            account,
            http: builder.build()?,
            clock,
        })
    }

    pub(super) fn now(&self) -> Instant {
        self.clock.now()
    }

    /// Asks for something.
    pub(super) async fn get(&self, target: &str) -> Result<Verified<Bytes>, CallError> {
        self.call(&Call {
            method: Method::GET,
            target,
            body: "",
        })
        .await
    }

    /// Asks for something to be done.
    pub(super) async fn post(&self, target: &str, body: &str) -> Result<Verified<Bytes>, CallError> {
        self.call(&Call {
            method: Method::POST,
            target,
            body,
        })
        .await
    }

    /// The header that signs a request.
    pub(super) fn authorization(&self, method: &Method, target: &str, body: &str) -> Result<String, CallError> {
        let (timestamp, nonce) = (self.now().timestamp(), Uuid::new_v4().simple().to_string());
        let message = format!("{method}\n{target}\n{timestamp}\n{nonce}\n{body}\n");
        let signature = self
            .account
            .sign(message.as_bytes())
            .map_err(|error| CallError::Unknown(error.to_string()))?;
        Ok(format!(
            "WECHATPAY2-SHA256-RSA2048 mchid=\"{}\",nonce_str=\"{nonce}\",signature=\"{signature}\",\
             timestamp=\"{timestamp}\",serial_no=\"{}\"",
            self.account.mchid, self.account.serial
        ))
    }

    async fn call(&self, call: &Call<'_>) -> Result<Verified<Bytes>, CallError> {
        let result = self.try_call(call).await;
        let outcome = match &result {
            Ok(_) => "ok",
            Err(CallError::Refused { .. }) => "refused",
            Err(CallError::Skew(_)) => "skew",
            Err(CallError::Unknown(_)) => "unknown",
        };
        counter!("bianmin_wechat_pay_calls_total", "outcome" => outcome).increment(1);
        if let Err(CallError::Skew(seconds)) = &result {
            tracing::error!(
                seconds,
                "our clock and WeChat Pay's differ: no order is made until they agree"
            );
        }
        result
    }

    async fn try_call(&self, call: &Call<'_>) -> Result<Verified<Bytes>, CallError> {
        let (status, headers, body) = self.exchange(call).await?;
        let verified = self.verified(&headers, body).await?;
        if status.is_success() {
            return Ok(verified);
        }
        let code = verified
            .json::<Refusal>()
            .map(|refusal| refusal.into_inner().code.replace('_', ""))
            .unwrap_or_default();
        // A failure of the system and a limit say nothing about whether the request was carried out.
        if status.is_server_error() || status.as_u16() == 429 || code.is_empty() || code == "SYSTEMERROR" {
            return Err(CallError::Unknown(format!("http-{} {code}", status.as_u16())));
        }
        Err(CallError::Refused { code })
    }

    async fn exchange(&self, call: &Call<'_>) -> Result<(reqwest::StatusCode, HeaderMap, Bytes), CallError> {
        let unknown = |error: reqwest::Error| {
            // The address of a request can stand in an error; what matters is which kind it is.
            let kind = if error.is_timeout() { "timeout" } else { "connection" };
            CallError::Unknown(kind.to_owned())
        };
        let url = format!("{}{}", self.account.url, call.target);
        let mut request = self
            .http
            .request(call.method.clone(), url)
            .header(ACCEPT, "application/json")
            .header(USER_AGENT, NAME)
            .header(AUTHORIZATION, self.authorization(&call.method, call.target, call.body)?);
        if call.method == Method::POST {
            request = request
                .header(CONTENT_TYPE, "application/json")
                .body(call.body.to_owned());
        }
        let response = request.send().await.map_err(unknown)?;
        let (status, headers) = (response.status(), response.headers().clone());
        let body = response.bytes().await.map_err(unknown)?;
        Ok((status, headers, body))
    }

    /// Verifies an answer; an unknown serial number asks for the certificates first.
    async fn verified(&self, headers: &HeaderMap, body: Bytes) -> Result<Verified<Bytes>, CallError> {
        let headers = SignedHeaders::of_response(headers).map_err(|error| CallError::Unknown(error.to_string()))?;
        let key = self.key_of(headers.serial()).await;
        verify(&headers, body, key.as_deref(), self.now()).map_err(|error| match error {
            SignatureError::Skew(seconds) => CallError::Skew(seconds),
            error => CallError::Unknown(error.to_string()),
        })
    }

    /// Verifies a notification.
    pub async fn verify_notice(&self, headers: &SignedHeaders, body: Bytes) -> Result<Verified<Bytes>, SignatureError> {
        let key = self.key_of(headers.serial()).await;
        verify(headers, body, key.as_deref(), self.now())
    }

    /// The key with a serial number. What looks like no serial number of a certificate is not asked for.
    async fn key_of(&self, serial: &str) -> Option<Vec<u8>> {
        if let Some(key) = self.keys.find(serial) {
            return Some(key);
        }
        let could_be_one = (8..=64).contains(&serial.len()) && serial.bytes().all(|byte| byte.is_ascii_hexdigit());
        if !could_be_one {
            return None;
        }
        // After a start the first answers come together, and all but one would find the question asked and not yet answered.
        let _asking = self.asking.lock().await;
        if self.keys.find(serial).is_none()
            && self.keys.may_ask(self.now())
            && let Err(error) = self.fetch_certificates().await
        {
            self.keys.ask_soon(self.now());
            tracing::warn!(%error, "the platform certificates cannot be had");
        }
        self.keys.find(serial)
    }

    async fn fetch_certificates(&self) -> Result<(), CallError> {
        let unknown = |why: String| CallError::Unknown(why);
        let call = Call {
            method: Method::GET,
            target: "/v3/certificates",
            body: "",
        };
        let (status, headers, body) = self.exchange(&call).await?;
        if !status.is_success() {
            return Err(unknown(format!("http-{}", status.as_u16())));
        }
        let listed: Listed = serde_json::from_slice(&body).map_err(|error| unknown(error.to_string()))?;
        let opened = PlatformKeys::opened(&listed, &self.account);
        let headers = SignedHeaders::of_response(&headers).map_err(|error| unknown(error.to_string()))?;
        let key = self.keys.find(headers.serial()).or_else(|| {
            let same = opened.iter().find(|(serial, _)| serial == headers.serial());
            same.map(|(_, key)| key.clone())
        });
        verify(&headers, body, key.as_deref(), self.now()).map_err(|error| unknown(error.to_string()))?;
        self.keys.add(opened);
        Ok(())
    }
}
