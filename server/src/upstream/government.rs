//! Calls to the fiscal system and the police systems: signed with a keyed digest, pooled, and never longer than a few seconds.

use std::{sync::Arc, time::Duration};

use aws_lc_rs::{
    digest::{SHA256, digest},
    hmac,
};
use base64::{Engine, prelude::BASE64_STANDARD};
use bytes::Bytes;
use reqwest::Method;
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
use uuid::Uuid;

use super::systems::System;
use crate::{config::Config, platform::clock::Clock};

const CONNECT_WITHIN: Duration = Duration::from_secs(3);
const ANSWER_WITHIN: Duration = Duration::from_secs(8);

/// The way to both.
pub struct Government {
    fiscal_url: String,
    police_url: String,
    app_id: String,
    app_secret: SecretString,
    http: reqwest::Client,
    clock: Arc<dyn Clock>,
}

/// Why a call has no result; it is tried again with the same number.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Unheard(pub String);

impl Government {
    /// The way that the configuration describes, if it does.
    pub fn start(config: &Config, clock: Arc<dyn Clock>) -> anyhow::Result<Option<Self>> {
        let beyond_proxy = config.sandbox_url.is_none();
        let (fiscal_url, police_url, app_id, app_secret) = match (&config.sandbox_url, &config.outside.government) {
            // The sandbox's secret is public: it protects nothing but demonstrations.
            (Some(url), _) => (
                url.clone(),
                url.clone(),
                "bianmin".to_owned(),
                SecretString::from("bianmin-sandbox-government-secret"),
            ),
            (None, Some(settings)) => (
                settings.fiscal_url.clone(),
                settings.police_url.clone(),
                settings.app_id.clone(),
                settings.app_secret.clone(),
            ),
            (None, None) => return Ok(None),
        };
        let builder = reqwest::Client::builder()
            .connect_timeout(CONNECT_WITHIN)
            .timeout(ANSWER_WITHIN)
            .redirect(reqwest::redirect::Policy::none());
        let builder = if beyond_proxy { builder } else { builder.no_proxy() };
        Ok(Some(Self {
            fiscal_url,
            police_url,
            app_id,
            app_secret,
            http: builder.build()?,
            clock,
        }))
    }

    /// Tells the fiscal system something.
    pub async fn tell_fiscal(&self, path: &str, body: &Value) -> Result<Value, Unheard> {
        let answer = self
            .call(Method::POST, &self.fiscal_url, path, Some(body), None)
            .await?;
        json(&answer.body)
    }

    /// Asks the fiscal system something.
    pub async fn ask_fiscal(&self, path: &str) -> Result<Value, Unheard> {
        json(&self.call(Method::GET, &self.fiscal_url, path, None, None).await?.body)
    }

    /// A file of the fiscal system, with the digest that it announces verified.
    pub async fn fiscal_file(&self, path: &str) -> Result<Bytes, Unheard> {
        let answer = self.call(Method::GET, &self.fiscal_url, path, None, None).await?;
        let found = format!("SHA-256={}", BASE64_STANDARD.encode(digest(&SHA256, &answer.body)));
        if answer.digest.as_deref() == Some(found.as_str()) {
            Ok(answer.body)
        } else {
            Err(Unheard("the file has another digest than announced".into()))
        }
    }

    /// Tells the traffic police something once: the key makes it the same thing each time.
    pub async fn tell_police(&self, kind: &str, key: &str, body: &Value) -> Result<(), Unheard> {
        self.tell(System::TrafficPolice, kind, key, body).await
    }

    /// Tells one of the police systems something once: the key makes it the same thing each time.
    pub async fn tell(&self, system: System, kind: &str, key: &str, body: &Value) -> Result<(), Unheard> {
        let path = format!("/police/{}/{kind}", system.as_str());
        self.call(Method::POST, &self.police_url, &path, Some(body), Some(key))
            .await
            .map(drop)
    }

    /// Asks the traffic police something.
    pub async fn ask_police(&self, path: &str) -> Result<Value, Unheard> {
        json(&self.call(Method::GET, &self.police_url, path, None, None).await?.body)
    }

    /// A file of the police systems.
    pub async fn police_file(&self, path: &str) -> Result<Bytes, Unheard> {
        Ok(self.call(Method::GET, &self.police_url, path, None, None).await?.body)
    }

    async fn call(
        &self,
        method: Method,
        base: &str,
        target: &str,
        body: Option<&Value>,
        key: Option<&str>,
    ) -> Result<Heard, Unheard> {
        let body = body.map(Value::to_string).unwrap_or_default();
        let (timestamp, nonce) = (self.clock.now().timestamp(), Uuid::new_v4().simple().to_string());
        let hash = hex::encode(digest(&SHA256, body.as_bytes()));
        let message = format!("{method}\n{target}\n{timestamp}\n{nonce}\n{hash}\n");
        let secret = hmac::Key::new(hmac::HMAC_SHA256, self.app_secret.expose_secret().as_bytes());
        let mut request = self
            .http
            .request(method, format!("{base}{target}"))
            .header("X-App-Id", &self.app_id)
            .header("X-Timestamp", timestamp)
            .header("X-Nonce", nonce)
            .header("X-Signature", hex::encode(hmac::sign(&secret, message.as_bytes())))
            .header("Content-Type", "application/json")
            .body(body);
        if let Some(key) = key {
            request = request.header("Idempotency-Key", key);
        }
        let unheard =
            |error: reqwest::Error| Unheard(if error.is_timeout() { "timeout" } else { "connection" }.to_owned());
        let response = request.send().await.map_err(unheard)?;
        if !response.status().is_success() {
            return Err(Unheard(format!("http-{}", response.status().as_u16())));
        }
        let announced = response
            .headers()
            .get("digest")
            .and_then(|value| value.to_str().ok())
            .map(ToOwned::to_owned);
        Ok(Heard {
            digest: announced,
            body: response.bytes().await.map_err(unheard)?,
        })
    }
}

struct Heard {
    digest: Option<String>,
    body: Bytes,
}

fn json(body: &[u8]) -> Result<Value, Unheard> {
    serde_json::from_slice(body).map_err(|_no_json| Unheard("the answer is no JSON".into()))
}
