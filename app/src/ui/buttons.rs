//! Buttons, and the deed behind a button.

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
    pub fn outcome(self) -> AnyView {
        let line = move || self.failure.get().map(|failure| failed_line(&failure));
        view! { <div role="alert">{line}</div> }.into_any()
    }
}

fn label(words: Phrase, busy: impl Fn() -> bool + Send + Sync + 'static) -> AnyView {
    let words = t(words);
    (move || if busy() { t(WORKING) } else { words }).into_any()
}

/// A button that does something at once or begins a deed.
pub fn button(
    class: &'static str,
    words: Phrase,
    deed: Option<Deed>,
    press: impl Fn() + Send + Sync + 'static,
) -> AnyView {
    let busy = move || deed.is_some_and(Deed::is_busy);
    view! {
        <button type="button" class=class disabled=busy on:click=move |_| press()>{label(words, busy)}</button>
    }
    .into_any()
}

/// The button that sends its form.
pub fn submit(words: Phrase, deed: Deed, ready: impl Fn() -> bool + Send + Sync + Copy + 'static) -> AnyView {
    let busy = move || deed.is_busy();
    view! {
        <button type="submit" class="button primary" disabled=move || busy() || !ready()>{label(words, busy)}</button>
    }
    .into_any()
}
