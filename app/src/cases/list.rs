//! The cases that concern the resident, and what the steps of a case mean.

use shared::{
    cases::wire::{CaseSummary, FoundProperty, StepExplained},
    list::List,
};

use super::{
    timeline::due,
    words::{CLAIM, FOUND, FOUND_AT, FOUND_BASIS, FOUND_NONE, FOUND_WHY, MINE, NONE, NONE_WHY, STEPS},
};
use crate::{
    api::{ANONYMOUS, AUTHORIZED},
    dates,
    language::{filled, t},
    ui::{self, Remote, View, actions, el, empty, fragment, pulled, quoted, sentence, way},
};

/// The page of the resident's cases.
pub fn list() -> View {
    let mine = Remote::<List<CaseSummary>>::fetch(AUTHORIZED, "/cases");
    let content = mine.view(4, |mine| show(&mine.items));
    ui::page(t(MINE), None, pulled(content, move || mine.refreshed()))
}

fn show(mine: &[CaseSummary]) -> View {
    let explained = actions(fragment().child(way("button plain", STEPS, "/cases/steps")).child(way(
        "button plain",
        FOUND,
        "/cases/found",
    )));
    let content = if mine.is_empty() {
        empty(NONE, Some(el("p").child(t(NONE_WHY))))
    } else {
        el("section")
            .class("block list")
            .child(mine.iter().map(card).collect::<Vec<_>>())
    };
    fragment().child(content).child(explained)
}

fn card(case: &CaseSummary) -> View {
    let latest = case
        .latest
        .clone()
        .map(|latest| el("span").class("tag good").child(latest));
    let at = case
        .latest_at
        .map(|at| el("span").class("booking-time").child(dates::day(at)));
    let next = case.deadline.as_ref().map(|deadline| {
        let words = format!("{} · {}", deadline.title, due(deadline));
        el("span").class("booking-next").child(words)
    });
    el("a")
        .class("booking")
        .attr("href", format!("/cases/{}", case.id))
        .child(
            el("span")
                .class("booking-top")
                .child(el("strong").child(quoted(case.title.clone())))
                .child(latest),
        )
        .child(at)
        .child(el("span").class("booking-place").child(quoted(case.agency.clone())))
        .child(next)
}

/// The page of property whose owner is looked for, for everybody.
pub fn found() -> View {
    let all = Remote::<List<FoundProperty>>::fetch(ANONYMOUS, "/found-property");
    ui::page(t(FOUND), None, all.view(4, |all| announced(&all.items)))
}

fn announced(all: &[FoundProperty]) -> View {
    if all.is_empty() {
        return empty(FOUND_NONE, None);
    }
    let note = |words: View| el("span").class("cell-note").child(words);
    let one = |found: &FoundProperty| {
        let days = [found.announced_on, found.claim_by].map(dates::month_day);
        let [announced, claim_by] = &days;
        el("div").class("cell").child(
            el("div")
                .class("cell-body")
                .child(el("strong").child(quoted(found.item.clone())))
                .child(
                    found
                        .place
                        .as_ref()
                        .map(|place| note(el("span").child(sentence(FOUND_AT, &[place])))),
                )
                .child(note(quoted(found.agency.clone())))
                .child(note(quoted(filled(CLAIM, &[announced, claim_by])))),
        )
    };
    fragment()
        .child(el("p").class("lead").child(t(FOUND_WHY)))
        .child(
            el("section")
                .class("cells")
                .child(all.iter().map(one).collect::<Vec<_>>()),
        )
        .child(
            el("p")
                .class("lead")
                .child(el("small").class("basis-of").child(quoted(t(FOUND_BASIS)))),
        )
}

/// The page that explains the steps to everybody.
pub fn steps() -> View {
    let all = Remote::<List<StepExplained>>::fetch(ANONYMOUS, "/case-steps");
    ui::page(t(STEPS), None, all.view(8, |all| explained(&all.items)))
}

fn explained(all: &[StepExplained]) -> View {
    let step = |step: &StepExplained| {
        el("li")
            .child(el("strong").child(step.title.clone()))
            .child(el("p").child(step.meaning.clone()))
            .child(el("small").class("basis-of").child(quoted(step.basis.clone())))
    };
    el("section")
        .class("cells")
        .child(el("ol").class("steps").child(all.iter().map(step).collect::<Vec<_>>()))
}
