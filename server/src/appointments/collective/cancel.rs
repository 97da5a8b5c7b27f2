//! `POST /collective-bookings/{id}/cancel`: gives back the seats of everybody who is still to come.

use actix_web::{
    HttpRequest, HttpResponse,
    http::StatusCode,
    post,
    web::{Data, Path},
};
use serde_json::json;
use shared::{
    appointments::{
        collective::{COLLECTIVE_OVER, CollectiveBooking},
        rules::AppointmentStatus,
    },
    ids::CollectiveId,
    language::Language,
};

use super::{
    super::{
        returns::{Freed, free_seat},
        store, texts,
    },
    list::of_hall,
    members::{seats_of, shown_whole},
};
use crate::{
    catalog::Catalogue,
    identity::HallStaff,
    notify,
    platform::{
        Platform,
        audit::{self, Deed},
        bus::Event,
        idempotency::Once,
    },
    problem::{Failure, language_of},
};

/// Cancels everybody who is still to come, at the organisation's wish and so without a strike. The contact is told.
#[utoipa::path(
    tag = "appointments",
    security(("clerk" = []), ("manager" = [])),
    params(("id" = CollectiveId, Path, description = "The collective booking.")),
    responses((status = 200, body = CollectiveBooking), crate::problem::Refusals),
)]
#[post("/collective-bookings/{id}/cancel")]
pub async fn cancel_collective(
    request: HttpRequest,
    staff: HallStaff,
    once: Once,
    platform: Data<Platform>,
    catalogue: Data<Catalogue>,
    id: Path<CollectiveId>,
) -> Result<HttpResponse, Failure> {
    let (now, snapshot) = (platform.clock.now(), catalogue.now());
    let transaction = platform.db.begin().await?;
    let booking = of_hall(&transaction, staff.hall, *id).await?;
    let rows = seats_of(&transaction, [booking.id]).await?.remove(&booking.id);
    let rows: Vec<_> = rows.unwrap_or_default().into_values().collect();
    store::lock_windows(&transaction, rows.iter().map(|row| row.window_id)).await?;
    let (confirmed, cancelled) = (AppointmentStatus::Confirmed, AppointmentStatus::Cancelled);
    let mut given_back = 0_u32;
    for row in &rows {
        // Whoever came or was cancelled meanwhile stays as they are: the write is what decides.
        if !store::change_status(&transaction, row.id.into(), confirmed, cancelled, now).await? {
            continue;
        }
        given_back += 1;
        if let Some(window) = store::window(&transaction, row.window_id.into()).await? {
            free_seat(&transaction, &platform, &snapshot, &window, Freed::Given, now).await?;
        }
    }
    if given_back == 0 {
        return Err(Failure::from(&COLLECTIVE_OVER));
    }
    let told = shown_whole(&transaction, &platform, &snapshot, &booking, Language::Chinese).await?;
    let message = texts::collective_cancelled(booking.contact_id.into(), &told, given_back);
    notify::enqueue(&transaction, &platform, now, message.into_iter().collect()).await?;
    let deed = Deed {
        actor: Some(staff.actor()),
        action: "collective.cancel",
        subject_kind: "collective_booking",
        subject_id: Some(booking.id),
        reason: None,
        detail: json!({"people": given_back}),
    };
    audit::record(&transaction, now, deed).await?;
    let language = language_of(request.headers());
    let answer = shown_whole(&transaction, &platform, &snapshot, &booking, language).await?;
    let response = once.commit(transaction, StatusCode::OK, &answer).await?;
    platform.bus.publish(Event::SeatsReturned(staff.hall));
    notify::wake(&platform);
    Ok(response)
}
