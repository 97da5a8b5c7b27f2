//! `GET /tickets/{id}` and `GET /tickets/{id}/events`: where a ticket stands, once and live.

use std::{convert::Infallible, sync::Arc, time::Duration};

use actix_web::{
    HttpRequest, Responder, get,
    web::{Data, Json, Path, Query},
};
use actix_web_lab::sse::{self, Sse};
use futures::stream;
use shared::{
    identity::devices::DeviceKind,
    ids::TicketId,
    language::Language,
    problem,
    queue::wire::{Spoken, Ticket},
};
use tokio::sync::watch;

use super::{
    entity,
    hall_state::{HallState, ticket_view},
    halls::Halls,
    store, visit,
};
use crate::{
    catalog::{Catalogue, Snapshot},
    identity::Signed,
    platform::Platform,
    problem::{Failure, language_of},
};

/// How often a silent connection is kept awake, so that proxies and phones do not drop it.
pub const KEEP_ALIVE: Duration = Duration::from_secs(15);

/// A ticket of one's own; a paper ticket belongs to whoever has its id, which is on it.
#[utoipa::path(
    tag = "queue",
    security((), ("resident" = []), ("clerk" = []), ("kiosk" = [])),
    params(("id" = TicketId, Path, description = "The ticket.")),
    responses((status = 200, body = Ticket), crate::problem::Refusals),
)]
#[get("/tickets/{id}")]
pub async fn show_ticket(
    request: HttpRequest,
    signed: Signed,
    platform: Data<Platform>,
    catalogue: Data<Catalogue>,
    halls: Data<Halls>,
    id: Path<TicketId>,
) -> Result<Json<Ticket>, Failure> {
    let row = visible(&platform, &signed, *id).await?;
    let state = halls.state(row.hall_id.into()).await?;
    let (snapshot, language) = (catalogue.now(), language_of(request.headers()));
    match state.ticket(*id, &snapshot, language) {
        Some(view) => Ok(Json(view)),
        None => Ok(Json(ended(&platform, &row, &snapshot, language).await?)),
    }
}

/// The same, as server-sent events: each `data` is a ticket, the first comes at once, and the stream ends when the ticket is over.
#[utoipa::path(
    tag = "queue",
    security((), ("resident" = []), ("clerk" = []), ("kiosk" = [])),
    params(("id" = TicketId, Path, description = "The ticket."), Spoken),
    responses(
        (status = 200, content_type = "text/event-stream", description = "A ticket in each event.", body = Ticket),
        crate::problem::Refusals,
    ),
)]
#[get("/tickets/{id}/events")]
pub async fn ticket_events(
    request: HttpRequest,
    signed: Signed,
    platform: Data<Platform>,
    catalogue: Data<Catalogue>,
    halls: Data<Halls>,
    id: Path<TicketId>,
    spoken: Query<Spoken>,
) -> Result<impl Responder, Failure> {
    let row = visible(&platform, &signed, *id).await?;
    let watcher = Watcher {
        id: *id,
        hall: halls.watch(row.hall_id.into()).await?,
        language: spoken.language.unwrap_or_else(|| language_of(request.headers())),
        platform: platform.into_inner(),
        catalogue,
        last: None,
        over: false,
    };
    let events = stream::unfold(watcher, |mut watcher| async move {
        let event = watcher.next().await?;
        Some((Ok::<_, Infallible>(event), watcher))
    });
    metrics::counter!("bianmin_ticket_streams_total").increment(1);
    Ok(Sse::from_stream(events).with_keep_alive(KEEP_ALIVE))
}

/// A ticket that the one who asks may see.
pub async fn visible(platform: &Platform, signed: &Signed, id: TicketId) -> Result<entity::ticket::Model, Failure> {
    let not_found = || Failure::from(&problem::NOT_FOUND);
    let row = store::ticket(platform.db.reader(), id).await?.ok_or_else(not_found)?;
    let own = row
        .resident_id
        .is_none_or(|owner| signed.resident.as_ref().is_some_and(|resident| resident.id.0 == owner));
    let of_hall = signed
        .staff
        .as_ref()
        .is_some_and(|staff| staff.hall == Some(row.hall_id.into()));
    let of_kiosk = signed
        .device
        .as_ref()
        .is_some_and(|device| device.kind == DeviceKind::Kiosk && device.hall.0 == row.hall_id);
    if own || of_hall || of_kiosk {
        Ok(row)
    } else {
        Err(not_found())
    }
}

/// A ticket that is no longer in the queue, with its rating.
async fn ended(
    platform: &Platform,
    row: &entity::ticket::Model,
    catalogue: &Snapshot,
    language: Language,
) -> Result<Ticket, Failure> {
    let view = ticket_view(row, catalogue, language)?;
    let stars = visit::stars(platform.db.reader(), view.id).await?;
    Ok(Ticket { stars, ..view })
}

struct Watcher {
    id: TicketId,
    hall: watch::Receiver<Option<Arc<HallState>>>,
    language: Language,
    platform: Arc<Platform>,
    catalogue: Data<Catalogue>,
    last: Option<Ticket>,
    over: bool,
}

impl Watcher {
    /// The next event: waits until the ticket looks different; nothing after its last state.
    async fn next(&mut self) -> Option<sse::Event> {
        loop {
            if self.over {
                return None;
            }
            if self.last.is_some() {
                self.hall.changed().await.ok()?;
            }
            let ticket = self.look().await?;
            if self.last.as_ref() != Some(&ticket) {
                self.over = ticket.status.is_final();
                let event = sse::Data::new_json(&ticket).ok()?.event("ticket");
                self.last = Some(ticket);
                return Some(event.into());
            }
        }
    }

    async fn look(&mut self) -> Option<Ticket> {
        let snapshot = self.catalogue.now();
        let state = self.hall.borrow_and_update().clone();
        if let Some(view) = state.and_then(|state| state.ticket(self.id, &snapshot, self.language)) {
            return Some(view);
        }
        // It is no longer in the queue: its row tells how it ended.
        let row = store::ticket(self.platform.db.reader(), self.id).await.ok()??;
        ended(&self.platform, &row, &snapshot, self.language).await.ok()
    }
}
