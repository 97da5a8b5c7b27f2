//! `GET /me`: who is signed in.

use actix_web::{
    get,
    web::{Data, Json, Query},
};
use shared::identity::wire::Me;

use super::{Signed, refresh::WhichSession, sessions::SubjectKind, store};
use crate::{platform::Platform, problem::Failure};

/// The account that is signed in, masked.
#[utoipa::path(
    tag = "identity",
    security(("resident" = []), ("staff" = [])),
    params(WhichSession),
    responses((status = 200, body = Me), crate::problem::Refusals),
)]
#[get("/me")]
pub async fn me(signed: Signed, platform: Data<Platform>, which: Query<WhichSession>) -> Result<Json<Me>, Failure> {
    let unauthenticated = || Failure::from(signed.to_sign_in());
    match (&signed.resident, &signed.staff) {
        (Some(resident), _) if matches!(which.kind, None | Some(SubjectKind::Resident)) => {
            let view = store::resident_view(platform.db.reader(), &platform, resident.id).await?;
            Ok(Json(Me::Resident(view.ok_or_else(unauthenticated)?)))
        }
        (_, Some(staff)) if matches!(which.kind, None | Some(SubjectKind::Staff)) => Ok(Json(Me::Staff(staff.view()))),
        _ => Err(unauthenticated()),
    }
}
