//! One case.

use leptos::prelude::*;
use shared::{
    cases::{
        rules::Role,
        wire::{CaseDetail, Review},
    },
    ids::CaseId,
};

use super::{
    subscription::{switch, texts},
    timeline::{deadlines, measures, property, timeline},
    words::{
        AGENCY, CASE, NUMBER, REVIEW, REVIEW_LATE, REVIEW_SENT, REVIEW_WAITS, REVIEW_WHY, ROLE, ROLE_FAMILY,
        ROLE_LAWYER, ROLE_PROXY, ROLE_REPORTER, ROLE_VICTIM,
    },
};
use crate::{
    api::{AUTHORIZED, Nothing},
    dates,
    language::{filled, t},
    ui::{self, Deed, Load, Remote, View, actions, button, cells, el, fact, fragment, notice, quoted, toast},
};

/// The page of a case.
pub fn page(id: CaseId) -> View {
    let case = Remote::<CaseDetail>::fetch(AUTHORIZED, format!("/cases/{id}"));
    ui::page(t(CASE), None, case.view(8, move |found| show(&found, case)))
}

fn show(case: &CaseDetail, remote: Remote<CaseDetail>) -> View {
    let roles: Vec<&str> = case.roles.iter().map(|role| t(role_words(*role))).collect();
    let facts = fragment()
        .child(fact(t(NUMBER), case.case_no.clone()))
        .child(fact(t(AGENCY), case.agency.clone()))
        .child(fact(t(ROLE), roles.join(" · ")));
    let latest = case.timeline.last().map(|entry| {
        el("p")
            .class("head-status")
            .child(el("span").class("tag good").child(entry.title.clone()))
    });
    fragment()
        .child(
            el("section")
                .class("head")
                .child(latest)
                .child(el("p").class("head-title").child(quoted(case.title.clone()))),
        )
        .child(review(case, remote))
        .child(deadlines(case))
        .child(property(case))
        .child(timeline(case))
        .child(measures(case))
        .child(cells("", facts))
        .child(switch(case))
        .child(texts(case))
}

const fn role_words(role: Role) -> crate::language::Phrase {
    match role {
        Role::Reporter => ROLE_REPORTER,
        Role::Victim => ROLE_VICTIM,
        Role::Family => ROLE_FAMILY,
        Role::Lawyer => ROLE_LAWYER,
        Role::Proxy => ROLE_PROXY,
    }
}

/// The request for review, in one tap, or what became of it.
fn review(case: &CaseDetail, remote: Remote<CaseDetail>) -> Option<View> {
    let day = dates::month_day;
    match case.review {
        Review::None => None,
        Review::Requested { on, answer_by } => Some(notice("good", filled(REVIEW_WAITS, &[&day(on), &day(answer_by)]))),
        Review::Late { until } => Some(notice("bad", filled(REVIEW_LATE, &[&day(until)]))),
        Review::Open { until } => {
            let (deed, id) = (Deed::new(), case.id);
            let request = move || {
                deed.run(async move {
                    let answered = AUTHORIZED
                        .post::<CaseDetail>(&format!("/cases/{id}/review-request"), &Nothing {})
                        .await?;
                    toast(REVIEW_SENT);
                    remote.state.try_set(Load::Ready(answered));
                    Ok(())
                });
            };
            Some(
                el("section")
                    .class("block")
                    .child(el("p").class("lead").child(filled(REVIEW_WHY, &[&day(until)])))
                    .child(deed.outcome())
                    .child(actions(button("button primary", REVIEW, Some(deed), request))),
            )
        }
    }
}
