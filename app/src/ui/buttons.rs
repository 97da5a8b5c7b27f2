//! Buttons, and the deed behind a button.

use super::view::{View, el, live};
use std::future::Future;

use leptos::prelude::*;

use super::states::failed_line;
use crate::{
    api::Failure,
    browser::{self, Task},
    language::{Phrase, t, words},
};

words! {
    WORKING: "正在处理…" / "Working…";
}

/// Something that a button does and that takes a while: it runs once at a time and remembers how it failed.
#[derive(Clone, Copy)]
pub struct Deed {
    busy: RwSignal<bool>,
    failure: RwSignal<Option<Failure>>,
}

impl Deed {
    /// A deed that nobody has begun.
    pub fn new() -> Self {
        Self {
            busy: RwSignal::new(false),
            failure: RwSignal::new(None),
        }
    }

    /// Begins, unless it is under way already.
    pub fn run(self, work: impl Future<Output = Result<(), Failure>> + 'static) {
        if self.busy.get_untracked() {
            return;
        }
        self.busy.set(true);
        self.failure.set(None);
        let work: Task<_> = Box::pin(work);
        self.go_on(work);
    }

    fn go_on(self, work: Task<Result<(), Failure>>) {
        browser::beside(Box::pin(async move {
            let outcome = work.await;
            // The page may have been left meanwhile.
            self.busy.try_set(false);
            if let Err(failure) = outcome {
                self.failure.try_set(Some(failure));
            }
        }));
    }

    /// Whether it is under way.
    pub fn is_busy(self) -> bool {
        self.busy.get()
    }

    /// Forgets how it failed.
    pub fn forget(self) {
        self.failure.set(None);
    }

    /// How it failed, said where it is looked for.
    pub fn outcome(self) -> View {
        let line = move || self.failure.get().map(|failure| failed_line(&failure));
        el("div").attr("role", "alert").child(live(line))
    }
}

fn label(words: Phrase, busy: impl Fn() -> bool + 'static) -> View {
    let words = t(words);
    live(move || if busy() { t(WORKING) } else { words })
}

/// A button that does something at once or begins a deed.
pub fn button(class: &'static str, words: Phrase, deed: Option<Deed>, press: impl Fn() + 'static) -> View {
    let busy = move || deed.is_some_and(Deed::is_busy);
    el("button")
        .attr("type", "button")
        .class(class)
        .live_attr("disabled", busy)
        .on("click", move |_| press())
        .child(label(words, busy))
}

/// A link that looks like a button.
pub fn way(class: &'static str, words: Phrase, to: impl Into<String>) -> View {
    let to: String = to.into();
    el("a").class(class).attr("href", to).child(t(words))
}

/// Buttons with room around them.
pub fn actions(buttons: View) -> View {
    el("div").class("actions").child(buttons)
}

/// Two buttons beside each other, such as those of a dialog.
pub fn side_by_side(first: View, second: View) -> View {
    el("div").class("actions side").child(first).child(second)
}

/// A button that can be pressed in, one of several or by itself.
pub fn chip(words: &str, pressed: impl Fn() -> bool + 'static, press: impl Fn() + 'static) -> View {
    el("button")
        .attr("type", "button")
        .class("chip")
        .live_attr("aria-pressed", move || pressed().to_string())
        .on("click", move |_| press())
        .child(words)
}

/// The button that sends its form.
pub fn submit(words: Phrase, deed: Deed, ready: impl Fn() -> bool + Copy + 'static) -> View {
    let busy = move || deed.is_busy();
    el("button")
        .attr("type", "submit")
        .class("button primary")
        .live_attr("disabled", move || busy() || !ready())
        .child(label(words, busy))
}
