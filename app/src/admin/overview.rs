//! The hall now: where another counter is needed, and how the day goes.

use shared::{
    appointments::wire::Statistics,
    list::List,
    queue::{
        statistics::Spread,
        tide::{TideAdvice, TideAlert},
    },
};

use super::{
    shell::Hall,
    words::{
        ABANDONED, ADVICE_CLOSE_ONE, ADVICE_OPEN_ANOTHER, ADVICE_OPEN_FIRST, ALERT_COUNTERS, ALERTS, ALL_WELL,
        APPOINTMENTS, COULD_OPEN, ISSUED, MEAN_WAIT, MINUTES, NO_SHOWS, P90_WAIT, SEE_BOARD, SEE_KIOSK, SERVED, TODAY,
        UPDATED, WAITING,
    },
};
use crate::{
    api::STAFF,
    browser, dates,
    language::{filled, t},
    ui::{Remote, View, el, fragment, notice},
};

/// How often it is looked at anew.
const GLANCE: u64 = 15_000;

/// The page.
pub fn overview(hall: Hall) -> View {
    let alerts = Remote::<List<TideAlert>>::fetch(STAFF, "/admin/alerts");
    let today = Remote::<Statistics>::fetch(STAFF, "/admin/statistics");
    browser::every(GLANCE, move || {
        alerts.refresh();
        today.refresh();
    });
    let hall = hall.id;
    fragment()
        .child(el("h2").child(t(ALERTS)))
        .child(alerts.view(2, |alerts| {
            if alerts.items.is_empty() {
                notice("good", t(ALL_WELL))
            } else {
                el("ul")
                    .class("alerts")
                    .child(alerts.items.iter().map(alert).collect::<Vec<_>>())
            }
        }))
        .child(el("h2").child(t(TODAY)))
        .child(today.view(4, |found| {
            let visits = &found.visits;
            fragment()
                .child(el("ul").class("figures").child([
                    figure(t(ISSUED), visits.issued.to_string()),
                    figure(t(SERVED), visits.served.to_string()),
                    figure(t(ABANDONED), visits.abandoned.to_string()),
                    figure(t(APPOINTMENTS), found.appointments.to_string()),
                    figure(t(NO_SHOWS), found.no_shows.to_string()),
                    figure(t(MEAN_WAIT), mean(&visits.waiting)),
                    figure(t(P90_WAIT), nine_in_ten(&visits.waiting)),
                ]))
                .child(
                    el("p")
                        .class("small")
                        .child(filled(UPDATED, &[&dates::clock(browser::now())])),
                )
        }))
        .child(
            el("p").class("form-actions").child([
                el("a")
                    .class("button plain")
                    .attr("href", format!("/board/{hall}"))
                    .child(t(SEE_BOARD)),
                el("a")
                    .class("button plain")
                    .attr("href", format!("/kiosk/{hall}"))
                    .child(t(SEE_KIOSK)),
            ]),
        )
}

/// Seconds as people say them.
pub fn minutes(seconds: i64) -> String {
    filled(MINUTES, &[&((seconds + 30) / 60).to_string()])
}

/// How long it took on average, or a stroke when nothing was measured.
pub fn mean(spread: &Spread) -> String {
    measured(spread, spread.mean_seconds)
}

/// How long nine in ten took at most, or a stroke when nothing was measured.
pub fn nine_in_ten(spread: &Spread) -> String {
    measured(spread, spread.p90_seconds)
}

fn measured(spread: &Spread, seconds: i64) -> String {
    if spread.count == 0 {
        "—".to_owned()
    } else {
        minutes(seconds)
    }
}

/// A figure with its name.
pub fn figure(name: &str, value: String) -> View {
    el("li")
        .child(el("strong").child(value))
        .child(el("span").child(name.to_owned()))
}

fn alert(alert: &TideAlert) -> View {
    let advice = match alert.advice {
        TideAdvice::OpenFirst => ADVICE_OPEN_FIRST,
        TideAdvice::OpenAnother => ADVICE_OPEN_ANOTHER,
        TideAdvice::CloseOne => ADVICE_CLOSE_ONE,
    };
    let numbers: Vec<String> = alert.could_open.iter().map(ToString::to_string).collect();
    let class = if alert.advice == TideAdvice::CloseOne {
        "alert calm"
    } else {
        "alert"
    };
    let could = (!numbers.is_empty()).then(|| el("span").child(filled(COULD_OPEN, &[&numbers.join("、")])));
    el("li")
        .class(class)
        .child(el("strong").child(alert.group.clone()))
        .child(el("em").child(t(advice)))
        .child(el("span").child(filled(WAITING, &[&alert.waiting.to_string()])))
        .child(el("span").child(filled(ALERT_COUNTERS, &[&alert.counters.to_string()])))
        .child(
            alert
                .longest_wait
                .map(|wait| el("span").child(filled(MINUTES, &[&wait.to_string()]))),
        )
        .child(could)
}
