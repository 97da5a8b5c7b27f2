//! `GET /payments/{id}/qr.svg`: the code that a phone scans to pay what stands on another screen.

use actix_web::{
    HttpResponse, get,
    web::{Data, Path},
};
use shared::{
    fines::attempt::{Channel, PaymentStatus},
    ids::PaymentId,
    problem,
};

use super::store;
use crate::{
    identity::Resident,
    platform::{Platform, qr},
    problem::Failure,
};

/// The code of an order that can be paid by scanning; there is none once it is paid, closed or run out.
#[utoipa::path(
    tag = "fines",
    security(("resident" = [])),
    params(("id" = PaymentId, Path, description = "The payment.")),
    responses((status = 200, content_type = "image/svg+xml", description = "The QR code."), crate::problem::Refusals),
)]
#[get("/payments/{id}/qr.svg")]
pub async fn payment_code(
    resident: Resident,
    platform: Data<Platform>,
    id: Path<PaymentId>,
) -> Result<HttpResponse, Failure> {
    let now = platform.clock.now();
    let row = store::own_payment(platform.db.reader(), &resident, *id).await?;
    let url = row
        .filter(|row| row.channel == Channel::Native.as_str())
        .filter(|row| row.status == PaymentStatus::AwaitingPayment.as_str() && now < row.expires_at)
        .and_then(|row| row.url)
        .ok_or_else(|| Failure::from(&problem::NOT_FOUND))?;
    Ok(qr::picture(&url)?)
}
