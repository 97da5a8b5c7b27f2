//! How the hall did, in figures, plots and files.

use leptos::prelude::*;
use shared::{API, appointments::wire::Statistics, catalog::wire::HallService, list::List};

use super::{
    inputs::{filled_with, input, row, table, words},
    overview::{figure, mean, minutes, nine_in_ten},
    plot::{Place, bars},
    shell::Hall,
    words::{
        ABANDONED, APPOINTMENTS, BY_COUNTER, BY_DAY, BY_HOUR, BY_RATING, BY_SERVICE, COUNTER_OF, ESTIMATE_ERROR,
        ESTIMATES_INSIDE, EXPORT_CSV, EXPORT_XLSX, FROM_DAY, ISSUED, MEAN_SERVICE, MEAN_WAIT, MEAN_WAIT_MINUTES,
        NO_SHOW_PERCENT, NO_SHOWS, NO_VISITS, P90_WAIT, PERCENT, SERVED, SERVICE, STARS, STATISTICS_HOW, TO_DAY,
    },
};
use crate::{
    api::STAFF,
    dates,
    language::{filled, t},
    ui::{Remote, View, el, empty, fragment, live},
};

/// The page.
pub fn statistics(hall: Hall) -> View {
    let today = dates::today();
    let week = today.checked_sub_days(chrono::Days::new(6)).unwrap_or(today);
    let (from, to) = (filled_with(week.to_string()), filled_with(today.to_string()));
    let range = move || format!("from={}&to={}", from.get(), to.get());
    let found = Remote::<Statistics>::idle(STAFF);
    let services = Remote::<List<HallService>>::fetch(STAFF, format!("/halls/{}/services", hall.id));
    Effect::new(move |_| found.load(format!("/admin/statistics?{}", range())));
    let file = move |format: &'static str, label| {
        el("a")
            .class("button plain")
            .attr("download", true)
            .live_attr("href", move || {
                format!("{API}/admin/statistics/export?{}&format={format}", range())
            })
            .child(t(label))
    };
    fragment()
        .child(el("p").class("explain").child(t(STATISTICS_HOW)))
        .child(
            el("div")
                .class("panel inputs")
                .child(input("date", FROM_DAY, from))
                .child(input("date", TO_DAY, to))
                .child(
                    el("p")
                        .class("form-actions")
                        .child(file("xlsx", EXPORT_XLSX))
                        .child(file("csv", EXPORT_CSV)),
                ),
        )
        .child(found.view(10, move |found| show(hall, &found, services)))
}

fn show(hall: Hall, found: &Statistics, services: Remote<List<HallService>>) -> View {
    let visits = &found.visits;
    let (inside, error) = match visits.estimates.scored {
        0 => ("—".to_owned(), "—".to_owned()),
        _ => (
            filled(PERCENT, &[&visits.estimates.inside_percent.to_string()]),
            minutes(visits.estimates.mean_error_seconds),
        ),
    };
    let figures = el("ul").class("figures").child([
        figure(t(ISSUED), visits.issued.to_string()),
        figure(t(SERVED), visits.served.to_string()),
        figure(t(ABANDONED), visits.abandoned.to_string()),
        figure(t(APPOINTMENTS), found.appointments.to_string()),
        figure(t(NO_SHOWS), found.no_shows.to_string()),
        figure(
            t(NO_SHOW_PERCENT),
            filled(PERCENT, &[&found.no_show_percent.to_string()]),
        ),
        figure(t(MEAN_WAIT), mean(&visits.waiting)),
        figure(t(P90_WAIT), nine_in_ten(&visits.waiting)),
        figure(t(MEAN_SERVICE), mean(&visits.serving)),
        figure(t(ESTIMATES_INSIDE), inside),
        figure(t(ESTIMATE_ERROR), error),
    ]);
    if visits.issued == 0 {
        return fragment().child(figures).child(empty(NO_VISITS, None));
    }
    let whole = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
    let days: Vec<Place> = visits
        .by_day
        .iter()
        .map(|day| Place {
            name: day.day.format("%m-%d").to_string(),
            values: vec![whole(day.issued), whole(day.served)],
        })
        .collect();
    let hours: Vec<Place> = visits
        .by_hour
        .iter()
        .map(|hour| Place {
            name: format!("{:02}", hour.hour),
            values: vec![whole(hour.issued), (hour.waiting.mean_seconds + 30) / 60],
        })
        .collect();
    let stars: Vec<Place> = (1..)
        .zip(&visits.ratings)
        .map(|(level, count): (i64, _)| Place {
            name: filled(STARS, &[&level.to_string()]),
            values: vec![i64::try_from(*count).unwrap_or(i64::MAX)],
        })
        .collect();
    let by_counter = visits.by_counter.clone();
    let counters = live(move || {
        let known = hall.detail.ready().map(|detail| detail.counters).unwrap_or_default();
        let places: Vec<Place> = by_counter
            .iter()
            .map(|figures| Place {
                name: known
                    .iter()
                    .find(|counter| counter.id == figures.counter_id)
                    .map(|counter| filled(COUNTER_OF, &[&counter.number.to_string()]))
                    .unwrap_or_default(),
                values: vec![whole(figures.serving.count)],
            })
            .collect();
        bars(t(BY_COUNTER), &[t(SERVED)], &places)
    });
    fragment()
        .child(figures)
        .child(
            el("div")
                .class("plots")
                .child(bars(t(BY_DAY), &[t(ISSUED), t(SERVED)], &days))
                .child(bars(t(BY_HOUR), &[t(ISSUED), t(MEAN_WAIT_MINUTES)], &hours))
                .child(counters)
                .child(bars(t(BY_RATING), &[t(BY_RATING)], &stars)),
        )
        .child(el("h2").child(t(BY_SERVICE)))
        .child(by_service(found, services))
}

fn by_service(found: &Statistics, services: Remote<List<HallService>>) -> View {
    let figures = found.visits.by_service.clone();
    live(move || {
        let known = services.ready().map(|list| list.items).unwrap_or_default();
        let rows = figures.iter().map(|figures| {
            let service = known.iter().find(|service| service.id == figures.service_id);
            row(vec![
                words(service.map(|service| service.name.clone()).unwrap_or_default()),
                words(figures.serving.count.to_string()),
                words(mean(&figures.waiting)),
                words(nine_in_ten(&figures.waiting)),
                words(mean(&figures.serving)),
            ])
        });
        table(&[SERVICE, SERVED, MEAN_WAIT, P90_WAIT, MEAN_SERVICE], rows.collect())
    })
}
