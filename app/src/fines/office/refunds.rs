//! Refunds that somebody asked for: another person approves or refuses them.

use leptos::prelude::*;
use shared::{
    fines::office::{RefundRequest, RefusalNote, RequestStatus},
    list::List,
};

use super::words::{
    APPROVE, APPROVED, ASKED_BY, DECIDED_BY, NO_REQUESTS, OWN_REQUEST, REFUND_HOW, REFUSE, REFUSED, REFUSED_WHY,
    REQUEST_WAITING, SURE_APPROVE, WHY_NOT,
};
use crate::{
    admin::{filled_with, input},
    api::{Nothing, STAFF},
    dates,
    fines::words::DECISION_NO,
    language::{filled, t},
    ui::{self, Deed, Remote, View, button, el, empty, fragment},
};

/// The page.
pub fn refunds() -> View {
    let requests = Remote::<List<RefundRequest>>::fetch(STAFF, "/admin/refund-requests");
    fragment()
        .child(el("p").class("explain").child(t(REFUND_HOW)))
        .child(requests.view(4, move |list| {
            if list.items.is_empty() {
                return empty(NO_REQUESTS, None);
            }
            let all = list.items.iter().map(|request| one(request, requests));
            fragment().child(all.collect::<Vec<_>>())
        }))
}

fn one(request: &RefundRequest, requests: Remote<List<RefundRequest>>) -> View {
    let waits = request.status == RequestStatus::Waiting;
    let (class, state) = match request.status {
        RequestStatus::Waiting => ("tag bad", REQUEST_WAITING),
        RequestStatus::Approved => ("tag good", APPROVED),
        RequestStatus::Refused => ("tag", REFUSED),
    };
    let asked = filled(ASKED_BY, &[&request.requested_by, &dates::moment(request.requested_at)]);
    let decided = request.decided_by.as_ref().map(|name| {
        let at = request.decided_at.map(dates::moment).unwrap_or_default();
        el("p").class("small").child(filled(DECIDED_BY, &[name, &at]))
    });
    let note = request
        .note
        .as_ref()
        .map(|note| el("p").child(filled(REFUSED_WHY, &[note])));
    el("article")
        .class("panel")
        .child(
            el("h2")
                .child(format!("¥{} ", request.amount_fen))
                .child(el("span").class(class).child(t(state))),
        )
        .child(el("p").child(request.reason.clone()))
        .child(
            el("p")
                .class("small")
                .child(format!("{} {} · {asked}", t(DECISION_NO), request.decision_no)),
        )
        .child(decided)
        .child(note)
        .child((waits && request.own).then(|| el("p").class("said").child(t(OWN_REQUEST))))
        .child((waits && !request.own).then(|| decide(request, requests)))
}

fn decide(request: &RefundRequest, requests: Remote<List<RefundRequest>>) -> View {
    let (id, note, deed) = (request.id, filled_with(""), Deed::new());
    let sure = filled(SURE_APPROVE, &[&request.amount_fen.to_string()]);
    let approved = move || {
        deed.run(async move {
            let path = format!("/admin/refund-requests/{id}/approve");
            let _done: RefundRequest = STAFF.post(&path, &Nothing {}).await?;
            ui::toast(APPROVED);
            requests.refresh();
            Ok(())
        });
    };
    let approve = move || ui::confirm(sure.clone(), "button primary", APPROVE, approved);
    let refuse = move || {
        let said = RefusalNote {
            note: note.get_untracked(),
        };
        deed.run(async move {
            let path = format!("/admin/refund-requests/{id}/refuse");
            let _done: RefundRequest = STAFF.post(&path, &said).await?;
            requests.refresh();
            Ok(())
        });
    };
    fragment()
        .child(el("div").class("inputs").child(input("text", WHY_NOT, note)))
        .child(deed.outcome())
        .child(
            el("div")
                .class("form-actions")
                .child(button("button primary", APPROVE, Some(deed), approve))
                .child(button("button plain", REFUSE, Some(deed), refuse)),
        )
}
