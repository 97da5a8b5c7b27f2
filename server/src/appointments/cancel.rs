//! `POST /appointments/{id}/cancel`: gives a booked seat back.

use actix_web::{
    HttpRequest, HttpResponse,
    http::StatusCode,
    post,
    web::{Data, Path},
};
use shared::{
    appointments::{
        rules::{AppointmentStatus, Cancellation, NotAllowed, cancel as cancel_rule},
        strikes::StrikeKind,
        wire::Appointment,
    },
    ids::AppointmentId,
    problem::{self, Problem},
};

use super::{
    entity::appointment,
    returns::{Freed, free_seat},
    store, strikes, texts,
    view::views,
};
use crate::{
    catalog::Catalogue,
    identity::IdentifiedResident,
    notify,
    platform::{Platform, bus::Event, idempotency::Once},
    problem::{Failure, language_of},
};

/// Cancels an appointment. `cancel_until` of the appointment tells until when this has no consequence; later it counts as a strike.
/// The seat goes to the waiting list, or can be booked again after one to ten minutes.
#[utoipa::path(
    tag = "appointments",
    security(("resident" = [])),
    params(("id" = AppointmentId, Path, description = "The appointment.")),
    responses((status = 200, body = Appointment), crate::problem::Refusals),
)]
#[post("/appointments/{id}/cancel")]
pub async fn cancel(
    request: HttpRequest,
    resident: IdentifiedResident,
    once: Once,
    platform: Data<Platform>,
    catalogue: Data<Catalogue>,
    id: Path<AppointmentId>,
) -> Result<HttpResponse, Failure> {
    let now = platform.clock.now();
    let snapshot = catalogue.now();
    let not_found = || Failure::from(&problem::NOT_FOUND);
    let transaction = platform.db.begin().await?;
    let row = store::own_appointment(&transaction, resident.id, *id)
        .await?
        .ok_or_else(not_found)?;
    let window = store::window(&transaction, row.window_id.into())
        .await?
        .ok_or_else(not_found)?;
    let status: AppointmentStatus = row.status.parse().map_err(anyhow::Error::from)?;
    let counts = cancel_rule(status, window.span, now, &snapshot.booking_rules().booking()).map_err(Problem::from)?;
    store::lock_windows(&transaction, std::iter::once(window.id.0)).await?;
    let (confirmed, cancelled) = (AppointmentStatus::Confirmed, AppointmentStatus::Cancelled);
    if !store::change_status(&transaction, *id, confirmed, cancelled, now).await? {
        return Err(Problem::from(NotAllowed {
            from: status,
            attempted: "be cancelled",
        })
        .into());
    }
    free_seat(&transaction, &platform, &snapshot, &window, Freed::Given, now).await?;
    if counts == Cancellation::Late {
        let kind = StrikeKind::LateCancel;
        strikes::record(&transaction, &platform, &snapshot, &row, window.span, kind, now).await?;
    }
    let row = appointment::Model {
        status: cancelled.as_str().to_owned(),
        ..row
    };
    let language = language_of(request.headers());
    let appointment = views(&transaction, &platform, std::slice::from_ref(&row), &snapshot, language)
        .await?
        .pop()
        .ok_or_else(not_found)?;
    notify::enqueue(
        &transaction,
        &platform,
        now,
        vec![texts::cancelled(resident.id, &appointment)],
    )
    .await?;
    let response = once.commit(transaction, StatusCode::OK, &appointment).await?;
    platform.bus.publish(Event::SeatsReturned(window.hall));
    notify::wake(&platform);
    Ok(response)
}
