//! The collective bookings whose contact the resident is: short until somebody wants to see the people.

use leptos::prelude::*;
use shared::{
    appointments::collective::{CollectiveBooking, CollectiveSeat},
    list::List,
};

use super::{
    card::tag,
    collective_words::{COUNTS, HIDE_PEOPLE, MY_COLLECTIVE, SHOW_PEOPLE},
};
use crate::{
    api::AUTHORIZED,
    dates,
    language::{filled, t},
    ui::{Remote, View, button, el, fragment, live, quoted},
};

/// What the resident arranged.
pub type Arranged = Remote<List<CollectiveBooking>>;

/// Fetches it.
pub fn arranged() -> Arranged {
    Remote::fetch(AUTHORIZED, "/me/collective-bookings")
}

/// What is still to come of it. Most residents have never arranged anything and see nothing.
pub fn section(arranged: Arranged) -> View {
    live(move || {
        let all = arranged.ready()?.items;
        let coming: Vec<View> = all
            .iter()
            .filter(|booking| booking.summary.day >= dates::today())
            .map(card)
            .collect();
        (!coming.is_empty()).then(|| {
            el("section")
                .class("block")
                .child(el("h2").class("cells-title").child(t(MY_COLLECTIVE)))
                .child(coming)
        })
    })
}

fn card(booking: &CollectiveBooking) -> View {
    let summary = &booking.summary;
    let open = RwSignal::new(false);
    let counts = [summary.people, summary.expected, summary.arrived].map(|count| count.to_string());
    let counts = filled(COUNTS, &counts.each_ref().map(String::as_str));
    let toggle = live(move || {
        let words = if open.get() { HIDE_PEOPLE } else { SHOW_PEOPLE };
        button("text-button", words, None, move || open.update(|open| *open = !*open))
    });
    let seats = booking.seats.clone();
    fragment()
        .child(
            el("div")
                .class("booking")
                .child(el("strong").child(format!("{} · {}", summary.organisation, summary.service)))
                .child(el("span").class("booking-time").child(dates::date(summary.day)))
                .child(el("span").class("booking-place").child(summary.hall.clone()))
                .child(
                    el("span")
                        .class("booking-next split")
                        .child(el("span").child(counts))
                        .child(toggle),
                ),
        )
        .child(live(move || {
            open.get().then(|| {
                el("div")
                    .class("cells")
                    .child(seats.iter().map(person).collect::<Vec<_>>())
            })
        }))
}

/// One person, whose appointment has a page like any other.
fn person(seat: &CollectiveSeat) -> View {
    el("a")
        .class("cell")
        .attr("href", format!("/appointments/{}", seat.appointment_id))
        .child(el("span").class("cell-body").child(quoted(seat.person.clone())).child(
            el("span").class("cell-note").child(format!(
                "{} · {}",
                dates::day_span(seat.starts_at, seat.ends_at),
                seat.code
            )),
        ))
        .child(tag(seat.status))
}
