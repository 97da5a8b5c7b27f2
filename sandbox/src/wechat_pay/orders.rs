//! Orders: prepay, query, close.

use actix_web::{HttpRequest, HttpResponse, http::StatusCode, web};
use chrono::{DateTime, FixedOffset, TimeDelta};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{
    APPID, Ledger, MCHID, TARGET,
    answer::{ApiError, fen, optional_text, parse, respond, text},
    refunds::Refund,
    sign,
};
use crate::{
    Sandbox, clock, crypto,
    faults::{Faults, Kind},
};

/// A prepay id and a code URL live this long.
const PREPAY_LIVES: TimeDelta = TimeDelta::hours(2);
/// An H5 URL lives this long.
const H5_LIVES: TimeDelta = TimeDelta::minutes(5);
/// An order without `time_expire` ends after this long.
const ORDER_LIVES: TimeDelta = TimeDelta::days(7);
/// `time_expire` must leave the payer at least this long.
const LEAST_TIME: TimeDelta = TimeDelta::minutes(1);

/// How the payer reaches the cashier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Trade {
    /// Inside WeChat.
    #[serde(rename = "JSAPI")]
    Jsapi,
    /// In another browser on the phone.
    #[serde(rename = "MWEB")]
    H5,
    /// By scanning a code.
    #[serde(rename = "NATIVE")]
    Native,
}

/// How far an order has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum State {
    /// Not paid yet.
    NotPay,
    /// Paid.
    Success,
    /// Paid, and at least one refund accepted.
    Refund,
    /// Closed or run out of time, without payment.
    Closed,
}

impl State {
    fn description(self) -> &'static str {
        match self {
            Self::NotPay => "订单未支付",
            Self::Success => "支付成功",
            Self::Refund => "订单发生过退款，退款详情请查询退款单",
            Self::Closed => "订单已关闭",
        }
    }
}

/// What is known of a payment.
#[derive(Debug, Clone)]
pub struct Paid {
    /// WeChat's number for it.
    pub transaction_id: String,
    /// Who paid.
    pub openid: String,
    /// When.
    pub at: DateTime<FixedOffset>,
}

/// An order.
#[derive(Debug, Clone)]
pub struct Order {
    /// The merchant's number.
    pub out_trade_no: String,
    /// The first request as it came; a second one must not differ.
    pub request: Value,
    /// The channel.
    pub trade: Trade,
    /// Fen.
    pub total: i64,
    /// Where to notify.
    pub notify_url: String,
    /// After this moment it cannot be paid.
    pub ends_at: DateTime<FixedOffset>,
    /// What the cashier is opened with.
    pub prepay_id: String,
    /// The code URL or the H5 URL.
    pub url: Option<String>,
    /// After this moment the cashier no longer opens.
    pub prepay_ends_at: DateTime<FixedOffset>,
    /// How far it has come.
    pub state: State,
    /// The payment.
    pub paid: Option<Paid>,
    /// Its refunds, in order.
    pub refunds: Vec<Refund>,
}

impl Order {
    /// A text of the first request.
    pub fn text(&self, pointer: &str) -> &str {
        self.request.pointer(pointer).and_then(Value::as_str).unwrap_or("")
    }

    /// Closes an order whose time has run out, which WeChat Pay does by itself.
    pub fn run_out(&mut self, now: DateTime<FixedOffset>) {
        if self.state == State::NotPay && now >= self.ends_at {
            self.state = State::Closed;
        }
    }

    /// The transaction as queries and notifications show it.
    pub fn transaction(&self) -> Value {
        let mut body = json!({
            "amount": { "currency": "CNY", "payer_currency": "CNY", "total": self.total },
            "appid": self.text("/appid"),
            "mchid": self.text("/mchid"),
            "out_trade_no": self.out_trade_no,
            "promotion_detail": [],
            "scene_info": { "device_id": "" },
            "trade_state": self.state,
            "trade_state_desc": self.state.description(),
        });
        let (Some(paid), Some(fields)) = (&self.paid, body.as_object_mut()) else {
            return body;
        };
        // The field is missing, not empty, in orders that were made without it.
        if let Some(attach) = self.request.get("attach") {
            fields.insert("attach".into(), attach.clone());
        }
        for (name, value) in [
            ("transaction_id", json!(paid.transaction_id)),
            ("trade_type", json!(self.trade)),
            ("bank_type", json!("OTHERS")),
            ("success_time", json!(clock::rfc3339(paid.at))),
            ("payer", json!({ "openid": paid.openid })),
        ] {
            fields.insert(name.into(), value);
        }
        if let Some(amount) = fields.get_mut("amount").and_then(Value::as_object_mut) {
            amount.insert("payer_total".into(), json!(self.total));
        }
        body
    }
}

