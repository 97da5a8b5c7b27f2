//! `POST /appointments/{id}/cancel`: gives a booked seat back.

use actix_web::{
    HttpRequest, HttpResponse,
    http::StatusCode,
    post,
    web::{Data, Path},
};
use shared::{
    appointments::{
        rules::{AppointmentStatus, BookingPolicy, NotAllowed, Span, cancel as cancel_rule},
        wire::Appointment,
    },
    ids::AppointmentId,
    notify::rules::{Template, shortened},
    problem::{self, Problem},
};

use super::{book::spoken, entity::appointment, store, view::views};
use crate::{
    catalog::Catalogue,
    identity::IdentifiedResident,
    notify::{self, Message, Recipient},
    platform::{Platform, bus::Event, idempotency::Once},
    problem::{Failure, language_of},
};

/// Cancels an appointment. `cancel_until` of the appointment tells until when this has no consequence.
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
    let not_found = || Failure::from(&problem::NOT_FOUND);
    let transaction = platform.db.begin().await?;
    let row = store::own_appointment(&transaction, resident.id, *id)
        .await?
        .ok_or_else(not_found)?;
    let window = store::window(&transaction, row.window_id.into())
        .await?
        .ok_or_else(not_found)?;
    let status: AppointmentStatus = row.status.parse().map_err(anyhow::Error::from)?;
    cancel_rule(status, window.span, now, &BookingPolicy::default()).map_err(Problem::from)?;
    let (confirmed, cancelled) = (AppointmentStatus::Confirmed, AppointmentStatus::Cancelled);
    if !store::change_status(&transaction, *id, confirmed, cancelled, now).await? {
        return Err(Problem::from(NotAllowed {
            from: status,
            attempted: "be cancelled",
        })
        .into());
    }
    store::give_back(&transaction, window.id, 1).await?;
    let row = appointment::Model {
        status: cancelled.as_str().to_owned(),
        ..row
    };
    let language = language_of(request.headers());
    let appointment = views(
        &transaction,
        &platform,
        std::slice::from_ref(&row),
        &catalogue.now(),
        language,
    )
    .await?
    .pop()
    .ok_or_else(not_found)?;
    let message = Message {
        event: format!("appointment/{}/cancelled", *id),
        to: Recipient::Resident(resident.id),
        template: Template::AppointmentCancelled,
        variables: vec![
            ("service", shortened(&appointment.service)),
            (
                "time",
                spoken(Span {
                    starts_at: appointment.starts_at,
                    ends_at: appointment.ends_at,
                }),
            ),
        ],
        due_at: None,
    };
    notify::enqueue(&transaction, &platform, now, vec![message]).await?;
    let response = once.commit(transaction, StatusCode::OK, &appointment).await?;
    platform.bus.publish(Event::SeatsReturned(window.hall));
    notify::wake(&platform);
    Ok(response)
}
