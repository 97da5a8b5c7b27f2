//! Bills: trades and fund flow of a day, with a digest, behind a link that lives a few minutes.

use std::{fmt::Write as _, io::Write as _};

use actix_web::{HttpRequest, HttpResponse, http::StatusCode, web};
use chrono::{DateTime, FixedOffset, NaiveDate, NaiveTime, TimeDelta};
use flate2::{Compression, write::GzEncoder};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    APPID, BILL_TARGET, Ledger, MCHID,
    answer::{ApiError, respond},
    orders::{Order, Paid, base_url},
    refunds::{Refund, Status},
    sign,
};
use crate::{
    Sandbox, clock, crypto,
    faults::{Faults, Kind, corrupt},
};

/// A download link lives this long.
const LINK_LIVES: TimeDelta = TimeDelta::minutes(5);
/// Bills are kept this long.
const KEPT: TimeDelta = TimeDelta::days(92);
/// Bills of a day are ready at this hour of the next.
const READY_AT: NaiveTime = match NaiveTime::from_hms_opt(10, 0, 0) {
    Some(time) => time,
    None => panic!("ten o'clock is a valid time"),
};

const TRADE_HEADER: &str = "交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类,应结订单金额,代金券金额,微信退款单号,商户退款单号,退款金额,充值券退款金额,退款类型,退款状态,商品名称,商户数据包,手续费,费率,订单金额,申请退款金额,费率备注";
const TRADE_TOTALS: &str =
    "总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额";
const FLOW_HEADER: &str = "记账时间,微信支付业务单号,资金流水单号,业务名称,业务类型,收支类型,收支金额(元),账户结余(元),资金变更提交申请人,备注,业务凭证号";
const FLOW_TOTALS: &str = "资金流水总笔数,收入笔数,收入金额,支出笔数,支出金额";

/// A bill that was asked for.
#[derive(Debug, Clone)]
pub struct Statement {
    file: Vec<u8>,
    gzip: bool,
    ends_at: DateTime<FixedOffset>,
}

/// `/v3/bill/…` and the download.
pub fn api(config: &mut web::ServiceConfig) {
    config
        .route("/bill/tradebill", web::get().to(trade))
        .route("/bill/fundflowbill", web::get().to(flow))
        .route("/billdownload/file", web::get().to(download));
}

#[derive(Debug, Deserialize)]
struct Wanted {
    bill_date: Option<String>,
    bill_type: Option<String>,
    account_type: Option<String>,
    tar_type: Option<String>,
}

async fn trade(sandbox: web::Data<Sandbox>, request: HttpRequest, wanted: web::Query<Wanted>) -> HttpResponse {
    respond(&sandbox, statement(&sandbox, &request, &wanted, trade_bill))
}

async fn flow(sandbox: web::Data<Sandbox>, request: HttpRequest, wanted: web::Query<Wanted>) -> HttpResponse {
    respond(&sandbox, statement(&sandbox, &request, &wanted, flow_bill))
}

type Maker = fn(&Faults, &Ledger, NaiveDate, &Wanted) -> Result<Option<String>, ApiError>;

fn statement(sandbox: &Sandbox, request: &HttpRequest, wanted: &Wanted, make: Maker) -> Result<Value, ApiError> {
    sign::verify(sandbox, request, b"")?;
    let now = sandbox.clock.now();
    let written = wanted.bill_date.as_deref().unwrap_or("");
    let date = NaiveDate::parse_from_str(written, "%Y-%m-%d")
        .map_err(|error| ApiError::parameter("/bill_date", &json!(written), &error.to_string()))?;
    let today = now.date_naive();
    let early = sandbox.wechat_pay.settings().early_bills;
    if date > today || (date == today && !early) || date < today - KEPT {
        return Err(ApiError::invalid("账单日期只能为最近三个月内且早于当日"));
    }
    if !early && date + TimeDelta::days(1) == today && now.time() < READY_AT {
        return Err(ApiError::new(
            StatusCode::BAD_REQUEST,
            "STATEMENT_CREATING",
            "账单生成中，请稍后再试",
        ));
    }
    let mut ledger = sandbox.wechat_pay.ledger();
    let bill = make(&sandbox.faults, &ledger, date, wanted)?
        .ok_or_else(|| ApiError::new(StatusCode::BAD_REQUEST, "NO_STATEMENT_EXIST", "账单文件不存在"))?;
    let gzip = match wanted.tar_type.as_deref() {
        None => false,
        Some("GZIP") => true,
        Some(other) => return Err(ApiError::parameter("/tar_type", &json!(other), "仅支持GZIP")),
    };
    let mut file = bill.clone().into_bytes();
    if sandbox.faults.strike(BILL_TARGET, Kind::Corrupt).is_some() {
        file = corrupt(&file);
    }
    if gzip {
        file = compress(&file)
            .map_err(|error| ApiError::new(StatusCode::INTERNAL_SERVER_ERROR, "SYSTEM_ERROR", error.to_string()))?;
    }
    let token = format!("{}{}", crypto::random_hex(), crypto::random_hex());
    ledger.statements.retain(|_, statement| statement.ends_at > now);
    ledger.statements.insert(
        token.clone(),
        Statement {
            file,
            gzip,
            ends_at: now + LINK_LIVES,
        },
    );
    Ok(json!({
        "hash_type": "SHA1",
        "hash_value": crypto::sha1_hex(bill.as_bytes()),
        "download_url": format!("{}/v3/billdownload/file?token={token}", base_url(sandbox, request)),
    }))
}

