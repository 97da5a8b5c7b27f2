//! `GET /violations/{id}/photo`: what the camera saw, fetched from the police system for the driver who looks at it.
//!
//! The photo is kept at the police alone. The driver's browser is not sent there: the police network is not the public's, and the page
//! allows pictures of its own origin only.

use actix_web::{
    HttpResponse, get,
    http::header,
    web::{Data, Path},
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use shared::{
    ids::ViolationId,
    image::check,
    problem::{self, Problem},
};

use super::{entity::violation, service::Fines};
use crate::{identity::IdentifiedResident, platform::Platform, problem::Failure};

/// The largest photo that is passed on, in octets.
const LARGEST: usize = 4 << 20;

/// The photo of the resident's own camera record.
#[utoipa::path(
    tag = "fines",
    security(("resident" = [])),
    params(("id" = ViolationId, Path, description = "The camera record.")),
    responses((status = 200, content((Vec<u8> = "image/jpeg"), (Vec<u8> = "image/png")), description = "The photo."), crate::problem::Refusals),
)]
#[get("/violations/{id}/photo")]
pub async fn show_photo(
    resident: IdentifiedResident,
    platform: Data<Platform>,
    fines: Data<Fines>,
    id: Path<ViolationId>,
) -> Result<HttpResponse, Failure> {
    let row = violation::Entity::find_by_id(id.0)
        .filter(violation::Column::PersonId.eq(resident.person.id.0))
        .one(platform.db.reader())
        .await?;
    let path = row.and_then(|row| row.photo_url);
    let (Some(path), Some(government)) = (path, &fines.government) else {
        return Err(Failure::from(&problem::NOT_FOUND));
    };
    let away = |why: String| {
        tracing::warn!(why, "a photo cannot be had from the police system");
        Failure::from(Problem::new(&problem::UNAVAILABLE))
    };
    let photo = government
        .police_file(&path)
        .await
        .map_err(|unheard| away(unheard.to_string()))?;
    let kind = check(&photo, LARGEST).map_err(|unfit| away(unfit.to_string()))?;
    Ok(HttpResponse::Ok()
        .content_type(kind.as_str())
        .insert_header((header::CACHE_CONTROL, "private, max-age=600"))
        .body(photo))
}
