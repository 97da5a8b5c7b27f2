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
        AGENCY, CONTINUE, DECIDED_ON, DECISION, DECISION_NO, DUE, DUE_BY, DUE_IN, DUE_ON, DUE_TODAY, FINE,
        FINE_DETAILS, HOW_MUCH, HOW_SURCHARGE, LATE_BY, LAW, NO_SURCHARGE_YET, OPEN, PAID, PERSON, POINTS, POINTS_OF,
        SEE_PAYMENT, STRAIGHT, SURCHARGE, UNDER_REVIEW, UNDER_REVIEW_SAID, WITHDRAWN, WITHDRAWN_SAID,
    },
};
use crate::{
    api::AUTHORIZED,
    dates,
    language::{Phrase, filled, t},
    ui::{self, Load, Remote, View, cells, el, fact, failed, fragment, live, notice, quoted, sentence, skeleton},
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
    ui::page(t(FINE_DETAILS), None, content)
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
    fragment()
        .child(top(decision, is_due))
        .child((decision.status == DecisionStatus::Withdrawn).then(|| notice("good", t(WITHDRAWN_SAID))))
        .child((decision.status == DecisionStatus::UnderReview).then(|| notice("good", t(UNDER_REVIEW_SAID))))
        .child(is_due.then(|| pay::buttons(decision.id)))
        .child(is_due.then(|| el("p").class("lead").child(t(STRAIGHT))))
        .child(decision.payment_id.map(|id| {
            let words = if is_due { CONTINUE } else { SEE_PAYMENT };
            ui::actions(ui::way("button plain", words, format!("/payments/{id}")))
        }))
        .child(is_due.then(|| sums(decision)))
        .child(details(decision, is_due))
}

/// What it is, how much, and until when.
fn top(decision: &Decision, is_due: bool) -> View {
    let (name, amount) = if is_due {
        (DUE, decision.amount_due_fen)
    } else {
        (FINE, decision.fine_fen)
    };
    let late = if decision.days_left < 0 { "due late" } else { "due" };
    let until = filled(
        DUE_BY,
        &[&dates::spoken_day(decision.due_on), &days(decision.days_left)],
    );
    el("section")
        .class("head sum")
        .child(el("p").class("head-status").child(tag(decision.status)))
        .child(el("p").class("sum-name").child(t(name)))
        .child(el("p").class("sum-amount").child(format!("¥{amount}")))
        .child(is_due.then(|| el("p").class(late).child(until)))
        .child(
            decision
                .facts
                .clone()
                .map(|facts| el("p").class("sum-what").child(quoted(facts))),
        )
}

/// How the amount comes about.
fn sums(decision: &Decision) -> View {
    let preview = &decision.surcharge_preview;
    let has_surcharge = decision.surcharge_fen > Fen::ZERO;
    let explained = if decision.days_left >= 0 {
        sentence(
            NO_SURCHARGE_YET,
            &[
                &preview.percent_a_day.to_string(),
                &preview.cap_fen.to_string(),
                &preview.citation,
            ],
        )
    } else {
        sentence(
            HOW_SURCHARGE,
            &[
                &preview.percent_a_day.to_string(),
                &preview.cap_fen.to_string(),
                &preview.today.amount_fen.to_string(),
                &preview.today.late_days.to_string(),
                &preview.today.suspended_days.to_string(),
                &preview.citation,
            ],
        )
    };
    let sums = fragment()
        .child(fact(t(FINE), format!("¥{}", decision.fine_fen)))
        .child(has_surcharge.then(|| fact(t(SURCHARGE), format!("¥{}", decision.surcharge_fen))))
        .child(fact(t(DUE), format!("¥{}", decision.amount_due_fen)));
    fragment()
        .child(cells(t(HOW_MUCH), sums))
        .child(el("p").class("small").child(explained))
}

fn details(decision: &Decision, is_due: bool) -> View {
    let told = |name: Phrase, value: Option<String>| value.map(|value| fact(t(name), value));
    let points = decision.points.map(|points| filled(POINTS_OF, &[&points.to_string()]));
    let facts = fragment()
        .child(fact(t(DECISION_NO), decision.decision_no.clone()))
        .child(fact(t(PERSON), decision.person.clone()))
        .child(told(LAW, decision.legal_basis.clone()))
        .child(told(POINTS, points))
        .child(fact(t(AGENCY), decision.agency.clone()))
        .child(fact(t(DECIDED_ON), dates::dated(decision.decided_on)))
        .child(is_due.then(|| fact(t(DUE_ON), dates::dated(decision.due_on))));
    cells(t(DECISION), facts)
}
