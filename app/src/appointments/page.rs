//! One appointment.

use leptos::prelude::*;
use shared::{
    appointments::{rules::AppointmentStatus, wire::Appointment},
    catalog::wire::ServiceDetail,
    ids::{AppointmentId, ServiceId},
};

use super::{
    cancel, card, check_in,
    words::{ADDRESS, APPOINTMENT, BOOK_AGAIN, CODE, CODE_WHY, DETAILS, HALL, PERSON, SEE_TICKET, SERVICE, WHEN},
};
use crate::{
    api::{ANONYMOUS, AUTHORIZED},
    browser, catalog, dates,
    language::t,
    ui::{self, Load, Remote, View, cells, el, fact, fragment, live, skeleton},
};

/// The page of an appointment.
pub fn page(id: AppointmentId) -> View {
    let appointment = Remote::<Appointment>::fetch(AUTHORIZED, format!("/appointments/{id}"));
    ui::page(
        t(APPOINTMENT),
        None,
        appointment.view(7, move |found| show(&found, appointment)),
    )
}

fn show(appointment: &Appointment, remote: Remote<Appointment>) -> View {
    let now = browser::now();
    let ahead = card::is_ahead(appointment, now);
    let time = format!(
        "{} {}",
        dates::day(appointment.starts_at),
        dates::span(appointment.starts_at, appointment.ends_at)
    );
    let code = (appointment.status == AppointmentStatus::Confirmed && ahead).then(|| {
        el("div")
            .class("code")
            .child(el("span").child(t(CODE)))
            .child(el("strong").child(appointment.code.clone()))
            .child(el("small").child(t(CODE_WHY)))
    });
    let ticket = (appointment.status == AppointmentStatus::CheckedIn)
        .then_some(appointment.ticket_id)
        .flatten()
        .map(|ticket| {
            el("div").class("actions").child(
                el("a")
                    .class("button primary")
                    .attr("href", format!("/tickets/{ticket}"))
                    .child(t(SEE_TICKET)),
            )
        });
    let details = fragment()
        .child(fact(t(SERVICE), appointment.service.clone()))
        .child(fact(t(WHEN), time))
        .child(fact(t(HALL), appointment.hall.clone()))
        .child(fact(t(ADDRESS), appointment.address.clone()))
        .child(fact(t(PERSON), appointment.person.clone()));
    let check_in = card::can_check_in(appointment, now).then(|| check_in::form(appointment.id));
    let cancel = (appointment.status == AppointmentStatus::Confirmed && now < appointment.ends_at)
        .then(|| cancel::button(appointment.clone(), remote));
    let again = (!ahead).then(|| {
        let to = format!("/book/{}", appointment.service_id);
        el("div")
            .class("actions")
            .child(el("a").class("button plain").attr("href", to).child(t(BOOK_AGAIN)))
    });
    fragment()
        .child(
            el("section")
                .class("head")
                .child(el("p").class("head-status").child(card::tag(appointment.status)))
                .child(el("p").class("head-title").child(card::next_step(appointment, now))),
        )
        .child(ticket)
        .child(check_in)
        .child(code)
        .child(cells(t(DETAILS), details))
        .child(ahead.then(|| materials(appointment.service_id)))
        .child(again)
        .child(cancel)
}

/// What to bring; without the catalogue the rest of the page still stands.
fn materials(service: ServiceId) -> View {
    let detail = Remote::<ServiceDetail>::fetch(ANONYMOUS, format!("/services/{service}"));
    live(move || match detail.state.get() {
        Load::Waiting => skeleton(3),
        Load::Ready(detail) => catalog::checklist(service, detail.materials),
        Load::Failed(_) => fragment(),
    })
}
