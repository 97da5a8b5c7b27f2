//! What the shelf asks before something is moved, posted, taken back or laid into a locker.

use std::collections::BTreeSet;

use leptos::prelude::*;
use shared::{
    ids::DeviceId,
    slips::{
        locker::{CompartmentRequest, HIGHEST},
        wire::Slip,
    },
};

use super::shelf_words::{COMPARTMENT_HINT, COMPARTMENT_NUMBER, COMPARTMENT_WRONG, FREE, FREE_HOW, LOCKER, REQUIRED};
use crate::{
    language::{Phrase, t},
    ui::{self, Deed, Field, Keyboard, View, actions, cells, chip, choice, el, fragment, live},
};

/// How many free compartments are offered at once.
const OFFERED: usize = 12;

/// A question that is answered by a line.
pub fn line(label: Phrase, done: Phrase, deed: Deed, answer: impl Fn(String) + 'static) -> View {
    let typed = Field::new(|text| text.trim().is_empty().then_some(REQUIRED));
    let field = typed.view("shelf-line", label, label, Keyboard::Text { fill: "off" }, None);
    let answer = move || answer(typed.now());
    form(
        el("div").class("cells").child(field),
        done,
        deed,
        move || typed.is_right(),
        answer,
    )
}

/// A question that is answered by one of several things.
pub fn one<Id: Copy + PartialEq + Send + Sync + 'static>(
    title: Phrase,
    offered: Vec<(Id, String)>,
    done: Phrase,
    deed: Deed,
    answer: impl Fn(Id) + 'static,
) -> View {
    let chosen = RwSignal::new(None);
    let answer = move || {
        if let Some(chosen) = chosen.get_untracked() {
            answer(chosen);
        }
    };
    form(
        one_of(title, offered, chosen),
        done,
        deed,
        move || chosen.get().is_some(),
        answer,
    )
}

/// Which compartment of which locker. The next free ones are offered; another can be typed, because how many a locker has is not known.
pub fn compartment(
    lockers: Vec<(DeviceId, String)>,
    lying: impl Fn() -> Vec<Slip> + Send + Sync + 'static,
    done: Phrase,
    deed: Deed,
    answer: impl Fn(CompartmentRequest) + 'static,
) -> View {
    let only = match lockers.as_slice() {
        [(only, _)] => Some(*only),
        _ => None,
    };
    let locker = RwSignal::new(only);
    let number = Field::new(|text| number_of(text).is_none().then_some(COMPARTMENT_WRONG));
    let taken = Memo::new(move |_| taken_in(locker.get(), &lying()));
    let place = move || {
        let number = number.value.with(|text| number_of(text))?;
        let free = taken.with(|taken| !taken.contains(&number));
        let locker_id = locker.get().filter(|_| free)?;
        Some(CompartmentRequest { locker_id, number })
    };
    let free = move |at: i32| {
        let name = at.to_string();
        let press = {
            let name = name.clone();
            move || number.value.set(name.clone())
        };
        chip(
            &name,
            move || number.value.with(|text| number_of(text)) == Some(at),
            press,
        )
    };
    let frees = live(move || {
        let numbers = taken.with(|taken| {
            (1..=HIGHEST)
                .filter(|at| !taken.contains(at))
                .take(OFFERED)
                .collect::<Vec<_>>()
        });
        locker.get().map(|_| {
            el("div")
                .class("chips")
                .attr("role", "group")
                .attr("aria-label", t(FREE))
                .child(numbers.into_iter().map(free).collect::<Vec<_>>())
        })
    });
    let typed = number.view(
        "compartment",
        COMPARTMENT_NUMBER,
        COMPARTMENT_HINT,
        Keyboard::Digits,
        None,
    );
    let content = fragment()
        .child(one_of(LOCKER, lockers, locker))
        .child(el("h3").class("cells-title").child(t(FREE)))
        .child(frees)
        .child(el("p").class("small").child(t(FREE_HOW)))
        .child(el("div").class("cells").child(typed));
    let answer = move || {
        if let Some(place) = place() {
            answer(place);
        }
    };
    form(content, done, deed, move || place().is_some(), answer)
}

fn form(
    content: View,
    done: Phrase,
    deed: Deed,
    ready: impl Fn() -> bool + Copy + 'static,
    answer: impl Fn() + 'static,
) -> View {
    let send = move |event: web_sys::Event| {
        event.prevent_default();
        if untrack(ready) {
            answer();
        }
    };
    el("form")
        .on("submit", send)
        .child(content)
        .child(deed.outcome())
        .child(actions(ui::submit(done, deed, ready)))
}

fn one_of<Id: Copy + PartialEq + Send + Sync + 'static>(
    title: Phrase,
    offered: Vec<(Id, String)>,
    chosen: RwSignal<Option<Id>>,
) -> View {
    let row = |(id, name): (Id, String)| {
        choice(
            "shelf-choice",
            move || chosen.get() == Some(id),
            move || chosen.set(Some(id)),
            el("strong").child(name),
        )
    };
    cells(
        t(title),
        fragment().child(offered.into_iter().map(row).collect::<Vec<_>>()),
    )
}

fn number_of(text: &str) -> Option<i32> {
    text.trim().parse().ok().filter(|number| (1..=HIGHEST).contains(number))
}

fn taken_in(locker: Option<DeviceId>, lying: &[Slip]) -> BTreeSet<i32> {
    lying
        .iter()
        .filter_map(|slip| slip.compartment.as_ref())
        .filter(|place| Some(place.locker_id) == locker)
        .map(|place| place.number)
        .collect()
}
