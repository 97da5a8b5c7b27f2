//! `POST /counters/{id}/call`: calls a chosen ticket out of its turn, and says why.

use actix_web::{
    HttpRequest, HttpResponse,
    http::StatusCode,
    post,
    web::{Data, Json, Path},
};
use serde_json::json;
use shared::{
    ids::CounterId,
    problem::{self, Problem},
    queue::{
        order::{Reason, Turn},
        rules::{Action, NotAllowed},
        wire::{COUNTER_CLOSED, CallRequest, ClerkTicket},
    },
    time::day_of,
};

use super::{
    call_next::{claim, follow},
    counter::{calling_session, clerk_ticket},
    store,
};
use crate::{
    catalog::Catalogue,
    identity::Clerk,
    notify,
    platform::{
        Platform,
        audit::{self, Deed},
        bus::Event,
        idempotency::{Actor, Once},
    },
    problem::{Failure, invalid_field, language_of},
};

/// The longest reason, in characters.
const LONGEST_REASON: usize = 100;

/// Calls a ticket of the counter's groups out of its turn. The reason is recorded.
#[utoipa::path(
    tag = "queue",
    security(("clerk" = [])),
    params(("id" = CounterId, Path, description = "The counter.")),
    request_body = CallRequest,
    responses((status = 200, body = ClerkTicket), crate::problem::Refusals),
)]
#[post("/counters/{id}/call")]
#[allow(clippy::too_many_arguments, reason = "each is an extractor, and each is needed")]
pub async fn call_chosen(
    request: HttpRequest,
    clerk: Clerk,
    once: Once,
    platform: Data<Platform>,
    catalogue: Data<Catalogue>,
    counter: Path<CounterId>,
    body: Json<CallRequest>,
) -> Result<HttpResponse, Failure> {
    let now = platform.clock.now();
    let reason = body.reason.trim();
    if reason.is_empty() || reason.chars().count() > LONGEST_REASON {
        return Err(invalid_field("reason", "a reason has one to 100 characters"));
    }
    let snapshot = catalogue.now();
    let counter = snapshot
        .counter(*counter)
        .ok_or_else(|| Failure::from(&COUNTER_CLOSED))?;
    let transaction = platform.db.begin().await?;
    let session = calling_session(&transaction, &clerk, counter).await?;
    let row = store::ticket(&transaction, body.ticket_id)
        .await?
        .filter(|row| row.hall_id == clerk.hall.0 && row.day == day_of(now))
        .ok_or_else(|| Failure::from(&problem::NOT_FOUND))?;
    if !counter.groups.contains(&row.group_id.into()) {
        return Err(invalid_field(
            "ticket_id",
            "this counter does not serve the ticket's group",
        ));
    }
    let turn = Turn {
        ticket: body.ticket_id,
        reason: Reason::Chosen,
    };
    let Some(row) = claim(&transaction, &session, turn, now).await? else {
        return Err(Problem::from(NotAllowed {
            from: row.status()?,
            attempted: Action::Call,
        })
        .into());
    };
    follow(&transaction, &platform, &clerk, &session, counter, &row, reason, now).await?;
    let deed = Deed {
        actor: Some(Actor {
            kind: "staff",
            id: clerk.staff.0,
        }),
        action: "ticket.call_chosen",
        subject_kind: "ticket",
        subject_id: Some(row.id),
        reason: Some(reason),
        detail: json!({}),
    };
    audit::record(&transaction, now, deed).await?;
    let answer = clerk_ticket(&transaction, &platform, &snapshot, &row, language_of(request.headers())).await?;
    let response = once.commit(transaction, StatusCode::OK, &answer).await?;
    platform.bus.publish(Event::Queue(clerk.hall));
    notify::wake(&platform);
    Ok(response)
}
