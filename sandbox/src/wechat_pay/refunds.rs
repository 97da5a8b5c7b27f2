//! Refunds: accepted at once, done a little later.

use std::time::Duration;

use actix_web::{HttpRequest, HttpResponse, http::StatusCode, web};
use chrono::{DateTime, FixedOffset};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{
    TARGET,
    answer::{ApiError, fen, optional_text, parse, respond, text},
    notify::{self, Event},
    orders::{Order, State},
    sign,
};
use crate::{Sandbox, clock, crypto, faults::Kind};

/// A refund to a wallet takes about this long.
const REFUND_TAKES: Duration = Duration::from_secs(3);

/// How far a refund has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Status {
    /// Under way.
    Processing,
    /// The payer has the money.
    Success,
    /// The payer's account does not take it; a person must act.
    Abnormal,
    /// It will not happen.
    Closed,
}

/// A refund.
#[derive(Debug, Clone)]
pub struct Refund {
    id: String,
    number: String,
    request: Value,
    transaction_id: String,
    out_trade_no: String,
    /// Fen.
    pub amount: i64,
    total: i64,
    notify_url: Option<String>,
    /// When it was accepted.
    pub created_at: DateTime<FixedOffset>,
    done_at: Option<DateTime<FixedOffset>>,
    /// How far it has come.
    pub status: Status,
}

impl Refund {
    /// WeChat's number.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The merchant's number.
    pub fn number(&self) -> &str {
        &self.number
    }

    /// The refund as its endpoints show it.
    pub fn body(&self) -> Value {
        let mut body = json!({
            "refund_id": self.id,
            "out_refund_no": self.number,
            "transaction_id": self.transaction_id,
            "out_trade_no": self.out_trade_no,
            "channel": "ORIGINAL",
            "user_received_account": "支付用户零钱",
            "create_time": clock::rfc3339(self.created_at),
            "status": self.status,
            "amount": {
                "total": self.total,
                "refund": self.amount,
                "from": [],
                "payer_total": self.total,
                "payer_refund": self.amount,
                "settlement_refund": self.amount,
                "settlement_total": self.total,
                "discount_refund": 0,
                "currency": "CNY",
                "refund_fee": 0,
            },
            "promotion_detail": [],
        });
        if let Some(fields) = body.as_object_mut() {
            if let Some(done_at) = self.done_at.filter(|_| self.status == Status::Success) {
                fields.insert("success_time".into(), json!(clock::rfc3339(done_at)));
            }
            // The real system leaves it out unless the merchant named an account.
            if let Some(account) = self.request.get("funds_account") {
                fields.insert("funds_account".into(), account.clone());
            }
        }
        body
    }

    /// What a notification says of it.
    fn notice(&self, mchid: &str) -> Value {
        let mut body = json!({
            "mchid": mchid,
            "transaction_id": self.transaction_id,
            "out_trade_no": self.out_trade_no,
            "refund_id": self.id,
            "out_refund_no": self.number,
            "refund_status": self.status,
            "user_received_account": "支付用户零钱",
            "amount": {
                "total": self.total,
                "refund": self.amount,
                "payer_total": self.total,
                "payer_refund": self.amount,
            },
        });
        if let (Some(fields), Some(done_at)) = (body.as_object_mut(), self.done_at)
            && self.status == Status::Success
        {
            fields.insert("success_time".into(), json!(clock::rfc3339(done_at)));
        }
        body
    }
}

/// `/v3/refund/domestic/refunds`.
pub fn api(config: &mut web::ServiceConfig) {
    config
        .route("/refund/domestic/refunds", web::post().to(create))
        .route("/refund/domestic/refunds/{number}", web::get().to(read));
}

/// `POST /wechat/refunds/{number}/settle {status}` ends a refund that hangs.
pub fn control(config: &mut web::ServiceConfig) {
    config.route("/wechat/refunds/{number}/settle", web::post().to(settle_now));
}

async fn create(sandbox: web::Data<Sandbox>, request: HttpRequest, body: web::Bytes) -> HttpResponse {
    respond(&sandbox, accept(&sandbox, &request, &body))
}

