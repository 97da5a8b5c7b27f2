//! A field of a form, with its label and the sentence that says what is wrong with it.

use super::view::{View, el, live};
use leptos::prelude::*;

use crate::language::{Phrase, t};

/// The keyboard that a field asks for, and what the browser may fill in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keyboard {
    /// Any text.
    Text {
        /// The `autocomplete` of the field.
        fill: &'static str,
    },
    /// A phone number.
    Phone,
    /// Six digits from a text message.
    OneTimeCode,
    /// Six digits from elsewhere.
    Digits,
    /// A password.
    Password,
}

impl Keyboard {
    const fn attributes(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Text { fill } => ("text", "text", fill),
            Self::Phone => ("tel", "tel", "tel"),
            Self::OneTimeCode => ("text", "numeric", "one-time-code"),
            Self::Digits => ("text", "numeric", "off"),
            Self::Password => ("password", "text", "current-password"),
        }
    }
}

/// A field: what is typed, and what is wrong with it once the cursor has left it.
#[derive(Clone, Copy)]
pub struct Field {
    /// What is typed.
    pub value: RwSignal<String>,
    left: RwSignal<bool>,
    check: fn(&str) -> Option<Phrase>,
}

impl Field {
    /// A field whose check says what is wrong, if anything is.
    pub fn new(check: fn(&str) -> Option<Phrase>) -> Self {
        Self {
            value: RwSignal::new(String::new()),
            left: RwSignal::new(false),
            check,
        }
    }

    /// What is typed now.
    pub fn now(self) -> String {
        self.value.get_untracked().trim().to_owned()
    }

    /// Whether nothing is wrong with it.
    pub fn is_right(self) -> bool {
        self.value.with(|value| (self.check)(value).is_none())
    }

    /// Empties the field.
    pub fn clear(self) {
        self.value.set(String::new());
        self.left.set(false);
    }

    /// The field with its label.
    pub fn view(
        self,
        name: &'static str,
        label: Phrase,
        hint: Phrase,
        keyboard: Keyboard,
        beside: Option<View>,
    ) -> View {
        let (kind, mode, fill) = keyboard.attributes();
        let wrong = move || {
            self.left
                .get()
                .then(|| self.value.with(|value| (self.check)(value)))
                .flatten()
        };
        let told = format!("{name}-wrong");
        el("div")
            .class("cell field")
            .child(el("label").attr("for", name).child(t(label)))
            .child(
                el("input")
                    .attr("id", name)
                    .attr("name", name)
                    .attr("type", kind)
                    .attr("inputmode", mode)
                    .attr("autocomplete", fill)
                    .attr("autocapitalize", "off")
                    .attr("spellcheck", "false")
                    .attr("placeholder", t(hint))
                    .attr("aria-describedby", told.clone())
                    .live_attr("aria-invalid", move || wrong().is_some().to_string())
                    .live_prop("value", move || self.value.get())
                    .on("input", move |event| self.value.set(event_target_value(&event)))
                    .on("blur", move |_| self.left.set(!self.now().is_empty())),
            )
            .child(beside)
            .child(
                el("p")
                    .class("field-wrong")
                    .attr("id", told)
                    .attr("aria-live", "polite")
                    .child(live(move || wrong().map(t))),
            )
    }
}
