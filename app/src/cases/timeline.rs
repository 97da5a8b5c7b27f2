//! The parts of a case's page that only tell: the steps, the property, what is due.

use shared::{
    cases::{
        rules::{PropertyState, Standing},
        wire::{CaseDeadline, CaseDetail, DetailView, PropertyItem, TimelineEntry},
    },
    ids::CaseId,
};

use super::words::{
    COLLECT, COLLECT_BY, CORRECTED, DAYS_LEFT, DUE, LABEL, LAST_DAY, MEASURES, NOTHING_YET, OVERDUE, PHOTO, PROPERTY,
    RETURN_LIST, SLIP, TIMELINE, WITHDRAWN, WITHDRAWN_WHY,
};
use crate::{
    dates,
    language::{Phrase, filled, t},
    ui::{View, cells, el, fragment, notice, quoted, sentence},
};

/// Until when something is due, in words.
pub fn due(deadline: &CaseDeadline) -> String {
    let left = (deadline.due_on - dates::today()).num_days();
    let day = dates::month_day(deadline.due_on);
    match left {
        ..0 => filled(OVERDUE, &[&day]),
        0 => t(LAST_DAY).to_owned(),
        _ => filled(DAYS_LEFT, &[&left.to_string(), &day]),
    }
}

/// What is due, with the article that says so.
pub fn deadlines(case: &CaseDetail) -> Option<View> {
    let one = |deadline: &CaseDeadline| {
        let over = deadline.overrun.clone().map(|overrun| notice("bad", overrun));
        el("div").class("cell").child(
            el("div")
                .class("cell-body")
                .child(el("strong").child(deadline.title.clone()))
                .child(el("p").class("due").child(due(deadline)))
                .child(el("small").class("basis-of").child(quoted(deadline.basis.clone())))
                .child(over),
        )
    };
    group(DUE, case.deadlines.iter().map(one).collect())
}

/// The property in the case.
pub fn property(case: &CaseDetail) -> Option<View> {
    group(PROPERTY, case.property.iter().map(|one| item(case.id, one)).collect())
}

fn item(case: CaseId, item: &PropertyItem) -> View {
    let class = match item.state {
        PropertyState::Returnable | PropertyState::Returned => "tag good",
        PropertyState::Missing | PropertyState::Found | PropertyState::Held | PropertyState::Announced => "tag",
    };
    let note = |words: View| el("span").class("cell-note").child(el("span").child(words));
    let place = item.place.as_ref().map(|place| note(sentence(COLLECT, &[place])));
    let by = item
        .collect_by
        .map(|day| note(sentence(COLLECT_BY, &[&dates::month_day(day)])));
    let slip = item
        .slip_id
        .filter(|_| item.state == PropertyState::Returnable)
        .map(|id| {
            el("a")
                .class("cell-note")
                .attr("href", format!("/slips/{id}"))
                .child(t(SLIP))
        });
    let list = item.return_list_id.map(|id| {
        el("a")
            .class("cell-note")
            .attr("href", format!("{}/cases/{case}/return-lists/{id}.pdf", shared::API))
            .attr("target", "_blank")
            .child(t(RETURN_LIST))
    });
    let photo = item.photo_url.clone().map(|url| {
        el("a")
            .class("cell-note")
            .attr("href", url)
            .attr("target", "_blank")
            .attr("rel", "noreferrer")
            .child(t(PHOTO))
    });
    el("div")
        .class("cell")
        .child(
            el("div")
                .class("cell-body")
                .child(quoted(item.name.clone()))
                .child(place)
                .child(by)
                .child(slip)
                .child(list)
                .child(photo),
        )
        .child(el("span").class(class).child(item.state_name.clone()))
}

/// The measures against suspects.
pub fn measures(case: &CaseDetail) -> Option<View> {
    let measures = case.measures.iter().map(|measure| {
        let place = measure.place.clone().unwrap_or_default();
        el("div").class("cell").child(
            el("div")
                .class("cell-body")
                .child(format!("{} · {}", measure.suspect, measure.measure))
                .child(
                    el("span")
                        .class("cell-note")
                        .child(format!("{} {place}", dates::day(measure.since))),
                ),
        )
    });
    group(MEASURES, measures.collect())
}

fn group(title: Phrase, entries: Vec<View>) -> Option<View> {
    (!entries.is_empty()).then(|| cells(t(title), fragment().child(entries)))
}

/// What has happened, oldest first.
pub fn timeline(case: &CaseDetail) -> View {
    if case.timeline.is_empty() {
        return cells(t(TIMELINE), el("p").class("lead").child(t(NOTHING_YET)));
    }
    let steps = case.timeline.iter().map(step).collect::<Vec<_>>();
    cells(t(TIMELINE), el("ol").class("steps").child(steps))
}

fn step(entry: &TimelineEntry) -> View {
    let (mark, meaning) = match entry.standing {
        Standing::Withdrawn => (Some(WITHDRAWN), t(WITHDRAWN_WHY).to_owned()),
        _ => (entry.correction.then_some(CORRECTED), entry.meaning.clone()),
    };
    let detail = |detail: &DetailView| {
        el("p")
            .class("cell-note")
            .child(el("span").child(filled(LABEL, &[&detail.label])))
            .child(quoted(detail.value.clone()))
    };
    el("li")
        .child(
            el("p")
                .child(el("strong").child(entry.title.clone()))
                .child(" ")
                .child(mark.map(|mark| el("span").class("tag bad").child(t(mark)))),
        )
        .child(el("p").class("cell-note").child(dates::moment(entry.at)))
        .child(el("p").child(meaning))
        .child(entry.details.iter().map(detail).collect::<Vec<_>>())
        .child(el("small").class("basis-of").child(quoted(entry.basis.clone())))
}
