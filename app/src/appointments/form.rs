//! Booking: hall, day, time, for whom; then a seat is held while one confirms.

use leptos::prelude::*;
use shared::{
    appointments::{
        problems::WINDOW_FULL,
        wire::{Hold, HoldRequest, WaitlistRequest},
    },
    catalog::wire::{ServiceDetail, WindowView},
    identity::wire::IDENTITY_REQUIRED,
    ids::ServiceId,
};

use super::{
    choice::{Choice, Wish},
    halls, persons, windows,
    words::{
        BIND_FIRST, BIND_TO_BOOK, BOOK, CHOOSE_TIME, FULL_INSTEAD, FULL_NONE, HOLD, NO_HALLS, SIGN_IN_TO_BOOK,
        STEP_WHO, TAKE_INSTEAD, WAIT_DAY, WAIT_JOINED, WAIT_WHY, WAIT_WINDOW,
    },
};
use crate::{
    api::{ANONYMOUS, AUTHORIZED, Anything, Failure},
    dates, identity,
    language::{filled, t},
    routes,
    ui::{self, Remote, View, button, el, empty, fragment, live, notice, toast, way},
};

/// The page.
pub fn form(service: ServiceId) -> View {
    let choice = Choice::to_book(service);
    let detail = Remote::<ServiceDetail>::fetch(ANONYMOUS, format!("/services/{service}"));
    ui::page(t(BOOK), None, detail.view(8, move |detail| steps(detail, choice)))
}

fn steps(detail: ServiceDetail, choice: Choice) -> View {
    let halls = detail.halls;
    if halls.is_empty() {
        return empty(NO_HALLS, None);
    }
    if let ([only], None) = (halls.as_slice(), choice.hall.get_untracked()) {
        choice.choose_hall(only.id);
    }
    let who = persons::Persons::fetch();
    // With larger type one thing is asked after the other.
    let is_asked = Memo::new(move |_| !identity::elder_mode() || choice.wish().is_some());
    fragment()
        .child(
            el("section")
                .class("head")
                .child(el("p").class("head-title").child(detail.summary.name)),
        )
        .child(halls::section(halls, choice))
        .child(live(move || choice.hall.get().map(|_| windows::section(choice))))
        .child(live(move || {
            is_asked.get().then(|| {
                el("fieldset")
                    .class("block")
                    .child(el("legend").class("cells-title").child(t(STEP_WHO)))
                    .child(who.view(choice))
            })
        }))
        .child(foot(
            choice,
            move || way_on(choice, who),
            move |window| hold(choice, window),
        ))
}

/// The foot of the page: what failed, and the one button for what is needed next, or for the free window that is offered in place
/// of one that has just been taken.
pub fn foot(choice: Choice, way_on: impl Fn() -> View + 'static, take: impl Fn(WindowView) + Copy + 'static) -> View {
    el("div")
        .class("foot")
        .child(choice.deed.outcome())
        .child(live(move || match choice.full.get() {
            Some(full) => instead(choice, &full, take),
            None => way_on(),
        }))
}

/// The next free window in one tap, when the chosen one was just taken.
fn instead(choice: Choice, full: &WindowView, take: impl Fn(WindowView) + 'static) -> View {
    let free = choice.offered.get().or_else(|| {
        let windows = choice.windows.ready()?;
        windows::nearest_free(&windows.items, full)
    });
    let Some(window) = free else {
        return notice("bad", t(FULL_NONE));
    };
    let (day, span) = (
        dates::day(window.starts_at),
        dates::span(window.starts_at, window.ends_at),
    );
    let press = move |_| {
        choice.choose_window(&window);
        take(window.clone());
    };
    el("div")
        .attr("role", "alert")
        .child(notice("bad", t(FULL_INSTEAD)))
        .child(
            el("button")
                .attr("type", "button")
                .class("button primary")
                .on("click", press)
                .child(filled(TAKE_INSTEAD, &[&day, &span])),
        )
}

/// The button at the foot while no time is chosen.
pub fn no_time_yet() -> View {
    el("button")
        .attr("type", "button")
        .class("button primary")
        .attr("disabled", true)
        .child(t(CHOOSE_TIME))
}

fn way_on(choice: Choice, who: persons::Persons) -> View {
    let Some(wish) = choice.wish() else {
        return no_time_yet();
    };
    let waits = !matches!(wish, Wish::Seat(_));
    let button = if who.signed_out() {
        way(
            "button primary",
            SIGN_IN_TO_BOOK,
            routes::sign_in_for(&choice.address()),
        )
    } else if who.unbound() {
        fragment().child(notice("good", t(BIND_FIRST))).child(way(
            "button primary",
            BIND_TO_BOOK,
            choice.bind_address(),
        ))
    } else {
        let words = match &wish {
            Wish::Seat(_) => HOLD,
            Wish::WaitForWindow(_) => WAIT_WINDOW,
            Wish::WaitForDay(_) => WAIT_DAY,
        };
        button("button primary", words, Some(choice.deed), move || match wish.clone() {
            Wish::Seat(window) => hold(choice, window),
            Wish::WaitForWindow(window) => wait(choice, Some(&window), window.day),
            Wish::WaitForDay(day) => wait(choice, None, day),
        })
    };
    fragment()
        .child(waits.then(|| notice("good", t(WAIT_WHY))))
        .child(button)
}

/// Holds a seat in a window; it is confirmed on the page of the appointment that grows from it.
fn hold(choice: Choice, window: WindowView) {
    let asked = HoldRequest {
        window_id: window.id,
        service_id: choice.service,
        person_id: choice.person.get_untracked(),
    };
    choice.full.set(None);
    choice.deed.run(async move {
        match AUTHORIZED.post::<Hold>("/holds", &asked).await {
            Ok(hold) => {
                routes::go(&format!("/appointments/{}", hold.id));
                Ok(())
            }
            Err(failure) if failure.is(&WINDOW_FULL) => {
                choice.was_full(&failure, window);
                Ok(())
            }
            Err(failure) => unlock(failure),
        }
    });
}

/// Joins the waiting list of a window or a whole day.
fn wait(choice: Choice, window: Option<&WindowView>, day: windows::Day) {
    let Some(hall_id) = choice.hall.get_untracked() else {
        return;
    };
    let asked = WaitlistRequest {
        service_id: choice.service,
        hall_id,
        day: Some(day),
        window_id: window.map(|window| window.id),
        person_id: choice.person.get_untracked(),
    };
    choice.deed.run(async move {
        match AUTHORIZED.post::<Anything>("/waitlist", &asked).await {
            Ok(_) => {
                toast(WAIT_JOINED);
                routes::go("/appointments");
                Ok(())
            }
            Err(failure) => {
                // Perhaps a seat has come free meanwhile: then the calendar shows it.
                choice.windows.refresh();
                unlock(failure)
            }
        }
    });
}

/// Leads to where what is missing can be made up for; other failures are told.
fn unlock(failure: Failure) -> Result<(), Failure> {
    if failure.asks_for_sign_in() {
        identity::forget_sign_in();
        routes::go(&routes::sign_in_for(&routes::address()));
    } else if failure.is(&IDENTITY_REQUIRED) {
        routes::go(&routes::with_query("/me", &[("next", Some(routes::address()))]));
    } else {
        return Err(failure);
    }
    Ok(())
}
