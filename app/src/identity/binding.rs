//! Binding a person to the account, checked while it is typed by the rules that the server decides by.

use shared::identity::{
    rules::{IdNumber, IdNumberError, PersonName},
    wire::{IdentityRequest, PersonView},
};

use super::words::{
    BIND, BIND_WHY, BOUND, ID_BIRTH_DATE, ID_CHECK, ID_NUMBER, ID_NUMBER_HINT, ID_SHAPE, NAME, NAME_HINT, NAME_WRONG,
};
use crate::{
    api::AUTHORIZED,
    language::{Phrase, t},
    routes,
    ui::{self, Deed, Field, Keyboard, View, el, toast},
};

/// What is wrong with a name.
pub fn name_wrong(text: &str) -> Option<Phrase> {
    text.parse::<PersonName>().is_err().then_some(NAME_WRONG)
}

/// What is wrong with an ID number.
pub fn id_number_wrong(text: &str) -> Option<Phrase> {
    text.parse::<IdNumber>().err().map(|error| match error {
        IdNumberError::Shape => ID_SHAPE,
        IdNumberError::BirthDate => ID_BIRTH_DATE,
        IdNumberError::CheckDigit => ID_CHECK,
    })
}

/// The form; `bound` is told when it has worked and there is no page to go back to.
pub fn form(bound: impl Fn() + Copy + 'static) -> View {
    let name = Field::new(name_wrong);
    let number = Field::new(id_number_wrong);
    let deed = Deed::new();
    let ready = move || name.is_right() && number.is_right();
    let send = move |event: web_sys::Event| {
        event.prevent_default();
        if !ready() {
            return;
        }
        deed.run(async move {
            let asked = IdentityRequest {
                name: name.now(),
                id_number: number.now(),
            };
            AUTHORIZED.put::<PersonView>("/me/identity", &asked).await?;
            ui::forget_drafts();
            toast(BOUND);
            match routes::query("next") {
                Some(_) => routes::replace(&routes::next_or("/me")),
                None => bound(),
            }
            Ok(())
        });
    };
    el("form")
        .on("submit", send)
        .child(el("p").class("lead").child(t(BIND_WHY)))
        .child(
            el("div")
                .class("cells")
                .child(name.view("name", NAME, NAME_HINT, Keyboard::Text { fill: "name" }, None))
                .child(number.view(
                    "id-number",
                    ID_NUMBER,
                    ID_NUMBER_HINT,
                    Keyboard::Text { fill: "off" },
                    None,
                )),
        )
        .child(deed.outcome())
        .child(el("div").class("actions").child(ui::submit(BIND, deed, ready)))
}
