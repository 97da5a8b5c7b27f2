//! `POST /auth/passkey-questions`: a browser asks whose passkey it has.

use actix_web::{HttpResponse, post, web::Data};
use shared::identity::passkeys::PasskeyQuestion;

use super::{ask, sign_in::SIGN_IN};
use crate::{identity::cookies, platform::Platform, problem::Failure};

/// Begins signing in by passkey: a question that this browser alone can bring the answer to, once.
#[utoipa::path(
    tag = "identity",
    security(()),
    responses((status = 201, body = PasskeyQuestion), crate::problem::Refusals),
)]
#[post("/auth/passkey-questions")]
pub async fn ask_passkey(platform: Data<Platform>) -> Result<HttpResponse, Failure> {
    let mark = cookies::new_mark(&platform)?;
    let now = platform.clock.now();
    let transaction = platform.db.begin().await?;
    let question = ask(&transaction, &platform, &mark, SIGN_IN, Vec::new(), now).await?;
    transaction.commit().await?;

    let mut response = HttpResponse::Created();
    cookies::mark_browser(&mut response, &platform.config, cookies::Asked::Passkey, mark);
    Ok(response.json(question))
}
