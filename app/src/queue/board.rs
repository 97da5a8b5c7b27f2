//! The big screen of a hall.

use leptos::prelude::*;
use shared::{
    API,
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
        BOARD_QR, BOARD_VOICE, BOARD_VOICE_ON, BOARD_WAITING, COUNTER, RECONNECTING,
    },
};
use crate::{
    api::STAFF,
    browser, dates, identity,
    language::{filled, t},
    ui::{failed, skeleton},
};

/// How many earlier calls the screen has room for.
const EARLIER: usize = 7;

/// The screen.
pub fn board(hall: HallId) -> AnyView {
    document().set_title(t(BOARD));
    let refused = RwSignal::new(false);
    (move || {
        if refused.get() {
            identity::gate(move |_| screen(hall, refused))
        } else {
            screen(hall, refused)
        }
    })
    .into_any()
}

fn screen(hall: HallId, refused: RwSignal<bool>) -> AnyView {
    let board = RwSignal::new(None::<Board>);
    let speaks = RwSignal::new(false);
    let feed = live::follow(STAFF, format!("/halls/{hall}/board"), move |text| {
        let Ok(next) = serde_json::from_str::<Board>(text) else {
            return;
        };
        if speaks.get_untracked() {
            board.with_untracked(|before| announce(before.as_ref(), &next));
        }
        board.set(Some(next));
    });
    Effect::new(move |_| {
        if feed
            .failure
            .with(|failure| failure.as_ref().is_some_and(crate::api::Failure::asks_for_sign_in))
        {
            refused.try_set(true);
        }
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
        (board.with(Option::is_some) && !feed.live.get())
            .then(|| view! { <p class="board-broken" role="status">{t(RECONNECTING)}</p> }.into_any())
    };
    let offer = move || {
        if !voice::is_there() {
            ().into_any()
        } else if speaks.get() {
            view! { <span class="board-voice">{t(BOARD_VOICE_ON)}</span> }.into_any()
        } else {
            view! { <button type="button" class="board-voice" on:click=move |_| speaks.set(true)>{t(BOARD_VOICE)}</button> }
                .into_any()
        }
    };
    view! {
        <main class="board">
            <header class="board-top">
                <h1>{move || board.with(|board| board.as_ref().map(|board| board.hall.clone()))}</h1>
                {broken}
                {offer}
                <time>{move || time.get()}</time>
            </header>
            {shown}
        </main>
    }
    .into_any()
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

fn show(board: &Board) -> AnyView {
    let now = browser::now();
    let (current, earlier) = match board.calls.split_first() {
        Some((current, earlier)) => (Some(current), earlier),
        None => (None, [].as_slice()),
    };
    let current = match current {
        Some(call) => large(call, now),
        None => view! { <div class="board-now quiet"><p>{t(BOARD_NONE)}</p></div> }.into_any(),
    };
    let presence = board.presence.clone();
    let spaced = match presence.split_at_checked(3) {
        Some((head, tail)) => format!("{head} {tail}"),
        None => presence.clone(),
    };
    // The picture follows the code: a new address makes the browser fetch it anew.
    let picture = format!("{API}/halls/{}/presence.svg?of={presence}", board.hall_id);
    view! {
        <div class="board-body">
            <section class="board-left">
                <h2>{t(BOARD_NOW)}</h2>
                <div aria-live="assertive">{current}</div>
                <h2>{t(BOARD_CALLS)}</h2>
                <ol class="board-calls">{earlier.iter().take(EARLIER).map(line).collect_view()}</ol>
            </section>
            <aside class="board-right">
                <h2>{t(BOARD_WAITING)}</h2>
                <ul class="board-groups">{board.waiting.iter().map(group).collect_view()}</ul>
                <div class="board-check-in">
                    <img src=picture alt=t(BOARD_QR) width="180" height="180"/>
                    <div><p>{t(BOARD_CHECK_IN)}</p><p>{t(BOARD_CODE)}</p><p class="board-code">{spaced}</p></div>
                </div>
            </aside>
        </div>
    }
    .into_any()
}

fn large(call: &BoardCall, now: Instant) -> AnyView {
    // A call that is some seconds old flashes no more, also when the screen is built anew.
    let fresh = call.status == TicketStatus::Called && (now - call.called_at).num_seconds() < 12;
    let class = if fresh { "board-now flash" } else { "board-now" };
    view! {
        <div class=class>
            <strong>{call.number.clone()}</strong>
            <span>{call.person.clone()}</span>
            <em>{filled(COUNTER, &[&call.counter.number.to_string()])}</em>
        </div>
    }
    .into_any()
}

fn line(call: &BoardCall) -> AnyView {
    view! {
        <li>
            <strong>{call.number.clone()}</strong>
            <span>{call.person.clone()}</span>
            <em>{filled(COUNTER, &[&call.counter.number.to_string()])}</em>
            <time>{dates::clock(call.called_at)}</time>
        </li>
    }
    .into_any()
}

fn group(group: &BoardGroup) -> AnyView {
    let counters = match group.counters {
        0 => t(BOARD_NO_COUNTER).to_owned(),
        open => filled(BOARD_COUNTERS, &[&open.to_string()]),
    };
    view! { <li><span>{group.name.clone()}</span><small>{counters}</small><strong>{group.waiting}</strong></li> }
        .into_any()
}
