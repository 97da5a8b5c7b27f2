//! `POST /appointments/{id}/check-in`: turns an appointment into a ticket in the hall's queue.

use actix_web::{
    HttpRequest, HttpResponse,
    http::StatusCode,
    post,
    web::{Data, Json, Path},
};
use shared::{
    appointments::{
        problems::PRESENCE_INVALID,
        rules::{AppointmentStatus, check_in as check_in_rule},
        wire::CheckInRequest,
    },
    ids::AppointmentId,
    problem::{self, Problem},
    queue::wire::Ticket,
};

use super::{
    admit::{Admission, admit},
    store,
};
use crate::{
    catalog::Catalogue,
    identity::IdentifiedResident,
    platform::{Platform, bus::Event, idempotency::Once},
    problem::{Failure, language_of},
    queue::{Halls, presence},
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
    let policy = catalogue.now().booking_rules().booking();
    let arrival = check_in_rule(status, window.span, now, &policy).map_err(Problem::from)?;
    if !presence::is_valid(&platform.keys, window.hall, &body.presence, now) {
        return Err(Failure::from(&PRESENCE_INVALID));
    }
    let admission = Admission {
        row: &row,
        window: &window,
        arrival,
    };
    let answer = admit(
        &transaction,
        &platform,
        &catalogue.now(),
        &halls,
        admission,
        language,
        now,
    )
    .await?;
    let response = once.commit(transaction, StatusCode::CREATED, &answer).await?;
    platform.bus.publish(Event::Queue(window.hall));
    Ok(response)
}
