//! What the console asks before it does something that is not undone, or that needs a reason.

use leptos::prelude::*;
use shared::{
    catalog::wire::Group,
    ids::TicketId,
    queue::{rules::Action, wire::ClerkTicket},
};

use super::{
    desk::Desk,
    words::{
        CALL_REASON, CALL_REASON_HINT, CALL_REASON_WRONG, CALL_THIS, CALL_WHY, CANCEL, REASON_AGREED, REASON_PAPERS,
        REASON_UNWELL, TRANSFER, TRANSFER_TO, VOID, VOID_ASK,
    },
};
use crate::{
    language::{Phrase, filled, t},
    ui::{self, Field, Keyboard, View, button, chip, dialog, el, forget_drafts, fragment, side_by_side},
};

/// The longest reason that the server takes, in characters.
const LONGEST_REASON: usize = 100;

/// Whether a ticket is really to be cancelled.
pub fn void(desk: Desk, ticket: &ClerkTicket) -> View {
    let id = ticket.id;
    let close = move || desk.dismiss();
    let content = fragment()
        .child(el("p").child(filled(VOID_ASK, &[&ticket.number])))
        .child(desk.deed.outcome())
        .child(side_by_side(
            button("button plain", CANCEL, None, close),
            button("button danger", VOID, Some(desk.deed), move || {
                desk.send(id, Action::Void, None);
            }),
        ));
    dialog(t(VOID).to_owned(), close, content)
}

/// Where a ticket is to go.
pub fn transfer(desk: Desk, ticket: TicketId, groups: &[Group]) -> View {
    let offers = groups
        .iter()
        .map(|group| {
            let id = group.id;
            el("button")
                .attr("type", "button")
                .class("button plain")
                .on("click", move |_| desk.send(ticket, Action::Transfer, Some(id)))
                .child(group.prefix.clone())
                .child(" ")
                .child(group.name.clone())
        })
        .collect::<Vec<_>>();
    let content = fragment()
        .child(el("p").child(t(TRANSFER_TO)))
        .child(desk.deed.outcome())
        .child(el("div").class("groups").child(offers));
    dialog(t(TRANSFER).to_owned(), move || desk.dismiss(), content)
}

fn reason_wrong(text: &str) -> Option<Phrase> {
    let length = text.trim().chars().count();
    (!(1..=LONGEST_REASON).contains(&length)).then_some(CALL_REASON_WRONG)
}

/// Why a ticket is called out of its turn.
pub fn call(desk: Desk, ticket: &ClerkTicket) -> View {
    let reason = Field::new(reason_wrong);
    let id = ticket.id;
    let send = move |event: web_sys::Event| {
        event.prevent_default();
        if reason.is_right() {
            forget_drafts();
            desk.call(id, reason.now());
        }
    };
    let usual = [REASON_PAPERS, REASON_AGREED, REASON_UNWELL].map(|usual| {
        chip(
            t(usual),
            move || reason.value.with(|said| said == t(usual)),
            move || reason.value.set(t(usual).to_owned()),
        )
    });
    let form = el("form")
        .on("submit", send)
        .child(el("p").class("lead").child(filled(CALL_WHY, &[&ticket.number])))
        .child(el("div").class("chips").child(usual))
        .child(reason.view(
            "reason",
            CALL_REASON,
            CALL_REASON_HINT,
            Keyboard::Text { fill: "off" },
            None,
        ))
        .child(desk.deed.outcome())
        .child(ui::actions(ui::submit(CALL_THIS, desk.deed, move || reason.is_right())));
    dialog(t(CALL_THIS).to_owned(), move || desk.dismiss(), form)
}
