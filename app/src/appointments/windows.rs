//! The calendar of days and the grid of times.

use chrono::{Datelike, NaiveDate, TimeDelta, Timelike};
use leptos::prelude::*;
use shared::{catalog::wire::WindowView, time::local};

use super::{
    choice::{Aim, Choice},
    words::{
        AFTERNOON, DAY_CLOSED, DAY_FREE, DAY_FULL, DAY_SAID, EVENING, MORNING, NO_DAYS, SEATS, SEATS_NONE, SEATS_WAIT,
        STEP_DAY, STEP_TIME, TIME_PASSED, TIME_SAID,
    },
};
use crate::{
    browser, dates,
    language::{filled, t},
    ui::{View, el, fragment, live, notice},
};

/// A day of the calendar.
pub type Day = NaiveDate;

/// Up to so many seats of a day are counted out; more is simply free.
const FEW: i32 = 20;

/// Whether a window has not ended.
pub fn is_open(window: &WindowView) -> bool {
    browser::now() < window.ends_at
}

/// Whether a seat can be taken.
pub fn is_free(window: &WindowView) -> bool {
    window.remaining > 0 && is_open(window)
}

/// Whether there are windows to come, and no seat in any of them.
pub fn is_full<'w>(windows: impl Iterator<Item = &'w WindowView>) -> bool {
    let mut open = windows.filter(|window| is_open(window)).peekable();
    open.peek().is_some() && !open.any(|window| window.remaining > 0)
}

/// The free window that comes soonest after a full one, or else the soonest of all.
pub fn nearest_free(windows: &[WindowView], full: &WindowView) -> Option<WindowView> {
    let free = || windows.iter().filter(|window| window.id != full.id && is_free(window));
    free()
        .filter(|window| window.starts_at >= full.starts_at)
        .min_by_key(|window| window.starts_at)
        .or_else(|| free().min_by_key(|window| window.starts_at))
        .cloned()
}

/// Days and times of the chosen hall.
pub fn section(choice: Choice) -> View {
    choice.windows.view(5, move |windows| show(windows.items, choice))
}

fn show(windows: Vec<WindowView>, choice: Choice) -> View {
    let Some(last) = windows.iter().map(|window| window.day).max() else {
        return notice("bad", t(NO_DAYS));
    };
    // They come in the order of their beginnings.
    let first_free = windows.iter().find(|window| is_free(window));
    if let (None, Some(first_free)) = (choice.day.get_untracked(), first_free) {
        choice.day.set(Some(first_free.day));
    }
    let today = dates::today();
    let monday = today - TimeDelta::days(i64::from(today.weekday().num_days_from_monday()));
    let heads = monday
        .iter_days()
        .take(7)
        .map(|day| el("span").child(dates::weekday(day)));
    let days = monday
        .iter_days()
        .take_while(|day| *day <= last)
        .map(|day| {
            if day < today {
                el("span")
            } else {
                day_button(day, windows.iter().filter(|window| window.day == day), choice)
            }
        })
        .collect::<Vec<_>>();
    fragment()
        .child(
            el("section")
                .class("block")
                .child(el("h2").class("cells-title").attr("id", "days").child(t(STEP_DAY)))
                .child(
                    el("div")
                        .class("week")
                        .attr("aria-hidden", "true")
                        .child(heads.collect::<Vec<_>>()),
                )
                .child(
                    el("div")
                        .class("days")
                        .attr("role", "group")
                        .attr("aria-labelledby", "days")
                        .child(days),
                ),
        )
        .child(
            el("section")
                .class("block")
                .child(el("h2").class("cells-title").attr("id", "times").child(t(STEP_TIME)))
                .child(live(move || choice.day.get().map(|day| times(&windows, day, choice)))),
        )
}

fn day_button<'w>(day: Day, windows: impl Iterator<Item = &'w WindowView>, choice: Choice) -> View {
    let (mut any, mut seats) = (false, 0);
    for window in windows.filter(|window| is_open(window)) {
        any = true;
        seats += window.remaining.max(0);
    }
    let (state, class) = match seats {
        0 if any => (t(DAY_FULL).to_owned(), "day full"),
        0 => (t(DAY_CLOSED).to_owned(), "day"),
        1..=FEW => (filled(SEATS, &[&seats.to_string()]), "day free"),
        _ => (t(DAY_FREE).to_owned(), "day free"),
    };
    let (mark, number) = (dates::calendar_mark(day), day.day().to_string());
    // What is read begins with what is seen: whoever steers by voice says that.
    let seen = mark.as_ref().map(|mark| format!("{mark} {number}"));
    let said = filled(
        DAY_SAID,
        &[seen.as_ref().unwrap_or(&number), &state, &dates::spoken_day(day)],
    );
    el("button")
        .attr("type", "button")
        .class(class)
        .attr("disabled", !any)
        .live_attr("aria-pressed", move || (choice.day.get() == Some(day)).to_string())
        .attr("aria-label", said)
        .on("click", move |_| choice.choose_day(day))
        .child(el("span").child(mark))
        .child(" ")
        .child(el("strong").child(number))
        .child(" ")
        .child(el("small").child(state))
}

fn times(windows: &[WindowView], day: Day, choice: Choice) -> View {
    let of_day = windows.iter().filter(|window| window.day == day);
    let (morning, later): (Vec<_>, Vec<_>) = of_day.partition(|window| local(window.starts_at).hour() < 12);
    let (afternoon, evening): (Vec<_>, Vec<_>) = later
        .into_iter()
        .partition(|window| local(window.starts_at).hour() < 18);
    let part = |title: &'static str, windows: Vec<&WindowView>| {
        (!windows.is_empty()).then(|| {
            let buttons = windows
                .into_iter()
                .map(|window| time_button(window, choice))
                .collect::<Vec<_>>();
            fragment()
                .child(el("h3").class("half").child(title))
                .child(el("div").class("times").child(buttons))
        })
    };
    el("div")
        .attr("role", "group")
        .attr("aria-labelledby", "times")
        .child(part(t(MORNING), morning))
        .child(part(t(AFTERNOON), afternoon))
        .child(part(t(EVENING), evening))
}

fn time_button(window: &WindowView, choice: Choice) -> View {
    let id = window.id;
    let span = dates::span(window.starts_at, window.ends_at);
    let free = is_free(window);
    // Whoever books can wait for a full window; whoever moves an appointment has a seat already.
    let waits = is_open(window) && choice.aim == Aim::Book;
    let seats = if free {
        filled(SEATS, &[&window.remaining.to_string()])
    } else if waits {
        t(SEATS_WAIT).to_owned()
    } else if is_open(window) {
        t(SEATS_NONE).to_owned()
    } else {
        t(TIME_PASSED).to_owned()
    };
    let said = filled(TIME_SAID, &[&span, &seats]);
    let chosen = window.clone();
    el("button")
        .attr("type", "button")
        .class(if free { "time" } else { "time full" })
        .attr("disabled", !(free || waits))
        .live_attr("aria-pressed", move || (choice.window.get() == Some(id)).to_string())
        .attr("aria-label", said)
        .on("click", move |_| choice.choose_window(&chosen))
        .child(el("strong").child(span))
        .child(" ")
        .child(el("small").child(seats))
}
