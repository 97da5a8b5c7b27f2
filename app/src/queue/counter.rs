//! An open counter: the current ticket, its actions, and who waits.

use leptos::prelude::*;
use shared::{
    catalog::wire::HallDetail,
    identity::wire::StaffView,
    queue::{
        rules::{Action, TicketStatus},
        wire::{ClerkTicket, CounterSession},
    },
};

use super::{
    console,
    desk::{Asked, Desk},
    dialogs, keys, line, live, walk_in,
    words::{
        CALL_NEXT, CLOSE, COUNTER, CURRENT, GO_ON, MISSED_TIMES, NO_CURRENT, PAUSE, PAUSED, SINCE, TAKE_TICKET,
        WAITING_HERE,
    },
};
use crate::{
    api::STAFF,
    browser, dates,
    language::{Phrase, filled, t},
    ui::{Deed, Remote, View, button, el, fragment, live, notice},
};

/// How often the queue is asked for while nothing is heard of it.
const POLL: u64 = 10_000;

/// The open counter.
pub fn open(staff: &StaffView, hall: &HallDetail, open: CounterSession, session: Remote<CounterSession>) -> View {
    let desk = Desk::new(&open);
    browser::every(POLL, move || desk.waiting.refresh());
    // The board changes whenever anything happens in the hall: then the queue is asked for at once.
    live::follow(STAFF, format!("/halls/{}/board", hall.summary.id), move |_| {
        desk.waiting.refresh();
    });
    keys::listen(desk);

    let closing = Deed::new();
    let id = open.counter_id;
    let close = move || {
        closing.run(async move {
            STAFF.delete(&format!("/counters/{id}/session")).await?;
            session.again();
            Ok(())
        });
    };
    let at_first = open.waiting;
    let count = move || {
        let count = desk
            .waiting
            .ready()
            .map(|list| list.items.iter().filter(|one| one.status.is_callable()).count());
        count.map_or_else(|| at_first.to_string(), |count| count.to_string())
    };
    let place = fragment()
        .child(
            el("h1")
                .class("console-counter")
                .child(filled(COUNTER, &[&open.number.to_string()])),
        )
        .child(
            el("span")
                .class("console-hall")
                .child(hall.summary.name.clone())
                .child(" · ")
                .child(console::names(&hall.groups, &open.groups)),
        )
        .child(
            el("span")
                .class("console-since")
                .child(filled(SINCE, &[&dates::clock(open.opened_at)])),
        )
        .child(
            el("span")
                .class("console-waiting")
                .attr("aria-live", "polite")
                .child(t(WAITING_HERE))
                .child(" ")
                .child(el("strong").child(live(count))),
        )
        .child(with_key("text-button", TAKE_TICKET, "W", desk.deed, move || {
            desk.ask(Asked::WalkIn);
        }))
        .child(live(move || {
            let words = if desk.paused.get() { GO_ON } else { PAUSE };
            with_key("text-button", words, "B", desk.deed, move || {
                desk.pause();
            })
        }))
        .child(button("text-button", CLOSE, Some(closing), close));
    let (hall_id, groups) = (hall.summary.id, hall.groups.clone());
    let asked = move || match desk.asked.get()? {
        Asked::Void(ticket) => Some(dialogs::void(desk, &ticket)),
        Asked::Transfer(ticket) => Some(dialogs::transfer(desk, ticket, &groups)),
        Asked::Call(ticket) => Some(dialogs::call(desk, &ticket)),
        Asked::WalkIn => Some(walk_in::dialog(desk, hall_id, &groups)),
    };
    fragment()
        .child(console::top(staff, place))
        .child(closing.outcome())
        .child(live(move || {
            let in_the_midst = desk.paused.get() && desk.current.with(Option::is_some);
            in_the_midst.then(|| notice("bad", t(PAUSED)))
        }))
        .child(
            el("div")
                .class("desk")
                .child(
                    el("section")
                        .class("desk-now")
                        .attr("aria-label", t(CURRENT))
                        .child(now(desk)),
                )
                .child(line::section(desk)),
        )
        .child(live(asked))
}

/// A button that shows the key which does the same.
fn with_key(class: &'static str, words: Phrase, key: &'static str, deed: Deed, press: impl Fn() + 'static) -> View {
    el("button")
        .attr("type", "button")
        .class(class)
        .live_attr("disabled", move || deed.is_busy())
        .on("click", move |_| press())
        .child(t(words))
        .child(" ")
        .child(el("kbd").child(key))
}

fn now(desk: Desk) -> View {
    let ticket = move || match desk.current.get() {
        Some(ticket) => current(desk, &ticket),
        None if desk.paused.get() => fragment()
            .child(el("p").class("desk-idle").child(t(PAUSED)))
            .child(with_key("button primary huge", GO_ON, "B", desk.deed, move || {
                desk.pause();
            })),
        None => fragment()
            .child(el("p").class("desk-idle").child(t(NO_CURRENT)))
            .child(with_key("button primary huge", CALL_NEXT, "N", desk.deed, move || {
                desk.call_next();
            })),
    };
    fragment()
        .child(el("div").attr("aria-live", "polite").child(live(ticket)))
        .child(desk.deed.outcome())
}

fn current(desk: Desk, ticket: &ClerkTicket) -> View {
    let buttons = keys::SHORTCUTS
        .iter()
        .filter(|(_, action, _)| *action != Action::Call && ticket.actions.contains(action))
        .enumerate()
        .map(|(index, (key, action, words))| {
            let class = if index == 0 { "button primary" } else { "button plain" };
            let ticket = ticket.clone();
            with_key(class, *words, key, desk.deed, move || desk.act(&ticket, *action))
        })
        .collect::<Vec<_>>();
    let misses = (ticket.misses > 0).then(|| filled(MISSED_TIMES, &[&ticket.misses.to_string()]));
    let class = if ticket.status == TicketStatus::Called {
        "desk-number called"
    } else {
        "desk-number"
    };
    fragment()
        .child(el("p").class(class).child(ticket.number.clone()))
        .child(el("p").class("desk-status").child(t(line::status(ticket.status))))
        .child(el("dl").class("desk-facts").child(line::facts(ticket)))
        .child(el("p").class("desk-misses").child(misses))
        .child(el("div").class("desk-actions").child(buttons))
}
