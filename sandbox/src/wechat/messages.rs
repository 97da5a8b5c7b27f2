//! Template messages from the official account to a resident.

use std::collections::BTreeMap;

use actix_web::{HttpResponse, web};
use chrono::{DateTime, FixedOffset, TimeDelta};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{APP_SECRET, events, people, refusal};
use crate::{Sandbox, clock, crypto, sms, sms::templates::WechatTemplate, wechat_pay::APPID};

const TOKEN_LIVES: TimeDelta = TimeDelta::hours(2);
/// So long is a `client_msg_id` known again.
const KNOWN_AGAIN: TimeDelta = TimeDelta::minutes(10);

/// An access token of the official account.
#[derive(Debug, Clone)]
pub struct Token {
    value: String,
    ends_at: DateTime<FixedOffset>,
    /// It is no longer taken, although whoever asks is still given it: as when somebody has asked for another.
    revoked: bool,
}

/// The account's tokens. A new one of a kind makes the old one invalid; the kinds do not touch each other.
#[derive(Debug, Default)]
pub struct Tokens {
    usual: Option<Token>,
    stable: Option<Token>,
}

/// A message that a resident has.
#[derive(Debug, Clone, Serialize)]
pub struct Message {
    msgid: u64,
    openid: String,
    phone: String,
    template_id: String,
    /// The notice that the template was filed for.
    template: String,
    url: Option<String>,
    data: BTreeMap<String, Value>,
    sent_at: String,
    #[serde(skip)]
    client_msg_id: Option<String>,
    #[serde(skip)]
    at: DateTime<FixedOffset>,
}

/// `/cgi-bin/…`.
pub fn api(config: &mut web::ServiceConfig) {
    config
        .route("/token", web::get().to(token))
        .route("/stable_token", web::post().to(stable_token))
        .route("/message/template/send", web::post().to(send));
}

/// `GET /wechat/messages?phone=`, `PUT /wechat/refusals`, `POST /wechat/token/revoke`.
pub fn control(config: &mut web::ServiceConfig) {
    config
        .route("/wechat/messages", web::get().to(list))
        .route("/wechat/refusals", web::put().to(refuse))
        .route("/wechat/token/revoke", web::post().to(revoke));
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
    issue(&sandbox, &credential, |tokens| &mut tokens.usual, true)
}

async fn stable_token(sandbox: web::Data<Sandbox>, credential: web::Json<Credential>) -> HttpResponse {
    issue(
        &sandbox,
        &credential,
        |tokens| &mut tokens.stable,
        credential.force_refresh,
    )
}

fn issue(
    sandbox: &Sandbox,
    credential: &Credential,
    kind: fn(&mut Tokens) -> &mut Option<Token>,
    renew: bool,
) -> HttpResponse {
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
    let known = kind(&mut inner.tokens);
    let token = match known.take() {
        Some(token) if !renew && token.ends_at > now => token,
        _ => Token {
            value: format!("{}{}", crypto::random_hex(), crypto::random_hex()),
            ends_at: now + TOKEN_LIVES,
            revoked: false,
        },
    };
    let body = json!({
        "access_token": token.value,
        "expires_in": token.ends_at.signed_duration_since(now).num_seconds(),
    });
    *known = Some(token);
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
    client_msg_id: Option<String>,
    data: BTreeMap<String, Value>,
}

/// Why a token is not taken.
pub(super) fn refused_token(tokens: &Tokens, given: Option<&str>, now: DateTime<FixedOffset>) -> Option<HttpResponse> {
    let Some(given) = given else {
        return Some(refusal(41001, "access_token missing"));
    };
    let known = [&tokens.usual, &tokens.stable].into_iter().flatten();
    match known.into_iter().find(|token| token.value == given) {
        Some(token) if token.ends_at <= now => Some(refusal(42001, "access_token expired")),
        Some(token) if !token.revoked => None,
        _ => Some(refusal(
            40001,
            "invalid credential, access_token is invalid or not latest",
        )),
    }
}

