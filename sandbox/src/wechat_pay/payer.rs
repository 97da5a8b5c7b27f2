//! The paying resident: the cashier inside WeChat, the H5 page and the scanned code, for people and for tests.

use actix_web::{
    HttpResponse,
    http::{
        StatusCode,
        header::{ACCESS_CONTROL_ALLOW_ORIGIN, LOCATION},
    },
    web,
};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    APPID,
    notify::{self, Event},
    orders::{Order, Paid, State, Trade},
};
use crate::{Sandbox, crypto, page, wechat::people};

/// The cashier in its three forms.
pub fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/wechat/payer/pay", web::post().to(pay_by_json))
        .route("/wechat/bridge.js", web::get().to(bridge))
        .route("/wechat/bridge/verify", web::post().to(bridge_verify))
        .route("/wechat/bridge/pay", web::post().to(bridge_pay))
        .route("/wechat/pay/native", web::get().to(native_page))
        .route("/wechat/pay/confirm", web::post().to(confirm))
        .route("/cgi-bin/mmpayweb-bin/checkmweb", web::get().to(h5_page));
}

/// What the resident does at the cashier.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Outcome {
    #[default]
    Success,
    Cancel,
    Fail,
}

/// Why the cashier does not take the money.
#[derive(Debug)]
struct Refused(StatusCode, &'static str, &'static str);

impl Refused {
    fn response(&self) -> HttpResponse {
        HttpResponse::build(self.0).json(json!({ "result": "fail", "code": self.1, "message": self.2 }))
    }
}

/// Pays the order behind a reference, and has the merchant notified.
fn pay(
    sandbox: &web::Data<Sandbox>,
    reference: &str,
    openid: Option<&str>,
    outcome: Outcome,
) -> Result<Value, Refused> {
    let now = sandbox.clock.now();
    let (transaction, url) = {
        let mut ledger = sandbox.wechat_pay.ledger();
        let order =
            ledger
                .order_of(reference)
                .ok_or(Refused(StatusCode::NOT_FOUND, "UNKNOWN_PREPAY", "支付链接无效"))?;
        order.run_out(now);
        check(order, openid, now)?;
        match outcome {
            Outcome::Cancel => return Ok(json!({ "result": "cancel", "out_trade_no": order.out_trade_no })),
            Outcome::Fail => return Ok(json!({ "result": "fail", "out_trade_no": order.out_trade_no })),
            Outcome::Success => {}
        }
        let transaction_id = format!("4200{}{}", now.format("%Y%m%d"), crypto::random_digits(16));
        let named = order.text("/payer/openid");
        let openid = openid.map_or_else(
            || {
                if named.is_empty() {
                    people::openid(people::FIRST_PHONE)
                } else {
                    named.to_owned()
                }
            },
            str::to_owned,
        );
        order.paid = Some(Paid {
            transaction_id: transaction_id.clone(),
            openid,
            at: now,
        });
        order.state = State::Success;
        let (number, transaction, url) = (
            order.out_trade_no.clone(),
            order.transaction(),
            order.notify_url.clone(),
        );
        ledger.by_transaction.insert(transaction_id, number);
        (transaction, url)
    };
    let answer = json!({
        "result": "ok",
        "out_trade_no": transaction.get("out_trade_no"),
        "transaction_id": transaction.get("transaction_id"),
    });
    notify::announce(sandbox, Event::Paid, url, transaction);
    Ok(answer)
}

fn check(order: &Order, openid: Option<&str>, now: chrono::DateTime<chrono::FixedOffset>) -> Result<(), Refused> {
    match order.state {
        State::Success | State::Refund => {
            return Err(Refused(StatusCode::CONFLICT, "ORDERPAID", "该订单已支付"));
        }
        State::Closed => return Err(Refused(StatusCode::CONFLICT, "ORDER_CLOSED", "该订单已关闭")),
        State::NotPay => {}
    }
    if now >= order.prepay_ends_at {
        return Err(Refused(
            StatusCode::CONFLICT,
            "PREPAY_EXPIRED",
            "支付会话已过期，请重新发起支付",
        ));
    }
    // Inside WeChat nobody can pay with another person's prepay id.
    if order.trade == Trade::Jsapi && openid.is_some_and(|openid| openid != order.text("/payer/openid")) {
        return Err(Refused(
            StatusCode::CONFLICT,
            "OPENID_MISMATCH",
            "下单账号与支付账号不一致",
        ));
    }
    Ok(())
}

