//! Electronic non-tax receipts (电子非税收入票据): issued once for a request, and voided when the money goes back.

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
    page,
};

/// 票据代码.
pub const CODE_LENGTH: usize = 8;
/// 票据号码.
pub const NUMBER_LENGTH: usize = 10;
/// 校验码.
pub const CHECK_LENGTH: usize = 6;
/// 缴款码.
pub const PAYMENT_CODE_LENGTH: usize = 20;

/// The province, the year's batch and the kind of receipt that this code stands for.
const RECEIPT_CODE: &str = "53990126";

/// The payment that the server asks a receipt for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payment {
    /// The server's own number: asking again with it answers the same receipt.
    pub request_no: String,
    /// The decision that was paid.
    pub decision_no: String,
    /// Who was fined.
    pub payer_name: String,
    /// Fen.
    pub amount_fen: i64,
    /// WeChat's number of the payment.
    pub transaction_id: String,
    /// RFC 3339.
    pub paid_at: DateTime<FixedOffset>,
}

/// A receipt.
#[derive(Debug, Clone)]
pub struct Receipt {
    /// What was asked for.
    pub request: Payment,
    /// 票据号码.
    pub number: String,
    check_code: String,
    /// 缴款码.
    pub payment_code: String,
    /// When it was issued.
    pub issued_at: DateTime<FixedOffset>,
    /// When it was voided.
    pub voided_at: Option<DateTime<FixedOffset>>,
}

impl Receipt {
    fn body(&self) -> Value {
        json!({
            "request_no": self.request.request_no,
            "decision_no": self.request.decision_no,
            "payer_name": self.request.payer_name,
            "amount_fen": self.request.amount_fen,
            "transaction_id": self.request.transaction_id,
            "code": RECEIPT_CODE,
            "number": self.number,
            "check_code": self.check_code,
            "payment_code": self.payment_code,
            "issued_at": clock::rfc3339(self.issued_at),
            "status": if self.voided_at.is_some() { "voided" } else { "issued" },
            "voided_at": self.voided_at.map(clock::rfc3339),
            "view_path": format!("/fiscal/desk/receipts/{}", self.number),
        })
    }
}

/// `/fiscal/receipts`.
pub fn api(config: &mut web::ServiceConfig) {
    config
        .route("/receipts", web::post().to(issue))
        .route("/receipts/{request_no}", web::get().to(read))
        .route("/receipts/{request_no}/void", web::post().to(void));
}

/// `/fiscal/desk/receipts/{number}` is the page that the receipt's QR code leads to.
pub fn desk(config: &mut web::ServiceConfig) {
    config
        .route("/receipts", web::get().to(list))
        .route("/receipts/{number}", web::get().to(show));
}

/// Every receipt, as a person at the treasury could list them.
async fn list(sandbox: web::Data<Sandbox>) -> HttpResponse {
    let books = sandbox.fiscal.lock();
    let items: Vec<Value> = books.receipts.values().map(Receipt::body).collect();
    HttpResponse::Ok().json(json!({ "items": items }))
}

async fn issue(sandbox: web::Data<Sandbox>, request: HttpRequest, body: web::Bytes) -> HttpResponse {
    match issued(&sandbox, &request, &body) {
        Ok((status, body)) => HttpResponse::build(status).json(body),
        Err(refusal) => refusal.response(),
    }
}

fn issued(sandbox: &Sandbox, http: &HttpRequest, raw: &[u8]) -> Result<(StatusCode, Value), Refusal> {
    caller::verify(sandbox, http, raw)?;
    let bad = |message: String| Refusal(StatusCode::BAD_REQUEST, "BAD_REQUEST", message);
    let request: Payment = serde_json::from_slice(raw).map_err(|error| bad(error.to_string()))?;
    if request.amount_fen < 1 || request.request_no.is_empty() || request.payer_name.is_empty() {
        return Err(bad("request_no、payer_name不能为空，amount_fen应大于0".into()));
    }
    let mut books = sandbox.fiscal.lock();
    let (status, receipt) = match books.receipts.get(&request.request_no) {
        Some(known) if known.request == request => (StatusCode::OK, known.clone()),
        Some(_) => {
            return Err(Refusal(
                StatusCode::CONFLICT,
                "REQUEST_NO_USED",
                "请求号已用于另一张票据".into(),
            ));
        }
        None => {
            let receipt = Receipt {
                number: format!("{:0NUMBER_LENGTH$}", books.receipts.len().saturating_add(1)),
                check_code: crypto::random_hex().split_at(CHECK_LENGTH).0.to_owned(),
                payment_code: format!("5399{}", crypto::random_digits(PAYMENT_CODE_LENGTH - 4)),
                issued_at: sandbox.clock.now(),
                voided_at: None,
                request: request.clone(),
            };
            books.receipts.insert(request.request_no, receipt.clone());
            (StatusCode::CREATED, receipt)
        }
    };
    let mut body = receipt.body();
    if sandbox.faults.strike(TARGET, Kind::WrongAmount).is_some()
        && let Some(amount) = body.get_mut("amount_fen")
    {
        *amount = json!(receipt.request.amount_fen.saturating_add(1));
    }
    Ok((status, body))
}

fn not_found() -> Refusal {
    Refusal(StatusCode::NOT_FOUND, "NOT_FOUND", "票据不存在".into())
}

async fn read(sandbox: web::Data<Sandbox>, request: HttpRequest, number: web::Path<String>) -> HttpResponse {
    let found = caller::verify(&sandbox, &request, b"").and_then(|()| {
        sandbox
            .fiscal
            .lock()
            .receipts
            .get(&*number)
            .map(Receipt::body)
            .ok_or_else(not_found)
    });
    match found {
        Ok(body) => HttpResponse::Ok().json(body),
        Err(refusal) => refusal.response(),
    }
}

/// Voiding twice voids once.
async fn void(
    sandbox: web::Data<Sandbox>,
    request: HttpRequest,
    number: web::Path<String>,
    body: web::Bytes,
) -> HttpResponse {
    let voided = caller::verify(&sandbox, &request, &body).and_then(|()| {
        let now = sandbox.clock.now();
        let mut books = sandbox.fiscal.lock();
        let receipt = books.receipts.get_mut(&*number).ok_or_else(not_found)?;
        receipt.voided_at = receipt.voided_at.or(Some(now));
        Ok(receipt.body())
    });
    match voided {
        Ok(body) => HttpResponse::Ok().json(body),
        Err(refusal) => refusal.response(),
    }
}

async fn show(sandbox: web::Data<Sandbox>, number: web::Path<String>) -> HttpResponse {
    let books = sandbox.fiscal.lock();
    let Some(receipt) = books.receipts.values().find(|receipt| receipt.number == *number) else {
        return page::show(StatusCode::NOT_FOUND, "电子票据", "<p>票据不存在。</p>");
    };
    let request = &receipt.request;
    let content = format!(
        "<p>票据代码 {RECEIPT_CODE}　票据号码 {}　校验码 {}</p><p>缴款码 {}</p><p>缴款人 {}</p><p>处罚决定书 {}</p>\
         <p class=amount>¥{}.{:02}</p><p>开票时间 {}{}</p>",
        receipt.number,
        receipt.check_code,
        receipt.payment_code,
        page::escape(&request.payer_name),
        page::escape(&request.decision_no),
        request.amount_fen / 100,
        request.amount_fen % 100,
        clock::plain(receipt.issued_at),
        if receipt.voided_at.is_some() {
            "　已作废"
        } else {
            ""
        },
    );
    page::show(StatusCode::OK, "电子非税收入票据（沙箱）", &content)
}
