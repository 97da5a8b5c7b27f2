//! `POST /appointments`: confirms a hold, or takes a seat at once.

use actix_web::{
    HttpRequest, HttpResponse,
    http::StatusCode,
    post,
    web::{Data, Json},
};
use shared::{
    appointments::{
        rules::{AppointmentStatus, Span, confirm},
        wire::{Appointment, BookRequest, HOLD_EXPIRED, HoldRequest},
    },
    ids::{AppointmentId, ResidentId},
    language::Language,
    notify::rules::{Template, shortened},
    problem::{self, Problem},
    time::{Instant, local},
};

use super::{
    availability::Availability,
    entity::appointment,
    hold::{answered, wanted},
    seats::{SeatRequest, Seats},
    store,
    view::{view, views},
};
use crate::{
    catalog::Catalogue,
    identity::IdentifiedResident,
    notify::{self, Message, Recipient},
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
    notify::enqueue(
        &transaction,
        platform,
        now,
        vec![confirmation(resident.id, &appointment)],
    )
    .await?;
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
        messages: vec![confirmation(resident.id, &appointment)],
        row,
    };
    let verdict = seats.take(seat).await?;
    answered(verdict, once, platform, availability, &wanted.window, now).await?;
    Ok(idempotency::answer(StatusCode::CREATED, &appointment))
}

fn confirmation(resident: ResidentId, appointment: &Appointment) -> Message {
    Message {
        event: format!("appointment/{}/confirmed", appointment.id),
        to: Recipient::Resident(resident),
        template: Template::AppointmentConfirmed,
        variables: vec![
            ("service", shortened(&appointment.service)),
            ("hall", shortened(&appointment.hall)),
            (
                "time",
                spoken(Span {
                    starts_at: appointment.starts_at,
                    ends_at: appointment.ends_at,
                }),
            ),
            ("code", appointment.code.clone()),
        ],
        due_at: None,
    }
}

/// A window as a text message tells it: 11月23日 09:00-09:30.
pub fn spoken(span: Span) -> String {
    format!(
        "{}-{}",
        local(span.starts_at).format("%-m月%-d日 %H:%M"),
        local(span.ends_at).format("%H:%M")
    )
}
