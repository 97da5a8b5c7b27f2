//! The six digits beside the QR code, with the seconds that are left of them.

use leptos::prelude::*;
use shared::{ids::SlipId, slips::wire::ScreenCode};

use super::words::{CODE, CODE_LEFT, CODE_OFFLINE};
use crate::{
    api::{AUTHORIZED, Failure},
    browser,
    language::{filled, t},
    ui::{Load, Remote, View, el, fragment, live},
};

/// The code, fetched anew when its time is over.
pub fn shown(id: SlipId) -> View {
    let code = Remote::<ScreenCode>::fetch(AUTHORIZED, format!("/slips/{id}/code"));
    let left = RwSignal::new(0);
    browser::every(1_000, move || {
        let until = code.state.with_untracked(|state| match state {
            Load::Ready(code) => Some(code.until),
            Load::Waiting => None,
            // Without a connection it is tried again with every tick of ten.
            Load::Failed(_) => Some(browser::now()).filter(|now| now.timestamp() % 10 == 0),
        });
        let Some(until) = until else { return };
        let seconds = (until - browser::now()).num_seconds();
        left.set(seconds);
        if seconds <= 0 {
            code.refresh();
        }
    });
    live(move || match code.state.get() {
        Load::Ready(code) => {
            left.set((code.until - browser::now()).num_seconds());
            el("p")
                .class("slip-code")
                .child(el("small").child(t(CODE)))
                .child(el("strong").child(code.code))
                .child(el("small").child(live(move || filled(CODE_LEFT, &[&left.get().max(0).to_string()]))))
        }
        Load::Failed(Failure::Lost) => el("p")
            .class("slip-offline")
            .attr("role", "status")
            .child(t(CODE_OFFLINE)),
        Load::Waiting | Load::Failed(_) => fragment(),
    })
}
