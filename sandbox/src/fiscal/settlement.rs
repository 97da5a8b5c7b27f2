//! The day's file: every receipt of the day, for the three-way reconciliation.

use actix_web::{HttpRequest, HttpResponse, http::StatusCode, web};
use aws_lc_rs::digest;
use base64::{Engine, prelude::BASE64_STANDARD};
use chrono::NaiveDate;

use super::SETTLEMENT_TARGET;
use crate::{
    Sandbox,
    caller::{self, Refusal},
    clock,
    faults::Kind,
};

const HEADER: &str = "缴款码,票据号码,决定书编号,支付流水号,金额,缴款时间,状态";

/// `/fiscal/settlements/{date}`.
pub fn api(config: &mut web::ServiceConfig) {
    config.route("/settlements/{date}", web::get().to(file));
}

async fn file(sandbox: web::Data<Sandbox>, request: HttpRequest, date: web::Path<NaiveDate>) -> HttpResponse {
    if let Err(refusal) = caller::verify(&sandbox, &request, b"") {
        return refusal.response();
    }
    let today = sandbox.clock.now().date_naive();
    if *date > today || (*date == today && !sandbox.wechat_pay.settings().early_bills) {
        return Refusal(StatusCode::NOT_FOUND, "NOT_READY", "对账文件尚未生成".into()).response();
    }
    let text = lines(&sandbox, *date).join("\r\n") + "\r\n";
    let digest = BASE64_STANDARD.encode(digest::digest(&digest::SHA256, text.as_bytes()));
    HttpResponse::Ok()
        .content_type("text/csv; charset=utf-8")
        .insert_header(("Digest", format!("SHA-256={digest}")))
        .body(text)
}

/// A header, a line for each receipt by the day of its payment, and the totals of what is in force.
fn lines(sandbox: &Sandbox, date: NaiveDate) -> Vec<String> {
    let struck = |kind| sandbox.faults.strike(SETTLEMENT_TARGET, kind).is_some();
    let yuan = |fen: i64| format!("{}.{:02}", fen / 100, fen % 100);
    let books = sandbox.fiscal.lock();
    let mut rows = Vec::new();
    let mut total: i64 = 0;
    let of_day = books
        .receipts
        .values()
        .filter(|receipt| receipt.request.paid_at.with_timezone(&clock::CST).date_naive() == date);
    for receipt in of_day {
        let request = &receipt.request;
        let amount = request.amount_fen.saturating_add(i64::from(struck(Kind::WrongAmount)));
        if receipt.voided_at.is_none() {
            total = total.saturating_add(amount);
        }
        if struck(Kind::Drop) {
            continue;
        }
        let row = [
            receipt.payment_code.as_str(),
            &receipt.number,
            &request.decision_no,
            &request.transaction_id,
            &yuan(amount),
            &clock::plain(request.paid_at.with_timezone(&clock::CST)),
            if receipt.voided_at.is_some() {
                "已作废"
            } else {
                "已开票"
            },
        ]
        .join(",");
        if struck(Kind::Duplicate) {
            rows.push(row.clone());
        }
        rows.push(row);
    }
    let sums = format!("合计,{},{}", rows.len(), yuan(total));
    std::iter::once(HEADER.to_owned()).chain(rows).chain([sums]).collect()
}
