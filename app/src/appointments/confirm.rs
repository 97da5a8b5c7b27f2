//! Confirming a held seat while its time runs.

use leptos::prelude::*;
use shared::appointments::wire::{Appointment, BookRequest};

use super::words::{BOOKED, CHOOSE_AGAIN, CONFIRM, GIVE_BACK, HELD_FOR, HELD_OVER};
use crate::{
    api::AUTHORIZED,
    browser, dates,
    language::{filled, t},
    routes,
    ui::{self, Deed, Remote, View, button, el, fragment, live, notice, toast, way},
};

/// The time that is left, and what can be done in it.
pub fn section(appointment: &Appointment, remote: Remote<Appointment>) -> View {
    let id = appointment.id;
    let until = appointment.hold_expires_at;
    let left = RwSignal::new(until.and_then(dates::left));
    browser::every(1_000, move || left.set(until.and_then(dates::left)));
    let over = Memo::new(move |_| left.with(Option::is_none));

    let deed = Deed::new();
    let confirm = move || {
        deed.run(async move {
            AUTHORIZED
                .post::<Appointment>("/appointments", &BookRequest::Held { hold_id: id })
                .await?;
            toast(BOOKED);
            remote.again();
            Ok(())
        });
    };
    let give_back = move || {
        deed.run(async move {
            AUTHORIZED.delete(&format!("/holds/{id}")).await?;
            routes::back();
            Ok(())
        });
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
    let again = routes::with_query(
        &format!("/book/{}", appointment.service_id),
        &[("hall", Some(appointment.hall_id.to_string()))],
    );
    let actions = move || {
        if over.get() {
            ui::actions(way("button primary", CHOOSE_AGAIN, again.clone()))
        } else {
            ui::side_by_side(
                button("button plain", GIVE_BACK, None, give_back),
                button("button primary", CONFIRM, Some(deed), confirm),
            )
        }
    };
    fragment().child(live(clock)).child(deed.outcome()).child(live(actions))
}
