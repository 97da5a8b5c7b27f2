//! A service: what to bring, what it costs, how long it takes, where it is done and by which law.

use shared::{
    catalog::wire::{Channel, DayKind, HallSummary, ServiceDetail, TimeLimit},
    ids::ServiceId,
    money::Fen,
};

use super::{
    checklist,
    words::{
        ABOUT_MINUTES, AT_COUNTER, BASIS, BOOK, CALENDAR_DAYS, CALL, CHANNEL_HALL, CHANNEL_MAIL, CHANNEL_ONLINE,
        CHANNEL_SELF_SERVICE, CHANNELS, FACTS, FEE, FREE, HALLS, NOT_BOOKABLE, ON_THE_SPOT, SERVICE, STEPS, TIME_LIMIT,
        WORKING_DAYS, YUAN,
    },
};
use crate::{
    api::ANONYMOUS,
    language::{filled, t},
    ui::{self, Icon, Remote, View, cells, el, fact, fragment, icon, notice, way},
    wechat::share,
};

/// The page of a service.
pub fn page(id: ServiceId) -> View {
    let service = Remote::<ServiceDetail>::fetch(ANONYMOUS, format!("/services/{id}"));
    ui::page(t(SERVICE), None, service.view(8, show))
}

/// The fee as people read it.
pub fn fee(amount: Fen) -> String {
    if amount == Fen::ZERO {
        t(FREE).to_owned()
    } else {
        let text = amount.to_string();
        filled(YUAN, &[text.strip_suffix(".00").unwrap_or(&text)])
    }
}

fn time(limit: TimeLimit) -> String {
    let days = [limit.promised_days.to_string(), limit.days.to_string()];
    let days = days.each_ref().map(String::as_str);
    match limit.kind {
        DayKind::OnTheSpot => t(ON_THE_SPOT).to_owned(),
        DayKind::Calendar => filled(CALENDAR_DAYS, &days),
        DayKind::Working => filled(WORKING_DAYS, &days),
    }
}

fn channel(channel: Channel) -> &'static str {
    t(match channel {
        Channel::Hall => CHANNEL_HALL,
        Channel::Online => CHANNEL_ONLINE,
        Channel::SelfService => CHANNEL_SELF_SERVICE,
        Channel::Mail => CHANNEL_MAIL,
    })
}

fn show(service: ServiceDetail) -> View {
    let summary = service.summary;
    let price = match service.fee_note {
        Some(note) => format!("{} · {note}", fee(summary.fee_fen)),
        None => fee(summary.fee_fen),
    };
    let ways = service
        .channels
        .into_iter()
        .map(channel)
        .collect::<Vec<_>>()
        .join(" / ");
    let facts = fragment()
        .child(fact(t(FEE), price))
        .child(fact(t(TIME_LIMIT), time(service.time_limit)))
        .child(fact(
            t(AT_COUNTER),
            filled(ABOUT_MINUTES, &[&service.counter_minutes.to_string()]),
        ))
        .child(fact(t(CHANNELS), ways));
    let foot = if summary.bookable {
        el("div")
            .class("foot")
            .child(way("button primary", BOOK, format!("/book/{}", summary.id)))
    } else {
        notice("good", t(NOT_BOOKABLE))
    };
    let shared = share(
        summary.name.clone(),
        summary.summary.clone(),
        &format!("/services/{}", summary.id),
    );
    let items = |texts: Vec<String>| texts.into_iter().map(|text| el("li").child(text)).collect::<Vec<_>>();
    fragment()
        .child(
            el("section")
                .class("head")
                .child(el("p").class("head-title").child(summary.name))
                .child(el("p").class("head-note").child(summary.summary))
                .child(
                    el("div")
                        .class("head-foot")
                        .child(
                            el("span")
                                .class("tags")
                                .child(el("span").class("tag").child(t(summary.category.name())))
                                .child(el("span").class("tag").child(service.group)),
                        )
                        .child(shared),
                ),
        )
        .child(cells(t(FACTS), facts))
        .child(checklist(summary.id, service.materials))
        .child(
            el("section")
                .class("block")
                .child(el("h2").class("cells-title").child(t(STEPS)))
                .child(el("ol").class("cells steps").child(items(service.steps))),
        )
        .child(cells(
            t(HALLS),
            fragment().child(service.halls.into_iter().map(hall).collect::<Vec<_>>()),
        ))
        .child(
            el("section")
                .class("block")
                .child(el("h2").class("cells-title").child(t(BASIS)))
                .child(el("ul").class("cells basis").child(items(service.legal_basis))),
        )
        .child(foot)
}

fn hall(hall: HallSummary) -> View {
    el("div").class("cell").child(
        el("div")
            .class("cell-body")
            .child(el("strong").child(hall.name))
            .child(el("span").class("cell-note").child(icon(Icon::Pin)).child(hall.address))
            .child(
                el("a")
                    .class("cell-note")
                    .attr("href", format!("tel:{}", hall.phone))
                    .child(filled(CALL, &[&hall.phone])),
            ),
    )
}
