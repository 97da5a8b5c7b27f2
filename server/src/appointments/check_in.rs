//! `POST /appointments/{id}/check-in`: turns an appointment into a ticket in the hall's queue.

use actix_web::{
    HttpRequest, HttpResponse,
    http::StatusCode,
    post,
    web::{Data, Json, Path},
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, sea_query::Expr};
use shared::{
    appointments::{
        rules::{AppointmentStatus, Arrival, BookingPolicy, NotAllowed, check_in as check_in_rule},
        wire::{CheckInRequest, PRESENCE_INVALID},
    },
    ids::AppointmentId,
    problem::{self, Problem},
    queue::wire::Ticket,
};

use super::{entity::appointment, store};
use crate::{
    catalog::Catalogue,
    identity::IdentifiedResident,
    platform::{Platform, bus::Event, idempotency::Once},
    problem::{Failure, language_of},
    queue::{self, Entrant, Halls, presence},
};

/// Checks in at the hall. The answer is the ticket; an appointment has one, however often this is asked.
#[utoipa::path(
    tag = "appointments",
    security(("resident" = [])),
    params(("id" = AppointmentId, Path, description = "The appointment.")),
    request_body = CheckInRequest,
    responses((status = 201, body = Ticket), crate::problem::Refusals),
)]
#[post("/appointments/{id}/check-in")]
#[allow(clippy::too_many_arguments, reason = "each is an extractor, and each is needed")]
pub async fn check_in(
    request: HttpRequest,
    resident: IdentifiedResident,
    once: Once,
    platform: Data<Platform>,
    catalogue: Data<Catalogue>,
    halls: Data<Halls>,
    id: Path<AppointmentId>,
    body: Json<CheckInRequest>,
) -> Result<HttpResponse, Failure> {
    let now = platform.clock.now();
    let language = language_of(request.headers());
    let not_found = || Failure::from(&problem::NOT_FOUND);
    let transaction = platform.db.begin().await?;
    let row = store::own_appointment(&transaction, resident.id, *id)
        .await?
        .ok_or_else(not_found)?;
    let window = store::window(&transaction, row.window_id.into())
        .await?
        .ok_or_else(not_found)?;
    let status: AppointmentStatus = row.status.parse().map_err(anyhow::Error::from)?;
    let arrival = check_in_rule(status, window.span, now, &BookingPolicy::default()).map_err(Problem::from)?;
    if !presence::is_valid(&platform.keys, window.hall, &body.presence, now) {
        return Err(Failure::from(&PRESENCE_INVALID));
    }
    let (confirmed, checked_in) = (AppointmentStatus::Confirmed, AppointmentStatus::CheckedIn);
    if !store::change_status(&transaction, *id, confirmed, checked_in, now).await? {
        return Err(Problem::from(NotAllowed {
            from: checked_in,
            attempted: "be checked in",
        })
        .into());
    }
    let entrant = Entrant {
        hall: window.hall,
        service: row.service_id.into(),
        appointment: Some(*id),
        // Whoever comes after the window waits like a walk-in.
        window_starts_at: (arrival == Arrival::OnTime).then_some(window.span.starts_at),
        person: Some(row.person_id.into()),
        resident: Some(resident.id),
        priority: None,
    };
    let ticket = queue::issue(&transaction, &catalogue.now(), entrant, now).await?;
    appointment::Entity::update_many()
        .col_expr(appointment::Column::TicketId, Expr::value(ticket.0))
        .filter(appointment::Column::Id.eq(id.0))
        .exec(&transaction)
        .await?;
    let answer = halls
        .ticket_in(&transaction, &platform, &catalogue.now(), ticket, language, now)
        .await?
        .ok_or_else(|| anyhow::anyhow!("a ticket vanished"))?;
    queue::record_estimate(&transaction, &answer, now).await?;
    let response = once.commit(transaction, StatusCode::CREATED, &answer).await?;
    platform.bus.publish(Event::Queue(window.hall));
    Ok(response)
}
