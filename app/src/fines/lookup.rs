//! Finding a decision by number and name, to pay it for another.

use shared::fines::{
    rules::DecisionNo,
    wire::{Decision, LookupRequest},
};

use super::words::{DECISION_NO, LOOK_UP, LOOK_UP_SAID, NAME_HINT, NAME_NEEDED, NO_HINT, NO_WRONG, PERSON};
use crate::{
    api::AUTHORIZED,
    language::{Phrase, t},
    routes,
    ui::{Deed, Field, Keyboard, View, el, submit},
};

fn no_number(text: &str) -> Option<Phrase> {
    text.parse::<DecisionNo>().is_err().then_some(NO_WRONG)
}

fn no_name(text: &str) -> Option<Phrase> {
    text.trim().is_empty().then_some(NAME_NEEDED)
}

/// The form.
pub fn form() -> View {
    let (number, name, deed) = (Field::new(no_number), Field::new(no_name), Deed::new());
    let send = move |event: web_sys::Event| {
        event.prevent_default();
        let wanted = LookupRequest {
            decision_no: number.now(),
            name: name.now(),
        };
        deed.run(async move {
            let found: Decision = AUTHORIZED.post("/decisions/lookup", &wanted).await?;
            routes::go(&format!("/fines/{}", found.id));
            Ok(())
        });
    };
    el("form")
        .on("submit", send)
        .child(el("p").class("cell").child(t(LOOK_UP_SAID)))
        .child(number.view(
            "decision-no",
            DECISION_NO,
            NO_HINT,
            Keyboard::Text { fill: "off" },
            None,
        ))
        .child(name.view("person", PERSON, NAME_HINT, Keyboard::Text { fill: "off" }, None))
        .child(deed.outcome())
        .child(
            el("div")
                .class("actions")
                .child(submit(LOOK_UP, deed, move || number.is_right() && name.is_right())),
        )
}
