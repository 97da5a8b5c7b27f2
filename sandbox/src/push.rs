//! Calls from the outside systems to the server: retried on a schedule, and struck by faults.

use std::time::Duration;

use actix_web::web;
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};

use crate::{
    Sandbox,
    faults::{Kind, corrupt},
};

/// A gateway waits this long for the answer to a push.
pub const ANSWER_WITHIN: Duration = Duration::from_secs(5);

/// One call, ready to be sent as often as need be.
#[derive(Debug, Clone)]
pub struct Push {
    /// Whose faults strike it.
    pub target: &'static str,
    /// Where to.
    pub url: String,
    /// Headers beside the content type.
    pub headers: Vec<(&'static str, String)>,
    /// The JSON body, byte by byte as it was signed.
    pub body: Vec<u8>,
}

/// Sends once; answers the status, or nothing when there was no answer.
///
/// `drop`, `delay`, `corrupt`, `unsigned` and `duplicate` strike here, because they are about the line and not about what is sent.
pub async fn send(sandbox: &Sandbox, push: &Push) -> Option<u16> {
    let faults = &sandbox.faults;
    if let Some(hit) = faults.strike(push.target, Kind::Delay) {
        tokio::time::sleep(hit.duration_or(Duration::from_secs(3))).await;
    }
    if faults.strike(push.target, Kind::Drop).is_some() {
        return None;
    }
    let mut push = push.clone();
    if faults.strike(push.target, Kind::Corrupt).is_some() {
        push.body = corrupt(&push.body);
    }
    if faults.strike(push.target, Kind::Unsigned).is_some() {
        push.headers
            .retain(|(name, _)| !name.to_ascii_lowercase().contains("signature"));
    }
    if faults.strike(push.target, Kind::Duplicate).is_some() {
        post(sandbox, &push).await;
    }
    post(sandbox, &push).await
}

async fn post(sandbox: &Sandbox, push: &Push) -> Option<u16> {
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    for (name, value) in &push.headers {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(*name), HeaderValue::try_from(value)) {
            headers.insert(name, value);
        }
    }
    let answer = sandbox
        .http
        .post(&push.url)
        .headers(headers)
        .timeout(ANSWER_WITHIN)
        .body(push.body.clone())
        .send()
        .await;
    match answer {
        Ok(response) => {
            let status = response.status().as_u16();
            tracing::info!(target = push.target, url = %push.url, status, "pushed");
            Some(status)
        }
        Err(error) => {
            tracing::info!(target = push.target, url = %push.url, %error, "not pushed");
            None
        }
    }
}

/// Sends until a 2xx answers or the schedule ends, in the background.
pub fn until_accepted(sandbox: &web::Data<Sandbox>, push: Push, schedule: &'static [u64]) {
    let sandbox = sandbox.clone();
    tokio::spawn(async move {
        for wait in std::iter::once(&0).chain(schedule) {
            sandbox.clock.pause(Duration::from_secs(*wait)).await;
            if let Some(200..=299) = send(&sandbox, &push).await {
                return;
            }
        }
        tracing::warn!(target = push.target, url = %push.url, "given up");
    });
}
