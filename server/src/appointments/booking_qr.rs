//! `GET /appointments/{id}/qr.svg`: the booking code for the kiosk's scanner.

use actix_web::{
    HttpResponse, get,
    web::{Data, Path},
};
use shared::{ids::AppointmentId, problem};

use super::store;
use crate::{
    identity::IdentifiedResident,
    platform::{Platform, qr},
    problem::Failure,
};

/// The booking code of one's own appointment as a QR code.
#[utoipa::path(
    tag = "appointments",
    security(("resident" = [])),
    params(("id" = AppointmentId, Path, description = "The appointment.")),
    responses(
        (status = 200, content_type = "image/svg+xml", description = "The QR code."),
        crate::problem::Refusals,
    ),
)]
#[get("/appointments/{id}/qr.svg")]
pub async fn booking_qr(
    resident: IdentifiedResident,
    platform: Data<Platform>,
    id: Path<AppointmentId>,
) -> Result<HttpResponse, Failure> {
    let row = store::own_appointment(platform.db.reader(), resident.id, *id)
        .await?
        .ok_or_else(|| Failure::from(&problem::NOT_FOUND))?;
    Ok(qr::picture(&row.code)?)
}
