//! What holds for every use of a kiosk, and the paper that it prints.

use actix_web::{
    HttpResponse, get,
    web::{Data, Path},
};
use chrono::TimeDelta;
use shared::{
    ids::TicketId,
    problem::{self, Problem},
    time::Instant,
};

use super::ticket::visible;
use crate::{
    identity::{Kiosk, Signed},
    platform::{
        Platform,
        limits::{self, Rule},
        qr,
    },
    problem::Failure,
};

/// People take longer than this; whoever tries numbers out does not get far.
const PACE: Rule = Rule {
    name: "kiosk",
    times: 20,
    seconds: TimeDelta::minutes(1).num_seconds(),
};

/// Counts a use of a kiosk, also when it then fails.
pub async fn count_kiosk_use(platform: &Platform, kiosk: &Kiosk, now: Instant) -> Result<(), Failure> {
    let transaction = platform.db.begin().await?;
    let counted = limits::count(&transaction, kiosk.device.0.as_bytes(), &[PACE], now).await?;
    transaction.commit().await?;
    counted.map_err(|exceeded| {
        Problem::new(&problem::RATE_LIMITED)
            .with("retry_after", exceeded.retry_after)
            .into()
    })
}

/// The QR code on a paper ticket: it opens the live position on a phone.
#[utoipa::path(
    tag = "queue",
    security((), ("resident" = []), ("clerk" = []), ("kiosk" = [])),
    params(("id" = TicketId, Path, description = "The ticket.")),
    responses(
        (status = 200, content_type = "image/svg+xml", description = "The QR code."),
        crate::problem::Refusals,
    ),
)]
#[get("/tickets/{id}/qr.svg")]
pub async fn ticket_qr(signed: Signed, platform: Data<Platform>, id: Path<TicketId>) -> Result<HttpResponse, Failure> {
    let row = visible(&platform, &signed, *id).await?;
    Ok(qr::picture(&format!(
        "{}/tickets/{}",
        platform.config.public_url, row.id
    ))?)
}
