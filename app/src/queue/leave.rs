//! When to set out for the hall, for whoever waits elsewhere.

use chrono::TimeDelta;
use leptos::prelude::*;
use shared::queue::estimate::{WaitRange, leave_at};

use super::words::{LEAVE_BY, LEAVE_NOW, STAY, TRAVEL, TRAVEL_HERE, TRAVEL_MINUTES};
use crate::{
    browser, dates,
    language::{filled, t},
    ui::{View, chip, el, live},
};

const KEPT_AS: &str = "travel";

/// Minutes to the hall, of which one is chosen; this phone keeps it.
const WAYS: [i64; 5] = [0, 10, 20, 40, 60];

/// How long the way is, and when to leave for it.
pub fn section(wait: WaitRange) -> View {
    let kept = browser::kept(KEPT_AS).and_then(|minutes| minutes.parse().ok());
    let way = RwSignal::new(kept.unwrap_or(0_i64));
    let now = browser::now();
    let ways = WAYS.map(|minutes| {
        let words = match minutes {
            0 => t(TRAVEL_HERE).to_owned(),
            minutes => filled(TRAVEL_MINUTES, &[&minutes.to_string()]),
        };
        let choose = move || {
            browser::keep(KEPT_AS, &minutes.to_string());
            way.set(minutes);
        };
        chip(&words, move || way.get() == minutes, choose)
    });
    let advice = move || match way.get() {
        0 => t(STAY).to_owned(),
        minutes => leave_at(wait, TimeDelta::minutes(minutes), now)
            .map_or_else(|| t(LEAVE_NOW).to_owned(), |at| filled(LEAVE_BY, &[&dates::clock(at)])),
    };
    el("section")
        .class("block leave")
        .child(el("h2").class("cells-title").child(t(TRAVEL)))
        .child(
            el("div")
                .class("chips")
                .attr("role", "group")
                .attr("aria-label", t(TRAVEL))
                .child(ways),
        )
        .child(el("p").class("leave-at").attr("role", "status").child(live(advice)))
}
