//! A ticket for someone who came to the counter without one: what for, and why before others, if so.

use leptos::prelude::*;
use shared::{
    catalog::wire::{Group, ServiceSummary},
    ids::{HallId, ServiceId},
    list::List,
    queue::{
        rules::PriorityReason,
        wire::{Ticket, TicketRequest},
    },
};

use super::{
    desk::Desk,
    words::{
        PRIORITY, PRIORITY_DISABLED, PRIORITY_ELDERLY, PRIORITY_EMERGENCY, PRIORITY_FIREFIGHTER, PRIORITY_MILITARY,
        PRIORITY_NONE, PRIORITY_PREGNANT, PRIORITY_WHY, SERVICE_ASKED, SERVICE_HINT, SERVICE_WRONG, TAKE_TICKET,
        TICKET_TAKEN,
    },
};
use crate::{
    api::{ANONYMOUS, STAFF},
    browser,
    language::{Phrase, filled, t},
    ui::{self, Field, Keyboard, Remote, View, chip, choice, el, fragment, live, notice},
};

/// How many services are offered for what was typed.
const OFFERED: usize = 6;

const fn words_of(reason: PriorityReason) -> Phrase {
    match reason {
        PriorityReason::Military => PRIORITY_MILITARY,
        PriorityReason::Disabled => PRIORITY_DISABLED,
        PriorityReason::Elderly => PRIORITY_ELDERLY,
        PriorityReason::Pregnant => PRIORITY_PREGNANT,
        PriorityReason::Firefighter => PRIORITY_FIREFIGHTER,
        PriorityReason::Emergency => PRIORITY_EMERGENCY,
    }
}

fn nothing_asked(text: &str) -> Option<Phrase> {
    text.trim().is_empty().then_some(SERVICE_WRONG)
}

/// The dialog; the number is told there, so that the clerk can say it.
pub fn dialog(desk: Desk, hall: HallId, groups: &[Group]) -> View {
    let asked = Field::new(nothing_asked);
    let service = RwSignal::new(None::<ServiceId>);
    let priority = RwSignal::new(None::<PriorityReason>);
    let taken = RwSignal::new(None::<Ticket>);
    let found = Remote::<List<ServiceSummary>>::idle(ANONYMOUS);
    Effect::new(move |_| {
        let words = asked.value.get();
        service.set(None);
        if !words.trim().is_empty() {
            found.load(format!("/services?q={}", browser::encoded(words.trim())));
        }
    });
    let send = move |event: web_sys::Event| {
        event.prevent_default();
        let Some(service_id) = service.get_untracked() else {
            return;
        };
        let wish = TicketRequest {
            service_id,
            priority_reason: priority.get_untracked(),
        };
        desk.deed.run(async move {
            let ticket: Ticket = STAFF.post(&format!("/halls/{hall}/tickets"), &wish).await?;
            desk.waiting.refresh();
            ui::forget_drafts();
            asked.clear();
            priority.try_set(None);
            taken.try_set(Some(ticket));
            Ok(())
        });
    };
    let offers = move || {
        let services = found.ready().filter(|_| asked.is_right())?;
        let rows = services.items.into_iter().take(OFFERED).map(|offered| {
            let id = offered.id;
            choice(
                "walk-in",
                move || service.get() == Some(id),
                move || service.set(Some(id)),
                fragment().child(offered.name),
            )
        });
        Some(rows.collect::<Vec<_>>())
    };
    let reasons = std::iter::once(None)
        .chain(PriorityReason::ALL.map(Some))
        .map(|reason| {
            let words = reason.map_or(PRIORITY_NONE, words_of);
            chip(t(words), move || priority.get() == reason, move || priority.set(reason))
        });
    let told = move || {
        let ticket = taken.get()?;
        Some(notice("good", filled(TICKET_TAKEN, &[&ticket.number, &ticket.service])))
    };
    let served = groups
        .iter()
        .map(|group| group.name.clone())
        .collect::<Vec<_>>()
        .join(" · ");
    let form = el("form")
        .on("submit", send)
        .child(live(told))
        .child(el("p").class("small").child(served))
        .child(asked.view(
            "walk-in-service",
            SERVICE_ASKED,
            SERVICE_HINT,
            Keyboard::Text { fill: "off" },
            None,
        ))
        .child(el("div").class("cells").child(live(offers)))
        .child(el("h3").class("cells-title").child(t(PRIORITY)))
        .child(el("div").class("chips").child(reasons.collect::<Vec<_>>()))
        .child(el("p").class("small").child(t(PRIORITY_WHY)))
        .child(desk.deed.outcome())
        .child(ui::actions(ui::submit(TAKE_TICKET, desk.deed, move || {
            service.get().is_some()
        })));
    ui::dialog(t(TAKE_TICKET).to_owned(), move || desk.dismiss(), form)
}
