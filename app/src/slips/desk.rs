//! What is on the desk: what to hand over with what to ask for, and the outcome in large colour and words.

use leptos::prelude::*;
use shared::{
    problem::Problem,
    slips::{
        problems::{
            PICTURE_UNFIT, SLIP_CODE_NEEDED, SLIP_CODE_STALE, SLIP_CODE_WRONG, SLIP_ID_NEEDED, SLIP_LOCKED,
            SLIP_SIGNATURE_NEEDED,
        },
        wire::{Handover, Waiting},
    },
    time::wire_time,
};
use web_sys::SpeechSynthesisUtterance;

use super::{
    console::{Console, Step},
    desk_words::{
        CANCEL, CARD, CARD_HINT, CARD_NEEDED, CODE, CODE_HINT, COMPARTMENT, COUNTER, DONE, FROM_LOCKER, GO_THERE,
        HAND_OVER, HOLDER, ID_NUMBER, NEXT, NUMBER, ON_BEHALF, REDEEM, REDEEMED_AT, REFUSED, TRIES_LEFT,
    },
    sign,
};
use crate::{
    api, dates,
    language::{filled, t},
    ui::{Field, Keyboard, View, button, el, fact, fragment, notice},
};

/// What the console shows once something was scanned.
pub fn shown(console: Console, step: Step) -> View {
    match step {
        Step::Idle => fragment(),
        Step::Online(token, handover) => online(console, token, &handover),
        Step::Offline(token, waiting) => offline(console, token, *waiting),
        Step::Done(item, number, holder) => outcome(console, "outcome good", DONE, &item, vec![number, holder]),
        Step::Refused(title, advice, mut lines) => {
            lines.insert(0, advice);
            outcome(console, "outcome bad", REFUSED, &title, lines)
        }
    }
}

fn facts(item: &str, number: &str, holder: &str, id_number: &str) -> View {
    fragment()
        .child(el("p").class("desk-status").child(t(HAND_OVER)))
        .child(el("p").class("desk-item").child(item.to_owned()))
        .child(
            el("div")
                .class("cells")
                .child(fact(t(NUMBER), number))
                .child(fact(t(HOLDER), holder))
                .child(fact(t(ID_NUMBER), id_number)),
        )
}

fn back(console: Console, words: crate::language::Phrase) -> View {
    button("button plain", words, None, move || {
        console.deed.forget();
        console.step.set(Step::Idle);
    })
}

fn online(console: Console, token: String, handover: &Handover) -> View {
    let (code, card) = (Field::new(|_| None), Field::new(|_| None));
    let signed = RwSignal::new(false);
    let nonce = api::new_key();
    let signs = handover.needs_signature;
    let send = move |event: web_sys::Event| {
        event.prevent_default();
        console.redeem(
            token.clone(),
            nonce.clone(),
            code.now(),
            card.now(),
            signs && signed.get_untracked(),
        );
    };
    let place = handover.compartment.as_ref().map(|place| {
        let number = place.number.to_string();
        notice("good", filled(FROM_LOCKER, &[&place.locker, &number]))
    });
    let behalf = handover
        .on_behalf_of
        .as_ref()
        .map(|owner| notice("good", filled(ON_BEHALF, &[owner])));
    let typed =
        (!handover.needs_id || handover.needs_code).then(|| code.view("code", CODE, CODE_HINT, Keyboard::Digits, None));
    let hint = if handover.needs_id { CARD_NEEDED } else { CARD_HINT };
    el("form")
        .class("desk-now")
        .on("submit", send)
        .child(facts(
            &handover.item,
            &handover.reference,
            &handover.holder,
            &handover.holder_id_number,
        ))
        .child(place)
        .child(behalf)
        .child(el("div").class("cells").child(typed).child(card.view(
            "card",
            CARD,
            hint,
            Keyboard::Text { fill: "off" },
            None,
        )))
        .child(signs.then(|| sign::field(signed)))
        .child(
            el("div").class("actions side").child(back(console, CANCEL)).child(
                el("button")
                    .attr("type", "submit")
                    .class("button primary huge")
                    .live_attr("disabled", move || console.deed.is_busy())
                    .child(t(REDEEM)),
            ),
        )
}

fn offline(console: Console, token: String, waiting: Waiting) -> View {
    el("section")
        .class("desk-now")
        .child(facts(
            &waiting.item,
            &waiting.reference,
            &waiting.holder,
            &waiting.holder_id_number,
        ))
        .child(Console::by_eye())
        .child(
            el("div")
                .class("actions side")
                .child(back(console, CANCEL))
                .child(button("button primary huge", REDEEM, None, move || {
                    console.redeem_offline(token.clone(), &waiting);
                })),
        )
}

fn outcome(console: Console, class: &str, words: crate::language::Phrase, title: &str, lines: Vec<String>) -> View {
    el("section")
        .class(class)
        .attr("role", "alert")
        .child(el("p").class("outcome-words").child(t(words)))
        .child(el("p").class("outcome-title").child(title.to_owned()))
        .child(lines.into_iter().map(|line| el("p").child(line)).collect::<Vec<_>>())
        .child(back(console, NEXT))
}

/// Whether nothing that the clerk could type would help.
pub fn is_final(problem: &Problem) -> bool {
    let open = [
        &SLIP_CODE_NEEDED,
        &SLIP_CODE_STALE,
        &SLIP_CODE_WRONG,
        &SLIP_ID_NEEDED,
        &SLIP_LOCKED,
        &SLIP_SIGNATURE_NEEDED,
        &PICTURE_UNFIT,
    ];
    problem.status < 500
        && !open.iter().any(|kind| problem.is(kind))
        && !problem.is(&shared::problem::UNAUTHENTICATED)
        && !problem.is(&shared::problem::INVALID_FIELD)
}

/// When and where it was collected, or where to go, as far as the problem says.
pub fn particulars(problem: &Problem) -> Vec<String> {
    let text = |name: &str| problem.extensions.get(name).and_then(|value| value.as_str());
    let number = |name: &str| problem.extensions.get(name).and_then(serde_json::Value::as_i64);
    let mut lines = Vec::new();
    if let (Some(at), Some(site)) = (text("at").and_then(wire_time::read), text("site")) {
        let counter = number("counter").map(|number| filled(COUNTER, &[&number.to_string()]));
        let compartment = number("compartment").map(|number| filled(COMPARTMENT, &[&number.to_string()]));
        let place = format!("{site} {}", counter.or(compartment).unwrap_or_default());
        let at = format!("{} {}", dates::day(at), dates::clock(at));
        lines.push(filled(REDEEMED_AT, &[&at, place.trim()]));
    }
    if let (Some(site), Some(address)) = (text("site"), text("address")) {
        lines.push(filled(GO_THERE, &[site, address]));
    }
    if let Some(left) = number("tries_left") {
        lines.push(filled(TRIES_LEFT, &[&left.to_string()]));
    }
    lines
}

/// Says the outcome, for a clerk who looks at the counter and not at the screen.
pub fn speak(good: bool) {
    let words = if good { DONE } else { REFUSED };
    if let (Ok(voice), Ok(said)) = (
        window().speech_synthesis(),
        SpeechSynthesisUtterance::new_with_text(t(words)),
    ) {
        voice.speak(&said);
    }
}
