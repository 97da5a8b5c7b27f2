//! `POST /halls/{id}/tickets`: a ticket for someone who came without an appointment, from a clerk or a kiosk.

use actix_web::{
    HttpRequest, HttpResponse,
    http::StatusCode,
    post,
    web::{Data, Json, Path},
};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter};
use serde_json::json;
use shared::{
    appointments::problems::SERVICE_NOT_SERVED,
    identity::rules::IdNumber,
    ids::HallId,
    problem::{self, Problem},
    queue::wire::{PRIORITY_NOT_GRANTED, TICKET_HELD, Ticket, TicketRequest},
    time::{Instant, day_of},
};

use super::{
    entity::ticket,
    halls::Halls,
    issue::{Entrant, issue},
    kiosk::count_kiosk_use,
    store::LIVE,
    visit::record_estimate,
};
use crate::{
    catalog::Catalogue,
    identity::{self, TicketDesk},
    platform::{
        Platform,
        audit::{self, Deed},
        bus::Event,
        idempotency::Once,
    },
    problem::{Failure, invalid_field, language_of},
};

/// Issues a walk-in ticket at the own hall. A kiosk asks for the ID number; only a clerk grants priority, which needs its reason and is recorded.
#[utoipa::path(
    tag = "queue",
    security(("clerk" = []), ("kiosk" = [])),
    params(("id" = HallId, Path, description = "The hall.")),
    request_body = TicketRequest,
    responses((status = 201, body = Ticket), crate::problem::Refusals),
)]
#[post("/halls/{id}/tickets")]
#[allow(clippy::too_many_arguments, reason = "each is an extractor, and each is needed")]
pub async fn walk_in(
    request: HttpRequest,
    desk: TicketDesk,
    once: Once,
    platform: Data<Platform>,
    catalogue: Data<Catalogue>,
    halls: Data<Halls>,
    hall: Path<HallId>,
    body: Json<TicketRequest>,
) -> Result<HttpResponse, Failure> {
    let now = platform.clock.now();
    let snapshot = catalogue.now();
    if *hall != desk.hall() {
        return Err(Failure::from(&problem::NOT_FOUND));
    }
    if let TicketDesk::Kiosk(kiosk) = &desk {
        count_kiosk_use(&platform, kiosk, now).await?;
    }
    let holder = holder(&desk, &body)?;
    if body
        .priority_reason
        .is_some_and(|reason| !snapshot.policy(*hall).priorities.contains(&reason))
    {
        return Err(Failure::from(&PRIORITY_NOT_GRANTED));
    }
    let service = snapshot
        .service(body.service_id)
        .ok_or_else(|| Failure::from(&problem::NOT_FOUND))?;
    if !snapshot.serves(*hall, snapshot.group_of(*hall, service)) {
        return Err(Failure::from(&SERVICE_NOT_SERVED));
    }
    let transaction = platform.db.begin().await?;
    let person = match &holder {
        None => None,
        Some(number) => identity::person_with(&transaction, &platform, number).await?,
    };
    let entrant = Entrant {
        hall: *hall,
        service: body.service_id,
        appointment: None,
        window_starts_at: None,
        person,
        resident: None,
        holder_index: holder
            .as_ref()
            .map(|number| identity::id_number_index(&platform, number)),
        priority: body.priority_reason,
    };
    let indexes = holder
        .iter()
        .flat_map(|number| identity::id_number_indexes(&platform, number));
    if let Some(number) = held(&transaction, &entrant, indexes.collect(), now).await? {
        return Err(Problem::new(&TICKET_HELD).with("number", number).into());
    }
    let ticket = issue(&transaction, &snapshot, entrant, now).await?;
    if let (TicketDesk::Clerk(clerk), Some(reason)) = (&desk, body.priority_reason) {
        let deed = Deed {
            actor: Some(clerk.actor()),
            action: "ticket.prioritise",
            subject_kind: "ticket",
            subject_id: Some(ticket.0),
            reason: Some(reason.as_str()),
            detail: json!({}),
        };
        audit::record(&transaction, now, deed).await?;
    }
    let answer = halls
        .ticket_in(
            &transaction,
            &platform,
            &snapshot,
            ticket,
            language_of(request.headers()),
            now,
        )
        .await?
        .ok_or_else(|| anyhow::anyhow!("a ticket vanished"))?;
    record_estimate(&transaction, &answer, now).await?;
    let response = once.commit(transaction, StatusCode::CREATED, &answer).await?;
    platform.bus.publish(Event::Queue(*hall));
    Ok(response)
}

/// Whose ticket it is to be. A kiosk has to ask, and grants no priority.
fn holder(desk: &TicketDesk, wish: &TicketRequest) -> Result<Option<IdNumber>, Failure> {
    let holder = wish.id_number.as_deref().map(str::parse::<IdNumber>).transpose();
    let holder = holder.map_err(|error| invalid_field("id_number", error))?;
    match desk {
        TicketDesk::Kiosk(_) if holder.is_none() => Err(invalid_field("id_number", "a kiosk asks for the ID number")),
        TicketDesk::Kiosk(_) if wish.priority_reason.is_some() => {
            Err(invalid_field("priority_reason", "a clerk grants priority, not a kiosk"))
        }
        TicketDesk::Kiosk(_) | TicketDesk::Clerk(_) => Ok(holder),
    }
}

/// The number of the open ticket that the holder has for this service. One that was taken under an older key of indexes is found too.
async fn held(
    db: &impl ConnectionTrait,
    entrant: &Entrant,
    indexes: Vec<Vec<u8>>,
    now: Instant,
) -> Result<Option<String>, DbErr> {
    if indexes.is_empty() {
        return Ok(None);
    }
    let open = ticket::Entity::find()
        .filter(ticket::Column::HallId.eq(entrant.hall.0))
        .filter(ticket::Column::Day.eq(day_of(now)))
        .filter(ticket::Column::ServiceId.eq(entrant.service.0))
        .filter(ticket::Column::HolderIndex.is_in(indexes))
        .filter(ticket::Column::Status.is_in(LIVE))
        .one(db)
        .await?;
    Ok(open.map(|row| row.number))
}
