//! What the editors of counters, groups and timetables have in common: they open below the row that they change, or below the list for what
//! is added, and close when the server has kept it.

use std::fmt::Display;

use leptos::prelude::*;
use serde::Serialize;

use super::{
    inputs::select,
    words::{EDIT, IN_USE, OUT_OF_USE, SAVED, STATE},
};
use crate::{
    api::{Anything, STAFF},
    language::{Phrase, t},
    ui::{self, Deed, View, button, el, live},
};

/// The button that opens the editor of a row, and closes it again.
pub fn edit(open: RwSignal<bool>) -> View {
    button("text-button", EDIT, None, move || open.update(|open| *open = !*open))
}

/// What opens below a row of so many columns.
pub fn below(columns: &'static str, open: RwSignal<bool>, content: impl Fn() -> View + 'static) -> View {
    live(move || {
        open.get().then(|| {
            el("tr")
                .class("editor")
                .child(el("td").attr("colspan", columns).child(content()))
        })
    })
}

/// The button that adds something, and in its place the editor once it is pressed.
pub fn adding(add: Phrase, editor: impl Fn(RwSignal<bool>) -> View + 'static) -> View {
    let open = RwSignal::new(false);
    live(move || {
        if open.get() {
            editor(open)
        } else {
            el("p")
                .class("form-actions")
                .child(button("button plain", add, None, move || open.set(true)))
        }
    })
}

/// Puts what was edited in the place of what is known, or adds it; then the editor closes, and what shows it is asked for again.
pub fn save(
    deed: Deed,
    open: RwSignal<bool>,
    list: &'static str,
    known: Option<impl Display>,
    edited: &impl Serialize,
    again: impl Fn() + 'static,
) {
    let edited = serde_json::to_value(edited).unwrap_or_default();
    let known = known.map(|id| format!("{list}/{id}"));
    deed.run(async move {
        let _kept: Anything = match known {
            Some(known) => STAFF.put(&known, &edited).await?,
            None => STAFF.post(list, &edited).await?,
        };
        ui::toast(SAVED);
        open.try_set(false);
        again();
        Ok(())
    });
}

/// Whether something is in use, as tables show it.
pub fn state(active: bool) -> View {
    let (words, class) = if active {
        (IN_USE, "tag good")
    } else {
        (OUT_OF_USE, "tag bad")
    };
    el("span").class(class).child(t(words))
}

/// The field of whether something is in use.
pub fn state_field(active: RwSignal<String>) -> View {
    let states = [("yes", IN_USE), ("no", OUT_OF_USE)].map(|(key, words)| (key.to_owned(), t(words).to_owned()));
    select(STATE, states.to_vec(), active)
}
