//! The strip of days and the grid of times.

use crate::ui::{View, el, fragment, live};
use chrono::{Days, NaiveDate, Timelike};
use leptos::prelude::*;
use shared::{catalog::wire::WindowView, time::local};

use super::{
    form::Choice,
    words::{
        AFTERNOON, DAY_CLOSED, DAY_FREE, DAY_FULL, DAY_SAID, MORNING, NO_DAYS, SEATS, SEATS_NONE, STEP_DAY, STEP_TIME,
        TIME_PASSED, TIME_SAID,
    },
};
use crate::{
    browser, dates,
    language::{filled, t},
    ui::notice,
};

/// A day of the strip.
pub type Day = NaiveDate;

/// How many days can be booked ahead.
const AHEAD: u64 = 14;

/// The days that can be booked.
pub fn days() -> Vec<Day> {
    let today = dates::today();
    (0..AHEAD)
        .filter_map(|ahead| today.checked_add_days(Days::new(ahead)))
        .collect()
}

/// Whether a seat can be taken.
pub fn is_free(window: &WindowView) -> bool {
    window.remaining > 0 && browser::now() < window.ends_at
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
    let first_free = windows
        .iter()
        .filter(|window| is_free(window))
        .min_by_key(|window| window.starts_at);
    let Some(first_free) = first_free else {
        return notice("bad", t(NO_DAYS));
    };
    if choice.day.get_untracked().is_none() {
        choice.day.set(Some(first_free.day));
    }
    let strip = days()
        .into_iter()
        .map(|day| day_button(day, windows.iter().filter(|window| window.day == day), choice))
        .collect::<Vec<_>>();
    fragment()
        .child(
            el("section")
                .class("block")
                .child(el("h2").class("cells-title").attr("id", "days").child(t(STEP_DAY)))
                .child(
                    el("div")
                        .class("days")
                        .attr("role", "group")
                        .attr("aria-labelledby", "days")
                        .child(strip),
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
    let (mut any, mut free) = (false, false);
    for window in windows {
        any = true;
        free |= is_free(window);
    }
    let (state, class) = match (any, free) {
        (_, true) => (t(DAY_FREE), "day free"),
        (true, false) => (t(DAY_FULL), "day"),
        (false, false) => (t(DAY_CLOSED), "day"),
    };
    let choose = move |_| {
        if choice.day.get_untracked() != Some(day) {
            choice.day.set(Some(day));
            choice.window.set(None);
        }
    };
    let (weekday, month_day) = (dates::weekday(day), dates::month_day(day));
    // What is read begins with what is seen: whoever steers by voice says that.
    let said = filled(DAY_SAID, &[&weekday, &month_day, state, &dates::spoken_day(day)]);
    el("button")
        .attr("type", "button")
        .class(class)
        .attr("disabled", !free)
        .live_attr("aria-pressed", move || (choice.day.get() == Some(day)).to_string())
        .attr("aria-label", said)
        .on("click", choose)
        .child(el("span").child(weekday))
        .child(el("strong").child(month_day))
        .child(el("small").child(state))
}

fn times(windows: &[WindowView], day: Day, choice: Choice) -> View {
    // They come in the order of their beginnings.
    let of_day = windows.iter().filter(|window| window.day == day);
    let (morning, afternoon): (Vec<_>, Vec<_>) = of_day.partition(|window| local(window.starts_at).hour() < 12);
    let half = |title: &'static str, windows: Vec<&WindowView>| {
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
        .child(half(t(MORNING), morning))
        .child(half(t(AFTERNOON), afternoon))
}

fn time_button(window: &WindowView, choice: Choice) -> View {
    let id = window.id;
    let span = dates::span(window.starts_at, window.ends_at);
    let free = is_free(window);
    let seats = if free {
        filled(SEATS, &[&window.remaining.to_string()])
    } else if window.remaining > 0 {
        t(TIME_PASSED).to_owned()
    } else {
        t(SEATS_NONE).to_owned()
    };
    let said = filled(TIME_SAID, &[&span, &window.remaining.max(0).to_string()]);
    let chosen = window.clone();
    el("button")
        .attr("type", "button")
        .class("time")
        .attr("disabled", !free)
        .live_attr("aria-pressed", move || (choice.window.get() == Some(id)).to_string())
        .attr("aria-label", said)
        .on("click", move |_| choice.choose_window(&chosen))
        .child(el("strong").child(span))
        .child(el("small").child(seats))
}
