//! Web authorisation: a code for the browser, an openid for the server.

use actix_web::{
    HttpRequest, HttpResponse,
    http::{StatusCode, header::LOCATION},
    web,
};
use chrono::{DateTime, FixedOffset, TimeDelta};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;
use serde_json::json;

use super::{APP_SECRET, TARGET, people, refusal};
use crate::{Sandbox, crypto, faults::Kind, page, wechat_pay::APPID};

/// A code lives this long.
const CODE_LIVES: TimeDelta = TimeDelta::minutes(5);

/// A code that was handed to a browser.
#[derive(Debug, Clone)]
pub struct Code {
    phone: String,
    scope: String,
    ends_at: DateTime<FixedOffset>,
    used: bool,
}

/// `/sns/oauth2/…`.
pub fn api(config: &mut web::ServiceConfig) {
    config.route("/oauth2/access_token", web::get().to(access_token));
}

/// `/connect/oauth2/authorize`.
pub fn pages(config: &mut web::ServiceConfig) {
    config.route("/connect/oauth2/authorize", web::get().to(authorize));
}

#[derive(Debug, Deserialize)]
struct Authorize {
    appid: Option<String>,
    redirect_uri: Option<String>,
    response_type: Option<String>,
    scope: Option<String>,
    state: Option<String>,
    /// Not WeChat's: a test names who authorises.
    phone: Option<String>,
    /// Not WeChat's: a person declines.
    decline: Option<String>,
}

/// `snsapi_base` comes straight back, as in WeChat; the other scope asks first.
async fn authorize(sandbox: web::Data<Sandbox>, request: HttpRequest, query: web::Query<Authorize>) -> HttpResponse {
    let trouble = |message: &str| page::show(StatusCode::OK, "微信", &format!("<p>{}</p>", page::escape(message)));
    let Some(redirect) = query.redirect_uri.as_deref().filter(|url| url.starts_with("http")) else {
        return trouble("redirect_uri 参数错误");
    };
    if query.appid.as_deref() != Some(APPID) {
        return trouble("Oops! Something went wrong:( AppID 参数错误");
    }
    if query.response_type.as_deref() != Some("code") {
        return trouble("Oops! Something went wrong:( response_type 参数错误");
    }
    let scope = query.scope.as_deref().unwrap_or("");
    if !matches!(scope, "snsapi_base" | "snsapi_userinfo") {
        return trouble("Scope 参数错误或没有 Scope 权限");
    }
    let state = query.state.as_deref().unwrap_or("");
    let encode = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
    let joint = if redirect.contains('?') { '&' } else { '?' };
    let back = |parameters: String| {
        HttpResponse::Found()
            .insert_header((
                LOCATION,
                format!("{redirect}{joint}{parameters}state={}", encode(state)),
            ))
            .finish()
    };
    if query.decline.is_some() {
        return back(String::new());
    }
    let phone = query
        .phone
        .as_deref()
        .and_then(crate::sms::mobile)
        .unwrap_or_else(|| people::holder(&sandbox.wechat, &request));
    if scope == "snsapi_userinfo" && query.phone.is_none() {
        return ask(&request, &phone);
    }
    let code = crypto::random_hex();
    let ends_at = sandbox.clock.now() + CODE_LIVES;
    sandbox.wechat.lock().codes.insert(
        code.clone(),
        Code {
            phone,
            scope: scope.to_owned(),
            ends_at,
            used: false,
        },
    );
    back(format!("code={code}&"))
}

fn ask(request: &HttpRequest, phone: &str) -> HttpResponse {
    let here = page::escape(request.query_string());
    let content = format!(
        "<p>“便民”申请获得您的公开信息。</p>\
         <a class=button id=allow href=\"/connect/oauth2/authorize?{here}&amp;phone={phone}\">允许 <span lang=en>Allow</span></a>\
         <p><a id=decline href=\"/connect/oauth2/authorize?{here}&amp;decline=1\">拒绝 <span lang=en>Decline</span></a> · \
         <a href=/wechat/people>换人 <span lang=en>Someone else</span></a></p>"
    );
    page::show(StatusCode::OK, "微信登录 WeChat", &content)
}

#[derive(Debug, Deserialize)]
struct Exchange {
    appid: Option<String>,
    secret: Option<String>,
    code: Option<String>,
    grant_type: Option<String>,
}

/// Answers JSON under the name of plain text, as WeChat does.
async fn access_token(sandbox: web::Data<Sandbox>, query: web::Query<Exchange>) -> HttpResponse {
    if query.appid.as_deref() != Some(APPID) {
        return refusal(40013, "invalid appid");
    }
    if query.secret.as_deref() != Some(APP_SECRET) {
        return refusal(40125, "invalid appsecret");
    }
    if query.grant_type.as_deref() != Some("authorization_code") {
        return refusal(40002, "invalid grant_type");
    }
    let now = sandbox.clock.now();
    let code = {
        let mut inner = sandbox.wechat.lock();
        match query.code.as_deref().and_then(|code| inner.codes.get_mut(code)) {
            None => return refusal(40029, "invalid code"),
            Some(code) if code.used => return refusal(40163, "code been used"),
            Some(code) if code.ends_at <= now => return refusal(42003, "code expired"),
            Some(code) => {
                code.used = true;
                code.clone()
            }
        }
    };
    let mut body = json!({
        "access_token": crypto::random_hex(),
        "expires_in": 7200,
        "refresh_token": crypto::random_hex(),
        "openid": people::openid(&code.phone),
        "scope": code.scope,
    });
    if sandbox.faults.strike(TARGET, Kind::Snapshot).is_some()
        && let Some(fields) = body.as_object_mut()
    {
        fields.insert("is_snapshotuser".into(), json!(1));
        fields.insert(
            "openid".into(),
            json!(format!("o{}", crypto::random_hex().split_at(27).0)),
        );
    }
    HttpResponse::Ok().content_type("text/plain").body(body.to_string())
}