/// Whether the data are the fields of the filed template, each with a value that its type holds.
fn fit(filed: &WechatTemplate, data: &BTreeMap<String, Value>) -> bool {
    let value = |field: &String| data.get(field).and_then(|field| field["value"].as_str());
    filed.fields.len() == data.len()
        && filed.fields.keys().all(|field| {
            value(field).is_some_and(|value| {
                let length = value.chars().count();
                match field.trim_end_matches(|c: char| c.is_ascii_digit()) {
                    "thing" => (1..=20).contains(&length),
                    "character_string" => (1..=32).contains(&length) && value.is_ascii(),
                    "amount" => value.trim_end_matches('元').parse::<f64>().is_ok(),
                    _ => false,
                }
            })
        })
}

async fn send(sandbox: web::Data<Sandbox>, bearer: web::Query<Bearer>, body: web::Bytes) -> HttpResponse {
    let now = sandbox.clock.now();
    let mut inner = sandbox.wechat.lock();
    if let Some(refused) = refused_token(&inner.tokens, bearer.access_token.as_deref(), now) {
        return refused;
    }
    let Ok(send) = serde_json::from_slice::<Send>(&body) else {
        return refusal(47001, "data format error");
    };
    let Some(phone) = people::phone_of(&send.touser).map(ToOwned::to_owned) else {
        return refusal(40003, "invalid openid");
    };
    let of_id =
        |template: &&sms::templates::Template| template.wechat.as_ref().is_some_and(|it| it.id == send.template_id);
    let Some(template) = sandbox.sms.templates.all().iter().find(of_id) else {
        return refusal(40037, "invalid template_id");
    };
    if !template.wechat.as_ref().is_some_and(|filed| fit(filed, &send.data)) {
        return refusal(47003, "argument invalid!");
    }
    match inner.refusals.get(&phone) {
        Some(43004) => return refusal(43004, "require subscribe"),
        Some(code) => return refusal(*code, "user refuse to accept the msg"),
        None => {}
    }
    let again = inner.messages.iter().find(|message| {
        message.openid == send.touser
            && send.client_msg_id.is_some()
            && message.client_msg_id == send.client_msg_id
            && now < message.at + KNOWN_AGAIN
    });
    if let Some(message) = again {
        return HttpResponse::Ok().json(json!({ "errcode": 0, "errmsg": "ok", "msgid": message.msgid }));
    }
    let msgid = u64::try_from(now.timestamp_micros()).unwrap_or(0);
    let message = Message {
        msgid,
        phone,
        openid: send.touser,
        template: template.key.clone(),
        template_id: send.template_id,
        url: send.url,
        data: send.data,
        sent_at: clock::rfc3339(now),
        client_msg_id: send.client_msg_id,
        at: now,
    };
    let openid = message.openid.clone();
    inner.messages.push(message);
    drop(inner);
    events::announce(&sandbox, msgid, openid);
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

#[derive(Debug, Deserialize)]
struct Refusal {
    phone: String,
    /// 43101 (the user refuses), 43004 (the user no longer follows), or nothing once messages are taken again.
    code: Option<i32>,
}

/// Lets a person refuse messages of the account, or take them again.
async fn refuse(sandbox: web::Data<Sandbox>, refusal: web::Json<Refusal>) -> HttpResponse {
    let mut inner = sandbox.wechat.lock();
    match refusal.code {
        Some(code) => inner.refusals.insert(refusal.phone.clone(), code),
        None => inner.refusals.remove(&refusal.phone),
    };
    HttpResponse::NoContent().finish()
}

/// Makes the stable token one that is no longer taken, while it is still handed out.
async fn revoke(sandbox: web::Data<Sandbox>) -> HttpResponse {
    if let Some(token) = &mut sandbox.wechat.lock().tokens.stable {
        token.revoked = true;
    }
    HttpResponse::NoContent().finish()
}