fn accept(sandbox: &web::Data<Sandbox>, request: &HttpRequest, raw: &[u8]) -> Result<Value, ApiError> {
    sign::verify(sandbox, request, raw)?;
    let body = parse(raw)?;
    let number = text(&body, "/out_refund_no", 1, 64)?.to_owned();
    optional_text(&body, "/reason", 1, 80)?;
    let notify_url = optional_text(&body, "/notify_url", 1, 256)?.map(str::to_owned);
    let (amount, total) = (fen(&body, "/amount/refund")?, fen(&body, "/amount/total")?);
    text(&body, "/amount/currency", 1, 16)?;
    let out_trade_no = optional_text(&body, "/out_trade_no", 6, 32)?;
    let transaction_id = optional_text(&body, "/transaction_id", 1, 32)?;

    let mut ledger = sandbox.wechat_pay.ledger();
    if let Some(known) = ledger.by_refund.get(&number).and_then(|order| ledger.orders.get(order)) {
        return match known.refunds.iter().find(|refund| refund.number == number) {
            Some(refund) if refund.request == body => Ok(refund.body()),
            _ => Err(ApiError::invalid("订单金额或退款金额与之前请求不一致，请核实后再试")),
        };
    }
    let order_number = match (out_trade_no, transaction_id) {
        (Some(number), _) => number.to_owned(),
        (None, Some(id)) => ledger.by_transaction.get(id).cloned().unwrap_or_default(),
        (None, None) => {
            return Err(ApiError::parameter(
                "/transaction_id",
                &Value::Null,
                "transaction_id与out_trade_no二选一",
            ));
        }
    };
    let absent = || ApiError::new(StatusCode::NOT_FOUND, "RESOURCE_NOT_EXISTS", "订单不存在");
    let order = ledger.orders.get_mut(&order_number).ok_or_else(absent)?;
    let Some(paid) = order.paid.clone() else {
        return Err(ApiError::invalid("订单未支付，无法退款"));
    };
    if total != order.total {
        return Err(ApiError::invalid("订单金额或退款金额与之前请求不一致，请核实后再试"));
    }
    let refunded: i64 = order
        .refunds
        .iter()
        .filter(|refund| refund.status != Status::Closed)
        .map(|refund| refund.amount)
        .sum();
    if amount > order.total.saturating_sub(refunded) {
        return Err(ApiError::invalid("申请退款金额大于订单可退金额"));
    }
    let faults = &sandbox.faults;
    let outcome = if faults.strike(TARGET, Kind::Processing).is_some() {
        Status::Processing
    } else if faults.strike(TARGET, Kind::Abnormal).is_some() {
        Status::Abnormal
    } else if faults.strike(TARGET, Kind::Closed).is_some() {
        Status::Closed
    } else {
        Status::Success
    };
    let refund = Refund {
        id: format!("503{}", crypto::random_digits(26)),
        number: number.clone(),
        request: body,
        transaction_id: paid.transaction_id,
        out_trade_no: order.out_trade_no.clone(),
        amount,
        total,
        notify_url,
        created_at: sandbox.clock.now(),
        done_at: None,
        status: Status::Processing,
    };
    order.state = State::Refund;
    order.refunds.push(refund.clone());
    ledger.by_refund.insert(number.clone(), order_number);
    if outcome != Status::Processing {
        let sandbox = sandbox.clone();
        tokio::spawn(async move {
            sandbox.clock.pause(REFUND_TAKES).await;
            settle(&sandbox, &number, outcome);
        });
    }
    Ok(refund.body())
}

/// Ends a refund and notifies the merchant who asked for it.
fn settle(sandbox: &web::Data<Sandbox>, number: &str, outcome: Status) -> bool {
    let (notice, url) = {
        let mut ledger = sandbox.wechat_pay.ledger();
        let Some(order_number) = ledger.by_refund.get(number).cloned() else {
            return false;
        };
        let Some(order) = ledger.orders.get_mut(&order_number) else {
            return false;
        };
        let Some(refund) = order.refunds.iter_mut().find(|refund| refund.number == number) else {
            return false;
        };
        refund.status = outcome;
        refund.done_at = Some(sandbox.clock.now());
        let refund = refund.clone();
        if all_closed(order) {
            order.state = State::Success;
        }
        (refund.notice(order.text("/mchid")), refund.notify_url)
    };
    let event = match outcome {
        Status::Processing => return true,
        Status::Success => Event::RefundSuccess,
        Status::Abnormal => Event::RefundAbnormal,
        Status::Closed => Event::RefundClosed,
    };
    if let Some(url) = url {
        notify::announce(sandbox, event, url, notice);
    }
    true
}

/// An order whose refunds were all closed has not been refunded.
fn all_closed(order: &Order) -> bool {
    order.refunds.iter().all(|refund| refund.status == Status::Closed)
}

async fn read(sandbox: web::Data<Sandbox>, request: HttpRequest, number: web::Path<String>) -> HttpResponse {
    let found = sign::verify(&sandbox, &request, b"").and_then(|()| {
        let ledger = sandbox.wechat_pay.ledger();
        let order = ledger
            .by_refund
            .get(&*number)
            .and_then(|order| ledger.orders.get(order));
        order
            .and_then(|order| order.refunds.iter().find(|refund| refund.number == *number))
            .map(Refund::body)
            .ok_or_else(|| ApiError::new(StatusCode::NOT_FOUND, "RESOURCE_NOT_EXISTS", "退款单不存在"))
    });
    respond(&sandbox, found)
}

#[derive(Debug, Deserialize)]
struct Settle {
    status: Status,
}

async fn settle_now(
    sandbox: web::Data<Sandbox>,
    number: web::Path<String>,
    settlement: web::Json<Settle>,
) -> HttpResponse {
    if settle(&sandbox, &number, settlement.status) {
        HttpResponse::NoContent().finish()
    } else {
        HttpResponse::NotFound().json(json!({ "code": "NOT_FOUND", "message": "no such refund" }))
    }
}
