//! Letting somebody else collect.

use chrono::TimeDelta;
use leptos::prelude::*;
use shared::{
    identity::{
        passkeys::Step,
        rules::{IdNumber, PersonName, Phone},
    },
    slips::{
        rules::Action,
        wire::{Proxy, ProxyRequest, Slip},
    },
};

use super::{
    picture,
    words::{
        DAYS, LETTER, LETTER_DONE, LETTER_FAILED, PROXY, PROXY_DAYS, PROXY_END, PROXY_ENDED, PROXY_ID, PROXY_ID_HINT,
        PROXY_NAME, PROXY_NAME_HINT, PROXY_NAMED, PROXY_NOW, PROXY_PHONE, PROXY_PHONE_HINT, PROXY_SEND, PROXY_WHY,
        UNTIL, WRONG,
    },
};
use crate::{
    api::AUTHORIZED,
    browser, dates,
    identity::Prover,
    language::{Phrase, filled, t},
    ui::{self, Deed, Field, Keyboard, Load, Remote, View, button, cells, choice, el, fact, fragment, live, toast},
};

fn name_wrong(text: &str) -> Option<Phrase> {
    text.parse::<PersonName>().is_err().then_some(WRONG)
}

fn number_wrong(text: &str) -> Option<Phrase> {
    text.parse::<IdNumber>().is_err().then_some(WRONG)
}

fn phone_wrong(text: &str) -> Option<Phrase> {
    text.parse::<Phone>().is_err().then_some(WRONG)
}

/// The proxy, or the form that names one while that is possible.
pub fn section(slip: &Slip, remote: Remote<Slip>) -> View {
    match &slip.proxy {
        Some(proxy) => named(slip, proxy, remote),
        None if slip.status.after(Action::Entrust, slip.kind).is_ok() => form(slip, remote),
        None => fragment(),
    }
}

fn named(slip: &Slip, proxy: &Proxy, remote: Remote<Slip>) -> View {
    let (deed, id) = (Deed::new(), slip.id);
    let end = move || {
        deed.run(async move {
            AUTHORIZED.delete(&format!("/slips/{id}/proxy")).await?;
            remote.refresh();
            toast(PROXY_ENDED);
            Ok(())
        });
    };
    let facts = fragment()
        .child(fact(t(PROXY_NAME), proxy.name.clone()))
        .child(fact(t(PROXY_ID), proxy.id_number.clone()))
        .child(fact(t(UNTIL), dates::day(proxy.until)));
    fragment()
        .child(cells(t(PROXY_NOW), facts))
        .child(el("div").class("actions").child(deed.outcome()).child(button(
            "button plain",
            PROXY_END,
            Some(deed),
            end,
        )))
}

fn form(slip: &Slip, remote: Remote<Slip>) -> View {
    let (name, number, phone) = (
        Field::new(name_wrong),
        Field::new(number_wrong),
        Field::new(phone_wrong),
    );
    let letter = RwSignal::new(None::<String>);
    let days = RwSignal::new(7i64);
    let prover = Prover::new();
    let (deed, id, kept_until) = (Deed::new(), slip.id, slip.collect_by);
    let ready = move || name.is_right() && number.is_right() && phone.is_right() && letter.with(Option::is_some);
    let send = move |event: web_sys::Event| {
        event.prevent_default();
        if !ready() {
            return;
        }
        deed.run(async move {
            let until = browser::now() + TimeDelta::days(days.get_untracked());
            let wish = ProxyRequest {
                name: name.now(),
                id_number: number.now(),
                phone: phone.now(),
                until: kept_until.map_or(until, |kept| until.min(kept)),
                letter: letter.get_untracked().unwrap_or_default(),
            };
            let named = prover
                .with(Step::NameRepresentative, async || {
                    AUTHORIZED.post::<Slip>(&format!("/slips/{id}/proxy"), &wish).await
                })
                .await?;
            let Some(slip) = named else { return Ok(()) };
            remote.state.try_set(Load::Ready(slip));
            toast(PROXY_NAMED);
            Ok(())
        });
    };
    let chosen = move |event: web_sys::Event| {
        browser::beside(Box::pin(async move {
            let read = picture::chosen(&event).await;
            if read.is_none() {
                toast(LETTER_FAILED);
            }
            letter.try_set(read);
        }));
    };
    let text = Keyboard::Text { fill: "off" };
    let fields = fragment()
        .child(name.view("proxy-name", PROXY_NAME, PROXY_NAME_HINT, text, None))
        .child(number.view("proxy-number", PROXY_ID, PROXY_ID_HINT, text, None))
        .child(phone.view("proxy-phone", PROXY_PHONE, PROXY_PHONE_HINT, Keyboard::Phone, None))
        .child(
            el("label")
                .class("cell field")
                .child(el("span").child(t(LETTER)))
                .child(
                    el("input")
                        .attr("type", "file")
                        .attr("accept", "image/*")
                        .on("change", chosen),
                )
                .child(live(move || letter.with(Option::is_some).then(|| t(LETTER_DONE)))),
        );
    let lengths = [3, 7, 14].map(|length| {
        choice(
            "days",
            move || days.get() == length,
            move || days.set(length),
            el("span").child(filled(DAYS, &[&length.to_string()])),
        )
    });
    el("details")
        .class("block more")
        .child(el("summary").child(t(PROXY)))
        .child(
            el("form")
                .on("submit", send)
                .child(el("p").class("small").child(t(PROXY_WHY)))
                .child(el("div").class("cells").child(fields))
                .child(
                    el("fieldset")
                        .child(el("legend").class("cells-title").child(t(PROXY_DAYS)))
                        .child(el("div").class("cells").child(lengths)),
                )
                .child(deed.outcome())
                .child(el("div").class("actions").child(ui::submit(PROXY_SEND, deed, ready))),
        )
        // Outside the form, for the code has a form of its own.
        .child(prover.view())
}
