//! Moving an appointment to another time in one step: the old seat is kept until the new one is taken.

use leptos::prelude::*;
use shared::{
    appointments::{
        problems::WINDOW_FULL,
        wire::{Appointment, RescheduleRequest},
    },
    catalog::wire::{ServiceDetail, WindowView},
    ids::AppointmentId,
};

use super::{
    choice::{Choice, Wish},
    form::{foot, no_time_yet},
    halls, windows,
    words::{NOW_BOOKED, RESCHEDULE, RESCHEDULE_TO, RESCHEDULED},
};
use crate::{
    api::{ANONYMOUS, AUTHORIZED},
    dates,
    language::{filled, t},
    routes,
    ui::{self, Remote, View, el, fragment, live, toast},
};

/// The page.
pub fn page(id: AppointmentId) -> View {
    let appointment = Remote::<Appointment>::fetch(AUTHORIZED, format!("/appointments/{id}"));
    ui::page(t(RESCHEDULE), None, appointment.view(8, move |found| steps(&found)))
}

fn steps(appointment: &Appointment) -> View {
    let choice = Choice::to_reschedule(appointment);
    let id = appointment.id;
    let detail = Remote::<ServiceDetail>::fetch(ANONYMOUS, format!("/services/{}", appointment.service_id));
    let time = dates::day_span(appointment.starts_at, appointment.ends_at);
    fragment()
        .child(
            el("section")
                .class("head")
                .child(el("p").class("head-title").child(appointment.service.clone()))
                .child(
                    el("p")
                        .class("head-note")
                        .child(filled(NOW_BOOKED, &[&time, &appointment.hall])),
                ),
        )
        .child(detail.view(4, move |detail| halls::section(detail.halls, choice)))
        .child(live(move || choice.hall.get().map(|_| windows::section(choice))))
        .child(foot(
            choice,
            move || match choice.wish() {
                Some(Wish::Seat(window)) => take(choice, id, window),
                _ => no_time_yet(),
            },
            move |window| send(choice, id, window),
        ))
}

fn take(choice: Choice, id: AppointmentId, window: WindowView) -> View {
    let words = filled(
        RESCHEDULE_TO,
        &[
            &dates::day(window.starts_at),
            &dates::span(window.starts_at, window.ends_at),
        ],
    );
    el("button")
        .attr("type", "button")
        .class("button primary")
        .live_attr("disabled", move || choice.deed.is_busy())
        .on("click", move |_| send(choice, id, window.clone()))
        .child(words)
}

fn send(choice: Choice, id: AppointmentId, window: WindowView) {
    let asked = RescheduleRequest { window_id: window.id };
    choice.full.set(None);
    choice.deed.run(async move {
        let path = format!("/appointments/{id}/reschedule");
        match AUTHORIZED.post::<Appointment>(&path, &asked).await {
            Ok(moved) => {
                toast(RESCHEDULED);
                routes::replace(&format!("/appointments/{}", moved.id));
                Ok(())
            }
            Err(failure) if failure.is(&WINDOW_FULL) => {
                choice.was_full(&failure, window);
                Ok(())
            }
            Err(failure) => Err(failure),
        }
    });
}