#[derive(Debug, Deserialize)]
struct Payment {
    prepay_id: Option<String>,
    code_url: Option<String>,
    h5_url: Option<String>,
    openid: Option<String>,
    #[serde(default)]
    outcome: Outcome,
}

async fn pay_by_json(sandbox: web::Data<Sandbox>, payment: web::Json<Payment>) -> HttpResponse {
    let reference = [&payment.prepay_id, &payment.code_url, &payment.h5_url]
        .into_iter()
        .flatten()
        .next();
    let Some(reference) = reference else {
        return Refused(
            StatusCode::BAD_REQUEST,
            "PARAM_ERROR",
            "prepay_id, code_url or h5_url is needed",
        )
        .response();
    };
    // A shop may add where to return to behind the H5 URL.
    let reference = reference.split("&redirect_url=").next().unwrap_or(reference);
    let reference = reference.strip_prefix("prepay_id=").unwrap_or(reference);
    match pay(&sandbox, reference, payment.openid.as_deref(), payment.outcome) {
        Ok(answer) => HttpResponse::Ok().json(answer),
        Err(refused) => refused.response(),
    }
}

async fn bridge() -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/javascript; charset=utf-8")
        .body(include_str!("bridge.js"))
}

/// What a page hands to `getBrandWCPayRequest`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Invocation {
    app_id: String,
    time_stamp: String,
    nonce_str: String,
    package: String,
    sign_type: String,
    pay_sign: String,
    #[serde(default)]
    outcome: Outcome,
}

impl Invocation {
    /// The prepay id, when the merchant signed this invocation.
    fn prepay_id(&self, sandbox: &Sandbox) -> Result<&str, Refused> {
        let message = format!(
            "{}\n{}\n{}\n{}\n",
            self.app_id, self.time_stamp, self.nonce_str, self.package
        );
        let signed = self.sign_type == "RSA"
            && self.app_id == APPID
            && sandbox.wechat_pay.keys.is_merchants(message.as_bytes(), &self.pay_sign);
        if !signed {
            return Err(Refused(StatusCode::FORBIDDEN, "PAY_SIGN", "支付验证签名失败"));
        }
        self.package.strip_prefix("prepay_id=").ok_or(Refused(
            StatusCode::BAD_REQUEST,
            "PACKAGE",
            "调用支付JSAPI缺少参数：package",
        ))
    }
}

/// The page that invokes the bridge has another origin than this process.
fn cross_origin(mut response: HttpResponse) -> HttpResponse {
    let anyone = actix_web::http::header::HeaderValue::from_static("*");
    response.headers_mut().insert(ACCESS_CONTROL_ALLOW_ORIGIN, anyone);
    response
}

/// The body comes as plain text, so that a browser asks no permission first.
fn invocation(body: &[u8]) -> Result<Invocation, Refused> {
    serde_json::from_slice(body)
        .map_err(|_incomplete| Refused(StatusCode::BAD_REQUEST, "PARAM_ERROR", "调用支付JSAPI缺少参数"))
}

async fn bridge_verify(sandbox: web::Data<Sandbox>, body: web::Bytes) -> HttpResponse {
    let shown = invocation(&body).and_then(|invocation| {
        let prepay_id = invocation.prepay_id(&sandbox)?;
        let mut ledger = sandbox.wechat_pay.ledger();
        let order =
            ledger
                .order_of(prepay_id)
                .ok_or(Refused(StatusCode::NOT_FOUND, "UNKNOWN_PREPAY", "支付链接无效"))?;
        order.run_out(sandbox.clock.now());
        check(order, None, sandbox.clock.now())?;
        Ok(json!({ "result": "ok", "description": order.text("/description"), "total": order.total }))
    });
    cross_origin(shown.map_or_else(|refused| refused.response(), |shown| HttpResponse::Ok().json(shown)))
}

