//! Toasts: what just happened, said for a moment.

use super::view::{View, el, live};
use leptos::prelude::*;

use crate::{
    browser,
    language::{Phrase, t},
};

/// What is said is handed on to the next page, in case that is one of another program.
const HANDED_ON_AS: &str = "toast";

thread_local! {
    static TOAST: ArcRwSignal<Option<(u32, String)>> = ArcRwSignal::new(None);
}

/// Says something for three seconds.
pub fn toast(words: Phrase) {
    browser::hand_on(HANDED_ON_AS, Some(t(words)));
    say(t(words).to_owned());
}

fn say(words: String) {
    TOAST.with(|toast| {
        let number = toast.get_untracked().map_or(0, |(number, _)| number + 1);
        toast.set(Some((number, words)));
        let toast = toast.clone();
        browser::beside(Box::pin(async move {
            browser::pause(3_000).await;
            if toast.get_untracked().is_some_and(|(shown, _)| shown == number) {
                browser::hand_on(HANDED_ON_AS, None);
                toast.set(None);
            }
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
    if let Some(words) = browser::handed_on(HANDED_ON_AS) {
        browser::hand_on(HANDED_ON_AS, None);
        say(words);
    }
    el("div")
        .class("toasts")
        .attr("role", "status")
        .attr("aria-live", "polite")
        .child(live(words))
}
