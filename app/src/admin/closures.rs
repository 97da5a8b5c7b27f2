//! Times at which the hall, or a group in it, does not open: what that would do is shown before it is done.

use chrono::NaiveDate;
use leptos::prelude::*;
use shared::{
    appointments::{
        rules::AppointmentStatus,
        wire::{AffectedAppointment, Closure, ClosureEffect, ClosureRequest},
    },
    catalog::arrangements::time_of_day,
    list::List,
    time::{Instant, instant},
};

use super::{
    editors::below,
    holidays,
    inputs::{filled_with, form, group_of, input, optional, row, table, whole_or_group, words},
    shell::Hall,
    words::{
        ACTIONS, AFFECTED, CANCELLED_SINCE, CANCELLED_TOLD, CLOSE, CLOSE_AGAIN, CLOSED_FROM, CLOSED_TIME, CLOSED_UNTIL,
        CLOSURE_EFFECT, CLOSURE_TITLE, CLOSURES_HOW, FROM_DAY, FROM_TIME, GROUP, LIFT, LIFT_ASK, LIFTED, MOVED_TO,
        NO_CLOSURES, NOBODY_AFFECTED, NOT_MOVED, PERSON, REASON, SEE_EFFECT, SERVICE, SINCE, TO_DAY, TO_TIME,
        WHOLE_HALL,
    },
};
use crate::{
    api::STAFF,
    dates,
    language::{filled, t},
    ui::{self, Deed, Remote, View, button, el, empty, fragment, live, notice},
};

/// The page.
pub fn closures(hall: Hall) -> View {
    let closures = Remote::<List<Closure>>::fetch(STAFF, "/admin/closures");
    let deed = Deed::new();
    fragment()
        .child(el("p").class("explain").child(t(CLOSURES_HOW)))
        .child(new_closure(hall, closures))
        .child(deed.outcome())
        .child(closures.view(3, move |list| {
            if list.items.is_empty() {
                return empty(NO_CLOSURES, None);
            }
            let rows = list.items.iter().map(|closure| line(hall, closure, closures, deed));
            table(&[CLOSED_FROM, CLOSED_UNTIL, GROUP, REASON, ACTIONS], rows.collect())
        }))
        .child(holidays::holidays())
}

fn said(at: Instant) -> View {
    words(format!("{} {}", dates::day(at), dates::clock(at)))
}

fn line(hall: Hall, closure: &Closure, closures: Remote<List<Closure>>, deed: Deed) -> View {
    let id = closure.id;
    let group = closure.group_id;
    let name = live(move || match group {
        Some(group) => hall.name_of(group),
        None => t(WHOLE_HALL).to_owned(),
    });
    let lifted = move || {
        deed.run(async move {
            STAFF.delete(&format!("/admin/closures/{id}")).await?;
            ui::toast(LIFTED);
            closures.refresh();
            Ok(())
        });
    };
    let lift = move || ui::confirm(t(LIFT_ASK), "button primary", LIFT, lifted);
    let looking = RwSignal::new(false);
    fragment()
        .child(row(vec![
            said(closure.starts_at),
            said(closure.ends_at),
            name,
            words(closure.reason.clone()),
            el("span")
                .class("row-actions")
                .child(button("text-button", AFFECTED, None, move || {
                    looking.update(|open| *open = !*open);
                }))
                .child(button("text-button", LIFT, Some(deed), lift)),
        ]))
        .child(below("5", looking, move || {
            affected(format!("/admin/closures/{id}/affected"))
        }))
}

/// Whose appointments were cancelled, and who has another time.
pub fn affected(path: String) -> View {
    Remote::<List<AffectedAppointment>>::fetch(STAFF, path).view(3, |list| {
        if list.items.is_empty() {
            return empty(NOBODY_AFFECTED, None);
        }
        let rows = list.items.iter().map(|lost| {
            let since = match (lost.status, lost.moved_to) {
                (Some(AppointmentStatus::Cancelled), _) => t(CANCELLED_SINCE).to_owned(),
                (Some(_), Some(at)) => {
                    let at = format!("{} {}", dates::day(at), dates::clock(at));
                    filled(MOVED_TO, &[&at, lost.hall.as_deref().unwrap_or_default()])
                }
                _ => t(NOT_MOVED).to_owned(),
            };
            row(vec![
                words(lost.person.clone()),
                words(lost.service.clone()),
                said(lost.starts_at),
                words(since),
            ])
        });
        table(&[PERSON, SERVICE, CLOSED_TIME, SINCE], rows.collect())
    })
}

fn new_closure(hall: Hall, closures: Remote<List<Closure>>) -> View {
    let today = dates::today().to_string();
    let (from_day, to_day) = (filled_with(today.clone()), filled_with(today));
    let (from_time, to_time) = (filled_with("00:00"), filled_with("23:59"));
    let (group, reason) = (filled_with(""), filled_with(""));
    let effect = RwSignal::new(None::<ClosureEffect>);
    let done = RwSignal::new(None::<usize>);
    let deed = Deed::new();
    let at = |day: RwSignal<String>, time: RwSignal<String>| {
        let day: Option<NaiveDate> = optional(day);
        let time = time_of_day(&time.get_untracked());
        // A time that was not filled in is one that the server refuses in words.
        day.zip(time)
            .map_or(Instant::UNIX_EPOCH, |(day, time)| instant(day, time))
    };
    let asked = move || ClosureRequest {
        group_id: group_of(group),
        starts_at: at(from_day, from_time),
        ends_at: at(to_day, to_time),
        reason: reason.get_untracked(),
    };
    // Whatever is changed, what it would do has to be looked at again.
    Effect::new(move |_| {
        for field in [from_day, from_time, to_day, to_time, group] {
            field.track();
        }
        effect.set(None);
    });
    let look = move || {
        let asked = asked();
        done.set(None);
        deed.run(async move {
            let found: ClosureEffect = STAFF.post("/admin/closures/effect", &asked).await?;
            effect.try_set(Some(found));
            Ok(())
        });
    };
    let close = move || {
        let asked = asked();
        deed.run(async move {
            let made: Closure = STAFF.post("/admin/closures", &asked).await?;
            effect.try_set(None);
            done.try_set(made.cancelled);
            closures.refresh();
            Ok(())
        });
    };
    let fields = vec![
        input("date", FROM_DAY, from_day),
        input("time", FROM_TIME, from_time),
        input("date", TO_DAY, to_day),
        input("time", TO_TIME, to_time),
        whole_or_group(hall, group),
        input("text", REASON, reason),
    ];
    fragment()
        .child(el("h2").child(t(CLOSURE_TITLE)))
        .child(form(fields, SEE_EFFECT, deed, None, look))
        .child(live(move || {
            effect.get().map(|found| {
                el("div")
                    .class("panel effect")
                    .attr("role", "status")
                    .child(el("p").child(filled(
                        CLOSURE_EFFECT,
                        &[&found.windows.to_string(), &found.appointments.to_string()],
                    )))
                    .child(
                        el("div")
                            .class("form-actions")
                            .child(button("button danger", CLOSE, Some(deed), close))
                            .child(button("button plain", CLOSE_AGAIN, None, move || effect.set(None))),
                    )
            })
        }))
        .child(live(move || {
            done.get()
                .map(|told| notice("good", filled(CANCELLED_TOLD, &[&told.to_string()])))
        }))
}
