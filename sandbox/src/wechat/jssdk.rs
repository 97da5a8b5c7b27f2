//! The JSSDK: tickets with which a bureau signs the addresses of its pages, and the script that makes any browser WeChat's.

use actix_web::{HttpResponse, web};
use chrono::{DateTime, FixedOffset, TimeDelta};
use serde::Deserialize;
use serde_json::json;

use super::{messages, refusal};
use crate::{Sandbox, crypto, wechat_pay::APPID};

const TICKET_LIVES: TimeDelta = TimeDelta::hours(2);

/// A ticket. Whoever asks while it is valid is given the same one.
#[derive(Debug, Clone)]
pub struct Ticket {
    value: String,
    ends_at: DateTime<FixedOffset>,
}

/// `/cgi-bin/ticket/getticket`.
pub fn api(config: &mut web::ServiceConfig) {
    config.route("/ticket/getticket", web::get().to(ticket));
}

/// The script for pages, and what it asks: whether a page was signed.
pub fn pages(config: &mut web::ServiceConfig) {
    config
        .route("/wechat/jssdk/jweixin.js", web::get().to(script))
        .route("/wechat/jssdk/verify.js", web::get().to(verify));
}

#[derive(Debug, Deserialize)]
struct Wanted {
    access_token: Option<String>,
    r#type: Option<String>,
}

async fn ticket(sandbox: web::Data<Sandbox>, wanted: web::Query<Wanted>) -> HttpResponse {
    let now = sandbox.clock.now();
    let mut inner = sandbox.wechat.lock();
    if let Some(refused) = messages::refused_token(&inner.tokens, wanted.access_token.as_deref(), now) {
        return refused;
    }
    if wanted.r#type.as_deref() != Some("jsapi") {
        return refusal(40097, "invalid args");
    }
    let ticket = match inner.ticket.take() {
        Some(ticket) if ticket.ends_at > now => ticket,
        _ => Ticket {
            value: format!("{}{}", crypto::random_hex(), crypto::random_hex()),
            ends_at: now + TICKET_LIVES,
        },
    };
    let body = json!({
        "errcode": 0,
        "errmsg": "ok",
        "ticket": ticket.value,
        "expires_in": ticket.ends_at.signed_duration_since(now).num_seconds(),
    });
    inner.ticket = Some(ticket);
    HttpResponse::Ok().json(body)
}

async fn script() -> HttpResponse {
    of_script(include_str!("jweixin.js").to_owned())
}

fn of_script(content: String) -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/javascript; charset=utf-8")
        .insert_header(("Cross-Origin-Resource-Policy", "cross-origin"))
        .body(content)
}

/// What a page showed, and the address at which the browser is.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Shown {
    app_id: String,
    timestamp: String,
    nonce_str: String,
    signature: String,
    url: String,
}

/// Answers as a script, which a page may load where its security policy lets it ask nobody.
async fn verify(sandbox: web::Data<Sandbox>, shown: web::Query<Shown>) -> HttpResponse {
    let answer = json!({ "errMsg": judged(&sandbox, &shown) });
    of_script(format!("wx.told({answer});"))
}

fn judged(sandbox: &Sandbox, shown: &Shown) -> &'static str {
    if shown.app_id != APPID {
        return "config:invalid appid";
    }
    let now = sandbox.clock.now();
    let inner = sandbox.wechat.lock();
    let signed = inner
        .ticket
        .as_ref()
        .filter(|ticket| ticket.ends_at > now)
        .map(|ticket| {
            let Shown {
                timestamp,
                nonce_str,
                url,
                ..
            } = shown;
            let signed = format!(
                "jsapi_ticket={}&noncestr={nonce_str}&timestamp={timestamp}&url={url}",
                ticket.value
            );
            crypto::sha1_hex(signed.as_bytes())
        });
    if signed.as_deref() == Some(shown.signature.as_str()) {
        "config:ok"
    } else {
        "config:invalid signature"
    }
}
