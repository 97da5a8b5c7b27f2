//! `POST /halls/{id}/tickets`: a ticket for someone who came without an appointment.

use actix_web::{
    HttpRequest, HttpResponse,
    http::StatusCode,
    post,
    web::{Data, Json, Path},
};
use serde_json::json;
use shared::{
    appointments::wire::SERVICE_NOT_SERVED,
    ids::HallId,
    problem,
    queue::wire::{Ticket, TicketRequest},
};

use super::{
    halls::Halls,
    issue::{Entrant, issue},
    visit::record_estimate,
};
use crate::{
    catalog::Catalogue,
    identity::Clerk,
    platform::{
        Platform,
        audit::{self, Deed},
        bus::Event,
        idempotency::{Actor, Once},
    },
    problem::{Failure, language_of},
};

/// Issues a walk-in ticket at the clerk's own hall. A priority needs its reason, and is recorded.
#[utoipa::path(
    tag = "queue",
    security(("clerk" = [])),
    params(("id" = HallId, Path, description = "The hall.")),
    request_body = TicketRequest,
    responses((status = 201, body = Ticket), crate::problem::Refusals),
)]
#[post("/halls/{id}/tickets")]
#[allow(clippy::too_many_arguments, reason = "each is an extractor, and each is needed")]
pub async fn walk_in(
    request: HttpRequest,
    clerk: Clerk,
    once: Once,
    platform: Data<Platform>,
    catalogue: Data<Catalogue>,
    halls: Data<Halls>,
    hall: Path<HallId>,
    body: Json<TicketRequest>,
) -> Result<HttpResponse, Failure> {
    let now = platform.clock.now();
    let snapshot = catalogue.now();
    if *hall != clerk.hall {
        return Err(Failure::from(&problem::NOT_FOUND));
    }
    let service = snapshot
        .service(body.service_id)
        .ok_or_else(|| Failure::from(&problem::NOT_FOUND))?;
    if !snapshot.halls_serving(service.group).any(|serving| serving.id == *hall) {
        return Err(Failure::from(&SERVICE_NOT_SERVED));
    }
    let entrant = Entrant {
        hall: *hall,
        service: body.service_id,
        appointment: None,
        window_starts_at: None,
        person: None,
        resident: None,
        priority: body.priority_reason,
    };
    let transaction = platform.db.begin().await?;
    let ticket = issue(&transaction, &snapshot, entrant, now).await?;
    if let Some(reason) = body.priority_reason {
        let deed = Deed {
            actor: Some(Actor {
                kind: "staff",
                id: clerk.staff.0,
            }),
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
