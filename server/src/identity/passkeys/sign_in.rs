//! `POST /auth/passkey-sessions`: signs in to the account of a passkey.

use actix_web::{
    HttpRequest, HttpResponse, post,
    web::{Data, Json},
};
use shared::identity::{
    passkeys::{PASSKEY_QUESTION, PasskeyAnswer},
    wire::Session,
};

use super::{bring, judge};
use crate::{
    identity::{Sessions, cookies, sign_in},
    platform::Platform,
    problem::Failure,
};

/// The purpose of a question by which somebody signs in.
pub const SIGN_IN: &str = "sign-in";

/// Signs in by passkey, without a text.
#[utoipa::path(
    tag = "identity",
    security(()),
    request_body = PasskeyAnswer,
    responses((status = 201, body = Session), crate::problem::Refusals),
)]
#[post("/auth/passkey-sessions")]
pub async fn sign_in_by_passkey(
    request: HttpRequest,
    platform: Data<Platform>,
    sessions: Data<Sessions>,
    body: Json<PasskeyAnswer>,
) -> Result<HttpResponse, Failure> {
    let now = platform.clock.now();
    let mark = cookies::browser_mark(&request, &platform.config, cookies::Asked::Passkey);
    let mark = mark.ok_or(&PASSKEY_QUESTION)?;
    let brought = bring(&platform, &body, &mark, SIGN_IN, now).await?;
    let transaction = platform.db.begin().await?;
    let account = judge(&transaction, &platform, brought, None, now).await?;
    sign_in::begin(&request, &platform, &sessions, transaction, account, "passkey", now).await
}
