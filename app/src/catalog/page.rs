//! A service: what to bring, what it costs, how long it takes, where it is done and by which law.

use leptos::prelude::*;
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
    ui::{self, Icon, Remote, cells, fact, icon, notice},
};

/// The page of a service.
pub fn page(id: ServiceId) -> AnyView {
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

fn show(service: ServiceDetail) -> AnyView {
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
    let facts = view! {
        {fact(t(FEE), price)}
        {fact(t(TIME_LIMIT), time(service.time_limit))}
        {fact(t(AT_COUNTER), filled(ABOUT_MINUTES, &[&service.counter_minutes.to_string()]))}
        {fact(t(CHANNELS), ways)}
    }
    .into_any();
    let foot = if summary.bookable {
        view! { <div class="foot"><a class="button primary" href=format!("/book/{}", summary.id)>{t(BOOK)}</a></div> }
            .into_any()
    } else {
        notice("good", t(NOT_BOOKABLE))
    };
    let items = |texts: Vec<String>| {
        texts
            .into_iter()
            .map(|text| view! { <li>{text}</li> }.into_any())
            .collect_view()
    };
    view! {
        <section class="head">
            <p class="head-title">{summary.name}</p>
            <p class="head-note">{summary.summary}</p>
            <span class="tags"><span class="tag">{t(summary.category.name())}</span><span class="tag">{service.group}</span></span>
        </section>
        {cells(t(FACTS), facts)}
        {checklist(summary.id, service.materials)}
        <section class="block"><h2 class="cells-title">{t(STEPS)}</h2><ol class="cells steps">{items(service.steps)}</ol></section>
        {cells(t(HALLS), service.halls.into_iter().map(hall).collect_view().into_any())}
        <section class="block"><h2 class="cells-title">{t(BASIS)}</h2><ul class="cells basis">{items(service.legal_basis)}</ul></section>
        {foot}
    }
    .into_any()
}

fn hall(hall: HallSummary) -> AnyView {
    view! {
        <div class="cell">
            <div class="cell-body">
                <strong>{hall.name}</strong>
                <span class="cell-note">{icon(Icon::Pin)}{hall.address}</span>
                <a class="cell-note" href=format!("tel:{}", hall.phone)>{filled(CALL, &[&hall.phone])}</a>
            </div>
        </div>
    }
    .into_any()
}
