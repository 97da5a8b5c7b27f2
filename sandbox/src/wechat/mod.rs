//! WeChat itself, beside its payments: who is signed in, messages from the official account, and what pages may do by its script.

pub mod events;
pub mod jssdk;
pub mod messages;
pub mod oauth;
pub mod people;

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use actix_web::{HttpResponse, http::StatusCode, middleware::from_fn, web};
use serde_json::json;

use crate::faults;

/// The official account's secret.
pub const APP_SECRET: &str = "bianmin-sandbox-app-secret-0000001";
/// The system that faults are aimed at.
pub const TARGET: &str = "wechat-oauth";

/// Codes, tokens and messages.
#[derive(Debug, Default)]
pub struct Wechat {
    inner: Mutex<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    /// Who holds the phone, unless the browser's cookie says otherwise.
    person: Option<String>,
    codes: HashMap<String, oauth::Code>,
    tokens: messages::Tokens,
    ticket: Option<jssdk::Ticket>,
    messages: Vec<messages::Message>,
    /// How events about them are pushed.
    events: events::Settings,
    /// With which code messages to a phone's owner are refused.
    refusals: HashMap<String, i32>,
}

impl Wechat {
    /// How the account's events are pushed.
    pub fn events(&self) -> events::Settings {
        self.lock().events.clone()
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// WeChat's refusals are 200 with an `errcode`.
fn refusal(code: i32, message: &str) -> HttpResponse {
    HttpResponse::Ok().json(json!({ "errcode": code, "errmsg": message }))
}

fn fault_wording(status: StatusCode) -> HttpResponse {
    if status == StatusCode::TOO_MANY_REQUESTS {
        refusal(45009, "reach max api daily quota limit")
    } else {
        refusal(-1, "system error")
    }
}

/// `/connect`, `/sns` and `/cgi-bin` as on WeChat's own hosts, and `/wechat/…` for people and tests.
pub fn routes(config: &mut web::ServiceConfig) {
    config
        .service(
            web::scope("/sns")
                .wrap(from_fn(|request, next| {
                    faults::inject(TARGET, fault_wording, request, next)
                }))
                .configure(oauth::api),
        )
        .service(
            web::scope("/cgi-bin")
                .wrap(from_fn(|request, next| {
                    faults::inject("wechat-message", fault_wording, request, next)
                }))
                .configure(messages::api)
                .configure(jssdk::api),
        )
        .configure(oauth::pages)
        .configure(jssdk::pages)
        .configure(messages::control)
        .configure(events::control)
        .configure(people::control);
}
