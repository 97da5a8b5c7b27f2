//! `DELETE /auth/sessions/current`: signs out, on every instance at once.

use actix_web::{
    HttpResponse, delete,
    web::{Data, Query},
};
use shared::problem;

use super::{
    Signed, cookies,
    refresh::WhichSession,
    sessions::{Sessions, SubjectKind},
};
use crate::{platform::Platform, problem::Failure};

/// Ends the session with which this request comes.
#[utoipa::path(
    tag = "identity",
    security(("session" = [])),
    params(WhichSession),
    responses((status = 204, description = "The session has ended."), crate::problem::Refusals),
)]
#[delete("/auth/sessions/current")]
pub async fn sign_out(
    signed: Signed,
    platform: Data<Platform>,
    sessions: Data<Sessions>,
    which: Query<WhichSession>,
) -> Result<HttpResponse, Failure> {
    let resident = signed
        .resident
        .map(|resident| (SubjectKind::Resident, resident.session));
    let staff = signed.staff.map(|staff| (SubjectKind::Staff, staff.session));
    let device = signed.device.map(|device| (SubjectKind::Device, device.session));
    let chosen = match which.kind {
        Some(SubjectKind::Resident) => resident,
        Some(SubjectKind::Staff) => staff,
        Some(SubjectKind::Device) => device,
        None => resident.or(staff).or(device),
    };
    let (kind, session) = chosen.ok_or_else(|| Failure::from(&problem::UNAUTHENTICATED))?;
    let transaction = platform.db.begin().await?;
    sessions
        .end(&transaction, &platform, session, platform.clock.now())
        .await?;
    transaction.commit().await?;
    // Whoever looked the session up between the update and its commit may still remember it.
    sessions.forget(&platform, session).await;
    let mut response = HttpResponse::NoContent();
    cookies::clear(&mut response, &platform.config, kind);
    // What the browser kept of pages goes as well. Cookies are left out, for another may be signed in here, and so is the storage: it
    // keeps the language and the size of the type, and nothing of a person.
    response.insert_header(("Clear-Site-Data", "\"cache\""));
    Ok(response.finish())
}
