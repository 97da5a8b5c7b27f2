//! Template messages from the official account to a resident.

use std::collections::BTreeMap;

use actix_web::{HttpResponse, web};
use chrono::{DateTime, FixedOffset, TimeDelta};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{APP_SECRET, people, refusal};
use crate::{Sandbox, clock, crypto, wechat_pay::APPID};

const TOKEN_LIVES: TimeDelta = TimeDelta::hours(2);

/// The official account's access token: a new one makes the old one invalid.
#[derive(Debug, Clone)]
pub struct Token {
    value: String,
    ends_at: DateTime<FixedOffset>,
}

/// A message that a resident has.
#[derive(Debug, Clone, Serialize)]
pub struct Message {
    msgid: u64,
    openid: String,
    phone: String,
    template_id: String,
    url: Option<String>,
    data: BTreeMap<String, Value>,
    sent_at: String,
}

/// `/cgi-bin/…`.
pub fn api(config: &mut web::ServiceConfig) {
    config
        .route("/token", web::get().to(token))
        .route("/stable_token", web::post().to(stable_token))
        .route("/message/template/send", web::post().to(send));
}

/// `GET /wechat/messages?phone=`.
pub fn control(config: &mut web::ServiceConfig) {
    config.route("/wechat/messages", web::get().to(list));
}

#[derive(Debug, Deserialize)]
struct Credential {
    grant_type: Option<String>,
    appid: Option<String>,
    secret: Option<String>,
    #[serde(default)]
    force_refresh: bool,
}

async fn token(sandbox: web::Data<Sandbox>, credential: web::Query<Credential>) -> HttpResponse {
    issue(&sandbox, &credential, true)
}

async fn stable_token(sandbox: web::Data<Sandbox>, credential: web::Json<Credential>) -> HttpResponse {
    issue(&sandbox, &credential, credential.force_refresh)
}

fn issue(sandbox: &Sandbox, credential: &Credential, renew: bool) -> HttpResponse {
    if credential.grant_type.as_deref() != Some("client_credential") {
        return refusal(40002, "invalid grant_type");
    }
    if credential.appid.as_deref() != Some(APPID) {
        return refusal(40013, "invalid appid");
    }
    if credential.secret.as_deref() != Some(APP_SECRET) {
        return refusal(40125, "invalid appsecret");
    }
    let now = sandbox.clock.now();
    let mut inner = sandbox.wechat.lock();
    let token = match inner.token.take() {
        Some(token) if !renew && token.ends_at > now => token,
        _ => Token {
            value: format!("{}{}", crypto::random_hex(), crypto::random_hex()),
            ends_at: now + TOKEN_LIVES,
        },
    };
    let body = json!({
        "access_token": token.value,
        "expires_in": token.ends_at.signed_duration_since(now).num_seconds(),
    });
    inner.token = Some(token);
    HttpResponse::Ok().json(body)
}

#[derive(Debug, Deserialize)]
struct Bearer {
    access_token: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Send {
    touser: String,
    template_id: String,
    url: Option<String>,
    data: BTreeMap<String, Value>,
}

async fn send(sandbox: web::Data<Sandbox>, bearer: web::Query<Bearer>, body: web::Bytes) -> HttpResponse {
    let now = sandbox.clock.now();
    let mut inner = sandbox.wechat.lock();
    match (&inner.token, bearer.access_token.as_deref()) {
        (_, None) => return refusal(41001, "access_token missing"),
        (Some(token), Some(given)) if token.value == given && token.ends_at <= now => {
            return refusal(42001, "access_token expired");
        }
        (Some(token), Some(given)) if token.value == given => {}
        _ => return refusal(40001, "invalid credential, access_token is invalid or not latest"),
    }
    let Ok(send) = serde_json::from_slice::<Send>(&body) else {
        return refusal(47001, "data format error");
    };
    let Some(phone) = people::phone_of(&send.touser) else {
        return refusal(40003, "invalid openid");
    };
    if send.template_id.is_empty() {
        return refusal(40037, "invalid template_id");
    }
    let msgid = u64::try_from(now.timestamp_micros()).unwrap_or(0);
    let message = Message {
        msgid,
        phone: phone.to_owned(),
        openid: send.touser,
        template_id: send.template_id,
        url: send.url,
        data: send.data,
        sent_at: clock::rfc3339(now),
    };
    inner.messages.push(message);
    HttpResponse::Ok().json(json!({ "errcode": 0, "errmsg": "ok", "msgid": msgid }))
}

#[derive(Debug, Deserialize)]
struct Wanted {
    phone: Option<String>,
}

async fn list(sandbox: web::Data<Sandbox>, wanted: web::Query<Wanted>) -> HttpResponse {
    let inner = sandbox.wechat.lock();
    let items: Vec<&Message> = inner
        .messages
        .iter()
        .rev()
        .filter(|message| wanted.phone.as_ref().is_none_or(|phone| message.phone == *phone))
        .collect();
    HttpResponse::Ok().json(json!({ "items": items }))
}
