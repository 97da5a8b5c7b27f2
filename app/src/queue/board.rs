//! The big screen of a hall.

use leptos::prelude::*;
use shared::{
    API,
    identity::{devices::DeviceKind, wire::Me},
    ids::HallId,
    queue::{
        rules::TicketStatus,
        wire::{Board, BoardCall, BoardGroup},
    },
    time::Instant,
};

use super::{
    live, voice,
    words::{
        BOARD, BOARD_CALLS, BOARD_CHECK_IN, BOARD_CODE, BOARD_COUNTERS, BOARD_NO_COUNTER, BOARD_NONE, BOARD_NOW,
        BOARD_QR, BOARD_STAFF, BOARD_VOICE, BOARD_VOICE_ON, BOARD_WAITING, COUNTER, RECONNECTING,
    },
};
use crate::{
    api::{Client, DEVICE, STAFF},
    browser, dates, identity,
    language::{filled, t},
    ui::{Load, Remote, View, el, failed, fragment, live, skeleton},
};

/// How many earlier calls the screen has room for.
const EARLIER: usize = 7;

/// The screen.
pub fn board(hall: HallId) -> View {
    document().set_title(t(BOARD));
    identity::device_gate(
        DeviceKind::Board,
        // A screen shows its own hall, whatever the address says.
        |device| screen(device.hall_id, DEVICE),
        move || for_staff(hall),
    )
}

/// Where no screen is paired: those who work in the hall see it too, and whoever sets it up finds the pairing.
fn for_staff(hall: HallId) -> View {
    let me = Remote::<Me>::fetch(STAFF, "/me?kind=staff");
    live(move || match me.state.get() {
        Load::Waiting => skeleton(8),
        Load::Ready(_) => screen(hall, STAFF),
        Load::Failed(_) => fragment().child(identity::pairing(DeviceKind::Board)).child(
            el("a")
                .class("button plain pairing-other")
                .attr("href", "/console")
                .child(t(BOARD_STAFF)),
        ),
    })
}

fn screen(hall: HallId, client: Client) -> View {
    let board = RwSignal::new(None::<Board>);
    let speaks = RwSignal::new(false);
    let feed = live::follow(client, format!("/halls/{hall}/board"), move |text| {
        let Ok(next) = serde_json::from_str::<Board>(text) else {
            return;
        };
        if client == DEVICE && next.presence.is_none() {
            // The screen is no longer the hall's: built anew, the page asks to be paired.
            window().location().reload().ok();
            return;
        }
        if speaks.get_untracked() {
            board.with_untracked(|before| announce(before.as_ref(), &next));
        }
        board.set(Some(next));
    });
    let time = RwSignal::new(dates::clock(browser::now()));
    browser::every(5_000, move || time.set(dates::clock(browser::now())));
    let shown = move || match (board.get(), feed.failure.get()) {
        (_, Some(failure)) => failed(&failure, move || {
            window().location().reload().ok();
        }),
        (None, None) => skeleton(8),
        (Some(board), None) => show(&board),
    };
    let broken = move || {
        (board.with(Option::is_some) && !feed.live.get()).then(|| {
            el("p")
                .class("board-broken")
                .attr("role", "status")
                .child(t(RECONNECTING))
        })
    };
    let offer = move || {
        if browser::voice().is_none() {
            fragment()
        } else if speaks.get() {
            el("span").class("board-voice").child(t(BOARD_VOICE_ON))
        } else {
            el("button")
                .attr("type", "button")
                .class("board-voice")
                .on("click", move |_| speaks.set(true))
                .child(t(BOARD_VOICE))
        }
    };
    el("main")
        .class("board")
        .child(
            el("header")
                .class("board-top")
                .child(el("h1").child(live(move || {
                    board.with(|board| board.as_ref().map(|board| board.hall.clone()))
                })))
                .child(live(broken))
                .child(live(offer))
                .child(el("time").child(live(move || time.get()))),
        )
        .child(live(shown))
}

