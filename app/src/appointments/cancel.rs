//! Cancelling, after saying what follows from it.

use leptos::prelude::*;
use shared::appointments::wire::Appointment;

use super::words::{CANCEL, CANCEL_ASK, CANCEL_IN_TIME, CANCEL_LATE, CANCELLED, KEEP};
use crate::{
    api::{AUTHORIZED, Anything, Nothing},
    browser, dates,
    language::{filled, t},
    ui::{self, Deed, Remote, View, dialog, el, fragment, live, notice, toast},
};

/// The button, and the dialog behind it.
pub fn button(appointment: Appointment, remote: Remote<Appointment>) -> View {
    let asking = RwSignal::new(false);
    fragment()
        .child(ui::actions(ui::button(
            "button danger-plain",
            CANCEL,
            None,
            move || {
                asking.set(true);
            },
        )))
        .child(live(move || asking.get().then(|| ask(&appointment, remote, asking))))
}

fn ask(appointment: &Appointment, remote: Remote<Appointment>, asking: RwSignal<bool>) -> View {
    let deed = Deed::new();
    let id = appointment.id;
    let cancel = move || {
        deed.run(async move {
            AUTHORIZED
                .post::<Anything>(&format!("/appointments/{id}/cancel"), &Nothing {})
                .await?;
            toast(CANCELLED);
            asking.try_set(false);
            remote.refresh();
            Ok(())
        });
    };
    let limit = appointment.cancel_until;
    let limit_words = dates::moment(limit);
    let consequence = if browser::now() < limit {
        notice("good", filled(CANCEL_IN_TIME, &[&limit_words]))
    } else {
        notice("bad", filled(CANCEL_LATE, &[&limit_words]))
    };
    let keep = move || asking.set(false);
    let content = fragment()
        .child(el("p").child(t(CANCEL_ASK)))
        .child(consequence)
        .child(deed.outcome())
        .child(ui::side_by_side(
            ui::button("button plain", KEEP, None, keep),
            ui::button("button danger", CANCEL, Some(deed), cancel),
        ));
    dialog(t(CANCEL).to_owned(), keep, content)
}
