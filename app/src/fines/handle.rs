//! A camera record: accepting it, or objecting to it.

use leptos::prelude::*;
use shared::{
    fines::{
        rules::ViolationStatus,
        wire::{AnswerKind, HandleRequest, Violation},
    },
    ids::ViolationId,
    list::List,
    time::day_of,
};

use super::words::{
    ACCEPT, ACCEPT_SAID, ACCEPTED, ACCEPTED_SAID, AT_WINDOW, CONDUCT, DECIDED, FINE, LAW, OBJECT, OBJECTED,
    OBJECTED_SAID, PHOTO, PLACE, PLATE, POINTS, POINTS_OF, REASON, REASON_HINT, REASON_NEEDED, RECORD, RECORD_NO, SEND,
    TAKEN_BACK, UNHANDLED, WARNED, WARNED_SAID, WHEN,
};
use crate::{
    api::AUTHORIZED,
    dates,
    language::{Phrase, filled, t},
    ui::{self, Deed, Field, Keyboard, Remote, View, cells, el, empty, fact, fragment, live, notice, quoted, submit},
};

/// The status as a tag.
pub fn tag(of: ViolationStatus) -> View {
    let (class, words): (_, Phrase) = match of {
        ViolationStatus::Unhandled => ("tag bad", UNHANDLED),
        ViolationStatus::Accepted => ("tag good", ACCEPTED),
        ViolationStatus::Objected => ("tag", OBJECTED),
        ViolationStatus::Decided => ("tag", DECIDED),
        ViolationStatus::Warned => ("tag good", WARNED),
        ViolationStatus::Withdrawn => ("tag", TAKEN_BACK),
    };
    el("span").class(class).child(t(words))
}

/// A record of the resident's, by its id.
pub fn record(id: ViolationId) -> View {
    let records = Remote::<List<Violation>>::fetch(AUTHORIZED, "/violations");
    records.view(6, move |records| {
        match records.items.into_iter().find(|one| one.id == id) {
            Some(found) => show(&found),
            None => empty(super::words::NOTHING, None),
        }
    })
}

fn show(record: &Violation) -> View {
    let shown = RwSignal::new(record.clone());
    live(move || shown.with(|record| details(record, shown)))
}

fn details(record: &Violation, shown: RwSignal<Violation>) -> View {
    let is_fined = !matches!(record.status, ViolationStatus::Warned | ViolationStatus::Withdrawn);
    let facts = fragment()
        .child(fact(t(RECORD_NO), record.violation_no.clone()))
        .child(fact(t(PLATE), record.plate_no.clone()))
        .child(fact(
            t(WHEN),
            format!(
                "{} {}",
                dates::dated(day_of(record.occurred_at)),
                dates::clock(record.occurred_at)
            ),
        ))
        .child(fact(t(PLACE), record.place.clone()))
        .child(fact(t(CONDUCT), record.conduct.clone()))
        .child(fact(t(LAW), record.legal_basis.clone()))
        .child(is_fined.then(|| fact(t(FINE), format!("¥{}", record.fine_fen))))
        .child(is_fined.then(|| fact(t(POINTS), filled(POINTS_OF, &[&record.points.to_string()]))));
    let photo = record.photo_url.clone().map(|url| {
        el("img")
            .attr("src", url)
            .attr("alt", t(PHOTO))
            .attr("loading", "lazy")
            .class("photo")
    });
    let answers = (record.status == ViolationStatus::Unhandled).then(|| answers(record, shown));
    let next = match (record.status, &record.warned_by) {
        (ViolationStatus::Accepted, _) => Some(notice("good", t(ACCEPTED_SAID))),
        (ViolationStatus::Objected, _) => Some(notice("good", t(OBJECTED_SAID))),
        (ViolationStatus::Warned, Some(rule)) => Some(notice("good", filled(WARNED_SAID, &[rule]))),
        _ => None,
    };
    fragment()
        .child(
            el("section")
                .class("head")
                .child(el("p").class("head-status").child(tag(record.status)))
                .child(el("p").class("head-title").child(quoted(record.conduct.clone()))),
        )
        .child(next)
        .child(photo)
        .child(cells(t(RECORD), facts))
        .child(answers)
}

fn no_reason(text: &str) -> Option<Phrase> {
    text.trim().is_empty().then_some(REASON_NEEDED)
}

fn answers(record: &Violation, shown: RwSignal<Violation>) -> View {
    let (id, deed, reason) = (record.id, Deed::new(), Field::new(no_reason));
    let answer = move |answer: AnswerKind| {
        let reason = (answer == AnswerKind::Object).then(|| reason.now());
        deed.run(async move {
            let request = HandleRequest { answer, reason };
            let handled: Violation = AUTHORIZED.post(&format!("/violations/{id}/handle"), &request).await?;
            shown.try_set(handled);
            Ok(())
        });
    };
    let accept = if record.self_service {
        fragment()
            .child(el("p").class("cells-title").child(t(ACCEPT_SAID)))
            .child(
                el("div")
                    .class("actions")
                    .child(ui::button("button primary", ACCEPT, Some(deed), move || {
                        answer(AnswerKind::Accept);
                    })),
            )
    } else {
        notice("bad", t(AT_WINDOW))
    };
    let object = el("form")
        .on("submit", move |event: web_sys::Event| {
            event.prevent_default();
            answer(AnswerKind::Object);
        })
        .child(reason.view("reason", REASON, REASON_HINT, Keyboard::Lines, None))
        .child(
            el("div")
                .class("actions")
                .child(submit(SEND, deed, move || reason.is_right())),
        );
    fragment()
        .child(accept)
        .child(cells(t(OBJECT), object))
        .child(deed.outcome())
}
