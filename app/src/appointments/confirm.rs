//! Confirming a held seat while its time runs.

use leptos::prelude::*;
use shared::{
    appointments::wire::{Appointment, BookRequest, Hold},
    catalog::wire::WindowView,
    ids::AppointmentId,
};

use super::{
    form::Choice,
    words::{BOOKED, CHOOSE_AGAIN, CONFIRM, GIVE_BACK, HALL, HELD_FOR, HELD_OVER, PERSON, SERVICE, WHEN},
};
use crate::{
    api::AUTHORIZED,
    browser, dates,
    language::{filled, t},
    routes,
    ui::{self, Deed, View, button, el, fact, fragment, live, notice, toast},
};

/// The dialog over the form.
pub fn dialog(choice: Choice, hold: &Hold, window: &WindowView, [service, hall, person]: [String; 3]) -> View {
    let (id, expires_at) = (hold.id, hold.expires_at);
    let left = RwSignal::new(dates::left(expires_at));
    browser::every(1_000, move || left.set(dates::left(expires_at)));
    let over = Memo::new(move |_| left.with(Option::is_none));

    let deed = Deed::new();
    let confirm = move || {
        deed.run(async move {
            let booked: Appointment = AUTHORIZED
                .post("/appointments", &BookRequest::Held { hold_id: id })
                .await?;
            toast(BOOKED);
            routes::replace(&format!("/appointments/{}", booked.id));
            Ok(())
        });
    };
    let give_back = move || {
        choice.held.set(None);
        choice.window.set(None);
        let done = over.get_untracked();
        browser::beside(Box::pin(async move {
            if !done {
                release(id).await;
            }
            choice.windows.refresh();
        }));
    };
    let clock = move || {
        left.get().map_or_else(
            || notice("bad", t(HELD_OVER)),
            |left| {
                el("p")
                    .class("countdown")
                    .attr("role", "timer")
                    .child(filled(HELD_FOR, &[&left]))
            },
        )
    };
    let actions = move || {
        if over.get() {
            button("button primary", CHOOSE_AGAIN, None, give_back)
        } else {
            fragment()
                .child(button("button plain", GIVE_BACK, None, give_back))
                .child(button("button primary", CONFIRM, Some(deed), confirm))
        }
    };
    let time = format!(
        "{} {}",
        dates::day(window.starts_at),
        dates::span(window.starts_at, window.ends_at)
    );
    let content = fragment()
        .child(live(clock))
        .child(
            el("div")
                .class("cells")
                .child(fact(t(SERVICE), service))
                .child(fact(t(WHEN), time))
                .child(fact(t(HALL), hall))
                .child(fact(t(PERSON), person)),
        )
        .child(deed.outcome())
        .child(el("div").class("actions side").child(live(actions)));
    ui::dialog(t(CONFIRM).to_owned(), give_back, content)
}

/// Gives the seat back. If that fails, the hold runs out by itself.
async fn release(hold: AppointmentId) {
    AUTHORIZED.delete(&format!("/holds/{hold}")).await.ok();
}
