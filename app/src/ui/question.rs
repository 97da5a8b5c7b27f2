//! What is asked before something is done: whether it is meant, or a line that it needs.
//!
//! A page that asks has one place for its questions, and one is open at a time. It closes with the answer; what is done then tells by itself
//! how it went.

use std::sync::Arc;

use leptos::prelude::*;

use super::{
    buttons::{Deed, button, side_by_side, submit},
    dialog::dialog,
    fields::{Field, Keyboard},
    view::{View, el, fragment, live},
};
use crate::language::{Phrase, t, words};

words! {
    CANCEL: "取消" / "Cancel";
}

type Question = Arc<dyn Fn() -> View + Send + Sync>;

thread_local! {
    static ASKED: ArcRwSignal<Option<Question>> = ArcRwSignal::new(None);
}

/// The place of a page's questions.
pub fn questions() -> View {
    on_cleanup(close);
    live(|| ASKED.with(Get::get).map(|question| question()))
}

fn ask(question: impl Fn() -> View + Send + Sync + 'static) {
    let question: Question = Arc::new(question);
    ASKED.with(|asked| asked.set(Some(question)));
}

fn close() {
    ASKED.with(|asked| asked.set(None));
}

/// Asks whether something is meant, and does it if so. The button that says yes has this class.
pub fn confirm(
    question: impl Into<String>,
    class: &'static str,
    yes: Phrase,
    act: impl Fn() + Clone + Send + Sync + 'static,
) {
    let question = question.into();
    ask(move || {
        let act = act.clone();
        let agree = move || {
            close();
            act();
        };
        let content = fragment().child(el("p").child(question.as_str())).child(side_by_side(
            button("button plain", CANCEL, None, close),
            button(class, yes, None, agree),
        ));
        dialog(t(yes).to_owned(), close, content)
    });
}

/// A line that something needs.
#[derive(Clone)]
pub struct Line {
    /// Why it is needed, if its label does not say so.
    pub why: Option<Phrase>,
    pub label: Phrase,
    pub hint: Phrase,
    /// What stands there already.
    pub before: String,
    pub check: fn(&str) -> Option<Phrase>,
}

impl Line {
    /// Asks for the line, and does something with it.
    pub fn ask(self, yes: Phrase, act: impl Fn(String) + Clone + Send + Sync + 'static) {
        ask(move || {
            let typed = Field::new(self.check);
            typed.value.set(self.before.clone());
            let act = act.clone();
            let send = move |event: web_sys::Event| {
                event.prevent_default();
                if untrack(|| typed.is_right()) {
                    let line = typed.now();
                    close();
                    act(line);
                }
            };
            let field = typed.view("answer", self.label, self.hint, Keyboard::Answer, None);
            let form = el("form")
                .on("submit", send)
                .child(self.why.map(|why| el("p").class("small").child(t(why))))
                .child(el("div").class("cells").child(field))
                .child(side_by_side(
                    button("button plain", CANCEL, None, close),
                    submit(yes, Deed::new(), move || typed.is_right()),
                ));
            dialog(t(yes).to_owned(), close, form)
        });
    }
}
