//! Toasts: what just happened, said for a moment.

use super::view::{View, el, live};
use leptos::prelude::*;

use crate::{
    browser,
    language::{Phrase, t},
};

thread_local! {
    static TOAST: ArcRwSignal<Option<(u32, String)>> = ArcRwSignal::new(None);
}

/// Says something for three seconds.
pub fn toast(words: Phrase) {
    TOAST.with(|toast| {
        let number = toast.get_untracked().map_or(0, |(number, _)| number + 1);
        toast.set(Some((number, t(words).to_owned())));
        let toast = toast.clone();
        browser::beside(Box::pin(async move {
            browser::pause(3_000).await;
            toast.update(|now| {
                if now.as_ref().is_some_and(|(shown, _)| *shown == number) {
                    *now = None;
                }
            });
        }));
    });
}

/// The place where toasts appear; it is always there, so that screen readers watch it.
pub fn toasts() -> View {
    let words = || {
        TOAST
            .with(Get::get)
            .map(|(_, words)| el("p").class("toast").child(words))
    };
    el("div")
        .class("toasts")
        .attr("role", "status")
        .attr("aria-live", "polite")
        .child(live(words))
}
