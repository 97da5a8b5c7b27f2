//! The waiting list (候补): where one waits for a seat to be given back. A seat that is offered stands among the appointments, to be
//! confirmed as any hold.

use shared::{
    appointments::{returns::WaitlistStatus, wire::WaitlistEntry},
    list::List,
};

use super::words::{WAIT_AHEAD, WAIT_FIRST, WAIT_LEAVE, WAIT_LEFT, WAITING};
use crate::{
    api::AUTHORIZED,
    dates,
    language::{filled, t},
    ui::{Deed, Remote, View, button, el, fragment, live, quoted, toast},
};

/// The resident's entries.
pub type Entries = Remote<List<WaitlistEntry>>;

/// Fetches them.
pub fn entries() -> Entries {
    Remote::fetch(AUTHORIZED, "/waitlist")
}

/// Those entries that still wait. Whoever cannot wait yet, having no confirmed identity, sees nothing.
pub fn section(entries: Entries) -> View {
    live(move || {
        let waiting: Vec<View> = entries
            .ready()?
            .items
            .iter()
            .filter(|entry| entry.status == WaitlistStatus::Waiting && entry.day >= dates::today())
            .map(|entry| row(entry, entries))
            .collect();
        (!waiting.is_empty()).then(|| {
            el("section")
                .class("block")
                .child(el("h2").class("cells-title").child(t(WAITING)))
                .child(waiting)
        })
    })
}

fn row(entry: &WaitlistEntry, entries: Entries) -> View {
    let deed = Deed::new();
    let id = entry.id;
    let leave = move || {
        deed.run(async move {
            AUTHORIZED.delete(&format!("/waitlist/{id}")).await?;
            toast(WAIT_LEFT);
            entries.refresh();
            Ok(())
        });
    };
    let place = match entry.ahead {
        None | Some(0) => t(WAIT_FIRST).to_owned(),
        Some(ahead) => filled(WAIT_AHEAD, &[&ahead.to_string()]),
    };
    let time = entry
        .starts_at
        .zip(entry.ends_at)
        .map_or_else(|| dates::date(entry.day), |(from, to)| dates::day_span(from, to));
    fragment()
        .child(
            el("div")
                .class("booking")
                .child(el("strong").child(entry.service.clone()))
                .child(el("span").class("booking-time").child(time))
                .child(
                    el("span")
                        .class("booking-place")
                        .child(entry.hall.clone())
                        .child(" · ")
                        .child(quoted(entry.person.clone())),
                )
                .child(
                    el("span")
                        .class("booking-next split")
                        .child(el("span").child(place))
                        .child(button("text-button", WAIT_LEAVE, Some(deed), leave)),
                ),
        )
        .child(deed.outcome())
}
