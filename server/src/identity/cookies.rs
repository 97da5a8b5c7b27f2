//! The cookies of a browser's session.
//!
//! Over HTTPS they carry the `__Host-` prefix, which ties them to this host and to secure connections. Residents and staff have cookies of
//! their own, so that both can be signed in in one browser.

use actix_web::{
    HttpRequest, HttpResponseBuilder,
    cookie::{Cookie, SameSite, time::Duration},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::TimeDelta;
use shared::identity::{passkeys::PASSKEY_QUESTION_LIFE, wechat::WECHAT_QUESTION_LIFE};

use super::sessions::{Begun, SubjectKind};
use crate::{config::Config, platform::Platform};

/// How long a browser keeps the refresh cookie; the session itself may end sooner.
const KEPT_DAYS: i64 = 30;

/// What a browser asked before anybody is signed in, so that the answer counts from it alone.
#[derive(Clone, Copy, Debug)]
pub enum Asked {
    /// WeChat, who its user is.
    Wechat,
    /// A passkey, whose it is.
    Passkey,
}

impl Asked {
    const fn cookie(self) -> &'static str {
        match self {
            Self::Wechat => "wechat-browser",
            Self::Passkey => "passkey-browser",
        }
    }

    const fn life(self) -> TimeDelta {
        match self {
            Self::Wechat => WECHAT_QUESTION_LIFE,
            Self::Passkey => PASSKEY_QUESTION_LIFE,
        }
    }
}

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

/// A mark that nobody guesses.
pub fn new_mark(platform: &Platform) -> anyhow::Result<String> {
    let mut random = [0; 32];
    platform.keys.fill_random(&mut random)?;
    Ok(URL_SAFE_NO_PAD.encode(random))
}

/// Marks the browser that asks, for as long as the question is open.
pub fn mark_browser(response: &mut HttpResponseBuilder, config: &Config, asked: Asked, mark: String) {
    let life = Duration::seconds(asked.life().num_seconds());
    response.cookie(kept(config, named(config, asked.cookie()), mark, life));
}

/// The mark that a browser has.
pub fn browser_mark(request: &HttpRequest, config: &Config, asked: Asked) -> Option<String> {
    Some(request.cookie(&named(config, asked.cookie()))?.value().to_owned())
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
