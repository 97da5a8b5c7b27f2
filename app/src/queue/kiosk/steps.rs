//! The steps at the machine: what is to be done, and who does it.

use leptos::prelude::*;
use shared::{
    appointments::{codes::booking_code, problems::CHECK_IN_EARLY, wire::KioskCheckIn},
    catalog::wire::{Group, HallService},
    identity::rules::IdNumber,
    ids::GroupId,
    queue::wire::{TICKET_HELD, Ticket, TicketRequest},
};

use super::{
    keypad::{Entry, Keys, keypad},
    page::{Machine, Step},
    words::{
        BOOKED, BOOKED_HOW, BY_CODE, BY_CODE_HOW, BY_ID, BY_ID_HOW, CHECK_IN, CHOOSE_GROUP, CHOOSE_SERVICE, CODE,
        GET_TICKET, HELD, ID_NUMBER, ID_WRONG, NO_SERVICES, OPENS_AT, WALK_IN, WALK_IN_HOW, WELCOME, WHY_ID, YOU_CHOSE,
    },
};
use crate::{
    api::{DEVICE, Failure},
    language::{Phrase, filled, t},
    ui::{Deed, Icon, View, button, el, empty, fragment, icon, live},
};

/// The start: two ways on.
pub fn start(machine: Machine) -> View {
    let way = |picture: Icon, title: Phrase, how: Phrase, step: Step| {
        el("button")
            .attr("type", "button")
            .class("kiosk-way")
            .on("click", move |_| machine.go(step.clone()))
            .child(icon(picture))
            .child(el("strong").child(t(title)))
            .child(el("span").child(t(how)))
    };
    el("div")
        .class("kiosk-start")
        .child(el("h2").child(t(WELCOME)))
        .child(way(Icon::Calendar, BOOKED, BOOKED_HOW, Step::CheckIn))
        .child(way(Icon::List, WALK_IN, WALK_IN_HOW, Step::Choose(None)))
}

/// What is to be done: first the group, then the service.
pub fn choose(machine: Machine, group: Option<GroupId>) -> View {
    machine.detail.view(8, move |detail| match group {
        None if detail.groups.is_empty() => empty(NO_SERVICES, None),
        None => list(
            CHOOSE_GROUP,
            detail.groups.iter().map(|group| group_button(machine, group)).collect(),
        ),
        Some(group) => machine.services.view(8, move |services| {
            let offered = services.items.into_iter().filter(|service| service.group_id == group);
            list(
                CHOOSE_SERVICE,
                offered.map(|service| service_button(machine, service)).collect(),
            )
        }),
    })
}

fn list(title: Phrase, buttons: Vec<View>) -> View {
    fragment()
        .child(el("h2").child(t(title)))
        .child(el("div").class("kiosk-list").child(buttons))
}

fn group_button(machine: Machine, group: &Group) -> View {
    let id = group.id;
    el("button")
        .attr("type", "button")
        .class("kiosk-choice")
        .on("click", move |_| machine.go(Step::Choose(Some(id))))
        .child(el("em").child(group.prefix.clone()))
        .child(el("span").child(group.name.clone()))
}

fn service_button(machine: Machine, service: HallService) -> View {
    let name = service.name.clone();
    el("button")
        .attr("type", "button")
        .class("kiosk-choice")
        .on("click", move |_| machine.go(Step::Identify(service.clone())))
        .child(el("span").child(name))
}

fn id_wrong(text: &str) -> Option<Phrase> {
    text.parse::<IdNumber>().is_err().then_some(ID_WRONG)
}

/// Who takes a walk-in ticket.
pub fn identify(machine: Machine, service: HallService) -> View {
    let number = Entry::new(Keys::IdNumber);
    let deed = Deed::new();
    let told = RwSignal::new(None::<String>);
    let chosen = filled(YOU_CHOSE, &[&service.name]);
    let take = move || {
        let asked = TicketRequest {
            service_id: service.id,
            id_number: Some(number.now()),
            priority_reason: None,
        };
        told.set(None);
        deed.run(async move {
            let path = format!("/halls/{}/tickets", machine.hall);
            let outcome = DEVICE.post::<Ticket>(&path, &asked).await;
            let ticket = outcome.inspect_err(|failure| {
                told.try_set(particular(failure));
            })?;
            number.clear();
            machine.go(Step::Done(ticket));
            Ok(())
        });
    };
    fragment()
        .child(el("h2").child(t(ID_NUMBER)))
        .child(el("p").class("kiosk-chosen").child(chosen))
        .child(entry(
            number,
            (deed, told),
            GET_TICKET,
            |text| id_wrong(text).is_none(),
            take,
        ))
        .child(el("p").class("kiosk-why").child(t(WHY_ID)))
}

