//! Checking in with the code that the hall's screen shows.

use leptos::prelude::*;
use shared::{
    appointments::{problems::PRESENCE_INVALID, wire::CheckInRequest},
    identity::rules::LoginCode,
    ids::AppointmentId,
    queue::wire::Ticket,
};

use super::words::{CHECK_IN, CHECK_IN_WHY, CHECKED_IN, NOT_THE_SCREEN, PRESENCE, PRESENCE_HINT, PRESENCE_WRONG};
use crate::{
    api::AUTHORIZED,
    language::{Phrase, t},
    routes,
    scanning::{self, scanner},
    ui::{self, Deed, Field, Keyboard, View, el, live, notice, toast},
};

/// A presence code has the shape of a login code: six digits.
fn presence_wrong(text: &str) -> Option<Phrase> {
    text.parse::<LoginCode>().is_err().then_some(PRESENCE_WRONG)
}

/// The code in the address that the hall's screen shows as a QR code.
fn presence_in(scanned: &str) -> Option<String> {
    let (_, query) = scanned.split_once('?')?;
    let code = query
        .split(['&', '#'])
        .find_map(|pair| pair.strip_prefix("presence="))?;
    presence_wrong(code).is_none().then(|| code.to_owned())
}

/// The form. Whoever scanned the code on the screen has it filled in and sent.
pub fn form(appointment: AppointmentId) -> View {
    let presence = Field::new(presence_wrong);
    let deed = Deed::new();
    let foreign = RwSignal::new(false);
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
    let scanned = move |text: String| {
        let code = presence_in(&text);
        foreign.set(code.is_none());
        if let Some(code) = code {
            presence.value.set(code);
            send();
        }
    };
    el("section")
        .class("block")
        .child(el("h2").class("cells-title").child(t(CHECK_IN)))
        .child(el("div").class("actions").child(scanner(scanning::browsers(), scanned)))
        .child(live(move || foreign.get().then(|| notice("bad", t(NOT_THE_SCREEN)))))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_screen_of_a_hall_is_told_from_other_codes() {
        let screen = "https://bianmin.example/appointments?hall=0190f3c4&presence=012345";
        assert_eq!(presence_in(screen).as_deref(), Some("012345"));
        for other in [
            "",
            "012345",
            "https://example.com/?presence=1",
            "https://example.com/presence=012345",
        ] {
            assert_eq!(presence_in(other), None, "{other}");
        }
    }
}
