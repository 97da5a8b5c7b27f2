//! Proof of presence: a code that the hall's screen shows and that changes every half minute.

use actix_web::{
    HttpResponse, get,
    web::{Data, Path},
};
use shared::{ids::HallId, problem, time::Instant};

use crate::{
    identity::HallScreen,
    platform::{Platform, keys::Keys, qr},
    problem::Failure,
};

/// How long a code is shown, in seconds.
const SHOWN: i64 = 30;

/// The code that a hall shows now.
pub fn code(keys: &Keys, hall: HallId, now: Instant) -> String {
    keys.presence_code(hall.0, now.timestamp().div_euclid(SHOWN))
}

/// Whether a code is one that the hall shows now or showed just before, since typing takes time.
pub fn is_valid(keys: &Keys, hall: HallId, sent: &str, now: Instant) -> bool {
    let step = now.timestamp().div_euclid(SHOWN);
    [step, step - 1, step - 2]
        .into_iter()
        .any(|step| keys.presence_code(hall.0, step) == sent.trim())
}

/// The QR code on the hall's screen: it opens the check-in page with the present code filled in.
#[utoipa::path(
    tag = "queue",
    security(("board" = []), ("clerk" = []), ("manager" = [])),
    params(("id" = HallId, Path, description = "The hall.")),
    responses(
        (status = 200, content_type = "image/svg+xml", description = "The QR code."),
        crate::problem::Refusals,
    ),
)]
#[get("/halls/{id}/presence.svg")]
pub async fn presence_svg(
    screen: HallScreen,
    platform: Data<Platform>,
    hall: Path<HallId>,
) -> Result<HttpResponse, Failure> {
    // A screen shows its own hall; of others it is not even told whether they exist.
    if screen.hall != *hall {
        return Err(Failure::from(&problem::NOT_FOUND));
    }
    let code = code(&platform.keys, *hall, platform.clock.now());
    let address = format!(
        "{}/appointments?hall={}&presence={code}",
        platform.config.public_url, *hall
    );
    Ok(qr::picture(&address)?)
}
