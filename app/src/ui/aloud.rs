//! Reading aloud what a page says first of all, for whoever has chosen larger type.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, SpeechSynthesisUtterance};

use super::{
    Icon, icon,
    view::{View, el},
};
use crate::{
    browser,
    language::{language, t, words},
};

words! {
    READ_ALOUD: "朗读" / "Read aloud";
}

/// The title, and the parts in which pages say what matters most (see `style.css`).
const MESSAGES: &str = "#app h1, .head, .number, .code, .slip, .state, .notice, .booking, .next-line";

/// A title and so many parts are read: whoever listens cannot skip.
const PARTS: usize = 4;

/// The button that reads, and stops when it is pressed again; only larger type shows it. Without a voice there is none.
pub fn aloud() -> Option<View> {
    let voice = browser::voice()?;
    on_cleanup(|| {
        if let Some(voice) = browser::voice() {
            voice.cancel();
        }
    });
    let press = move |_| {
        if voice.speaking() {
            voice.cancel();
        } else if let Ok(utterance) = SpeechSynthesisUtterance::new_with_text(&message()) {
            utterance.set_lang(language().tag());
            utterance.set_rate(0.9);
            voice.speak(&utterance);
        }
    };
    Some(
        el("button")
            .attr("type", "button")
            .class("aloud")
            .attr("aria-label", t(READ_ALOUD))
            .on("click", press)
            .child(icon(Icon::Voice)),
    )
}

/// What the page says first of all, with a pause after each line.
fn message() -> String {
    let Ok(found) = document().query_selector_all(MESSAGES) else {
        return String::new();
    };
    let parts = (0..found.length()).filter_map(|at| found.get(at)?.dyn_into::<HtmlElement>().ok());
    let lines: Vec<String> = parts.take(PARTS).map(|part| part.inner_text()).collect();
    let lines = lines.iter().flat_map(|part| part.lines());
    let lines: Vec<&str> = lines.map(str::trim).filter(|line| !line.is_empty()).collect();
    lines.join("，")
}
