//! `POST /appointments`: confirms a hold, or takes a seat at once.

use actix_web::{
    HttpRequest, HttpResponse,
    http::StatusCode,
    post,
    web::{Data, Json},
};
use shared::{
    appointments::{
        problems::HOLD_EXPIRED,
        returns::WaitlistStatus,
        rules::{AppointmentStatus, confirm},
        wire::{Appointment, BookRequest, HoldRequest},
    },
    ids::AppointmentId,
    language::Language,
    problem::{self, Problem},
    time::Instant,
};

use super::{
    availability::Availability,
    entity::appointment,
    hold::{answered, wanted},
    seats::{SeatRequest, Seats},
    store, texts,
    view::{view, views},
    waitlist::close_offer,
};
use crate::{
    catalog::Catalogue,
    identity::IdentifiedResident,
    notify,
    platform::{
        Platform,
        idempotency::{self, Once},
    },
    problem::{Failure, language_of},
};

/// Books a seat: `{"hold_id": …}` confirms a hold in place, `{"window_id": …, "service_id": …}` takes a seat at once.
#[utoipa::path(
    tag = "appointments",
    security(("resident" = [])),
    request_body = BookRequest,
    responses((status = 201, body = Appointment), crate::problem::Refusals),
)]
#[post("/appointments")]
#[allow(clippy::too_many_arguments, reason = "each is an extractor, and each is needed")]
pub async fn book(
    request: HttpRequest,
    resident: IdentifiedResident,
    once: Once,
    platform: Data<Platform>,
    catalogue: Data<Catalogue>,
    seats: Data<Seats>,
    availability: Data<Availability>,
    body: Json<BookRequest>,
) -> Result<HttpResponse, Failure> {
    let language = language_of(request.headers());
    let now = platform.clock.now();
    match body.into_inner() {
        BookRequest::Held { hold_id } => {
            confirm_hold(&platform, &catalogue, &resident, &once, hold_id, language, now).await
        }
        BookRequest::Direct(wish) => {
            book_at_once(
                &platform,
                &catalogue,
                &seats,
                &availability,
                &resident,
                &once,
                &wish,
                language,
                now,
            )
            .await
        }
    }
}

async fn confirm_hold(
    platform: &Platform,
    catalogue: &Catalogue,
    resident: &IdentifiedResident,
    once: &Once,
    id: AppointmentId,
    language: Language,
    now: Instant,
) -> Result<HttpResponse, Failure> {
    let transaction = platform.db.begin().await?;
    let row = store::own_appointment(&transaction, resident.id, id)
        .await?
        .ok_or_else(|| Failure::from(&problem::NOT_FOUND))?;
    let status: AppointmentStatus = row.status.parse().map_err(anyhow::Error::from)?;
    confirm(status, row.hold_expires_at.unwrap_or(now), now).map_err(Problem::from)?;
    if !store::change_status(
        &transaction,
        id,
        AppointmentStatus::Held,
        AppointmentStatus::Confirmed,
        now,
    )
    .await?
    {
        return Err(Failure::from(&HOLD_EXPIRED));
    }
    let row = appointment::Model {
        status: AppointmentStatus::Confirmed.as_str().to_owned(),
        ..row
    };
    let snapshot = catalogue.now();
    let appointment = views(&transaction, platform, std::slice::from_ref(&row), &snapshot, language)
        .await?
        .pop()
        .ok_or_else(|| anyhow::anyhow!("the window of a hold vanished"))?;
    close_offer(&transaction, id, WaitlistStatus::Claimed, now).await?;
    let message = texts::booked(resident.id, &appointment);
    notify::enqueue(&transaction, platform, now, vec![message]).await?;
    let response = once.commit(transaction, StatusCode::CREATED, &appointment).await?;
    notify::wake(platform);
    Ok(response)
}

#[allow(
    clippy::too_many_arguments,
    reason = "they are what the handler was given, once it knows which case it is"
)]
async fn book_at_once(
    platform: &Platform,
    catalogue: &Catalogue,
    seats: &Seats,
    availability: &Availability,
    resident: &IdentifiedResident,
    once: &Once,
    wish: &HoldRequest,
    language: Language,
    now: Instant,
) -> Result<HttpResponse, Failure> {
    let wanted = wanted(platform, catalogue, seats, resident, wish, now).await?;
    let row = appointment::Model {
        status: AppointmentStatus::Confirmed.as_str().to_owned(),
        ..wanted.row
    };
    let appointment = view(
        &row,
        &wanted.window,
        wanted.person.masked_name,
        &catalogue.now(),
        language,
    )?;
    let seat = SeatRequest {
        remembered: once.remember(StatusCode::CREATED, &appointment)?,
        message: Some(texts::booked(resident.id, &appointment)),
        row,
    };
    let verdict = seats.take(seat).await?;
    answered(verdict, once, platform, availability, &wanted.window, now).await?;
    Ok(idempotency::answer(StatusCode::CREATED, &appointment))
}