fn compress(file: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(file)?;
    encoder.finish()
}

#[derive(Debug, Deserialize)]
struct Token {
    token: String,
}

async fn download(sandbox: web::Data<Sandbox>, request: HttpRequest, token: web::Query<Token>) -> HttpResponse {
    if let Err(refusal) = sign::verify(&sandbox, &request, b"") {
        return respond(&sandbox, Err(refusal));
    }
    let now = sandbox.clock.now();
    let statement = sandbox.wechat_pay.ledger().statements.get(&token.token).cloned();
    match statement.filter(|statement| statement.ends_at > now) {
        Some(statement) => sign::unsigned(
            HttpResponse::Ok()
                .content_type(if statement.gzip {
                    "application/x-gzip"
                } else {
                    "text/plain; charset=utf-8"
                })
                .body(statement.file),
        ),
        None => respond(&sandbox, Err(ApiError::invalid("下载链接无效或已过期"))),
    }
}

/// Fen as yuan, the way the bills write them.
fn yuan(fen: i64) -> String {
    format!(
        "{}{}.{:02}",
        if fen < 0 { "-" } else { "" },
        (fen / 100).abs(),
        (fen % 100).abs()
    )
}

/// A row with a backtick before every field, so that spreadsheets leave long numbers alone.
fn row(fields: &[&str]) -> String {
    let cleaned: Vec<String> = fields
        .iter()
        .map(|field| format!("`{}", field.replace([',', '\n', '\r'], " ")))
        .collect();
    cleaned.join(",")
}

/// The faults that strike a single row: missing, twice, a wrong amount, a fee.
struct RowFaults {
    drop: bool,
    duplicate: bool,
    more: i64,
    fee: i64,
}

impl RowFaults {
    fn strike(faults: &Faults) -> Self {
        let struck = |kind| faults.strike(BILL_TARGET, kind).is_some();
        Self {
            drop: struck(Kind::Drop),
            duplicate: struck(Kind::Duplicate),
            more: i64::from(struck(Kind::WrongAmount)),
            fee: i64::from(struck(Kind::Fee)),
        }
    }

    fn push(&self, rows: &mut Vec<String>, row: String) {
        if self.drop {
            return;
        }
        if self.duplicate {
            rows.push(row.clone());
        }
        rows.push(row);
    }
}

#[derive(Default)]
struct Totals {
    paid: i64,
    refunded: i64,
    fee: i64,
}

fn payments_of(ledger: &Ledger, date: NaiveDate) -> Vec<(&Order, &Paid)> {
    let mut payments: Vec<_> = ledger
        .orders
        .values()
        .filter_map(|order| order.paid.as_ref().map(|paid| (order, paid)))
        .filter(|(_, paid)| paid.at.date_naive() == date)
        .collect();
    payments.sort_by_key(|(_, paid)| (paid.at, paid.transaction_id.clone()));
    payments
}

fn trade_bill(faults: &Faults, ledger: &Ledger, date: NaiveDate, wanted: &Wanted) -> Result<Option<String>, ApiError> {
    let (payments, refunds) = match wanted.bill_type.as_deref() {
        None | Some("ALL") => (true, true),
        Some("SUCCESS") => (true, false),
        Some("REFUND") => (false, true),
        Some(other) => {
            return Err(ApiError::parameter(
                "/bill_type",
                &json!(other),
                "仅支持ALL、SUCCESS、REFUND",
            ));
        }
    };
    let mut rows = Vec::new();
    let mut totals = Totals::default();
    for (order, paid) in payments_of(ledger, date).into_iter().filter(|_| payments) {
        let fault = RowFaults::strike(faults);
        fault.push(&mut rows, trade_row(order, paid, None, &fault));
        totals.paid = totals.paid.saturating_add(order.total);
        totals.fee = totals.fee.saturating_add(fault.fee);
    }
    for order in ledger.orders.values().filter(|_| refunds) {
        let Some(paid) = &order.paid else { continue };
        for refund in order
            .refunds
            .iter()
            .filter(|refund| refund.created_at.date_naive() == date)
        {
            let fault = RowFaults::strike(faults);
            fault.push(&mut rows, trade_row(order, paid, Some(refund), &fault));
            totals.refunded = totals.refunded.saturating_add(refund.amount);
            totals.fee = totals.fee.saturating_add(fault.fee);
        }
    }
    if rows.is_empty() {
        return Ok(None);
    }
    let (paid, refunded) = (yuan(totals.paid), yuan(totals.refunded));
    let sums = row(&[
        &rows.len().to_string(),
        &paid,
        &refunded,
        "0.00",
        &yuan(totals.fee),
        &paid,
        &refunded,
    ]);
    Ok(Some(file(TRADE_HEADER, &rows, TRADE_TOTALS, &sums)))
}

