//! What the server tells the police systems: payments, reversals of points, handled camera records and the like.

use std::time::Duration;

use actix_web::{HttpRequest, HttpResponse, http::StatusCode, web};
use chrono::{NaiveDate, TimeDelta};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{
    SETTLEMENT_TARGET,
    keys::SYSTEMS,
    photos,
    push::{Push, tell},
};
use crate::{
    Sandbox,
    caller::{self, APP_ID, APP_SECRET, Refusal},
    clock, crypto,
    faults::Kind,
};

/// The traffic police make a decision of a handled record in about this time.
const DECIDED_WITHIN: Duration = Duration::from_secs(5);

/// Something that the server has told.
#[derive(Debug, Clone, Serialize)]
pub struct WriteBack {
    id: String,
    system: String,
    kind: String,
    key: String,
    body: Value,
    received_at: String,
    /// How often it came; more than once is fine, and is counted so that tests see it.
    deliveries: u32,
}

/// `POST /police/{system}/{kind}` and the daily list, both signed by the server.
pub fn api(config: &mut web::ServiceConfig) {
    config
        .route("/settlements/{date}", web::get().to(settlement))
        .route("/photos/{file}", web::get().to(photos::photo))
        .route("/{kind}", web::post().to(take));
}

/// `GET` and `DELETE /police/write-backs`, `GET /police/account.json`.
pub fn control(config: &mut web::ServiceConfig) {
    config
        .route("/police/account.json", web::get().to(account))
        .route("/police/write-backs", web::get().to(list))
        .route("/police/write-backs", web::delete().to(clear));
}

async fn account() -> HttpResponse {
    HttpResponse::Ok().json(json!({ "app_id": APP_ID, "app_secret": APP_SECRET, "systems": SYSTEMS }))
}

#[derive(Debug, Deserialize)]
struct Wanted {
    system: Option<String>,
    kind: Option<String>,
}

async fn list(sandbox: web::Data<Sandbox>, wanted: web::Query<Wanted>) -> HttpResponse {
    let desk = sandbox.police.lock();
    let items: Vec<&WriteBack> = desk
        .write_backs
        .iter()
        .filter(|item| wanted.system.as_ref().is_none_or(|system| item.system == *system))
        .filter(|item| wanted.kind.as_ref().is_none_or(|kind| item.kind == *kind))
        .collect();
    HttpResponse::Ok().json(json!({ "items": items }))
}

async fn clear(sandbox: web::Data<Sandbox>) -> HttpResponse {
    sandbox.police.lock().write_backs.clear();
    HttpResponse::NoContent().finish()
}

async fn take(
    sandbox: web::Data<Sandbox>,
    request: HttpRequest,
    path: web::Path<(String, String)>,
    body: web::Bytes,
) -> HttpResponse {
    let (system, kind) = path.into_inner();
    match taken(&sandbox, &request, system, kind, &body) {
        Ok((status, item)) => HttpResponse::build(status).json(item),
        Err(refusal) => refusal.response(),
    }
}

fn taken(
    sandbox: &web::Data<Sandbox>,
    request: &HttpRequest,
    system: String,
    kind: String,
    raw: &[u8],
) -> Result<(StatusCode, WriteBack), Refusal> {
    caller::verify(sandbox, request, raw)?;
    let bad = |message: &str| Refusal(StatusCode::BAD_REQUEST, "BAD_REQUEST", message.to_owned());
    if !SYSTEMS.contains(&system.as_str()) {
        return Err(Refusal(StatusCode::NOT_FOUND, "UNKNOWN_SYSTEM", "系统不存在".into()));
    }
    let body: Value = serde_json::from_slice(raw)
        .ok()
        .filter(Value::is_object)
        .ok_or_else(|| bad("请求体应为JSON对象"))?;
    let key = request
        .headers()
        .get("idempotency-key")
        .and_then(|key| key.to_str().ok())
        .unwrap_or("");
    if key.is_empty() {
        return Err(bad("缺少Idempotency-Key"));
    }
    let mut desk = sandbox.police.lock();
    if let Some(known) = desk
        .write_backs
        .iter_mut()
        .find(|item| item.system == system && item.key == key)
    {
        if known.kind != kind || known.body != body {
            return Err(Refusal(
                StatusCode::CONFLICT,
                "KEY_USED",
                "Idempotency-Key已用于不同内容".into(),
            ));
        }
        known.deliveries = known.deliveries.saturating_add(1);
        return Ok((StatusCode::OK, known.clone()));
    }
    let item = WriteBack {
        id: crypto::random_hex(),
        system,
        kind,
        key: key.to_owned(),
        body,
        received_at: clock::rfc3339(sandbox.clock.now()),
        deliveries: 1,
    };
    desk.write_backs.push(item.clone());
    let violation = item.body.get("violation_no").and_then(Value::as_str);
    if item.kind == "handlings"
        && let Some(violation) = violation.and_then(|number| desk.violations.get(number)).cloned()
    {
        decide(sandbox, violation);
    }
    Ok((StatusCode::CREATED, item))
}

/// The traffic police turn a record that its driver has confirmed into a decision, and push it.
fn decide(sandbox: &web::Data<Sandbox>, violation: Value) {
    let sandbox = sandbox.clone();
    tokio::spawn(async move {
        sandbox.clock.pause(DECIDED_WITHIN).await;
        let today = sandbox.clock.now().date_naive();
        let field = |name: &str| violation.get(name).cloned().unwrap_or(Value::Null);
        let body = json!({
            "decision_no": format!("5399{}", crypto::random_digits(12)),
            "violation_no": field("violation_no"),
            "person": field("person"),
            "facts": field("conduct"),
            "legal_basis": field("legal_basis"),
            "fine_fen": field("fine_fen"),
            "points": field("points"),
            "decided_on": today.to_string(),
            "received_on": today.to_string(),
            "due_on": (today + TimeDelta::days(15)).to_string(),
            "surcharge_fen": 0,
            "status": "open",
            "agency": "云川市公安局交通警察支队",
        });
        tell(
            &sandbox,
            Push {
                path: "/upstream/decisions".into(),
                body,
                ..Push::default()
            },
        )
        .await;
    });
}

/// Payments that were registered for a day, for the three-way reconciliation.
async fn settlement(
    sandbox: web::Data<Sandbox>,
    request: HttpRequest,
    path: web::Path<(String, NaiveDate)>,
) -> HttpResponse {
    if let Err(refusal) = caller::verify(&sandbox, &request, b"") {
        return refusal.response();
    }
    let (system, date) = path.into_inner();
    let day = date.to_string();
    let struck = |kind| sandbox.faults.strike(SETTLEMENT_TARGET, kind).is_some();
    let desk = sandbox.police.lock();
    let mut items = Vec::new();
    for payment in desk
        .write_backs
        .iter()
        .filter(|item| item.system == system && item.kind == "payments")
    {
        let paid_at = payment
            .body
            .get("paid_at")
            .and_then(Value::as_str)
            .unwrap_or(&payment.received_at);
        if !paid_at.starts_with(&day) || struck(Kind::Drop) {
            continue;
        }
        let mut body = payment.body.clone();
        if struck(Kind::WrongAmount)
            && let Some(amount) = body.get_mut("amount_fen")
        {
            *amount = json!(amount.as_i64().unwrap_or(0).saturating_add(1));
        }
        if struck(Kind::Duplicate) {
            items.push(body.clone());
        }
        items.push(body);
    }
    HttpResponse::Ok().json(json!({ "date": day, "items": items }))
}
