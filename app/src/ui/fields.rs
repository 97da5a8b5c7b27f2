//! A field of a form, with its label and the sentence that says what is wrong with it.

use std::cell::RefCell;

use super::view::{View, el, live};
use leptos::prelude::*;

use crate::{
    language::{Phrase, t},
    routes,
};

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
    /// A password that is being chosen.
    NewPassword,
    /// Several lines.
    Lines,
    /// A line in a dialog, which is typed anew each time.
    Answer,
}

impl Keyboard {
    const fn attributes(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Text { fill } => ("text", "text", fill),
            Self::Phone => ("tel", "tel", "tel"),
            Self::OneTimeCode => ("text", "numeric", "one-time-code"),
            Self::Digits => ("text", "numeric", "off"),
            Self::Password => ("password", "text", "current-password"),
            Self::NewPassword => ("password", "text", "new-password"),
            Self::Lines => ("", "text", "off"),
            Self::Answer => ("text", "text", "off"),
        }
    }

    /// Whether what is typed may be kept for when the page is built anew. Secrets are typed anew.
    const fn keeps(self) -> bool {
        matches!(self, Self::Text { .. } | Self::Phone | Self::Lines)
    }
}

thread_local! {
    /// What was typed and not yet sent, by page and field: it outlives a change of language and a detour to sign in. It is never
    /// written to the device, and it goes with the page.
    static DRAFTS: RefCell<Vec<(String, String)>> = const { RefCell::new(Vec::new()) };
}

/// Forgets what was typed on this page, because it was sent.
pub fn forget_drafts() {
    let page = routes::path();
    DRAFTS.with_borrow_mut(|drafts| drafts.retain(|(place, _)| !place.starts_with(&page)));
}

fn draft(place: &str) -> Option<String> {
    DRAFTS.with_borrow(|drafts| {
        drafts
            .iter()
            .find(|(known, _)| known == place)
            .map(|(_, text)| text.clone())
    })
}

fn keep_draft(place: &str, text: &str) {
    DRAFTS.with_borrow_mut(|drafts| {
        drafts.retain(|(known, _)| known != place);
        if !text.is_empty() {
            drafts.push((place.to_owned(), text.to_owned()));
        }
    });
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
        let place = routes::path() + "#" + name;
        if let Some(text) = draft(&place).filter(|_| keyboard.keeps() && self.now().is_empty()) {
            self.value.set(text);
        }
        let typed = move |text: String| {
            if keyboard.keeps() {
                keep_draft(&place, &text);
            }
            self.value.set(text);
        };
        let tag = if keyboard == Keyboard::Lines {
            "textarea"
        } else {
            "input"
        };
        el("div")
            .class("cell field")
            .child(el("label").attr("for", name).child(t(label)))
            .child(
                el(tag)
                    .attr("id", name)
                    .attr("name", name)
                    .attr("type", (keyboard != Keyboard::Lines).then_some(kind))
                    .attr("inputmode", mode)
                    .attr("autocomplete", fill)
                    .attr("autocapitalize", "off")
                    .attr("spellcheck", "false")
                    .attr("placeholder", t(hint))
                    .attr("aria-describedby", told.clone())
                    .live_attr("aria-invalid", move || wrong().is_some().to_string())
                    .live_prop("value", move || self.value.get())
                    .on("input", move |event| typed(event_target_value(&event)))
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
