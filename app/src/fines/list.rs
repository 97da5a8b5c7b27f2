//! The resident's fines: what is to be paid, what is to be answered, and what lies behind.

use shared::{
    fines::{
        rules::{DecisionStatus, ViolationStatus},
        wire::{Decision, Violation},
    },
    list::List,
    money::Fen,
};

use super::{
    decision::{days, tag},
    handle, lookup,
    words::{FINES, FOR_ANOTHER, NOTHING, POINTS_TOTAL, RECORDS, SETTLED, TO_PAY, TOTAL},
};
use crate::{
    api::AUTHORIZED,
    dates,
    language::{filled, t},
    ui::{self, Remote, View, cells, el, empty, fragment, link_cell, live, notice},
};

/// The page.
pub fn list() -> View {
    let decisions = Remote::<List<Decision>>::fetch(AUTHORIZED, "/decisions");
    let records = Remote::<List<Violation>>::fetch(AUTHORIZED, "/violations");
    let content = fragment()
        .child(decisions.view(4, move |decisions| {
            let decisions = decisions.items;
            // Records come beside the decisions; without them the rest of the page still stands.
            live(move || show(&decisions, &records.ready().map(|list| list.items).unwrap_or_default()))
        }))
        .child(cells(t(FOR_ANOTHER), lookup::form()));
    ui::page(t(FINES), None, content)
}

fn show(decisions: &[Decision], records: &[Violation]) -> View {
    let is_open = |one: &&Decision| matches!(one.status, DecisionStatus::Open | DecisionStatus::UnderReview);
    let is_new = |one: &&Violation| one.status == ViolationStatus::Unhandled;
    let open: Vec<_> = decisions.iter().filter(is_open).collect();
    let total = open
        .iter()
        .try_fold(Fen::ZERO, |sum, one| sum.checked_add(one.amount_due_fen));
    let points: i32 = decisions
        .iter()
        .filter(|one| one.status != DecisionStatus::Withdrawn)
        .filter_map(|one| one.points)
        .sum();
    if decisions.is_empty() && records.is_empty() {
        return empty(NOTHING, None);
    }
    let sum = total
        .filter(|_| !open.is_empty())
        .map(|total| notice("good", filled(TOTAL, &[&open.len().to_string(), &total.to_string()])));
    fragment()
        .child(sum)
        .child(group(TO_PAY, open.into_iter().map(row).collect()))
        .child(group(RECORDS, records.iter().filter(is_new).map(record).collect()))
        .child(group(
            SETTLED,
            decisions
                .iter()
                .filter(|one| !is_open(one))
                .map(row)
                .chain(records.iter().filter(|one| !is_new(one)).map(record))
                .collect(),
        ))
        .child(
            el("p")
                .class("cells-title")
                .child(filled(POINTS_TOTAL, &[&points.to_string()])),
        )
}

fn group(title: crate::language::Phrase, rows: Vec<View>) -> Option<View> {
    (!rows.is_empty()).then(|| cells(t(title), fragment().child(rows)))
}

fn row(one: &Decision) -> View {
    let about = one.facts.clone().unwrap_or_else(|| one.decision_no.clone());
    let amount = if one.amount_due_fen == Fen::ZERO {
        one.fine_fen
    } else {
        one.amount_due_fen
    };
    let left = (one.amount_due_fen > Fen::ZERO).then(|| el("small").child(days(one.days_left)));
    let content = fragment()
        .child(
            el("span")
                .class("booking-top")
                .child(el("strong").child(format!("¥{amount}")))
                .child(tag(one.status)),
        )
        .child(el("span").child(about))
        .child(left);
    link_cell(format!("/fines/{}", one.id), content)
}

fn record(one: &Violation) -> View {
    let content = fragment()
        .child(
            el("span")
                .class("booking-top")
                .child(el("strong").child(one.conduct.clone()))
                .child(handle::tag(one.status)),
        )
        .child(el("span").child(format!("{} · {}", dates::day(one.occurred_at), one.place)));
    link_cell(format!("/fines/{}", one.id), content)
}
