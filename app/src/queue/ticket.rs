//! A resident's ticket, live.

use leptos::prelude::*;
use shared::{
    ids::TicketId,
    queue::{
        estimate::WaitRange,
        rules::{MissPolicy, TicketStatus},
        wire::Ticket,
    },
};
use wasm_bindgen::JsValue;

use super::{
    leave, live, rating,
    words::{
        AHEAD, AHEAD_COUNT, BACK_TO_BOOKINGS, BOOK_AGAIN, COUNTER, ENTERED, GO_TO, HALL, LIVE, NEXT_ABANDONED,
        NEXT_CALLED, NEXT_FIRST, NEXT_MISSED, NEXT_PARKED, NEXT_SERVED, NEXT_SERVING, NEXT_SOON, NEXT_VOIDED,
        NEXT_WAITING, RECONNECTING, SAID_WAITING, SERVICE, STATUS_ABANDONED, STATUS_CALLED, STATUS_MISSED,
        STATUS_PARKED, STATUS_SERVED, STATUS_SERVING, STATUS_VOIDED, STATUS_WAITING, TICKET, WAIT, WAIT_ABOUT,
        WAIT_RANGE, WAIT_UNKNOWN, YOUR_NUMBER,
    },
};
use crate::{
    api::AUTHORIZED,
    dates,
    language::{Phrase, filled, t},
    routes,
    ui::{self, View, actions, cells, el, fact, failed, fragment, live, pulled, skeleton, way},
};

/// The page of a ticket.
pub fn ticket(id: TicketId) -> View {
    let ticket = RwSignal::new(None::<Ticket>);
    let rated = RwSignal::new(None::<i64>);
    let feed = live::follow(AUTHORIZED, format!("/tickets/{id}"), move |text| {
        let Ok(next) = serde_json::from_str::<Ticket>(text) else {
            return;
        };
        let called_before = ticket.with_untracked(|before| before.as_ref().and_then(|before| before.called_at));
        let known = ticket.with_untracked(Option::is_some);
        if known && next.status == TicketStatus::Called && next.called_at != called_before {
            vibrate();
        }
        // The same again would only build the page anew under whoever is using it.
        if ticket.with_untracked(|before| before.as_ref() != Some(&next)) {
            ticket.set(Some(next));
        }
    });
    Effect::new(move |_| {
        if ticket.with(|ticket| ticket.as_ref().is_some_and(|ticket| ticket.status.is_final())) {
            feed.end();
        }
    });
    let shown = move || match (ticket.get(), feed.failure.get()) {
        (_, Some(failure)) => failed(&failure, || routes::replace(&routes::address())),
        (None, None) => skeleton(6),
        (Some(ticket), None) => show(&ticket, rated),
    };
    let said = move || ticket.with(|ticket| ticket.as_ref().map(spoken));
    let connection = move || {
        let over = ticket.with(|ticket| ticket.as_ref().is_none_or(|ticket| ticket.status.is_final()));
        (!over).then(|| {
            let (class, words) = if feed.live.get() {
                ("live", LIVE)
            } else {
                ("live off", RECONNECTING)
            };
            el("p").class(class).child(t(words))
        })
    };
    let content = fragment()
        .child(
            el("p")
                .class("hidden")
                .attr("role", "status")
                .attr("aria-live", "assertive")
                .child(live(said)),
        )
        .child(el("div").attr("role", "status").child(live(connection)))
        .child(live(shown));
    ui::page(t(TICKET), None, pulled(content, move || feed.again()))
}

/// The rating, once the visit is over.
fn rating(ticket: &Ticket, rated: RwSignal<Option<i64>>) -> View {
    if ticket.status != TicketStatus::Served {
        return fragment();
    }
    let (id, before) = (ticket.id, ticket.stars.map(i64::from));
    live(move || match rated.get().or(before) {
        Some(stars) => rating::thanks(stars),
        None => rating::form(id, rated),
    })
}

/// Three long pulses, where the phone can.
fn vibrate() {
    let navigator = window().navigator();
    // Asking a browser that has no such thing would throw.
    if js_sys::Reflect::has(&navigator, &JsValue::from_str("vibrate")).unwrap_or(false) {
        let pattern = [400, 200, 400, 200, 800]
            .into_iter()
            .map(JsValue::from)
            .collect::<js_sys::Array>();
        navigator.vibrate_with_pattern(&pattern);
    }
}

const fn status(status: TicketStatus) -> Phrase {
    match status {
        TicketStatus::Waiting => STATUS_WAITING,
        TicketStatus::Called => STATUS_CALLED,
        TicketStatus::Serving => STATUS_SERVING,
        TicketStatus::Served => STATUS_SERVED,
        TicketStatus::Missed => STATUS_MISSED,
        TicketStatus::Parked => STATUS_PARKED,
        TicketStatus::Abandoned => STATUS_ABANDONED,
        TicketStatus::Voided => STATUS_VOIDED,
    }
}