/// A line of the trade bill: a payment, or a refund of one.
fn trade_row(order: &Order, paid: &Paid, refund: Option<&Refund>, fault: &RowFaults) -> String {
    let amount = |fen: i64| yuan(fen.saturating_add(fault.more));
    let (trade, fee) = (json!(order.trade), yuan(fault.fee));
    let trade = trade.as_str().unwrap_or("");
    let nothing = || "0.00".to_owned();
    let (at, state, total, returned) = match refund {
        None => (paid.at, "SUCCESS", amount(order.total), nothing()),
        Some(refund) => (refund.created_at, "REFUND", nothing(), amount(refund.amount)),
    };
    let (id, number) = refund.map_or(("0", "0"), |refund| (refund.id(), refund.number()));
    let status = refund.map(|refund| json!(refund.status));
    let status = status.as_ref().and_then(Value::as_str).unwrap_or("");
    row(&[
        &clock::plain(at),
        APPID,
        MCHID,
        "0",
        "",
        &paid.transaction_id,
        &order.out_trade_no,
        &paid.openid,
        trade,
        state,
        "OTHERS",
        "CNY",
        &total,
        "0.00",
        id,
        number,
        &returned,
        "0.00",
        if refund.is_some() { "ORIGINAL" } else { "" },
        status,
        order.text("/description"),
        order.text("/attach"),
        &fee,
        "0.00%",
        &total,
        &returned,
        "",
    ])
}

fn flow_bill(faults: &Faults, ledger: &Ledger, date: NaiveDate, wanted: &Wanted) -> Result<Option<String>, ApiError> {
    if let Some(other) = wanted.account_type.as_deref().filter(|kind| *kind != "BASIC") {
        return Err(ApiError::parameter(
            "/account_type",
            &json!(other),
            "该账户没有资金账单",
        ));
    }
    let mut movements: Vec<(DateTime<FixedOffset>, String, i64)> = payments_of(ledger, date)
        .iter()
        .map(|(order, paid)| (paid.at, paid.transaction_id.clone(), order.total))
        .collect();
    let refunds = ledger.orders.values().flat_map(|order| &order.refunds);
    movements.extend(
        refunds
            .filter(|refund| refund.status == Status::Success && refund.created_at.date_naive() == date)
            .map(|refund| (refund.created_at, refund.id().to_owned(), -refund.amount)),
    );
    movements.sort();
    let mut rows = Vec::new();
    let mut balance: i64 = 0;
    let (mut came, mut went) = ((0_u32, 0_i64), (0_u32, 0_i64));
    for (at, number, amount) in movements {
        let fault = RowFaults::strike(faults);
        balance = balance.saturating_add(amount);
        let side = if amount > 0 { &mut came } else { &mut went };
        *side = (side.0.saturating_add(1), side.1.saturating_add(amount.abs()));
        let (name, direction) = if amount > 0 {
            ("交易", "收入")
        } else {
            ("退款", "支出")
        };
        let shown = yuan(amount.abs().saturating_add(fault.more));
        let line = row(&[
            &clock::plain(at),
            &number,
            &number,
            name,
            name,
            direction,
            &shown,
            &yuan(balance),
            "system",
            "",
            &number,
        ]);
        fault.push(&mut rows, line);
    }
    if rows.is_empty() {
        return Ok(None);
    }
    let sums = row(&[
        &rows.len().to_string(),
        &came.0.to_string(),
        &yuan(came.1),
        &went.0.to_string(),
        &yuan(went.1),
    ]);
    Ok(Some(file(FLOW_HEADER, &rows, FLOW_TOTALS, &sums)))
}

fn file(header: &str, rows: &[String], totals: &str, sums: &str) -> String {
    let mut text = String::new();
    for line in std::iter::once(header)
        .chain(rows.iter().map(String::as_str))
        .chain([totals, sums])
    {
        // Writing to a string cannot fail.
        let _written = write!(text, "{line}\r\n");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{row, yuan};

    #[test]
    fn amounts_are_yuan_with_two_digits() {
        assert_eq!(
            [yuan(0), yuan(5), yuan(20_000), yuan(-150)],
            ["0.00", "0.05", "200.00", "-1.50"]
        );
    }

    #[test]
    fn a_comma_in_a_name_does_not_make_a_field() {
        assert_eq!(row(&["a,b", ""]), "`a b,`");
    }
}
