//! The authenticator apps of the demonstration staff, on one page, so that nobody needs a phone to sign in as a clerk.
//!
//! Accounts and secrets are those of the content's `staff.toml`, which are public.

use std::io;

use actix_web::{HttpResponse, http::StatusCode, web};
use serde::{Deserialize, Serialize};
use serde_json::json;
use totp_rs::{Builder, Secret, Totp};

use crate::{Sandbox, page};

const STAFF: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../content/yunchuan/staff.toml"));
/// How long a code is shown, in seconds (RFC 6238).
const STEP: i64 = 30;

#[derive(Deserialize)]
struct File {
    password: String,
    staff: Vec<Account>,
}

#[derive(Deserialize)]
struct Account {
    username: String,
    name: String,
    role: String,
    totp_secret: String,
}

/// The authenticators of everyone in the file.
#[derive(Debug)]
pub struct Authenticators {
    password: String,
    accounts: Vec<Authenticator>,
}

#[derive(Debug)]
struct Authenticator {
    username: String,
    name: String,
    role: String,
    totp: Totp,
}

/// What one authenticator shows.
#[derive(Debug, Serialize)]
struct Shown<'a> {
    username: &'a str,
    name: &'a str,
    role: &'a str,
    code: String,
}

impl Authenticators {
    /// Reads the accounts.
    pub fn new() -> io::Result<Self> {
        let file: File = toml::from_str(STAFF).map_err(io::Error::other)?;
        let accounts = file.staff.into_iter().map(|account| {
            let secret = Secret::try_from_base32(&account.totp_secret).map_err(io::Error::other)?;
            let totp = Builder::new().with_secret(secret).build().map_err(io::Error::other)?;
            Ok(Authenticator {
                username: account.username,
                name: account.name,
                role: account.role,
                totp,
            })
        });
        Ok(Self {
            password: file.password,
            accounts: accounts.collect::<io::Result<_>>()?,
        })
    }

    fn shown(&self, unix: i64) -> Vec<Shown<'_>> {
        let time = u64::try_from(unix).unwrap_or(0);
        let show = |account: &Authenticator| account.totp.generate(time).to_string();
        self.accounts
            .iter()
            .map(|account| Shown {
                username: &account.username,
                name: &account.name,
                role: &account.role,
                code: show(account),
            })
            .collect()
    }
}

/// Mounts the page and its data.
pub fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/authenticator", web::get().to(show))
        .route("/authenticator/codes", web::get().to(codes));
}

async fn show() -> HttpResponse {
    page::show(
        StatusCode::OK,
        "动态口令 One-time codes",
        include_str!("authenticator.html"),
    )
}

async fn codes(sandbox: web::Data<Sandbox>) -> HttpResponse {
    let unix = sandbox.clock.unix();
    HttpResponse::Ok().json(json!({
        "items": sandbox.authenticators.shown(unix),
        "password": sandbox.authenticators.password,
        "seconds_left": STEP - unix.rem_euclid(STEP),
    }))
}
