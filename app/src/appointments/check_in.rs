//! Checking in with the code that the hall's screen shows.

use leptos::prelude::*;
use shared::{
    appointments::wire::{CheckInRequest, PRESENCE_INVALID},
    identity::rules::LoginCode,
    ids::AppointmentId,
    queue::wire::Ticket,
};

use super::words::{CHECK_IN, CHECK_IN_WHY, CHECKED_IN, PRESENCE, PRESENCE_HINT, PRESENCE_WRONG};
use crate::{
    api::AUTHORIZED,
    language::{Phrase, t},
    routes,
    ui::{self, Deed, Field, Keyboard, View, el, toast},
};

/// A presence code has the shape of a login code: six digits.
fn presence_wrong(text: &str) -> Option<Phrase> {
    text.parse::<LoginCode>().is_err().then_some(PRESENCE_WRONG)
}

/// The form. Whoever scanned the code on the screen has it filled in and sent.
pub fn form(appointment: AppointmentId) -> View {
    let presence = Field::new(presence_wrong);
    let deed = Deed::new();
    let send = move || {
        if !presence.is_right() {
            return;
        }
        deed.run(async move {
            let asked = CheckInRequest {
                presence: presence.now(),
            };
            let outcome = AUTHORIZED
                .post::<Ticket>(&format!("/appointments/{appointment}/check-in"), &asked)
                .await;
            if outcome.as_ref().is_err_and(|failure| failure.is(&PRESENCE_INVALID)) {
                // The code changes every half minute: the next try needs another one.
                presence.clear();
            }
            let ticket = outcome?;
            toast(CHECKED_IN);
            routes::replace(&format!("/tickets/{}", ticket.id));
            Ok(())
        });
    };
    if let Some(scanned) = routes::query("presence") {
        presence.value.set(scanned);
        routes::remember(&format!("/appointments/{appointment}"));
        send();
    }
    el("section")
        .class("block")
        .child(el("h2").class("cells-title").child(t(CHECK_IN)))
        .child(
            el("form")
                .on("submit", move |event| {
                    event.prevent_default();
                    send();
                })
                .child(el("div").class("cells").child(presence.view(
                    "presence",
                    PRESENCE,
                    PRESENCE_HINT,
                    Keyboard::Digits,
                    None,
                )))
                .child(el("p").class("small").child(t(CHECK_IN_WHY)))
                .child(deed.outcome())
                .child(
                    el("div")
                        .class("actions")
                        .child(ui::submit(CHECK_IN, deed, move || presence.is_right())),
                ),
        )
}