/// `/v3/pay/transactions/…`.
pub fn api(config: &mut web::ServiceConfig) {
    config
        .route("/pay/transactions/jsapi", web::post().to(jsapi))
        .route("/pay/transactions/h5", web::post().to(h5))
        .route("/pay/transactions/native", web::post().to(native))
        .route("/pay/transactions/out-trade-no/{number}", web::get().to(by_number))
        .route("/pay/transactions/out-trade-no/{number}/close", web::post().to(close))
        .route("/pay/transactions/id/{id}", web::get().to(by_transaction));
}

async fn jsapi(sandbox: web::Data<Sandbox>, request: HttpRequest, body: web::Bytes) -> HttpResponse {
    respond(&sandbox, prepay(&sandbox, &request, &body, Trade::Jsapi))
}

async fn h5(sandbox: web::Data<Sandbox>, request: HttpRequest, body: web::Bytes) -> HttpResponse {
    respond(&sandbox, prepay(&sandbox, &request, &body, Trade::H5))
}

async fn native(sandbox: web::Data<Sandbox>, request: HttpRequest, body: web::Bytes) -> HttpResponse {
    respond(&sandbox, prepay(&sandbox, &request, &body, Trade::Native))
}

/// Who sends a body must be who signed it.
fn own_merchant(body: &Value) -> Result<(), ApiError> {
    let mchid = text(body, "/mchid", 1, 32)?;
    if mchid == MCHID {
        Ok(())
    } else {
        Err(ApiError::new(
            StatusCode::BAD_REQUEST,
            "MCH_NOT_EXISTS",
            "商户号与签名的商户号不一致",
        ))
    }
}

fn prepay(sandbox: &Sandbox, request: &HttpRequest, raw: &[u8], trade: Trade) -> Result<Value, ApiError> {
    sign::verify(sandbox, request, raw)?;
    let body = parse(raw)?;
    let now = sandbox.clock.now();
    let order = read(&body, trade, now)?;
    let mut ledger = sandbox.wechat_pay.ledger();
    if let Some(known) = ledger.orders.get_mut(&order.out_trade_no) {
        known.run_out(now);
        match known.state {
            State::Success | State::Refund => {
                return Err(ApiError::new(StatusCode::BAD_REQUEST, "ORDERPAID", "该订单已支付"));
            }
            State::Closed => {
                return Err(ApiError::new(
                    StatusCode::BAD_REQUEST,
                    "ORDER_CLOSED",
                    "该订单已关闭，请重新下单",
                ));
            }
            State::NotPay if known.request != body || known.trade != trade => {
                return Err(ApiError::invalid("请求重入时，参数与首次请求时不一致，请检查后再试"));
            }
            State::NotPay if now < known.prepay_ends_at => return Ok(handed_out(known)),
            State::NotPay => {}
        }
    }
    let order = open(&mut ledger, order, &base_url(sandbox, request), now);
    Ok(handed_out(&order))
}

/// The address at which the payer's phone reaches this process.
pub fn base_url(sandbox: &Sandbox, request: &HttpRequest) -> String {
    sandbox
        .config
        .public_url
        .clone()
        .unwrap_or_else(|| format!("http://{}", request.connection_info().host()))
}

