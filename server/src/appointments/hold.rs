//! `POST /holds` and `DELETE /holds/{id}`: keeps a seat for some minutes, or gives it back.

use actix_web::{
    HttpResponse, delete,
    http::StatusCode,
    post,
    web::{Data, Json, Path},
};
use shared::{
    appointments::{
        problems::{ALREADY_BOOKED, SERVICE_NOT_SERVED},
        returns::WaitlistStatus,
        rules::{AppointmentStatus, SeatError, open_for_booking},
        wire::{Hold, HoldRequest},
    },
    ids::{AppointmentId, PersonId},
    problem::{self, Problem},
    time::Instant,
};

use super::{
    availability::Availability,
    entity::appointment,
    returns::{Freed, free_seat},
    row::{Visit, held},
    seats::{SeatRequest, Seats},
    store::{self, WindowFacts},
    waitlist::close_offer,
};
use crate::{
    catalog::Catalogue,
    identity::{self, IdentifiedResident, PersonFacts, persons_names},
    notify,
    platform::{
        Platform,
        bus::Event,
        idempotency::{self, Once},
    },
    problem::Failure,
};

/// What taking a seat needs, found and checked before the seat writer is asked.
pub struct Wanted {
    /// The window.
    pub window: WindowFacts,
    /// For whom.
    pub person: PersonFacts,
    /// The row, as a hold; booking at once changes it.
    pub row: appointment::Model,
}

/// Keeps a seat for five minutes. Confirm it with `POST /appointments`.
#[utoipa::path(
    tag = "appointments",
    security(("resident" = [])),
    request_body = HoldRequest,
    responses((status = 201, body = Hold), crate::problem::Refusals),
)]
#[post("/holds")]
pub async fn hold(
    resident: IdentifiedResident,
    once: Once,
    platform: Data<Platform>,
    catalogue: Data<Catalogue>,
    seats: Data<Seats>,
    availability: Data<Availability>,
    body: Json<HoldRequest>,
) -> Result<HttpResponse, Failure> {
    let now = platform.clock.now();
    let wanted = wanted(&platform, &catalogue, &seats, &resident, &body, now).await?;
    let expires_at = now + catalogue.now().booking_rules().booking().hold_life;
    let answer = Hold {
        id: wanted.row.id.into(),
        expires_at,
    };
    let seat = SeatRequest {
        remembered: once.remember(StatusCode::CREATED, &answer)?,
        row: appointment::Model {
            hold_expires_at: Some(expires_at),
            ..wanted.row
        },
        message: None,
    };
    let verdict = seats.take(seat).await?;
    answered(verdict, &once, &platform, &availability, &wanted.window, now).await?;
    Ok(idempotency::answer(StatusCode::CREATED, &answer))
}

/// Gives a held seat back before it expires.
#[utoipa::path(
    tag = "appointments",
    security(("resident" = [])),
    params(("id" = AppointmentId, Path, description = "The hold.")),
    responses((status = 204, description = "The seat was given back."), crate::problem::Refusals),
)]
#[delete("/holds/{id}")]
pub async fn release(
    resident: IdentifiedResident,
    once: Once,
    platform: Data<Platform>,
    catalogue: Data<Catalogue>,
    id: Path<AppointmentId>,
) -> Result<HttpResponse, Failure> {
    let now = platform.clock.now();
    let transaction = platform.db.begin().await?;
    let row = store::own_appointment(&transaction, resident.id, *id)
        .await?
        .ok_or_else(|| Failure::from(&problem::NOT_FOUND))?;
    store::lock_windows(&transaction, std::iter::once(row.window_id)).await?;
    let (held, expired) = (AppointmentStatus::Held, AppointmentStatus::Expired);
    if !store::change_status(&transaction, *id, held, expired, now).await? {
        return Err(Failure::from(&problem::NOT_FOUND));
    }
    close_offer(&transaction, *id, WaitlistStatus::Lapsed, now).await?;
    if let Some(window) = store::window(&transaction, row.window_id.into()).await? {
        free_seat(&transaction, &platform, &catalogue.now(), &window, Freed::Given, now).await?;
    }
    let response = once.commit(transaction, StatusCode::NO_CONTENT, &()).await?;
    platform.bus.publish(Event::SeatsReturned(row.hall_id.into()));
    notify::wake(&platform);
    Ok(response)
}

/// Finds and checks what taking a seat needs.
pub async fn wanted(
    platform: &Platform,
    catalogue: &Catalogue,
    seats: &Seats,
    resident: &IdentifiedResident,
    request: &HoldRequest,
    now: Instant,
) -> Result<Wanted, Failure> {
    let window = seats
        .facts(platform, request.window_id)
        .await?
        .ok_or_else(|| Failure::from(&problem::NOT_FOUND))?;
    let snapshot = catalogue.now();
    let served = snapshot
        .service(request.service_id)
        .is_some_and(|service| snapshot.group_of(window.hall, service) == window.group && service.content.appointment);
    if !served {
        return Err(Failure::from(&SERVICE_NOT_SERVED));
    }
    open_for_booking(window.span, now).map_err(Problem::from)?;
    let person = person_for(platform, resident, request.person_id).await?;
    let visit = Visit {
        service: request.service_id.0,
        person: person.id.0,
        resident: resident.id.0,
    };
    let row = held(platform, &window, &visit, now)?;
    Ok(Wanted { window, person, row })
}

/// The person for whom a resident acts: oneself, or a family member.
pub async fn person_for(
    platform: &Platform,
    resident: &IdentifiedResident,
    person: Option<PersonId>,
) -> Result<PersonFacts, Failure> {
    let Some(id) = person.filter(|id| *id != resident.person.id) else {
        return Ok(resident.person.clone());
    };
    let db = platform.db.reader();
    if !identity::may_act_for(db, resident, id, platform.clock.now()).await? {
        return Err(Failure::from(&problem::NOT_FOUND));
    }
    let names = persons_names(db, platform, [id]).await?;
    Ok(PersonFacts {
        id,
        masked_name: names.get(&id).cloned().unwrap_or_default(),
    })
}

/// Turns the writer's refusal into the answer that helps: the stored answer of the same request, or the nearest free window.
pub async fn answered(
    verdict: Result<(), SeatError>,
    once: &Once,
    platform: &Platform,
    availability: &Availability,
    window: &WindowFacts,
    now: Instant,
) -> Result<(), Failure> {
    let Err(refusal) = verdict else { return Ok(()) };
    // The same request may have been committed a moment ago by a parallel attempt; then its answer is the answer.
    once.answered_meanwhile(platform).await?;
    let mut problem = match refusal {
        SeatError::AlreadyBooked => Problem::new(&ALREADY_BOOKED),
        refusal => Problem::from(refusal),
    };
    if refusal == SeatError::WindowFull {
        let windows = availability.of(platform, window.hall).await?;
        let next = windows.nearest_free(window.group, window.span.starts_at, window.id, now);
        problem = problem.with("next_free", serde_json::to_value(next).map_err(anyhow::Error::from)?);
    }
    Err(problem.into())
}
