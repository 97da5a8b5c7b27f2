//! `POST /auth/sessions/refresh`: exchanges a refresh token for new tokens.

use actix_web::{
    HttpRequest, HttpResponse, post,
    web::{Bytes, Data, Query},
};
use serde::Deserialize;
use shared::{
    identity::wire::{RefreshRequest, Session},
    problem,
};

use super::{
    cookies, devices,
    sessions::{Renewal, Sessions, SubjectKind},
    store,
};
use crate::{platform::Platform, problem::Failure};

/// Which of a browser's sessions is meant.
#[derive(Clone, Copy, Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct WhichSession {
    /// The resident's when absent.
    #[param(inline)]
    pub kind: Option<SubjectKind>,
}

/// Refreshes a session. A refresh token works once; using one again ends the session. One of staff in which nobody was active for a while ends.
#[utoipa::path(
    tag = "identity",
    security(()),
    params(WhichSession),
    request_body(content = RefreshRequest, description = "Programs send the token; a browser sends its cookie and may leave the body out."),
    responses((status = 200, body = Session), crate::problem::Refusals),
)]
#[post("/auth/sessions/refresh")]
pub async fn refresh(
    request: HttpRequest,
    platform: Data<Platform>,
    sessions: Data<Sessions>,
    which: Query<WhichSession>,
    body: Bytes,
) -> Result<HttpResponse, Failure> {
    let kind = which.kind.unwrap_or(SubjectKind::Resident);
    let sent = serde_json::from_slice::<RefreshRequest>(&body)
        .unwrap_or_default()
        .refresh_token;
    let token = sent
        .or_else(|| cookies::refresh(&request, &platform.config, kind))
        .ok_or_else(|| Failure::from(&problem::UNAUTHENTICATED))?;
    let now = platform.clock.now();
    let transaction = platform.db.begin().await?;
    let refreshed = sessions.refresh(&transaction, &platform, &token, now).await?;
    transaction.commit().await?;
    let begun = match refreshed {
        Renewal::Begun(begun) => begun,
        Renewal::Over(why) => return Err(Failure::from(why)),
    };

    let holder = sessions
        .holder(&platform, &begun.access_token)
        .await?
        .unwrap_or_default();
    let resident = match &holder.resident {
        Some(resident) => store::resident_view(platform.db.reader(), &platform, resident.id).await?,
        None => None,
    };
    let mut response = HttpResponse::Ok();
    let device = match &holder.device {
        Some(device) => devices::view_of(platform.db.reader(), device.id).await?,
        None => None,
    };
    let kind = match (&holder.staff, &holder.device) {
        (Some(_), _) => SubjectKind::Staff,
        (None, Some(_)) => SubjectKind::Device,
        (None, None) => SubjectKind::Resident,
    };
    cookies::set(&mut response, &platform.config, kind, &begun);
    Ok(response.json(Session {
        access_token: begun.access_token,
        refresh_token: begun.refresh_token,
        expires_at: begun.expires_at,
        resident,
        staff: holder.staff.as_ref().map(super::Staff::view),
        device,
    }))
}
