//! Who waits for a counter, in calling order, and why the first is first.

use shared::queue::{
    order::Reason,
    rules::{Action, TicketStatus},
    wire::ClerkTicket,
};

use super::{
    desk::Desk,
    keys::{self, words_of},
    words::{
        ACTIONS, ANONYMOUS_PERSON, BY_SERVICE, CALL_NEXT, KEYS, KIND, KIND_APPOINTMENT, KIND_WALK_IN, LIKELY, MINUTES,
        NUMBER, PAUSE, QUEUE, QUEUE_NONE, REASON_CAME_FIRST, REASON_CHOSEN, REASON_NOBODY_ELSE, REASON_PRIORITY,
        REASON_WAITED_LONGEST, REASON_WALK_INS_TURN, REASON_WINDOW_BEGUN, SERVICE, SPACE, STATUS_ABANDONED,
        STATUS_CALLED, STATUS_MISSED, STATUS_PARKED, STATUS_SERVED, STATUS_SERVING, STATUS_VOIDED, STATUS_WAITING,
        TAKE_TICKET, WAITED, WHO, WHY_NEXT,
    },
};
use crate::{
    browser,
    language::{Phrase, filled, t},
    ui::{View, button, el, fragment},
};

/// The status as the clerk reads it.
pub const fn status(status: TicketStatus) -> Phrase {
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

/// Why a ticket is next.
const fn reason(reason: Reason) -> Phrase {
    match reason {
        Reason::Priority => REASON_PRIORITY,
        Reason::WaitedLongest => REASON_WAITED_LONGEST,
        Reason::WalkInsTurn => REASON_WALK_INS_TURN,
        Reason::WindowBegun => REASON_WINDOW_BEGUN,
        Reason::CameFirst => REASON_CAME_FIRST,
        Reason::NobodyElse => REASON_NOBODY_ELSE,
        Reason::Chosen => REASON_CHOSEN,
    }
}

fn kind(ticket: &ClerkTicket) -> &'static str {
    t(if ticket.appointment {
        KIND_APPOINTMENT
    } else {
        KIND_WALK_IN
    })
}

fn person(ticket: &ClerkTicket) -> String {
    ticket.person.clone().unwrap_or_else(|| t(ANONYMOUS_PERSON).to_owned())
}

fn waited(ticket: &ClerkTicket) -> String {
    let minutes = (browser::now() - ticket.entered_at).num_minutes().max(0);
    filled(MINUTES, &[&minutes.to_string()])
}

/// What the clerk must know of the current ticket.
pub fn facts(ticket: &ClerkTicket) -> View {
    let why = ticket.reason.map(|why| t(reason(why)).to_owned());
    let facts: Vec<View> = [
        (SERVICE, Some(ticket.service.clone())),
        (WHO, Some(person(ticket))),
        (KIND, Some(kind(ticket).to_owned())),
        (WAITED, Some(waited(ticket))),
        (WHY_NEXT, why),
    ]
    .into_iter()
    .filter_map(|(name, value)| Some(el("div").child(el("dt").child(t(name))).child(el("dd").child(value?))))
    .collect();
    fragment().child(facts)
}

/// The queue.
pub fn section(desk: Desk) -> View {
    let rows = move |waiting: Vec<ClerkTicket>| {
        if waiting.is_empty() {
            return el("p").class("desk-idle").child(t(QUEUE_NONE));
        }
        let rows = waiting.iter().map(|ticket| row(desk, ticket)).collect::<Vec<_>>();
        let table = el("table")
            .child(
                el("thead").child(
                    el("tr").child(
                        [NUMBER, SERVICE, WHO, KIND, WAITED, WHY_NEXT, ACTIONS]
                            .map(|name| el("th").attr("scope", "col").child(t(name))),
                    ),
                ),
            )
            .child(el("tbody").child(rows));
        fragment().child(by_service(&waiting)).child(table)
    };
    el("section")
        .class("desk-line")
        .attr("aria-label", t(QUEUE))
        .child(el("h2").child(t(QUEUE)))
        .child(desk.waiting.view(6, move |list| rows(list.items)))
        .child(legend())
}

/// How many wait for each service.
fn by_service(waiting: &[ClerkTicket]) -> View {
    let mut counts: Vec<(&str, u32)> = Vec::new();
    for ticket in waiting.iter().filter(|ticket| ticket.status.is_callable()) {
        match counts.iter_mut().find(|(service, _)| *service == ticket.service) {
            Some((_, count)) => *count += 1,
            None => counts.push((&ticket.service, 1)),
        }
    }
    let counts = counts
        .into_iter()
        .map(|(service, count)| {
            el("li")
                .child(service)
                .child(" ")
                .child(el("strong").child(count.to_string()))
        })
        .collect::<Vec<_>>();
    el("ul")
        .class("desk-services")
        .attr("aria-label", t(BY_SERVICE))
        .child(counts)
}

/// The keys, where nobody has to look for them.
fn legend() -> View {
    let keys = keys::SHORTCUTS
        .iter()
        .filter(|(key, ..)| !key.is_empty())
        .map(|(key, _, words)| (*key, *words));
    let others = [(t(SPACE), LIKELY), ("N", CALL_NEXT), ("W", TAKE_TICKET), ("B", PAUSE)];
    let entries = others
        .into_iter()
        .chain(keys)
        .map(|(key, words)| el("li").child(el("kbd").child(key)).child(" ").child(t(words)))
        .collect::<Vec<_>>();
    el("ul").class("desk-keys").attr("aria-label", t(KEYS)).child(entries)
}

fn row(desk: Desk, ticket: &ClerkTicket) -> View {
    let why = match (ticket.status, ticket.reason) {
        (TicketStatus::Waiting, Some(why)) => t(reason(why)).to_owned(),
        (TicketStatus::Waiting, None) => String::new(),
        (TicketStatus::Missed, Some(why)) => format!("{} · {}", t(STATUS_MISSED), t(reason(why))),
        (other, _) => t(status(other)).to_owned(),
    };
    let buttons = [Action::Call, Action::Resume, Action::Park, Action::Void]
        .into_iter()
        .filter(|action| ticket.actions.contains(action))
        .map(|action| {
            let ticket = ticket.clone();
            button("text-button", words_of(action), None, move || desk.act(&ticket, action))
        })
        .collect::<Vec<_>>();
    el("tr")
        .child(el("th").attr("scope", "row").child(ticket.number.clone()))
        .child(el("td").child(ticket.service.clone()))
        .child(el("td").child(person(ticket)))
        .child(el("td").child(kind(ticket)))
        .child(el("td").child(waited(ticket)))
        .child(el("td").child(why))
        .child(el("td").class("row-actions").child(buttons))
}
