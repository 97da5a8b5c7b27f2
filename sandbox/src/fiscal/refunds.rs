//! Treasury refunds (财政退付): money that has been settled goes back only when the treasury says so.

use std::time::Duration;

use actix_web::{HttpRequest, HttpResponse, http::StatusCode, web};
use chrono::{DateTime, FixedOffset};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::TARGET;
use crate::{
    Sandbox,
    caller::{self, Refusal},
    clock, crypto,
    faults::Kind,
};

/// Officials decide within about this long; a fault of kind `processing` leaves it to the desk.
const DECIDED_WITHIN: Duration = Duration::from_mins(10);

/// How far a refund has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// On a desk.
    Accepted,
    /// The treasury has paid.
    Refunded,
    /// The treasury refuses.
    Rejected,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
struct Request {
    refund_no: String,
    decision_no: String,
    transaction_id: String,
    amount_fen: i64,
    payee_name: String,
    reason: String,
}

/// A refund.
#[derive(Debug, Clone)]
pub struct TreasuryRefund {
    request: Request,
    status: Status,
    voucher_no: Option<String>,
    decided_at: Option<DateTime<FixedOffset>>,
}

impl TreasuryRefund {
    fn body(&self) -> Value {
        json!({
            "refund_no": self.request.refund_no,
            "decision_no": self.request.decision_no,
            "transaction_id": self.request.transaction_id,
            "amount_fen": self.request.amount_fen,
            "payee_name": self.request.payee_name,
            "reason": self.request.reason,
            "status": self.status,
            "voucher_no": self.voucher_no,
            "decided_at": self.decided_at.map(clock::rfc3339),
        })
    }

    fn decide(&mut self, status: Status, now: DateTime<FixedOffset>) {
        if self.status == Status::Accepted {
            self.status = status;
            self.decided_at = Some(now);
            self.voucher_no = (status == Status::Refunded).then(|| format!("TF{}", crypto::random_digits(12)));
        }
    }
}

/// `/fiscal/treasury-refunds`.
pub fn api(config: &mut web::ServiceConfig) {
    config
        .route("/treasury-refunds", web::post().to(ask))
        .route("/treasury-refunds/{refund_no}", web::get().to(read));
}

/// `POST /fiscal/desk/treasury-refunds/{refund_no} {status}`: an official decides.
pub fn desk(config: &mut web::ServiceConfig) {
    config.route("/treasury-refunds/{refund_no}", web::post().to(decide));
}

async fn ask(sandbox: web::Data<Sandbox>, request: HttpRequest, body: web::Bytes) -> HttpResponse {
    match asked(&sandbox, &request, &body) {
        Ok(body) => HttpResponse::Accepted().json(body),
        Err(refusal) => refusal.response(),
    }
}

fn asked(sandbox: &web::Data<Sandbox>, http: &HttpRequest, raw: &[u8]) -> Result<Value, Refusal> {
    caller::verify(sandbox, http, raw)?;
    let request: Request = serde_json::from_slice(raw)
        .map_err(|error| Refusal(StatusCode::BAD_REQUEST, "BAD_REQUEST", error.to_string()))?;
    let mut books = sandbox.fiscal.lock();
    if let Some(known) = books.refunds.get(&request.refund_no) {
        return if known.request == request {
            Ok(known.body())
        } else {
            Err(Refusal(StatusCode::CONFLICT, "REFUND_NO_USED", "退付单号已使用".into()))
        };
    }
    let number = request.refund_no.clone();
    let refund = TreasuryRefund {
        request,
        status: Status::Accepted,
        voucher_no: None,
        decided_at: None,
    };
    let body = refund.body();
    books.refunds.insert(number.clone(), refund);
    if sandbox.faults.strike(TARGET, Kind::Processing).is_none() {
        let sandbox = sandbox.clone();
        tokio::spawn(async move {
            sandbox.clock.pause(DECIDED_WITHIN).await;
            let now = sandbox.clock.now();
            if let Some(refund) = sandbox.fiscal.lock().refunds.get_mut(&number) {
                refund.decide(Status::Refunded, now);
            }
        });
    }
    Ok(body)
}

fn not_found() -> Refusal {
    Refusal(StatusCode::NOT_FOUND, "NOT_FOUND", "退付单不存在".into())
}

async fn read(sandbox: web::Data<Sandbox>, request: HttpRequest, number: web::Path<String>) -> HttpResponse {
    let found = caller::verify(&sandbox, &request, b"").and_then(|()| {
        sandbox
            .fiscal
            .lock()
            .refunds
            .get(&*number)
            .map(TreasuryRefund::body)
            .ok_or_else(not_found)
    });
    match found {
        Ok(body) => HttpResponse::Ok().json(body),
        Err(refusal) => refusal.response(),
    }
}

#[derive(Debug, Deserialize)]
struct Decision {
    status: Status,
}

async fn decide(sandbox: web::Data<Sandbox>, number: web::Path<String>, decision: web::Json<Decision>) -> HttpResponse {
    let now = sandbox.clock.now();
    let mut books = sandbox.fiscal.lock();
    let Some(refund) = books.refunds.get_mut(&*number) else {
        return not_found().response();
    };
    refund.decide(decision.status, now);
    HttpResponse::Ok().json(refund.body())
}
