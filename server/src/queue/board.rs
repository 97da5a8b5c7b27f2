//! `GET /halls/{id}/board` and `GET /halls/{id}/board/events`: the big screen.

use std::{convert::Infallible, sync::Arc, time::Duration};

use actix_web::{
    HttpRequest, Responder, get,
    web::{Data, Json, Path},
};
use actix_web_lab::sse::{self, Sse};
use futures::stream;
use shared::{
    ids::{HallId, SessionId},
    language::Language,
    problem,
    queue::wire::Board,
};
use tokio::sync::watch;

use super::{hall_state::HallState, halls::Halls, presence, ticket::KEEP_ALIVE};
use crate::{
    catalog::Catalogue,
    identity::{HallScreen, Sessions},
    platform::Platform,
    problem::{Failure, language_of},
};

/// How often the board is looked at even if nothing was called: the presence code changes meanwhile.
const GLANCE: Duration = Duration::from_secs(5);

/// What the hall's screen shows, to the screen and to those who work there: it proves who is in the hall. Names are masked.
#[utoipa::path(
    tag = "queue",
    security(("board" = []), ("clerk" = []), ("manager" = [])),
    params(("id" = HallId, Path, description = "The hall.")),
    responses((status = 200, body = Board), crate::problem::Refusals),
)]
#[get("/halls/{id}/board")]
pub async fn show_board(
    request: HttpRequest,
    screen: HallScreen,
    platform: Data<Platform>,
    catalogue: Data<Catalogue>,
    halls: Data<Halls>,
    hall: Path<HallId>,
) -> Result<Json<Board>, Failure> {
    let snapshot = catalogue.now();
    let not_found = || Failure::from(&problem::NOT_FOUND);
    require_own(&screen, *hall)?;
    let state = halls.state(*hall).await?;
    let code = presence::code(&platform.keys, *hall, platform.clock.now());
    state
        .board(&snapshot, language_of(request.headers()), code)
        .map(Json)
        .ok_or_else(not_found)
}

/// The same, as server-sent events: each `data` is a board, and the first comes at once.
#[utoipa::path(
    tag = "queue",
    security(("board" = []), ("clerk" = []), ("manager" = [])),
    params(("id" = HallId, Path, description = "The hall.")),
    responses(
        (status = 200, content_type = "text/event-stream", description = "A board in each event.", body = Board),
        crate::problem::Refusals,
    ),
)]
#[get("/halls/{id}/board/events")]
pub async fn board_events(
    request: HttpRequest,
    screen: HallScreen,
    platform: Data<Platform>,
    catalogue: Data<Catalogue>,
    halls: Data<Halls>,
    sessions: Data<Sessions>,
    hall: Path<HallId>,
) -> Result<impl Responder, Failure> {
    require_own(&screen, *hall)?;
    let screen = Screen {
        hall: *hall,
        session: screen.session,
        sessions,
        state: halls.watch(*hall).await?,
        language: language_of(request.headers()),
        platform: platform.into_inner(),
        catalogue,
        last: None,
    };
    let events = stream::unfold(screen, |mut screen| async move {
        let event = screen.next().await?;
        Some((Ok::<_, Infallible>(event), screen))
    });
    Ok(Sse::from_stream(events).with_keep_alive(KEEP_ALIVE))
}

/// A screen shows its own hall; of others it is not even told whether they exist.
pub fn require_own(screen: &HallScreen, hall: HallId) -> Result<(), Failure> {
    if screen.hall == hall {
        Ok(())
    } else {
        Err(Failure::from(&problem::NOT_FOUND))
    }
}

struct Screen {
    hall: HallId,
    session: SessionId,
    sessions: Data<Sessions>,
    state: watch::Receiver<Option<Arc<HallState>>>,
    language: Language,
    platform: Arc<Platform>,
    catalogue: Data<Catalogue>,
    last: Option<Board>,
}

impl Screen {
    async fn next(&mut self) -> Option<sse::Event> {
        loop {
            if self.last.is_some()
                && let Ok(gone) = tokio::time::timeout(GLANCE, self.state.changed()).await
            {
                gone.ok()?;
            }
            // A screen that was revoked, or whose clerk has signed out, goes dark.
            let signed = self.sessions.signed(&self.platform, self.session).await;
            if signed.is_ok_and(|signed| signed.is_none()) {
                return None;
            }
            let state = self.state.borrow_and_update().clone()?;
            let code = presence::code(&self.platform.keys, self.hall, self.platform.clock.now());
            let board = state.board(&self.catalogue.now(), self.language, code)?;
            if self.last.as_ref() != Some(&board) {
                let event = sse::Data::new_json(&board).ok()?.event("board");
                self.last = Some(board);
                return Some(event.into());
            }
        }
    }
}