/// Reads a prepay request and checks what the documents say of each field.
fn read(body: &Value, trade: Trade, now: DateTime<FixedOffset>) -> Result<Order, ApiError> {
    own_merchant(body)?;
    if text(body, "/appid", 1, 32)? != APPID {
        return Err(ApiError::new(
            StatusCode::BAD_REQUEST,
            "APPID_MCHID_NOT_MATCH",
            "appid和mch_id不匹配，请检查后再试",
        ));
    }
    text(body, "/description", 1, 127)?;
    optional_text(body, "/attach", 0, 128)?;
    optional_text(body, "/goods_tag", 0, 32)?;
    let number = text(body, "/out_trade_no", 6, 32)?;
    if !number.chars().all(|c| c.is_ascii_alphanumeric() || "_-|*@".contains(c)) {
        return Err(ApiError::parameter(
            "/out_trade_no",
            &json!(number),
            "只能是数字、大小写字母_-*",
        ));
    }
    let notify_url = text(body, "/notify_url", 1, 255)?;
    // The real system insists on https; a rig on one machine has no certificate.
    let is_url = notify_url.starts_with("https://") || notify_url.starts_with("http://");
    if !is_url || notify_url.contains('?') {
        return Err(ApiError::parameter(
            "/notify_url",
            &json!(notify_url),
            "必须为可访问的URL，且不能携带参数",
        ));
    }
    let total = fen(body, "/amount/total")?;
    if optional_text(body, "/amount/currency", 1, 16)?.is_some_and(|currency| currency != "CNY") {
        return Err(ApiError::parameter(
            "/amount/currency",
            &json!(body.pointer("/amount/currency")),
            "仅支持CNY",
        ));
    }
    let ends_at = match optional_text(body, "/time_expire", 1, 64)? {
        None => now + ORDER_LIVES,
        Some(written) => DateTime::parse_from_rfc3339(written)
            .ok()
            .filter(|ends_at| *ends_at >= now + LEAST_TIME)
            .ok_or_else(|| {
                ApiError::parameter(
                    "/time_expire",
                    &json!(written),
                    "应为RFC3339格式，且至少晚于当前时间1分钟",
                )
            })?,
    };
    match trade {
        Trade::Jsapi => {
            let openid = text(body, "/payer/openid", 1, 128)?;
            if !openid.starts_with('o') {
                return Err(ApiError::parameter("/payer/openid", &json!(openid), "无效的openid"));
            }
        }
        Trade::H5 => {
            text(body, "/scene_info/payer_client_ip", 1, 45)?;
            text(body, "/scene_info/h5_info/type", 1, 32)?;
        }
        Trade::Native => {}
    }
    Ok(Order {
        out_trade_no: number.to_owned(),
        request: body.clone(),
        trade,
        total,
        notify_url: notify_url.to_owned(),
        ends_at,
        prepay_id: String::new(),
        url: None,
        prepay_ends_at: now,
        state: State::NotPay,
        paid: None,
        refunds: Vec::new(),
    })
}

fn open(ledger: &mut Ledger, mut order: Order, base: &str, now: DateTime<FixedOffset>) -> Order {
    order.prepay_id = format!("wx{}{}", now.format("%d%H%M%S"), crypto::random_hex().split_at(26).0);
    order.prepay_ends_at = now
        + if order.trade == Trade::H5 {
            H5_LIVES
        } else {
            PREPAY_LIVES
        };
    order.url = match order.trade {
        Trade::Jsapi => None,
        Trade::Native => Some(format!(
            "weixin://wxpay/bizpayurl?pr={}zz",
            crypto::random_hex().split_at(7).0
        )),
        Trade::H5 => Some(format!(
            "{base}/cgi-bin/mmpayweb-bin/checkmweb?prepay_id={}&package={}",
            order.prepay_id,
            crypto::random_digits(10)
        )),
    };
    for reference in std::iter::once(&order.prepay_id).chain(&order.url) {
        ledger.by_prepay.insert(reference.clone(), order.out_trade_no.clone());
    }
    ledger.orders.insert(order.out_trade_no.clone(), order.clone());
    order
}

fn handed_out(order: &Order) -> Value {
    match order.trade {
        Trade::Jsapi => json!({ "prepay_id": order.prepay_id }),
        Trade::H5 => json!({ "h5_url": order.url }),
        Trade::Native => json!({ "code_url": order.url }),
    }
}

#[derive(Debug, Deserialize)]
struct Merchant {
    mchid: Option<String>,
}

