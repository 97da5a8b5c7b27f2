//! The cookies of a browser's session.
//!
//! Over HTTPS they carry the `__Host-` prefix, which ties them to this host and to secure connections. Residents and staff have cookies of
//! their own, so that both can be signed in in one browser.

use actix_web::{
    HttpRequest, HttpResponseBuilder,
    cookie::{Cookie, SameSite, time::Duration},
};
use shared::identity::wechat::WECHAT_QUESTION_LIFE;

use super::sessions::{Begun, SubjectKind};
use crate::config::Config;

/// How long a browser keeps the refresh cookie; the session itself may end sooner.
const KEPT_DAYS: i64 = 30;

/// The mark of a browser that asks WeChat who its user is.
const BROWSER: &str = "wechat-browser";

fn name(config: &Config, kind: SubjectKind, part: &str) -> String {
    named(config, &format!("{}-{part}", kind.as_str()))
}

fn named(config: &Config, name: &str) -> String {
    let prefix = if is_secure(config) { "__Host-" } else { "" };
    format!("{prefix}bianmin-{name}")
}

fn is_secure(config: &Config) -> bool {
    config.public_url.starts_with("https://")
}

fn cookie(config: &Config, kind: SubjectKind, part: &str, value: String) -> Cookie<'static> {
    kept(config, name(config, kind, part), value, Duration::days(KEPT_DAYS))
}

fn kept(config: &Config, name: String, value: String, max_age: Duration) -> Cookie<'static> {
    Cookie::build(name, value)
        .path("/")
        .http_only(true)
        .secure(is_secure(config))
        .same_site(SameSite::Lax)
        .max_age(max_age)
        .finish()
}

/// Marks the browser that asks WeChat who its user is, for as long as the question is open.
pub fn mark_browser(response: &mut HttpResponseBuilder, config: &Config, mark: String) {
    let life = Duration::seconds(WECHAT_QUESTION_LIFE.num_seconds());
    response.cookie(kept(config, named(config, BROWSER), mark, life));
}

/// The mark that a browser has.
pub fn browser_mark(request: &HttpRequest, config: &Config) -> Option<String> {
    Some(request.cookie(&named(config, BROWSER))?.value().to_owned())
}

/// Gives a browser the tokens of a session.
pub fn set(response: &mut HttpResponseBuilder, config: &Config, kind: SubjectKind, begun: &Begun) {
    response.cookie(cookie(config, kind, "access", begun.access_token.clone()));
    response.cookie(cookie(config, kind, "refresh", begun.refresh_token.clone()));
}

/// Takes the tokens from a browser.
pub fn clear(response: &mut HttpResponseBuilder, config: &Config, kind: SubjectKind) {
    for part in ["access", "refresh"] {
        let mut gone = cookie(config, kind, part, String::new());
        gone.make_removal();
        response.cookie(gone);
    }
}

/// The access token that a browser sent.
pub fn access(request: &HttpRequest, config: &Config, kind: SubjectKind) -> Option<String> {
    Some(request.cookie(&name(config, kind, "access"))?.value().to_owned())
}

/// The refresh token that a browser sent.
pub fn refresh(request: &HttpRequest, config: &Config, kind: SubjectKind) -> Option<String> {
    Some(request.cookie(&name(config, kind, "refresh"))?.value().to_owned())
}
