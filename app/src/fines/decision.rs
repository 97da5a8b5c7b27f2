//! A decision: what is due and why, and the way to pay it. The same address shows a camera record.

use leptos::prelude::*;
use shared::{
    fines::{rules::DecisionStatus, wire::Decision},
    ids::DecisionId,
    money::Fen,
    problem::NOT_FOUND,
};

use super::{
    handle, pay,
    words::{
        AGENCY, CONTINUE, DECIDED_ON, DECISION, DECISION_NO, DUE, DUE_IN, DUE_ON, DUE_TODAY, FACTS, FINE,
        HOW_SURCHARGE, LATE_BY, LAW, OPEN, PAID, PERSON, POINTS, SEE_PAYMENT, STRAIGHT, SURCHARGE, UNDER_REVIEW,
        WITHDRAWN, WITHDRAWN_SAID,
    },
};
use crate::{
    api::AUTHORIZED,
    dates,
    language::{Phrase, filled, t},
    ui::{self, Load, Remote, View, cells, el, fact, failed, fragment, live, notice, skeleton},
};

/// The page.
pub fn page(id: DecisionId) -> View {
    let decision = Remote::<Decision>::fetch(AUTHORIZED, format!("/decisions/{id}"));
    let content = live(move || match decision.state.get() {
        Load::Waiting => skeleton(7),
        Load::Ready(found) => show(&found),
        Load::Failed(failure) if failure.is(&NOT_FOUND) => handle::record(id.0.into()),
        Load::Failed(failure) => failed(&failure, move || decision.again()),
    });
    ui::page(t(DECISION), None, content)
}

/// How long there is until the due date.
pub fn days(left: i64) -> String {
    match left {
        0 => t(DUE_TODAY).to_owned(),
        1.. => filled(DUE_IN, &[&left.to_string()]),
        _ => filled(LATE_BY, &[&left.unsigned_abs().to_string()]),
    }
}

/// The status as a tag.
pub fn tag(of: DecisionStatus) -> View {
    let (class, words): (_, Phrase) = match of {
        DecisionStatus::Open => ("tag bad", OPEN),
        DecisionStatus::UnderReview => ("tag", UNDER_REVIEW),
        DecisionStatus::Paid => ("tag good", PAID),
        DecisionStatus::Withdrawn => ("tag", WITHDRAWN),
    };
    el("span").class(class).child(t(words))
}

fn show(decision: &Decision) -> View {
    let is_due = decision.amount_due_fen > Fen::ZERO;
    let amount = if is_due {
        decision.amount_due_fen
    } else {
        decision.fine_fen
    };
    let told = |name: Phrase, value: Option<String>| value.map(|value| fact(t(name), value));
    let details = fragment()
        .child(fact(t(DECISION_NO), decision.decision_no.clone()))
        .child(fact(t(PERSON), decision.person.clone()))
        .child(told(FACTS, decision.facts.clone()))
        .child(told(LAW, decision.legal_basis.clone()))
        .child(told(POINTS, decision.points.map(|points| points.to_string())))
        .child(fact(t(AGENCY), decision.agency.clone()))
        .child(fact(t(DECIDED_ON), dates::spoken_day(decision.decided_on)))
        .child(is_due.then(|| fact(t(DUE_ON), dates::spoken_day(decision.due_on))));
    let preview = &decision.surcharge_preview;
    let sums = fragment()
        .child(fact(t(FINE), format!("¥{}", decision.fine_fen)))
        .child(fact(t(SURCHARGE), format!("¥{}", decision.surcharge_fen)))
        .child(fact(t(DUE), format!("¥{}", decision.amount_due_fen)))
        .child(el("p").class("cell").child(el("small").child(filled(
            HOW_SURCHARGE,
            &[
                &preview.percent_a_day.to_string(),
                &preview.cap_fen.to_string(),
                &preview.today.amount_fen.to_string(),
                &preview.today.late_days.to_string(),
                &preview.today.suspended_days.to_string(),
                &preview.citation,
            ],
        ))));
    let payment = decision.payment_id.map(|id| {
        let words = if is_due { CONTINUE } else { SEE_PAYMENT };
        el("div").class("actions").child(
            el("a")
                .class("button plain")
                .attr("href", format!("/payments/{id}"))
                .child(t(words)),
        )
    });
    fragment()
        .child(
            el("section")
                .class("head")
                .child(el("p").class("head-status").child(tag(decision.status)))
                .child(el("p").class("head-title").child(format!("¥{amount}")))
                .child(is_due.then(|| el("p").child(days(decision.days_left)))),
        )
        .child((decision.status == DecisionStatus::Withdrawn).then(|| notice("good", t(WITHDRAWN_SAID))))
        .child(is_due.then(|| pay::button(decision.id)))
        .child(payment)
        .child(is_due.then(|| el("p").class("cells-title").child(t(STRAIGHT))))
        .child(is_due.then(|| cells(t(DUE), sums)))
        .child(cells(t(DECISION), details))
}