async fn bridge_pay(sandbox: web::Data<Sandbox>, body: web::Bytes) -> HttpResponse {
    let paid = invocation(&body).and_then(|invocation| {
        let prepay_id = invocation.prepay_id(&sandbox)?.to_owned();
        pay(&sandbox, &prepay_id, None, invocation.outcome)
    });
    cross_origin(paid.map_or_else(|refused| refused.response(), |answer| HttpResponse::Ok().json(answer)))
}

#[derive(Debug, Deserialize)]
struct Cashier {
    prepay_id: Option<String>,
    code_url: Option<String>,
    redirect_url: Option<String>,
}

async fn h5_page(sandbox: web::Data<Sandbox>, cashier: web::Query<Cashier>) -> HttpResponse {
    let reference = cashier.prepay_id.clone().unwrap_or_default();
    cashier_page(&sandbox, &reference, cashier.redirect_url.as_deref())
}

async fn native_page(sandbox: web::Data<Sandbox>, cashier: web::Query<Cashier>) -> HttpResponse {
    let reference = cashier.code_url.clone().unwrap_or_default();
    cashier_page(&sandbox, &reference, cashier.redirect_url.as_deref())
}

fn cashier_page(sandbox: &Sandbox, reference: &str, redirect: Option<&str>) -> HttpResponse {
    let now = sandbox.clock.now();
    let mut ledger = sandbox.wechat_pay.ledger();
    let Some(order) = ledger.order_of(reference) else {
        return page::show(
            StatusCode::NOT_FOUND,
            "微信支付",
            "<p>支付链接无效。<span lang=en>This link leads to no order.</span></p>",
        );
    };
    order.run_out(now);
    if let Err(refused) = check(order, None, now) {
        return page::show(
            StatusCode::CONFLICT,
            "微信支付",
            &format!("<p>{}</p>", page::escape(refused.2)),
        );
    }
    let content = format!(
        "<p>{}</p><p class=amount>¥{}.{:02}</p>\
         <form method=post action=/wechat/pay/confirm>\
         <input type=hidden name=reference value=\"{}\"><input type=hidden name=redirect_url value=\"{}\">\
         <button name=outcome value=success id=pay>确认支付 <span lang=en>Pay</span></button>\
         <button name=outcome value=cancel id=cancel class=second>取消 <span lang=en>Cancel</span></button>\
         <button name=outcome value=fail id=fail class=second>支付失败 <span lang=en>Fail</span></button></form>",
        page::escape(order.text("/description")),
        order.total / 100,
        order.total % 100,
        page::escape(reference),
        page::escape(redirect.unwrap_or("")),
    );
    page::show(StatusCode::OK, "微信支付（沙箱） WeChat Pay sandbox", &content)
}

#[derive(Debug, Deserialize)]
struct Confirm {
    reference: String,
    redirect_url: Option<String>,
    outcome: Outcome,
}

async fn confirm(sandbox: web::Data<Sandbox>, form: web::Form<Confirm>) -> HttpResponse {
    let said = match pay(&sandbox, &form.reference, None, form.outcome) {
        Ok(answer) if answer.get("result").is_some_and(|result| result == "ok") => {
            "支付成功。<span lang=en>Paid.</span>".to_owned()
        }
        Ok(_) => "未支付。<span lang=en>Not paid.</span>".to_owned(),
        Err(refused) => page::escape(refused.2),
    };
    match form
        .redirect_url
        .as_deref()
        .filter(|url| url.starts_with("http://") || url.starts_with("https://"))
    {
        Some(url) => HttpResponse::SeeOther().insert_header((LOCATION, url)).finish(),
        None => page::show(
            StatusCode::OK,
            "微信支付（沙箱） WeChat Pay sandbox",
            &format!("<p id=said>{said}</p>"),
        ),
    }
}
