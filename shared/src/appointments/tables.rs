//! The statistics as tables, for spreadsheets.

use super::wire::Statistics;
use crate::{
    ids::{CounterId, ServiceId},
    language::{Language, Phrase},
    queue::statistics::Spread,
    tables::{Cell, Table},
};

const DAYS: Phrase = Phrase {
    zh: "按日",
    en: "By day",
};
const HOURS: Phrase = Phrase {
    zh: "按时段",
    en: "By hour",
};
const SERVICES: Phrase = Phrase {
    zh: "按事项",
    en: "By service",
};
const COUNTERS: Phrase = Phrase {
    zh: "按窗口",
    en: "By counter",
};
const WHOLE: Phrase = Phrase {
    zh: "汇总",
    en: "In all",
};
const DAY: Phrase = Phrase {
    zh: "日期", en: "Day"
};
const HOUR: Phrase = Phrase {
    zh: "时段", en: "Hour"
};
const SERVICE: Phrase = Phrase {
    zh: "事项",
    en: "Service",
};
const COUNTER: Phrase = Phrase {
    zh: "窗口",
    en: "Counter",
};
const FIGURE: Phrase = Phrase {
    zh: "指标",
    en: "Figure",
};
const VALUE: Phrase = Phrase {
    zh: "数值",
    en: "Value",
};
const ISSUED: Phrase = Phrase {
    zh: "取号数",
    en: "Tickets",
};
const SERVED: Phrase = Phrase {
    zh: "办结数",
    en: "Served",
};
const ABANDONED: Phrase = Phrase {
    zh: "弃号数",
    en: "Given up",
};
const BOOKED: Phrase = Phrase {
    zh: "预约数",
    en: "Appointments",
};
const NO_SHOWS: Phrase = Phrase {
    zh: "爽约数",
    en: "No-shows",
};
const NO_SHOW_PERCENT: Phrase = Phrase {
    zh: "爽约率（%）",
    en: "No-shows, per cent",
};
const MEAN_WAIT: Phrase = Phrase {
    zh: "平均等候（秒）",
    en: "Mean wait, s",
};
const MEDIAN_WAIT: Phrase = Phrase {
    zh: "等候中位数（秒）",
    en: "Median wait, s",
};
const P90_WAIT: Phrase = Phrase {
    zh: "等候九成内（秒）",
    en: "90 % waited at most, s",
};
const MEAN_SERVICE: Phrase = Phrase {
    zh: "平均办理（秒）",
    en: "Mean service, s",
};
const P90_SERVICE: Phrase = Phrase {
    zh: "办理九成内（秒）",
    en: "90 % served within, s",
};

fn count(number: usize) -> Cell {
    Cell::Number(i64::try_from(number).unwrap_or(i64::MAX))
}

fn big(number: u64) -> Cell {
    Cell::Number(i64::try_from(number).unwrap_or(i64::MAX))
}

fn waits(spread: &Spread) -> [Cell; 3] {
    [spread.mean_seconds, spread.median_seconds, spread.p90_seconds].map(Cell::Number)
}

/// The tables of a hall's statistics; services and counters are named by the caller.
pub fn tables(
    found: &Statistics,
    service: impl Fn(ServiceId) -> String,
    counter: impl Fn(CounterId) -> String,
    language: Language,
) -> Vec<Table> {
    let t = |phrase: Phrase| phrase.in_language(language);
    let visits = &found.visits;
    let figure = |name: Phrase, value: Cell| vec![Cell::Text(t(name).into()), value];
    let whole = vec![
        figure(ISSUED, count(visits.issued)),
        figure(SERVED, count(visits.served)),
        figure(ABANDONED, count(visits.abandoned)),
        figure(BOOKED, big(found.appointments)),
        figure(NO_SHOWS, big(found.no_shows)),
        figure(NO_SHOW_PERCENT, big(found.no_show_percent)),
        figure(MEAN_WAIT, Cell::Number(visits.waiting.mean_seconds)),
        figure(P90_WAIT, Cell::Number(visits.waiting.p90_seconds)),
        figure(MEAN_SERVICE, Cell::Number(visits.serving.mean_seconds)),
    ];
    let days = visits.by_day.iter().map(|day| {
        let head = [Cell::Text(day.day.to_string()), count(day.issued), count(day.served)];
        head.into_iter().chain(waits(&day.waiting)).collect()
    });
    let hours = visits.by_hour.iter().map(|hour| {
        let head = [Cell::Text(format!("{:02}:00", hour.hour)), count(hour.issued)];
        head.into_iter().chain(waits(&hour.waiting)).collect()
    });
    let services = visits.by_service.iter().map(|figures| {
        let head = [Cell::Text(service(figures.service_id)), count(figures.serving.count)];
        let serving = [figures.serving.mean_seconds, figures.serving.p90_seconds].map(Cell::Number);
        head.into_iter().chain(waits(&figures.waiting)).chain(serving).collect()
    });
    let counters = visits.by_counter.iter().map(|figures| {
        vec![
            Cell::Text(counter(figures.counter_id)),
            count(figures.serving.count),
            Cell::Number(figures.serving.mean_seconds),
            Cell::Number(figures.serving.p90_seconds),
        ]
    });
    let table = |title: Phrase, columns: &[Phrase], rows: Vec<Vec<Cell>>| Table {
        title: t(title),
        columns: columns.iter().map(|column| t(*column)).collect(),
        rows,
    };
    vec![
        table(WHOLE, &[FIGURE, VALUE], whole),
        table(
            DAYS,
            &[DAY, ISSUED, SERVED, MEAN_WAIT, MEDIAN_WAIT, P90_WAIT],
            days.collect(),
        ),
        table(
            HOURS,
            &[HOUR, ISSUED, MEAN_WAIT, MEDIAN_WAIT, P90_WAIT],
            hours.collect(),
        ),
        table(
            SERVICES,
            &[
                SERVICE,
                SERVED,
                MEAN_WAIT,
                MEDIAN_WAIT,
                P90_WAIT,
                MEAN_SERVICE,
                P90_SERVICE,
            ],
            services.collect(),
        ),
        table(
            COUNTERS,
            &[COUNTER, SERVED, MEAN_SERVICE, P90_SERVICE],
            counters.collect(),
        ),
    ]
}
