//! The cookies of a browser's session.
//!
//! Over HTTPS they carry the `__Host-` prefix, which ties them to this host and to secure connections. Residents and staff have cookies of
//! their own, so that both can be signed in in one browser.

use actix_web::{
    HttpRequest, HttpResponseBuilder,
    cookie::{Cookie, SameSite, time::Duration},
};

use super::sessions::{Begun, SubjectKind};
use crate::config::Config;

/// How long a browser keeps the refresh cookie; the session itself may end sooner.
const KEPT_DAYS: i64 = 30;

fn name(config: &Config, kind: SubjectKind, part: &str) -> String {
    let prefix = if is_secure(config) { "__Host-" } else { "" };
    format!("{prefix}bianmin-{}-{part}", kind.as_str())
}

fn is_secure(config: &Config) -> bool {
    config.public_url.starts_with("https://")
}

fn cookie(config: &Config, kind: SubjectKind, part: &str, value: String) -> Cookie<'static> {
    Cookie::build(name(config, kind, part), value)
        .path("/")
        .http_only(true)
        .secure(is_secure(config))
        .same_site(SameSite::Lax)
        .max_age(Duration::days(KEPT_DAYS))
        .finish()
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
