//! `POST /appointments/{id}/reschedule`: takes a seat in another window and gives the old one back, in one transaction.

use actix_web::{
    HttpRequest, HttpResponse,
    http::StatusCode,
    post,
    web::{Data, Json, Path},
};
use sea_orm::ConnectionTrait;
use shared::{
    appointments::{
        problems::SERVICE_NOT_SERVED,
        reminders,
        rules::{
            AppointmentStatus, MOST_ACTIVE, NotAllowed, SeatError, open_for_booking, reschedule as reschedule_rule,
        },
        wire::{Appointment, RescheduleRequest},
    },
    ids::AppointmentId,
    language::Language,
    problem::{self, Problem},
    time::Instant,
};
use uuid::Uuid;

use super::{
    availability::Availability,
    collective,
    entity::appointment,
    hold::answered,
    reclaim::reclaim,
    returns::{Freed, free_seat},
    seats::{self, Seats},
    store::{self, WindowFacts},
    texts,
    view::views,
};
use crate::{
    catalog::{Catalogue, Snapshot},
    identity::{self, IdentifiedResident},
    notify,
    platform::{Platform, bus::Event, idempotency::Once},
    problem::{Failure, language_of},
};

/// Moves an appointment to another window. It gets a new id and keeps its code; the earlier one stays, as `rescheduled`.
#[utoipa::path(
    tag = "appointments",
    security(("resident" = [])),
    params(("id" = AppointmentId, Path, description = "The appointment.")),
    request_body = RescheduleRequest,
    responses((status = 200, body = Appointment), crate::problem::Refusals),
)]
#[post("/appointments/{id}/reschedule")]
#[allow(clippy::too_many_arguments, reason = "each is an extractor, and each is needed")]
pub async fn reschedule(
    request: HttpRequest,
    resident: IdentifiedResident,
    once: Once,
    platform: Data<Platform>,
    catalogue: Data<Catalogue>,
    seats: Data<Seats>,
    availability: Data<Availability>,
    id: Path<AppointmentId>,
    body: Json<RescheduleRequest>,
) -> Result<HttpResponse, Failure> {
    let now = platform.clock.now();
    let snapshot = catalogue.now();
    let not_found = || Failure::from(&problem::NOT_FOUND);
    let target = seats.facts(&platform, body.window_id).await?.ok_or_else(not_found)?;
    let mut reclaimed = false;
    loop {
        let transaction = platform.db.begin().await?;
        let row = store::own_appointment(&transaction, resident.id, *id)
            .await?
            .ok_or_else(not_found)?;
        let source = store::window(&transaction, row.window_id.into())
            .await?
            .ok_or_else(not_found)?;
        let status = judge(&row, &source, &target, &snapshot, now)?;
        let moved = match exchange(&transaction, &platform, &snapshot, &row, status, &source, &target, now).await? {
            Ok(moved) => moved,
            Err(SeatError::WindowFull) if !reclaimed => {
                transaction.rollback().await?;
                // Expired holds may be all that fills the window.
                reclaim(&platform, &snapshot, now).await?;
                reclaimed = true;
                continue;
            }
            Err(refusal) => {
                transaction.rollback().await?;
                answered(Err(refusal), &once, &platform, &availability, &target, now).await?;
                return Err(Problem::from(refusal).into());
            }
        };
        let told = view_of(&transaction, &platform, &snapshot, &moved, Language::Chinese).await?;
        let message = texts::moved(row.resident_id.into(), *id, &told);
        notify::enqueue(&transaction, &platform, now, vec![message]).await?;
        let language = language_of(request.headers());
        let answer = view_of(&transaction, &platform, &snapshot, &moved, language).await?;
        let response = once.commit(transaction, StatusCode::OK, &answer).await?;
        platform.bus.publish(Event::Seats(target.hall));
        platform.bus.publish(Event::SeatsReturned(source.hall));
        notify::wake(&platform);
        return Ok(response);
    }
}

/// Whether the appointment may be moved there, as far as rules can tell.
fn judge(
    row: &appointment::Model,
    source: &WindowFacts,
    target: &WindowFacts,
    catalogue: &Snapshot,
    now: Instant,
) -> Result<AppointmentStatus, Failure> {
    let status: AppointmentStatus = row.status.parse().map_err(anyhow::Error::from)?;
    reschedule_rule(status, source.span, now, &catalogue.booking_rules().booking()).map_err(Problem::from)?;
    let served = catalogue
        .service(row.service_id.into())
        .is_some_and(|service| catalogue.group_of(target.hall, service) == target.group);
    if !served {
        return Err(Failure::from(&SERVICE_NOT_SERVED));
    }
    if source.id == target.id && status == AppointmentStatus::Confirmed {
        return Err(Problem::from(SeatError::AlreadyBooked).into());
    }
    open_for_booking(target.span, now).map_err(Problem::from)?;
    Ok(status)
}

/// Exchanges the seats: each write is guarded, and the transaction keeps all of them or none.
#[allow(
    clippy::too_many_arguments,
    reason = "an exchange concerns two windows and an appointment"
)]
async fn exchange(
    db: &impl ConnectionTrait,
    platform: &Platform,
    catalogue: &Snapshot,
    row: &appointment::Model,
    status: AppointmentStatus,
    source: &WindowFacts,
    target: &WindowFacts,
    now: Instant,
) -> Result<Result<appointment::Model, SeatError>, Failure> {
    store::lock_windows(db, [source.id.0, target.id.0].into_iter()).await?;
    if status == AppointmentStatus::HallCancelled {
        // This one is not active any more, so moving it is as good as a new booking.
        identity::lock_persons(db, [row.person_id]).await?;
        let active = store::active_of(db, [row.person_id], now).await?;
        if active
            .get(&row.person_id)
            .is_some_and(|booked| booked.len() >= MOST_ACTIVE)
        {
            return Ok(Err(SeatError::TooMany));
        }
    }
    if !store::change_status(db, row.id.into(), status, AppointmentStatus::Rescheduled, now).await? {
        return Err(Problem::from(NotAllowed {
            from: AppointmentStatus::Rescheduled,
            attempted: "be rescheduled",
        })
        .into());
    }
    if !store::take_seat(db, target.id).await? {
        return Ok(Err(SeatError::WindowFull));
    }
    let moved = appointment::Model {
        id: Uuid::now_v7(),
        window_id: target.id.0,
        hall_id: target.hall.0,
        day: target.day,
        status: AppointmentStatus::Confirmed.as_str().to_owned(),
        hold_expires_at: None,
        created_at: now,
        changed_at: now,
        ticket_id: None,
        remind_at: reminders::next_after(target.span, now),
        ..row.clone()
    };
    if !seats::insert(db, std::iter::once(moved.clone()))
        .await?
        .contains(&moved.id)
    {
        return Ok(Err(SeatError::AlreadyBooked));
    }
    collective::members::follow(db, row.id.into(), moved.id.into()).await?;
    // A seat that the hall took away is not there to be given back.
    if status == AppointmentStatus::Confirmed {
        free_seat(db, platform, catalogue, source, Freed::Given, now).await?;
    }
    Ok(Ok(moved))
}

async fn view_of(
    db: &impl ConnectionTrait,
    platform: &Platform,
    catalogue: &Snapshot,
    row: &appointment::Model,
    language: Language,
) -> Result<Appointment, Failure> {
    let view = views(db, platform, std::slice::from_ref(row), catalogue, language)
        .await?
        .pop();
    view.ok_or_else(|| anyhow::anyhow!("the window of an appointment vanished").into())
}
