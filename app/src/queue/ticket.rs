//! A resident's ticket, live.

use leptos::prelude::*;
use shared::{
    ids::TicketId,
    queue::{estimate::WaitRange, rules::TicketStatus, wire::Ticket},
};
use wasm_bindgen::JsValue;

use super::{
    live,
    words::{
        AHEAD, AHEAD_COUNT, BACK_TO_BOOKINGS, ENTERED, GO_TO, HALL, LIVE, NEXT_ABANDONED, NEXT_CALLED, NEXT_FIRST,
        NEXT_MISSED, NEXT_PARKED, NEXT_SERVED, NEXT_SERVING, NEXT_SOON, NEXT_VOIDED, NEXT_WAITING, RECONNECTING,
        SAID_WAITING, SERVICE, STATUS_ABANDONED, STATUS_CALLED, STATUS_MISSED, STATUS_PARKED, STATUS_SERVED,
        STATUS_SERVING, STATUS_VOIDED, STATUS_WAITING, TICKET, WAIT, WAIT_ABOUT, WAIT_RANGE, WAIT_UNKNOWN, YOUR_NUMBER,
    },
};
use crate::{
    api::AUTHORIZED,
    dates,
    language::{Phrase, filled, t},
    routes,
    ui::{self, View, cells, el, fact, failed, fragment, live, skeleton},
};

/// The page of a ticket.
pub fn ticket(id: TicketId) -> View {
    let ticket = RwSignal::new(None::<Ticket>);
    let feed = live::follow(AUTHORIZED, format!("/tickets/{id}"), move |text| {
        let Ok(next) = serde_json::from_str::<Ticket>(text) else {
            return;
        };
        let called_before = ticket.with_untracked(|before| before.as_ref().and_then(|before| before.called_at));
        let known = ticket.with_untracked(Option::is_some);
        if known && next.status == TicketStatus::Called && next.called_at != called_before {
            vibrate();
        }
        ticket.set(Some(next));
    });
    let shown = move || match (ticket.get(), feed.failure.get()) {
        (_, Some(failure)) => failed(&failure, || routes::replace(&routes::address())),
        (None, None) => skeleton(6),
        (Some(ticket), None) => show(&ticket),
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
    ui::page(t(TICKET), None, content)
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

fn next_step(ticket: &Ticket) -> Phrase {
    match ticket.status {
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
    }
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

fn show(ticket: &Ticket) -> View {
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
            let go = filled(GO_TO, &[&counter.number.to_string()]);
            fragment()
                .child(el("p").class("number-counter").child(go))
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
    let way_back = ticket.status.is_final().then(|| {
        el("div").class("actions").child(
            el("a")
                .class("button plain")
                .attr("href", "/appointments")
                .child(t(BACK_TO_BOOKINGS)),
        )
    });
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
                .child(el("p").class("number-next").child(t(next_step(ticket)))),
        )
        .child(cells("", facts))
        .child(way_back)
}
