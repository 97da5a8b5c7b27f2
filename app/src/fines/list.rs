//! The resident's fines: what is to be paid, what is to be answered, and what lies behind.

use leptos::prelude::*;
use shared::{
    fines::{
        points::PointsTotal,
        rules::{DecisionStatus, ViolationStatus},
        wire::{Decision, Payment, Violation},
    },
    list::List,
    money::Fen,
};

use super::{
    decision::{days, tag},
    handle, lookup, payment,
    words::{
        DUE_BY, FINES, FOR_ANOTHER, NOTHING_DUE, PAYMENTS, POINTS, POINTS_HOW, POINTS_OF, POINTS_TOTAL, RECORDS,
        SETTLED, SIGN_IN_TO_SEE, TO_PAY, TOTAL,
    },
};
use crate::{
    api::AUTHORIZED,
    browser::Task,
    dates, identity,
    language::{Phrase, filled, t},
    ui::{self, Load, Remote, View, cells, el, fact, fragment, link_cell, live, notice, pulled, quoted, sentence},
};

/// The page.
pub fn list() -> View {
    if !identity::is_signed_in() {
        let content = fragment()
            .child(identity::sign_in_first(SIGN_IN_TO_SEE))
            .child(cells(t(FOR_ANOTHER), lookup::form()));
        return ui::page(t(FINES), None, content);
    }
    let decisions = Remote::<List<Decision>>::fetch(AUTHORIZED, "/decisions");
    let records = Remote::<List<Violation>>::fetch(AUTHORIZED, "/violations");
    let payments = Remote::<List<Payment>>::fetch(AUTHORIZED, "/payments");
    let points = Remote::<PointsTotal>::fetch(AUTHORIZED, "/points");
    // What stands below comes with what is above it: nothing moves while it is read.
    let settled = Memo::new(move |_| !matches!(decisions.state.get(), Load::Waiting));
    let content = fragment()
        .child(decisions.view(4, move |decisions| {
            let decisions = decisions.items;
            // The others come beside the decisions; without them the rest of the page still stands.
            let rest = live(move || {
                let records = records.ready().map(|list| list.items).unwrap_or_default();
                let payments = payments.ready().map(|list| list.items).unwrap_or_default();
                show(&decisions, &records, &payments)
            });
            fragment()
                .child(rest)
                .child(live(move || points.ready().map(|total| score(&total))))
        }))
        .child(live(move || {
            settled.get().then(|| cells(t(FOR_ANOTHER), lookup::form()))
        }));
    let again = move || -> Task<()> {
        Box::pin(async move {
            decisions.refreshed().await;
            records.refreshed().await;
            payments.refreshed().await;
            points.refreshed().await;
        })
    };
    ui::page(t(FINES), None, pulled(content, again))
}

fn show(decisions: &[Decision], records: &[Violation], payments: &[Payment]) -> View {
    let is_open = |one: &&Decision| matches!(one.status, DecisionStatus::Open | DecisionStatus::UnderReview);
    let is_new = |one: &&Violation| one.status == ViolationStatus::Unhandled;
    let open: Vec<_> = decisions.iter().filter(is_open).collect();
    let total = open
        .iter()
        .try_fold(Fen::ZERO, |sum, one| sum.checked_add(one.amount_due_fen));
    let sum = match total {
        Some(total) if !open.is_empty() => el("section")
            .class("head sum")
            .child(
                el("p")
                    .class("sum-name")
                    .child(filled(TOTAL, &[&open.len().to_string()])),
            )
            .child(el("p").class("sum-amount").child(format!("¥{total}"))),
        _ => notice("good", t(NOTHING_DUE)),
    };
    // What is paid is found among the payments, where its receipt is.
    let over = decisions
        .iter()
        .filter(|one| !is_open(one) && !payments.iter().any(|payment| payment.decision_id == one.id))
        .map(row)
        .chain(records.iter().filter(|one| !is_new(one)).map(record));
    fragment()
        .child(sum)
        .child(group(TO_PAY, open.into_iter().map(row).collect()))
        .child(group(RECORDS, records.iter().filter(is_new).map(record).collect()))
        .child(group(PAYMENTS, payments.iter().map(payment::row).collect()))
        .child(group(SETTLED, over.collect()))
}

fn group(title: Phrase, rows: Vec<View>) -> Option<View> {
    (!rows.is_empty()).then(|| cells(t(title), fragment().child(rows)))
}

fn row(one: &Decision) -> View {
    let about = one.facts.clone().unwrap_or_else(|| one.decision_no.clone());
    let is_due = one.amount_due_fen > Fen::ZERO;
    let amount = if is_due { one.amount_due_fen } else { one.fine_fen };
    let class = if one.days_left < 0 { "due late" } else { "due" };
    let until = is_due.then(|| {
        el("small")
            .class(class)
            .child(filled(DUE_BY, &[&dates::spoken_day(one.due_on), &days(one.days_left)]))
    });
    let content = fragment()
        .child(
            el("span")
                .class("booking-top")
                .child(el("strong").class("fine-amount").child(format!("¥{amount}")))
                .child(tag(one.status)),
        )
        .child(el("span").class("fine-line").child(quoted(about)))
        .child(until);
    link_cell(format!("/fines/{}", one.id), content)
}

fn record(one: &Violation) -> View {
    let content = fragment()
        .child(
            el("span")
                .class("booking-top")
                .child(el("strong").child(quoted(one.conduct.clone())))
                .child(handle::tag(one.status)),
        )
        .child(
            el("small")
                .class("fine-line")
                .child(dates::day(one.occurred_at))
                .child(" · ")
                .child(quoted(one.place.clone())),
        );
    link_cell(format!("/fines/{}", one.id), content)
}

fn score(total: &PointsTotal) -> View {
    let sum = filled(POINTS_OF, &[&total.points.to_string()]);
    let explained = sentence(
        POINTS_HOW,
        &[
            &dates::dated(total.from),
            &total.decisions.to_string(),
            &total.full.to_string(),
            &total.citation,
        ],
    );
    fragment()
        .child(cells(t(POINTS_TOTAL), fact(t(POINTS), sum)))
        .child(el("p").class("small").child(explained))
}
