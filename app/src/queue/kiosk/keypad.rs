//! A field with large keys under it, which a scanner or a keyboard can fill too.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::KeyboardEvent;

use super::words::{DELETE, EMPTY, FIELD};
use crate::{
    language::t,
    ui::{View, el, live},
};

/// What is asked for, and so which keys there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keys {
    /// Digits, and X for the last place.
    IdNumber,
    /// The letters and digits of booking codes.
    Code,
}

impl Keys {
    const fn all(self) -> &'static str {
        match self {
            Self::IdNumber => "123456789X0",
            Self::Code => "23456789ABCDEFGHJKLMNPQRSTUVWXYZ",
        }
    }

    const fn class(self) -> &'static str {
        match self {
            Self::IdNumber => "keys digits",
            Self::Code => "keys letters",
        }
    }

    /// What a scanner sends is an address, so a code may be longer while it comes in.
    const fn longest(self) -> usize {
        match self {
            Self::IdNumber => 18,
            Self::Code => 200,
        }
    }
}

/// What is being typed.
#[derive(Clone, Copy)]
pub struct Entry {
    /// As far as it was typed.
    pub value: RwSignal<String>,
    keys: Keys,
}

impl Entry {
    /// Nothing typed yet.
    pub fn new(keys: Keys) -> Self {
        Self {
            value: RwSignal::new(String::new()),
            keys,
        }
    }

    /// What is typed now.
    pub fn now(self) -> String {
        self.value.get_untracked().trim().to_uppercase()
    }

    /// Forgets it.
    pub fn clear(self) {
        self.value.try_set(String::new());
    }

    fn add(self, character: char) {
        let longest = self.keys.longest();
        self.value.update(|text| {
            if text.len() < longest {
                text.push(character);
            }
        });
    }
}

/// The field and its keys; `entered` is called at Enter.
pub fn keypad(entry: Entry, entered: impl Fn() + 'static) -> View {
    let key = move |character: char| {
        el("button")
            .attr("type", "button")
            .on("click", move |_| entry.add(character))
            .child(character.to_string())
    };
    let erase = el("button")
        .attr("type", "button")
        .class("erase")
        .attr("aria-label", t(DELETE))
        .on("click", move |_| {
            entry.value.update(|text| {
                text.pop();
            });
        })
        .child("⌫");
    let shown = move || {
        let text = entry.value.get().to_uppercase();
        if text.is_empty() {
            t(EMPTY).to_owned()
        } else {
            grouped(&text, entry.keys)
        }
    };
    el("div")
        .class("keypad")
        .child(
            el("input")
                .class("scanned")
                .attr("type", "text")
                .attr("inputmode", "none")
                .attr("autocomplete", "off")
                .attr("aria-label", t(FIELD))
                .focused()
                .live_prop("value", move || entry.value.get())
                .on("input", move |event| entry.value.set(event_target_value(&event)))
                .on("keydown", move |event| {
                    if event.unchecked_ref::<KeyboardEvent>().key() == "Enter" {
                        event.prevent_default();
                        entered();
                    }
                }),
        )
        .child(
            el("output")
                .class("typed")
                .live_attr("data-empty", move || entry.value.with(String::is_empty).to_string())
                .child(live(shown)),
        )
        .child(
            el("div")
                .class(entry.keys.class())
                .child(entry.keys.all().chars().map(key).collect::<Vec<_>>())
                .child(erase),
        )
}

/// An ID number in the groups in which people read it: place, birth date, the rest.
fn grouped(text: &str, keys: Keys) -> String {
    match keys {
        Keys::Code => text.to_owned(),
        Keys::IdNumber => {
            let mut shown = String::new();
            for (at, character) in text.chars().enumerate() {
                if matches!(at, 6 | 10 | 14) {
                    shown.push(' ');
                }
                shown.push(character);
            }
            shown
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_read_in_its_parts() {
        assert_eq!(grouped("11010519491231002X", Keys::IdNumber), "110105 1949 1231 002X");
        assert_eq!(grouped("7K3M9Q", Keys::Code), "7K3M9Q");
    }
}
