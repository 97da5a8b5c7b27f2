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
    ui::{self, Load, Remote, cells, fact, skeleton},
};

/// The page of an appointment.
pub fn page(id: AppointmentId) -> AnyView {
    let appointment = Remote::<Appointment>::fetch(AUTHORIZED, format!("/appointments/{id}"));
    ui::page(
        t(APPOINTMENT),
        None,
        appointment.view(7, move |found| show(&found, appointment)),
    )
}

fn show(appointment: &Appointment, remote: Remote<Appointment>) -> AnyView {
    let now = browser::now();
    let ahead = card::is_ahead(appointment, now);
    let time = format!(
        "{} {}",
        dates::day(appointment.starts_at),
        dates::span(appointment.starts_at, appointment.ends_at)
    );
    let code = (appointment.status == AppointmentStatus::Confirmed && ahead).then(|| {
        view! { <div class="code"><span>{t(CODE)}</span><strong>{appointment.code.clone()}</strong><small>{t(CODE_WHY)}</small></div> }
            .into_any()
    });
    let ticket = (appointment.status == AppointmentStatus::CheckedIn)
        .then_some(appointment.ticket_id)
        .flatten()
        .map(|ticket| {
            view! { <div class="actions"><a class="button primary" href=format!("/tickets/{ticket}")>{t(SEE_TICKET)}</a></div> }
                .into_any()
        });
    let details = view! {
        {fact(t(SERVICE), appointment.service.clone())}
        {fact(t(WHEN), time)}
        {fact(t(HALL), appointment.hall.clone())}
        {fact(t(ADDRESS), appointment.address.clone())}
        {fact(t(PERSON), appointment.person.clone())}
    }
    .into_any();
    let check_in = card::can_check_in(appointment, now).then(|| check_in::form(appointment.id));
    let cancel = (appointment.status == AppointmentStatus::Confirmed && now < appointment.ends_at)
        .then(|| cancel::button(appointment.clone(), remote));
    let again = (!ahead).then(|| {
        let to = format!("/book/{}", appointment.service_id);
        view! { <div class="actions"><a class="button plain" href=to>{t(BOOK_AGAIN)}</a></div> }.into_any()
    });
    view! {
        <section class="head">
            <p class="head-status">{card::tag(appointment.status)}</p>
            <p class="head-title">{card::next_step(appointment, now)}</p>
        </section>
        {ticket}
        {check_in}
        {code}
        {cells(t(DETAILS), details)}
        {ahead.then(|| materials(appointment.service_id))}
        {again}
        {cancel}
    }
    .into_any()
}

/// What to bring; without the catalogue the rest of the page still stands.
fn materials(service: ServiceId) -> AnyView {
    let detail = Remote::<ServiceDetail>::fetch(ANONYMOUS, format!("/services/{service}"));
    (move || match detail.state.get() {
        Load::Waiting => skeleton(3),
        Load::Ready(detail) => catalog::checklist(service, detail.materials),
        Load::Failed(_) => ().into_any(),
    })
    .into_any()
}
