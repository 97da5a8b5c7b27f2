//! Signed calls to the server: what the police systems know is told by them, and the signature says by whom.

use std::time::Duration;

use actix_web::{HttpResponse, http::StatusCode, web};
use aws_lc_rs::digest;
use base64::{Engine, prelude::BASE64_STANDARD};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{PUSH_TARGET, Police, keys::System};
use crate::{
    Sandbox, crypto,
    faults::{Kind, corrupt},
};

/// What a test wants pushed, and what it wants to be wrong about it.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Push {
    /// `/api/v1/upstream/…`; the prefix may be left out.
    pub path: String,
    /// The JSON body.
    pub body: Value,
    /// The server's base address; otherwise the configured one.
    pub target_url: Option<String>,
    /// Who signs; otherwise whoever this path belongs to.
    pub system: Option<String>,
    /// Otherwise a new one.
    pub nonce: Option<String>,
    /// Otherwise the next one.
    pub sequence: Option<i64>,
    /// Otherwise now, in Unix seconds.
    pub timestamp: Option<i64>,
}

/// What the server said.
#[derive(Debug)]
pub struct Told {
    /// The status, if there was an answer.
    pub status: Option<u16>,
    answer: String,
    headers: Vec<(&'static str, String)>,
}

impl Told {
    /// As JSON, with the headers that were sent, so that a test can send them again.
    pub fn body(&self) -> Value {
        let headers: serde_json::Map<String, Value> = self
            .headers
            .iter()
            .map(|(name, value)| ((*name).to_owned(), json!(value)))
            .collect();
        let answer = serde_json::from_str(&self.answer).unwrap_or_else(|_text| json!(self.answer));
        json!({ "status": self.status, "answer": answer, "headers": headers })
    }
}

/// `POST /police/push`.
pub fn routes(config: &mut web::ServiceConfig) {
    config.route("/police/push", web::post().to(push));
}

async fn push(sandbox: web::Data<Sandbox>, push: web::Json<Push>) -> HttpResponse {
    match tell(&sandbox, push.into_inner()).await {
        Some(told) => {
            let status = if told.status.is_some() {
                StatusCode::OK
            } else {
                StatusCode::BAD_GATEWAY
            };
            HttpResponse::build(status).json(told.body())
        }
        None => HttpResponse::BadRequest().json(json!({ "code": "SYSTEM", "message": "no such system" })),
    }
}

impl Police {
    fn system(&self, name: &str) -> Option<&System> {
        self.systems.iter().find(|system| system.name == name)
    }

    /// The next sequence number of a system; a reordered call has one that was due before.
    fn next_sequence(&self, system: &'static str, reordered: bool) -> i64 {
        let mut desk = self.lock();
        let last = desk.sequences.entry(system).or_default();
        if reordered {
            return last.saturating_sub(1);
        }
        *last = last.saturating_add(1);
        *last
    }
}

fn owner(path: &str) -> &'static str {
    if path.contains("/case") {
        "case-system"
    } else if path.contains("/documents") {
        "document-system"
    } else {
        "traffic-police"
    }
}

/// Signs and sends; nothing when nobody is there to sign.
pub async fn tell(sandbox: &Sandbox, push: Push) -> Option<Told> {
    let path = if push.path.starts_with("/api/") {
        push.path.clone()
    } else {
        format!("/api/v1{}", push.path)
    };
    let name = push.system.as_deref().unwrap_or_else(|| owner(&path));
    let system = sandbox.police.system(name)?;
    remember(sandbox, &path, &push.body);

    let faults = &sandbox.faults;
    let struck = |kind| faults.strike(PUSH_TARGET, kind);
    let reordered = struck(Kind::Reorder).is_some();
    let sequence = push
        .sequence
        .unwrap_or_else(|| sandbox.police.next_sequence(system.name, reordered));
    let timestamp = push.timestamp.unwrap_or_else(|| sandbox.clock.unix());
    let nonce = push.nonce.unwrap_or_else(crypto::random_hex);
    let mut body = push.body.to_string().into_bytes();
    let digest = format!(
        "SHA-256={}",
        BASE64_STANDARD.encode(digest::digest(&digest::SHA256, &body))
    );
    let message = format!(
        "POST\n{path}\n{}\n{timestamp}\n{nonce}\n{sequence}\n{digest}\n",
        system.name
    );
    let mut headers = vec![
        ("X-System", system.name.to_owned()),
        ("X-Timestamp", timestamp.to_string()),
        ("X-Nonce", nonce),
        ("X-Sequence", sequence.to_string()),
        ("Digest", digest),
        ("X-Signature", system.sign(message.as_bytes())),
    ];
    if struck(Kind::Corrupt).is_some() {
        body = corrupt(&body);
    }
    if struck(Kind::Unsigned).is_some() {
        headers.retain(|(name, _)| *name != "X-Signature");
    }
    if let Some(hit) = struck(Kind::Delay) {
        tokio::time::sleep(hit.duration_or(Duration::from_secs(3))).await;
    }
    if struck(Kind::Drop).is_some() {
        return Some(Told {
            status: None,
            answer: "dropped by a fault".into(),
            headers,
        });
    }
    let base = push
        .target_url
        .as_deref()
        .unwrap_or(&sandbox.config.server_url)
        .trim_end_matches('/');
    let url = format!("{base}{path}");
    if struck(Kind::Duplicate).is_some() {
        send(sandbox, &url, &headers, &body).await;
    }
    let (status, answer) = send(sandbox, &url, &headers, &body).await;
    tracing::info!(%url, ?status, "told");
    Some(Told {
        status,
        answer,
        headers,
    })
}

async fn send(sandbox: &Sandbox, url: &str, headers: &[(&'static str, String)], body: &[u8]) -> (Option<u16>, String) {
    let mut request = sandbox
        .http
        .post(url)
        .timeout(Duration::from_secs(30))
        .header("Content-Type", "application/json")
        .body(body.to_vec());
    for (name, value) in headers {
        request = request.header(*name, value);
    }
    match request.send().await {
        Ok(response) => {
            let status = response.status().as_u16();
            (Some(status), response.text().await.unwrap_or_default())
        }
        Err(error) => (None, error.to_string()),
    }
}

/// Camera records are kept, so that handling one can make a decision of it.
fn remember(sandbox: &Sandbox, path: &str, body: &Value) {
    if path.ends_with("/upstream/violations")
        && let Some(number) = body.get("violation_no").and_then(Value::as_str)
    {
        sandbox.police.lock().violations.insert(number.to_owned(), body.clone());
    }
}
