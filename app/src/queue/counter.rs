//! An open counter: the current ticket, its actions, and who waits.

use leptos::{ev, prelude::*};
use serde::Serialize;
use shared::{
    catalog::wire::{Group, HallDetail},
    identity::wire::StaffView,
    ids::{CounterId, GroupId, TicketId},
    list::List,
    queue::{
        rules::{Action, TicketStatus},
        wire::{ClerkTicket, CounterSession},
    },
};
use wasm_bindgen::JsCast;

use super::{
    console, line, live,
    words::{
        CALL_NEXT, CANCEL, CLOSE, COUNTER, CURRENT, FINISH, MISS, MISSED_TIMES, NO_CURRENT, PARK, RECALL, RESUME,
        SERVE, SINCE, TRANSFER, TRANSFER_TO, VOID, VOID_ASK, WAITING_HERE,
    },
};
use crate::{
    api::{Nothing, STAFF},
    browser, dates,
    language::{Phrase, filled, t},
    ui::{Deed, Remote, View, button, dialog, el, fragment, live},
};

/// How often the queue is asked for while nothing is heard of it.
const POLL: u64 = 10_000;

/// An open counter and what is going on there.
#[derive(Clone, Copy)]
pub struct Desk {
    counter: CounterId,
    /// The open ticket.
    pub current: RwSignal<Option<ClerkTicket>>,
    /// Who waits, in calling order.
    pub waiting: Remote<List<ClerkTicket>>,
    /// Those that this clerk has put aside.
    pub parked: RwSignal<Vec<ClerkTicket>>,
    voiding: RwSignal<Option<ClerkTicket>>,
    transferring: RwSignal<bool>,
    deed: Deed,
}

#[derive(Serialize)]
struct Transfer {
    group_id: GroupId,
}

impl Desk {
    fn call_next(self) {
        let counter = self.counter;
        self.deed.run(async move {
            let ticket = STAFF.post(&format!("/counters/{counter}/call-next"), &Nothing {}).await;
            self.waiting.refresh();
            self.current.try_set(Some(ticket?));
            Ok(())
        });
    }

    /// Does something with a ticket.
    pub fn act(self, ticket: TicketId, action: Action) {
        match action {
            Action::Transfer => self.transferring.set(true),
            Action::Void => {
                let found = self.find(ticket);
                self.voiding.set(found);
            }
            action => self.send(ticket, action, None),
        }
    }

    fn find(self, ticket: TicketId) -> Option<ClerkTicket> {
        let waiting = self.waiting.ready().map(|list| list.items).unwrap_or_default();
        self.parked
            .get_untracked()
            .into_iter()
            .chain(waiting)
            .find(|one| one.id == ticket)
    }

    fn send(self, ticket: TicketId, action: Action, group: Option<GroupId>) {
        self.deed.run(async move {
            let path = format!("/tickets/{ticket}/{}", action.as_str());
            let outcome = match group {
                Some(group_id) => STAFF.post::<ClerkTicket>(&path, &Transfer { group_id }).await,
                None => STAFF.post::<ClerkTicket>(&path, &Nothing {}).await,
            };
            self.waiting.refresh();
            self.take(outcome?);
            Ok(())
        });
    }

    /// Puts a ticket where its new state belongs.
    fn take(self, ticket: ClerkTicket) {
        self.voiding.try_set(None);
        self.transferring.try_set(false);
        self.parked
            .try_update(|parked| parked.retain(|one| one.id != ticket.id));
        match ticket.status {
            TicketStatus::Called | TicketStatus::Serving => {
                self.current.try_set(Some(ticket));
            }
            status => {
                self.current
                    .try_update(|current| current.take_if(|current| current.id == ticket.id));
                if status == TicketStatus::Parked {
                    self.parked.try_update(|parked| parked.push(ticket));
                }
            }
        }
    }

    /// The action behind a key. Space does what is most likely next.
    fn press(self, key: &str) -> bool {
        let current = self.current.get_untracked();
        let Some(current) = current else {
            let calls = matches!(key, " " | "n" | "N");
            if calls {
                self.call_next();
            }
            return calls;
        };
        let action = match key {
            " " if current.status == TicketStatus::Called => Some(Action::Serve),
            " " => Some(Action::Finish),
            key => SHORTCUTS
                .iter()
                .find(|(known, ..)| known.eq_ignore_ascii_case(key))
                .map(|(_, action, _)| *action),
        };
        match action.filter(|action| current.actions.contains(action)) {
            Some(action) => {
                self.act(current.id, action);
                true
            }
            None => false,
        }
    }
}

/// Keys, their actions and the buttons' words.
const SHORTCUTS: [(&str, Action, Phrase); 8] = [
    ("S", Action::Serve, SERVE),
    ("F", Action::Finish, FINISH),
    ("R", Action::Recall, RECALL),
    ("M", Action::Miss, MISS),
    ("P", Action::Park, PARK),
    ("T", Action::Transfer, TRANSFER),
    ("U", Action::Resume, RESUME),
    ("V", Action::Void, VOID),
];

