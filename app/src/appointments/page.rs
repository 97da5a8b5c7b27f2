//! One appointment.

use leptos::prelude::*;
use shared::{
    API,
    appointments::{rules::AppointmentStatus, wire::Appointment},
    catalog::wire::{NearestWindow, ServiceDetail},
    ids::{AppointmentId, ServiceId},
    list::List,
};

use super::{
    cancel, card, check_in, confirm,
    words::{
        ADD_TO_CALENDAR, ADDRESS, ALTERNATIVES, APPOINTMENT, BOOK_AGAIN, CANCEL_IN_TIME, CODE, CODE_QR, CODE_WHY,
        DETAILS, HALL, PERSON, RATE, RESCHEDULE, SEE_STRIKES, SEE_TICKET, SERVICE, WHEN,
    },
};
use crate::{
    api::{ANONYMOUS, AUTHORIZED},
    browser, catalog, dates,
    language::{filled, t},
    routes,
    ui::{self, Deed, Load, Remote, View, actions, cells, el, fact, fragment, link_cell, live, skeleton, way},
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
    let details = fragment()
        .child(fact(t(SERVICE), appointment.service.clone()))
        .child(fact(
            t(WHEN),
            dates::day_span(appointment.starts_at, appointment.ends_at),
        ))
        .child(fact(t(HALL), appointment.hall.clone()))
        .child(fact(t(ADDRESS), appointment.address.clone()))
        .child(fact(t(PERSON), appointment.person.clone()));
    fragment()
        .child(
            el("section")
                .class("head")
                .child(el("p").class("head-status").child(card::tag(appointment.status)))
                .child(el("p").class("head-title").child(card::next_step(appointment, now))),
        )
        .child(first(appointment, remote))
        .child(cells(t(DETAILS), details))
        .child(card::is_ahead(appointment, now).then(|| materials(appointment.service_id)))
        .child(last(appointment, remote))
}

/// What matters most where the appointment stands.
fn first(appointment: &Appointment, remote: Remote<Appointment>) -> View {
    let now = browser::now();
    let ticket = |words| {
        let ticket = appointment.ticket_id?;
        Some(actions(way("button primary", words, format!("/tickets/{ticket}"))))
    };
    match appointment.status {
        AppointmentStatus::Held => confirm::section(appointment, remote),
        AppointmentStatus::Confirmed if card::is_ahead(appointment, now) => fragment()
            .child(card::can_check_in(appointment, now).then(|| check_in::form(appointment.id)))
            .child(
                el("div")
                    .class("code")
                    .child(el("span").child(t(CODE)))
                    .child(el("strong").child(appointment.code.clone()))
                    .child(
                        el("img")
                            .class("code-qr")
                            .attr("src", format!("{API}/appointments/{}/qr.svg", appointment.id))
                            .attr("alt", t(CODE_QR))
                            .attr("width", "160")
                            .attr("height", "160"),
                    )
                    .child(el("small").child(t(CODE_WHY))),
            ),
        AppointmentStatus::CheckedIn => fragment().child(ticket(SEE_TICKET)),
        AppointmentStatus::Fulfilled => fragment().child(ticket(RATE)),
        AppointmentStatus::HallCancelled => alternatives(appointment),
        AppointmentStatus::NoShow => actions(way("button plain", SEE_STRIKES, "/me")),
        _ => fragment(),
    }
}

/// What else can be done with it.
fn last(appointment: &Appointment, remote: Remote<Appointment>) -> View {
    let now = browser::now();
    let booked = appointment.status == AppointmentStatus::Confirmed && now < appointment.ends_at;
    if !booked {
        let over = !card::is_ahead(appointment, now) && appointment.status != AppointmentStatus::HallCancelled;
        let again = format!("/book/{}", appointment.service_id);
        return fragment().child(over.then(|| actions(way("button plain", BOOK_AGAIN, again))));
    }
    let moving = (now < appointment.cancel_until).then(|| {
        let limit = filled(CANCEL_IN_TIME, &[&dates::moment(appointment.cancel_until)]);
        fragment().child(el("p").class("small").child(limit)).child(actions(way(
            "button plain",
            RESCHEDULE,
            reschedule_address(appointment, &[]),
        )))
    });
    fragment()
        .child(calendar(appointment.id))
        .child(moving)
        .child(cancel::button(appointment.clone(), remote))
}

fn reschedule_address(appointment: &Appointment, chosen: &[(&str, Option<String>)]) -> String {
    routes::with_query(&format!("/appointments/{}/reschedule", appointment.id), chosen)
}

/// Puts the appointment into the phone's calendar. The file is asked for first: that renews a session that has ended, which following
/// a link would not.
fn calendar(id: AppointmentId) -> View {
    let deed = Deed::new();
    let add = move || {
        deed.run(async move {
            let path = format!("/appointments/{id}.ics");
            AUTHORIZED.get_text(&path).await?;
            window().location().assign(&format!("{API}{path}")).ok();
            Ok(())
        });
    };
    fragment()
        .child(deed.outcome())
        .child(actions(ui::button("button plain", ADD_TO_CALENDAR, Some(deed), add)))
}

/// What a resident whom the hall has turned away can take instead, in one tap each.
fn alternatives(appointment: &Appointment) -> View {
    let appointment = appointment.clone();
    let path = format!("/services/{}/nearest", appointment.service_id);
    let nearest = Remote::<List<NearestWindow>>::fetch(ANONYMOUS, path);
    let detail = Remote::<ServiceDetail>::fetch(ANONYMOUS, format!("/services/{}", appointment.service_id));
    let any = reschedule_address(&appointment, &[("by", Some("time".to_owned()))]);
    let rows = move || {
        let (halls, mut found) = (detail.ready()?.halls, nearest.ready()?.items);
        // The hall that was chosen once is chosen again by most; the sort keeps the others in their order.
        found.sort_by_key(|found| found.hall_id != appointment.hall_id);
        let row = |found: NearestWindow| {
            let window = found.window;
            let chosen = [
                ("hall", Some(found.hall_id.to_string())),
                ("day", Some(window.day.to_string())),
                ("window", Some(window.id.to_string())),
            ];
            let hall = halls.iter().find(|hall| hall.id == found.hall_id)?;
            let words = fragment()
                .child(el("strong").child(dates::day_span(window.starts_at, window.ends_at)))
                .child(el("span").class("cell-note").child(hall.name.clone()));
            Some(link_cell(reschedule_address(&appointment, &chosen), words))
        };
        Some(found.into_iter().take(3).filter_map(row).collect::<Vec<_>>())
    };
    cells(t(ALTERNATIVES), live(rows)).child(actions(way("button primary", RESCHEDULE, any)))
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
