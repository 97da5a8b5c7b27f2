//! The resident's appointments.

use leptos::prelude::*;
use shared::{appointments::wire::Appointment, list::List};

use super::{
    card::{can_check_in, card, is_ahead},
    collective, waitlist,
    words::{CHECK_IN_WHICH, CHOOSE_SERVICE, MINE, NONE, PAST, UPCOMING},
};
use crate::{
    api::AUTHORIZED,
    browser::{self, Task},
    language::t,
    routes,
    ui::{self, Remote, Tab, View, actions, el, empty, fragment, notice, pulled, way},
};

/// The page. Whoever scanned a hall's code is led to the appointment to check in.
pub fn list() -> View {
    let mine = Remote::<List<Appointment>>::fetch(AUTHORIZED, "/appointments");
    let (waiting, arranged) = (waitlist::entries(), collective::arranged());
    let content = fragment()
        .child(waitlist::section(waiting))
        .child(collective::section(arranged))
        .child(mine.view(4, |mine| show(mine.items)));
    let again = move || -> Task<()> {
        Box::pin(async move {
            mine.refreshed().await;
            waiting.refreshed().await;
            arranged.refreshed().await;
        })
    };
    ui::page(t(MINE), Some(Tab::Appointments), pulled(content, again))
}

fn show(mine: Vec<Appointment>) -> View {
    if mine.is_empty() {
        return empty(NONE, Some(way("button primary", CHOOSE_SERVICE, "/services")));
    }
    let now = browser::now();
    let presence = routes::query("presence");
    if let Some(presence) = &presence {
        let mut open = mine.iter().filter(|appointment| can_check_in(appointment, now));
        if let (Some(only), None) = (open.next(), open.next()) {
            let to = routes::with_query(
                &format!("/appointments/{}", only.id),
                &[("presence", Some(presence.clone()))],
            );
            // The page is being built: it is left once it stands.
            request_animation_frame(move || routes::replace(&to));
        }
    }
    let (mut ahead, mut past) = (Vec::new(), Vec::new());
    for one in mine {
        put(if is_ahead(&one, now) { &mut ahead } else { &mut past }, one);
    }
    past.reverse();
    let group = |title: &'static str, group: Vec<Appointment>| {
        (!group.is_empty()).then(|| {
            el("section")
                .class("block")
                .child(el("h2").class("cells-title").child(title))
                .child(group.iter().map(card).collect::<Vec<_>>())
        })
    };
    fragment()
        .child(presence.map(|_| notice("good", t(CHECK_IN_WHICH))))
        .child(group(t(UPCOMING), ahead))
        .child(group(t(PAST), past))
        .child(actions(way("button plain", CHOOSE_SERVICE, "/services")))
}

/// Puts an appointment in its place by time. There are few of them, and the library's sort is as large as a page.
fn put(among: &mut Vec<Appointment>, one: Appointment) {
    let place = among.partition_point(|other| other.starts_at <= one.starts_at);
    among.insert(place, one);
}