/// Speaks every call that is new or repeated.
fn announce(before: Option<&Board>, now: &Board) {
    let Some(before) = before else {
        return;
    };
    // The latest call stands first and is spoken last.
    let new = now
        .calls
        .iter()
        .rev()
        .filter(|call| call.status == TicketStatus::Called)
        .filter(|call| {
            !before
                .calls
                .iter()
                .any(|known| known.number == call.number && known.called_at == call.called_at)
        });
    new.for_each(voice::call);
}

fn show(board: &Board) -> View {
    let now = browser::now();
    let (current, earlier) = match board.calls.split_first() {
        Some((current, earlier)) => (Some(current), earlier),
        None => (None, [].as_slice()),
    };
    let current = match current {
        Some(call) => large(call, now),
        None => el("div").class("board-now quiet").child(el("p").child(t(BOARD_NONE))),
    };
    el("div")
        .class("board-body")
        .child(
            el("section")
                .class("board-left")
                .child(el("h2").child(t(BOARD_NOW)))
                .child(el("div").attr("aria-live", "assertive").child(current))
                .child((!earlier.is_empty()).then(|| {
                    fragment().child(el("h2").child(t(BOARD_CALLS))).child(
                        el("ol")
                            .class("board-calls")
                            .child(earlier.iter().take(EARLIER).map(line).collect::<Vec<_>>()),
                    )
                })),
        )
        .child(
            el("aside")
                .class("board-right")
                .child(el("h2").child(t(BOARD_WAITING)))
                .child(
                    el("ul").class("board-groups").child(
                        board
                            .waiting
                            .iter()
                            .filter(|group| group.waiting + group.counters > 0)
                            .map(group)
                            .collect::<Vec<_>>(),
                    ),
                )
                .child(
                    board
                        .presence
                        .as_deref()
                        .map(|presence| check_in(board.hall_id, presence)),
                ),
        )
}

/// What to scan or type when checking in here.
fn check_in(hall: HallId, presence: &str) -> View {
    let spaced = match presence.split_at_checked(3) {
        Some((head, tail)) => format!("{head} {tail}"),
        None => presence.to_owned(),
    };
    // The picture follows the code: a new address makes the browser fetch it anew.
    let picture = format!("{API}/halls/{hall}/presence.svg?of={presence}");
    el("div")
        .class("board-check-in")
        .child(
            el("img")
                .attr("src", picture)
                .attr("alt", t(BOARD_QR))
                .attr("width", "180")
                .attr("height", "180"),
        )
        .child(
            el("div")
                .child(el("p").child(t(BOARD_CHECK_IN)))
                .child(el("p").child(t(BOARD_CODE)))
                .child(el("p").class("board-code").child(spaced)),
        )
}

fn large(call: &BoardCall, now: Instant) -> View {
    // A call that is some seconds old flashes no more, also when the screen is built anew.
    let fresh = call.status == TicketStatus::Called && (now - call.called_at).num_seconds() < 12;
    let class = if fresh { "board-now flash" } else { "board-now" };
    el("div")
        .class(class)
        .child(el("strong").child(call.number.clone()))
        .child(el("span").child(call.person.clone()))
        .child(el("em").child(filled(COUNTER, &[&call.counter.number.to_string()])))
}

fn line(call: &BoardCall) -> View {
    el("li")
        .child(el("strong").child(call.number.clone()))
        .child(el("span").child(call.person.clone()))
        .child(el("em").child(filled(COUNTER, &[&call.counter.number.to_string()])))
        .child(el("time").child(dates::clock(call.called_at)))
}

fn group(group: &BoardGroup) -> View {
    let counters = match group.counters {
        0 => t(BOARD_NO_COUNTER).to_owned(),
        open => filled(BOARD_COUNTERS, &[&open.to_string()]),
    };
    el("li")
        .child(el("span").child(group.name.clone()))
        .child(el("small").child(counters))
        .child(el("strong").child(group.waiting.to_string()))
}
