//! `GET /halls/{id}/board` and `GET /halls/{id}/board/events`: the big screen.

use std::{convert::Infallible, sync::Arc, time::Duration};

use actix_web::{
    HttpRequest, Responder, get,
    web::{Data, Json, Path, Query},
};
use actix_web_lab::sse::{self, Sse};
use futures::stream;
use shared::{
    ids::{HallId, SessionId},
    language::Language,
    problem,
    queue::wire::{Board, Spoken},
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

/// What the hall's screen shows. Everyone may follow the numbers; the hall's own screens and staff also see the masked names, and the code
/// that proves who is in the hall.
#[utoipa::path(
    tag = "queue",
    security((), ("board" = []), ("clerk" = []), ("manager" = [])),
    params(("id" = HallId, Path, description = "The hall."), Spoken),
    responses((status = 200, body = Board), crate::problem::Refusals),
)]
#[get("/halls/{id}/board")]
pub async fn show_board(
    request: HttpRequest,
    screen: Option<HallScreen>,
    platform: Data<Platform>,
    catalogue: Data<Catalogue>,
    halls: Data<Halls>,
    hall: Path<HallId>,
    spoken: Query<Spoken>,
) -> Result<Json<Board>, Failure> {
    let state = halls.state(*hall).await?;
    let board = state
        .board(
            &catalogue.now(),
            spoken.language.unwrap_or_else(|| language_of(request.headers())),
        )
        .ok_or_else(|| Failure::from(&problem::NOT_FOUND))?;
    let own = screen.is_some_and(|screen| screen.hall == *hall);
    Ok(Json(shown(board, own, &platform)))
}

/// Adds what only the hall itself sees, or takes it away.
fn shown(mut board: Board, own: bool, platform: &Platform) -> Board {
    if own {
        board.presence = Some(presence::code(&platform.keys, board.hall_id, platform.clock.now()));
    } else {
        for call in &mut board.calls {
            call.person = None;
        }
    }
    board
}

/// The same, as server-sent events: each `data` is a board, and the first comes at once.
#[utoipa::path(
    tag = "queue",
    security((), ("board" = []), ("clerk" = []), ("manager" = [])),
    params(("id" = HallId, Path, description = "The hall."), Spoken),
    responses(
        (status = 200, content_type = "text/event-stream", description = "A board in each event.", body = Board),
        crate::problem::Refusals,
    ),
)]
#[get("/halls/{id}/board/events")]
#[allow(clippy::too_many_arguments, reason = "each is an extractor, and each is needed")]
pub async fn board_events(
    request: HttpRequest,
    screen: Option<HallScreen>,
    platform: Data<Platform>,
    catalogue: Data<Catalogue>,
    halls: Data<Halls>,
    sessions: Data<Sessions>,
    hall: Path<HallId>,
    spoken: Query<Spoken>,
) -> Result<impl Responder, Failure> {
    let screen = Screen {
        own: screen
            .filter(|screen| screen.hall == *hall)
            .map(|screen| screen.session),
        sessions,
        state: halls.watch(*hall).await?,
        language: spoken.language.unwrap_or_else(|| language_of(request.headers())),
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

struct Screen {
    /// The session that shows more than everyone sees.
    own: Option<SessionId>,
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
            // A screen that was revoked, or whose clerk has signed out or gone away, goes dark.
            if let Some(session) = self.own {
                let signed = self.sessions.signed(&self.platform, session).await;
                if signed.is_ok_and(|signed| signed.is_none_or(|signed| signed.is_nobody())) {
                    return None;
                }
            }
            let state = self.state.borrow_and_update().clone()?;
            let board = state.board(&self.catalogue.now(), self.language)?;
            let board = shown(board, self.own.is_some(), &self.platform);
            if self.last.as_ref() != Some(&board) {
                let event = sse::Data::new_json(&board).ok()?.event("board");
                self.last = Some(board);
                return Some(event.into());
            }
        }
    }
}