fn next_step(ticket: &Ticket) -> String {
    let words = match ticket.status {
        TicketStatus::Waiting => match ticket.ahead {
            Some(0) => NEXT_FIRST,
            Some(1..=3) => NEXT_SOON,
            _ => NEXT_WAITING,
        },
        TicketStatus::Called => NEXT_CALLED,
        TicketStatus::Serving => NEXT_SERVING,
        TicketStatus::Served => NEXT_SERVED,
        TicketStatus::Missed => NEXT_MISSED,
        TicketStatus::Parked => NEXT_PARKED,
        TicketStatus::Abandoned => NEXT_ABANDONED,
        TicketStatus::Voided => NEXT_VOIDED,
    };
    let policy = MissPolicy::default();
    let left = policy.last_miss - ticket.misses;
    filled(words, &[&policy.behind.to_string(), &left.to_string()])
}

fn wait(range: Option<WaitRange>) -> String {
    match range {
        None => t(WAIT_UNKNOWN).to_owned(),
        Some(range) if range.low == range.high => filled(WAIT_ABOUT, &[&range.high.to_string()]),
        Some(range) => filled(WAIT_RANGE, &[&range.low.to_string(), &range.high.to_string()]),
    }
}

/// The position as a sentence, for those who listen.
fn spoken(ticket: &Ticket) -> String {
    match (&ticket.counter, ticket.ahead) {
        (Some(counter), _) if ticket.status == TicketStatus::Called => {
            format!("{} {}", ticket.number, filled(GO_TO, &[&counter.number.to_string()]))
        }
        (_, Some(ahead)) => filled(
            SAID_WAITING,
            &[&ticket.number, &ahead.to_string(), &wait(ticket.wait_minutes)],
        ),
        _ => format!("{} {}", ticket.number, t(status(ticket.status))),
    }
}

fn show(ticket: &Ticket, rated: RwSignal<Option<i64>>) -> View {
    let class = match ticket.status {
        TicketStatus::Called => "number called",
        TicketStatus::Serving => "number serving",
        _ if ticket.status.is_final() => "number over",
        _ => "number",
    };
    let counter = ticket
        .counter
        .as_ref()
        .filter(|_| matches!(ticket.status, TicketStatus::Called | TicketStatus::Serving))
        .map(|counter| {
            // Whoever is being served is there already.
            let words = if ticket.status == TicketStatus::Called {
                GO_TO
            } else {
                COUNTER
            };
            let place = filled(words, &[&counter.number.to_string()]);
            fragment()
                .child(el("p").class("number-counter").child(place))
                .child(el("p").class("number-place").child(counter.name.clone()))
        });
    let position = ticket.ahead.map(|ahead| {
        el("dl")
            .class("position")
            .child(
                el("div")
                    .child(el("dt").child(t(AHEAD)))
                    .child(el("dd").child(filled(AHEAD_COUNT, &[&ahead.to_string()]))),
            )
            .child(
                el("div")
                    .child(el("dt").child(t(WAIT)))
                    .child(el("dd").child(wait(ticket.wait_minutes))),
            )
    });
    let lost = matches!(ticket.status, TicketStatus::Abandoned | TicketStatus::Voided);
    let book_again = lost.then(|| way("button primary", BOOK_AGAIN, format!("/book/{}", ticket.service_id)));
    let way_back = ticket.status.is_final().then(|| {
        actions(
            fragment()
                .child(book_again)
                .child(way("button plain", BACK_TO_BOOKINGS, "/appointments")),
        )
    });
    // Whoever was called in vain is told to stay instead.
    let away = ticket
        .wait_minutes
        .filter(|_| ticket.status == TicketStatus::Waiting)
        .map(leave::section);
    let facts = fragment()
        .child(fact(t(HALL), ticket.hall.clone()))
        .child(fact(t(SERVICE), ticket.service.clone()))
        .child(fact(t(ENTERED), dates::clock(ticket.entered_at)));
    fragment()
        .child(
            el("section")
                .class(class)
                .child(el("p").class("number-name").child(t(YOUR_NUMBER)))
                .child(el("p").class("number-value").child(ticket.number.clone()))
                .child(el("p").class("number-status").child(t(status(ticket.status))))
                .child(counter)
                .child(position)
                .child(el("p").class("number-next").child(next_step(ticket))),
        )
        .child(away)
        .child(rating(ticket, rated))
        .child(cells("", facts))
        .child(way_back)
}
