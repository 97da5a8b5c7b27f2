//! One slip: white and black, as bright as a screen can show it.

use leptos::prelude::*;
use shared::{
    ids::SlipId,
    slips::{
        rules::SlipStatus,
        wire::{Slip, what_to_bring},
    },
};

use super::{
    code,
    list::status,
    lit, mail, proxy,
    words::{
        ADDRESS, BRING, BY_PROXY, COLLECTED_AT, COLLECTED_LOCKER, COLLECTED_WHERE, COMPARTMENT, DETAILS, HOURS,
        IN_LOCKER, ITEM, NUMBER, OWNER, PHONE, PREPARING_WHY, PRINT, QR, REISSUE, REISSUED, SHOW, SHOW_LOCKER, SITE,
        SLIP, UNTIL,
    },
};
use crate::{
    api::{AUTHORIZED, Nothing},
    dates,
    language::{filled, t},
    ui::{self, Deed, Load, Remote, View, button, cells, el, fact, fragment, notice, toast},
};

/// The page of a slip.
pub fn page(id: SlipId) -> View {
    let slip = Remote::<Slip>::fetch(AUTHORIZED, format!("/slips/{id}"));
    ui::page(t(SLIP), None, slip.view(8, move |found| show(&found, slip)))
}

fn show(slip: &Slip, remote: Remote<Slip>) -> View {
    let ready = slip.status == SlipStatus::Ready;
    let mine = !slip.as_proxy;
    let top = if ready {
        shown(slip)
    } else {
        el("section")
            .class("head")
            .child(el("p").class("head-title").child(t(status(slip.status))))
    };
    let preparing = (slip.status == SlipStatus::Preparing).then(|| notice("good", t(PREPARING_WHY)));
    let redemption = slip.redemption.as_ref().map(|done| {
        let place = match (done.counter, done.compartment) {
            (Some(counter), _) => filled(COLLECTED_WHERE, &[&done.site, &counter.to_string()]),
            (None, Some(number)) => filled(COLLECTED_LOCKER, &[&done.site, &number.to_string()]),
            (None, None) => done.site.clone(),
        };
        let at = format!("{} {}", dates::day(done.at), dates::clock(done.at));
        let by_proxy = if done.by_proxy { t(BY_PROXY) } else { "" };
        cells(
            "",
            fragment()
                .child(fact(t(COLLECTED_AT), at))
                .child(fact(t(SITE), place))
                .child((!by_proxy.is_empty()).then(|| fact(t(OWNER), by_proxy))),
        )
    });
    let bring = ready.then(|| {
        let things = what_to_bring(slip.kind, slip.proxy.is_some());
        let things = things.iter().map(|thing| el("div").class("cell").child(t(*thing)));
        cells(t(BRING), fragment().child(things.collect::<Vec<_>>()))
    });
    let changes = mine.then(|| {
        fragment()
            .child(proxy::section(slip, remote))
            .child(mail::section(slip, remote))
            .child(matches!(slip.status, SlipStatus::Ready | SlipStatus::Lapsed).then(|| reissue(slip.id, remote)))
    });
    fragment()
        .child(top)
        .child(preparing)
        .child(redemption)
        .child(details(slip))
        .child(bring)
        .child(changes)
}

/// What a counter looks at. The picture is an image, which long presses and the memory of the phone understand.
fn shown(slip: &Slip) -> View {
    lit::keep_lit();
    let base = format!("{}/slips/{}", shared::API, slip.id);
    let how = if slip.compartment.is_some() { SHOW_LOCKER } else { SHOW };
    el("section")
        .class("slip")
        .child(el("p").class("slip-item").child(slip.item.clone()))
        .child(
            el("img")
                .attr("src", format!("{base}/qr.svg?serial={}", slip.serial))
                .attr("alt", t(QR))
                .attr("width", "320")
                .attr("height", "320"),
        )
        .child(code::shown(slip.id))
        .child(el("p").class("slip-why").child(t(how)))
        .child(
            el("a")
                .class("slip-print")
                .attr("href", format!("{base}/slip.pdf"))
                .attr("target", "_blank")
                .child(t(PRINT)),
        )
}

fn details(slip: &Slip) -> View {
    let hours = slip.site.hours.iter().map(|hours| {
        let days = hours
            .days
            .iter()
            .map(|day| dates::weekday_named(day))
            .collect::<Vec<_>>();
        fact(t(HOURS), format!("{} {}–{}", days.join(" "), hours.from, hours.to))
    });
    let until = slip.collect_by.map(|until| {
        // The end of the last day, told as that day.
        fact(t(UNTIL), dates::day(until - chrono::TimeDelta::seconds(1)))
    });
    cells(
        t(DETAILS),
        fragment()
            .child(fact(t(ITEM), slip.item.clone()))
            .child(fact(t(NUMBER), slip.reference.clone()))
            .child(fact(t(OWNER), slip.owner.clone()))
            .child(until)
            .child(slip.compartment.as_ref().map(|place| {
                let number = place.number.to_string();
                fact(t(IN_LOCKER), filled(COMPARTMENT, &[&place.locker, &number]))
            }))
            .child(fact(t(SITE), slip.site.name.clone()))
            .child(fact(t(ADDRESS), slip.site.address.clone()))
            .child(fact(t(PHONE), slip.site.phone.clone()))
            .child(hours.collect::<Vec<_>>()),
    )
}

fn reissue(id: SlipId, remote: Remote<Slip>) -> View {
    let deed = Deed::new();
    let send = move || {
        deed.run(async move {
            let slip = AUTHORIZED
                .post::<Slip>(&format!("/slips/{id}/reissue"), &Nothing {})
                .await?;
            remote.state.try_set(Load::Ready(slip));
            toast(REISSUED);
            Ok(())
        });
    };
    el("div")
        .class("actions")
        .child(deed.outcome())
        .child(button("button plain", REISSUE, Some(deed), send))
}