/// What an action is called.
pub fn action_words(action: Action) -> Phrase {
    SHORTCUTS
        .iter()
        .find(|(_, known, _)| *known == action)
        .map_or(CALL_NEXT, |(.., words)| *words)
}

/// The open counter.
pub fn open(staff: &StaffView, hall: &HallDetail, open: CounterSession, session: Remote<CounterSession>) -> View {
    let desk = Desk {
        counter: open.counter_id,
        current: RwSignal::new(open.current),
        waiting: Remote::fetch(STAFF, format!("/counters/{}/queue", open.counter_id)),
        parked: RwSignal::new(Vec::new()),
        voiding: RwSignal::new(None),
        transferring: RwSignal::new(false),
        deed: Deed::new(),
    };
    browser::every(POLL, move || desk.waiting.refresh());
    // The board changes whenever anything happens in the hall: then the queue is asked for at once.
    live::follow(STAFF, format!("/halls/{}/board", hall.summary.id), move |_| {
        desk.waiting.refresh();
    });
    listen(desk);

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
            el("span")
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
        .child(button("text-button", CLOSE, Some(closing), close));
    let groups = hall.groups.clone();
    fragment()
        .child(console::top(staff, place))
        .child(closing.outcome())
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
        .child(live(move || desk.voiding.get().map(|ticket| void(desk, &ticket))))
        .child(live(move || {
            let current = desk.current.get().filter(|_| desk.transferring.get())?;
            Some(transfer(desk, current.id, &groups))
        }))
}

fn listen(desk: Desk) {
    let handle = window_event_listener(ev::keydown, move |event| {
        let in_field = event
            .target()
            .and_then(|target| target.dyn_into::<web_sys::Element>().ok())
            .is_some_and(|element| {
                element
                    .closest("input, button, a, [role=dialog]")
                    .ok()
                    .flatten()
                    .is_some()
            });
        let modified = event.ctrl_key() || event.meta_key() || event.alt_key() || event.repeat();
        // A focused button has its own use for the space bar.
        let busy_key = in_field && event.key() == " ";
        let in_text = in_field
            && document()
                .active_element()
                .is_some_and(|element| element.matches("input").unwrap_or(false));
        if !modified && !busy_key && !in_text && desk.press(&event.key()) {
            event.prevent_default();
        }
    });
    on_cleanup(move || handle.remove());
}

fn now(desk: Desk) -> View {
    let ticket = move || match desk.current.get() {
        Some(ticket) => current(desk, &ticket),
        None => fragment().child(el("p").class("desk-idle").child(t(NO_CURRENT))).child(
            el("button")
                .attr("type", "button")
                .class("button primary huge")
                .live_attr("disabled", move || desk.deed.is_busy())
                .on("click", move |_| desk.call_next())
                .child(t(CALL_NEXT))
                .child(el("kbd").child("N")),
        ),
    };
    fragment()
        .child(el("div").attr("aria-live", "polite").child(live(ticket)))
        .child(desk.deed.outcome())
}

fn current(desk: Desk, ticket: &ClerkTicket) -> View {
    let id = ticket.id;
    let buttons = SHORTCUTS
        .iter()
        .filter(|(_, action, _)| ticket.actions.contains(action))
        .enumerate()
        .map(|(index, (key, action, words))| {
            let action = *action;
            let class = if index == 0 { "button primary" } else { "button plain" };
            el("button")
                .attr("type", "button")
                .class(class)
                .live_attr("disabled", move || desk.deed.is_busy())
                .on("click", move |_| desk.act(id, action))
                .child(t(*words))
                .child(el("kbd").child(*key))
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

fn void(desk: Desk, ticket: &ClerkTicket) -> View {
    let id = ticket.id;
    let close = move || desk.voiding.set(None);
    let content = fragment()
        .child(el("p").child(filled(VOID_ASK, &[&ticket.number])))
        .child(desk.deed.outcome())
        .child(
            el("div")
                .class("actions side")
                .child(button("button plain", CANCEL, None, close))
                .child(button("button danger", VOID, Some(desk.deed), move || {
                    desk.send(id, Action::Void, None);
                })),
        );
    dialog(t(VOID).to_owned(), close, content)
}

fn transfer(desk: Desk, ticket: TicketId, groups: &[Group]) -> View {
    let close = move || desk.transferring.set(false);
    let offers = groups
        .iter()
        .map(|group| {
            let id = group.id;
            el("button")
                .attr("type", "button")
                .class("button plain")
                .on("click", move |_| desk.send(ticket, Action::Transfer, Some(id)))
                .child(group.prefix.clone())
                .child(" ")
                .child(group.name.clone())
        })
        .collect::<Vec<_>>();
    let content = fragment()
        .child(el("p").child(t(TRANSFER_TO)))
        .child(desk.deed.outcome())
        .child(el("div").class("groups").child(offers));
    dialog(t(TRANSFER).to_owned(), close, content)
}