/// Checks a booking in: by its code, which a scanner types too, or by the ID number.
pub fn check_in(machine: Machine) -> View {
    let by_id = RwSignal::new(false);
    live(move || {
        let chosen = by_id.get();
        let keys = if chosen { Keys::IdNumber } else { Keys::Code };
        let typed = Entry::new(keys);
        let deed = Deed::new();
        let told = RwSignal::new(None::<String>);
        let check = move || {
            let text = typed.now();
            let asked = if chosen {
                KioskCheckIn {
                    id_number: Some(text),
                    ..KioskCheckIn::default()
                }
            } else {
                KioskCheckIn {
                    code: Some(text),
                    ..KioskCheckIn::default()
                }
            };
            told.set(None);
            deed.run(async move {
                let path = format!("/halls/{}/check-ins", machine.hall);
                let outcome = DEVICE.post::<Ticket>(&path, &asked).await.inspect_err(|failure| {
                    told.try_set(particular(failure));
                });
                // Neither the next one nor a wrong try finds what was typed.
                typed.clear();
                machine.go(Step::Done(outcome?));
                Ok(())
            });
        };
        let ready: fn(&str) -> bool = if chosen {
            |text| id_wrong(text).is_none()
        } else {
            |text| booking_code(text).is_some()
        };
        let tab = move |words: Phrase, id: bool| {
            el("button")
                .attr("type", "button")
                .class("kiosk-tab")
                .attr("aria-pressed", (id == chosen).to_string())
                .on("click", move |_| by_id.set(id))
                .child(t(words))
        };
        fragment()
            .child(el("h2").child(t(if chosen { ID_NUMBER } else { CODE })))
            .child(
                el("div")
                    .class("kiosk-tabs")
                    .child(tab(BY_CODE, false))
                    .child(tab(BY_ID, true)),
            )
            .child(
                el("p")
                    .class("kiosk-chosen")
                    .child(t(if chosen { BY_ID_HOW } else { BY_CODE_HOW })),
            )
            .child(entry(typed, (deed, told), CHECK_IN, ready, check))
    })
}

/// What the person in front of the machine needs to know beyond what every page says of the refusal.
fn particular(failure: &Failure) -> Option<String> {
    let problem = failure.problem()?;
    let member = |name: &str| problem.extensions.get(name)?.as_str();
    if problem.is(&TICKET_HELD) {
        return member("number").map(|number| filled(HELD, &[number]));
    }
    // The bureau's own clock stands in the text: 2026-11-23T08:30:00+08:00.
    let opens = member("opens_at").and_then(|at| at.get(11..16));
    opens
        .filter(|_| problem.is(&CHECK_IN_EARLY))
        .map(|clock| filled(OPENS_AT, &[clock]))
}

/// The field, its keys, and the button that goes on; a scanner ends with Enter.
fn entry(
    typed: Entry,
    (deed, told): (Deed, RwSignal<Option<String>>),
    words: Phrase,
    ready: impl Fn(&str) -> bool + Copy + 'static,
    go_on: impl Fn() + Clone + 'static,
) -> View {
    let by_enter = go_on.clone();
    let field = keypad(typed, move || {
        if typed.value.with_untracked(|text| ready(text)) {
            by_enter();
        }
    });
    let press = button("kiosk-button primary", words, Some(deed), move || {
        if typed.value.with_untracked(|text| ready(text)) {
            go_on();
        }
    });
    fragment()
        .child(field)
        .child(
            el("div")
                .class("kiosk-outcome")
                .child(deed.outcome())
                .child(live(move || {
                    told.get().map(|told| el("p").class("kiosk-told").child(told))
                })),
        )
        .child(
            el("div")
                .class("kiosk-go")
                .live_attr("data-ready", move || typed.value.with(|text| ready(text)).to_string())
                .child(press),
        )
}