async fn by_number(
    sandbox: web::Data<Sandbox>,
    request: HttpRequest,
    number: web::Path<String>,
    merchant: web::Query<Merchant>,
) -> HttpResponse {
    let found = query(&sandbox, &request, &merchant, |ledger| ledger.orders.get_mut(&*number));
    respond(&sandbox, found)
}

async fn by_transaction(
    sandbox: web::Data<Sandbox>,
    request: HttpRequest,
    id: web::Path<String>,
    merchant: web::Query<Merchant>,
) -> HttpResponse {
    let found = query(&sandbox, &request, &merchant, |ledger| {
        let number = ledger.by_transaction.get(&*id)?;
        ledger.orders.get_mut(number)
    });
    respond(&sandbox, found)
}

fn not_found() -> ApiError {
    ApiError::new(StatusCode::NOT_FOUND, "ORDER_NOT_EXIST", "订单不存在")
}

fn query(
    sandbox: &Sandbox,
    request: &HttpRequest,
    merchant: &Merchant,
    find: impl FnOnce(&mut Ledger) -> Option<&mut Order>,
) -> Result<Value, ApiError> {
    sign::verify(sandbox, request, b"")?;
    own_merchant(&json!({ "mchid": merchant.mchid }))?;
    let mut ledger = sandbox.wechat_pay.ledger();
    let order = find(&mut ledger).ok_or_else(not_found)?;
    order.run_out(sandbox.clock.now());
    let mut transaction = order.transaction();
    misstate(&sandbox.faults, TARGET, &mut transaction);
    Ok(transaction)
}

async fn close(
    sandbox: web::Data<Sandbox>,
    request: HttpRequest,
    number: web::Path<String>,
    body: web::Bytes,
) -> HttpResponse {
    respond(&sandbox, closed(&sandbox, &request, &number, &body))
}

fn closed(sandbox: &Sandbox, request: &HttpRequest, number: &str, raw: &[u8]) -> Result<Value, ApiError> {
    sign::verify(sandbox, request, raw)?;
    own_merchant(&parse(raw)?)?;
    let mut ledger = sandbox.wechat_pay.ledger();
    let order = ledger.orders.get_mut(number).ok_or_else(not_found)?;
    order.run_out(sandbox.clock.now());
    match order.state {
        State::NotPay => {
            order.state = State::Closed;
            Ok(Value::Null)
        }
        State::Closed => Err(ApiError::new(StatusCode::BAD_REQUEST, "ORDER_CLOSED", "该订单已关闭")),
        State::Success | State::Refund => Err(ApiError::new(StatusCode::BAD_REQUEST, "ORDERPAID", "该订单已支付")),
    }
}

/// Says something false about a transaction when a fault wants it.
pub fn misstate(faults: &Faults, target: &str, transaction: &mut Value) {
    if faults.strike(target, Kind::WrongAmount).is_some()
        && let Some(total) = transaction.pointer_mut("/amount/total")
    {
        *total = json!(total.as_i64().unwrap_or(0).saturating_add(1));
    }
    for (kind, pointer, value) in [
        (Kind::WrongCurrency, "/amount/currency", "USD"),
        (Kind::WrongMchid, "/mchid", "1900000999"),
        (Kind::WrongAppid, "/appid", "wx0000000000000999"),
    ] {
        if faults.strike(target, kind).is_some()
            && let Some(field) = transaction.pointer_mut(pointer)
        {
            *field = json!(value);
        }
    }
}

/// Every order, for tests and people.
pub async fn list(sandbox: web::Data<Sandbox>) -> HttpResponse {
    let now = sandbox.clock.now();
    let mut ledger = sandbox.wechat_pay.ledger();
    let items: Vec<Value> = ledger
        .orders
        .values_mut()
        .map(|order| {
            order.run_out(now);
            let mut item = order.transaction();
            if let Some(fields) = item.as_object_mut() {
                fields.insert("prepay_id".into(), json!(order.prepay_id));
                fields.insert("url".into(), json!(order.url));
                fields.insert("description".into(), json!(order.text("/description")));
                fields.insert("refunds".into(), order.refunds.iter().map(Refund::body).collect());
            }
            item
        })
        .collect();
    HttpResponse::Ok().json(json!({ "items": items }))
}
