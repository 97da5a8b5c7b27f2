//! The residents of the demonstration bureau as WeChat users.

use actix_web::{
    HttpRequest, HttpResponse,
    cookie::{Cookie, SameSite},
    http::StatusCode,
    web,
};
use serde::Deserialize;
use serde_json::json;

use super::Wechat;
use crate::{Sandbox, page, sms};

/// The resident who stands at the beginning of every demonstration.
pub const FIRST_PHONE: &str = "13800000001";
const COOKIE: &str = "sandbox_phone";

/// A person's openid at the official account: 28 characters, as real ones have.
pub fn openid(phone: &str) -> String {
    format!("oBianminSandbox_{phone}_")
}

/// Whose openid this is.
pub fn phone_of(openid: &str) -> Option<&str> {
    openid
        .strip_prefix("oBianminSandbox_")?
        .strip_suffix('_')
        .filter(|phone| phone.len() == 11)
}

/// Who holds the phone: the browser's own choice, or the one made for everybody, or the first resident.
pub fn holder(wechat: &Wechat, request: &HttpRequest) -> String {
    request
        .cookie(COOKIE)
        .and_then(|cookie| sms::mobile(cookie.value()))
        .or_else(|| wechat.lock().person.clone())
        .unwrap_or_else(|| FIRST_PHONE.to_owned())
}

/// `GET` and `POST /wechat/people`, `PUT /wechat/person`.
pub fn control(config: &mut web::ServiceConfig) {
    config
        .route("/wechat/people", web::get().to(show))
        .route("/wechat/people", web::post().to(choose))
        .route("/wechat/person", web::put().to(choose_for_all));
}

async fn show(sandbox: web::Data<Sandbox>, request: HttpRequest) -> HttpResponse {
    let holder = holder(&sandbox.wechat, &request);
    let content = format!(
        "<p>这部手机上的微信用户是谁？<span lang=en>Whose WeChat is on this phone?</span></p>\
         <form method=post action=/wechat/people><label for=phone>手机号 <span lang=en>Phone</span></label>\
         <input id=phone name=phone inputmode=tel value=\"{}\"><button>换成此人 <span lang=en>Switch</span></button></form>",
        page::escape(&holder)
    );
    page::show(StatusCode::OK, "微信用户 WeChat user", &content)
}

#[derive(Debug, Deserialize)]
struct Person {
    phone: String,
}

async fn choose(person: web::Form<Person>) -> HttpResponse {
    let Some(phone) = sms::mobile(&person.phone) else {
        return page::show(
            StatusCode::BAD_REQUEST,
            "微信用户 WeChat user",
            "<p>手机号不正确。<a href=/wechat/people>返回</a></p>",
        );
    };
    let cookie = Cookie::build(COOKIE, phone.clone())
        .path("/")
        .http_only(true)
        .same_site(SameSite::Lax)
        .finish();
    let mut answer = page::show(
        StatusCode::OK,
        "微信用户 WeChat user",
        &format!("<p id=said>现在是 {phone}。</p>"),
    );
    if let Err(error) = answer.add_cookie(&cookie) {
        tracing::warn!(%error, "the choice could not be kept");
    }
    answer
}

async fn choose_for_all(sandbox: web::Data<Sandbox>, person: web::Json<Person>) -> HttpResponse {
    let Some(phone) = sms::mobile(&person.phone) else {
        return HttpResponse::BadRequest().json(json!({ "code": "phone", "message": "not a mobile number" }));
    };
    sandbox.wechat.lock().person = Some(phone.clone());
    HttpResponse::Ok().json(json!({ "phone": phone, "openid": openid(&phone) }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_openid_has_28_characters_and_leads_back() {
        let id = openid(FIRST_PHONE);
        assert_eq!((id.len(), phone_of(&id)), (28, Some(FIRST_PHONE)));
        assert_eq!(phone_of("oUpF8uMuAJO_M2pxb1Q9zNjWeS6o"), None);
    }
}
