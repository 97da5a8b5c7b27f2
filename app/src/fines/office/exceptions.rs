//! What does not fit about payments, and what an officer decides about it.

use leptos::prelude::*;
use shared::{
    fines::office::{ExceptionDecision, PaymentException, Resolution},
    list::List,
};

use super::words::{
    ASK_AGAIN, DECIDED, DECISION_NOTE, EXCEPTION_HOW, NO_EXCEPTIONS, ORDER_NO, OTHER_AMOUNT, REFUND_IT, SEE_FILE,
    exception, outcome,
};
use crate::{
    admin::{filled_with, input},
    api::STAFF,
    dates,
    language::{filled, t},
    ui::{self, Deed, Remote, View, button, el, empty, fragment},
};

/// The page.
pub fn exceptions() -> View {
    let exceptions = Remote::<List<PaymentException>>::fetch(STAFF, "/admin/payment-exceptions");
    fragment()
        .child(el("p").class("explain").child(t(EXCEPTION_HOW)))
        .child(exceptions.view(4, move |list| {
            if list.items.is_empty() {
                return empty(NO_EXCEPTIONS, None);
            }
            let all = list.items.iter().map(|found| one(found, exceptions));
            fragment().child(all.collect::<Vec<_>>())
        }))
}

fn one(found: &PaymentException, exceptions: Remote<List<PaymentException>>) -> View {
    let told = found.detail.get("amount_fen").and_then(serde_json::Value::as_i64);
    let told = told.map(|fen| {
        filled(
            OTHER_AMOUNT,
            &[&found.amount_fen.to_string(), &shared::money::Fen(fen).to_string()],
        )
    });
    let who = found.decided_by.clone().unwrap_or_default();
    let decided = (found.status != "open").then(|| {
        let note = found.note.clone().unwrap_or_default();
        el("p")
            .class("said")
            .child(format!("{} · {who} · {note}", outcome(&found.status)))
    });
    el("article")
        .class("panel")
        .child(el("h2").child(exception(&found.kind)))
        .child(told.map(|told| el("p").child(told)))
        .child(el("p").class("small").child(format!(
            "{} · {} {}",
            dates::moment(found.at),
            t(ORDER_NO),
            found.out_trade_no
        )))
        .child(decided)
        .child((!found.choices.is_empty()).then(|| decide(found, exceptions)))
        .child(ui::way(
            "text-button",
            SEE_FILE,
            format!("/admin/payments?number={}", found.out_trade_no),
        ))
}

fn decide(found: &PaymentException, exceptions: Remote<List<PaymentException>>) -> View {
    let (id, note, deed) = (found.id, filled_with(""), Deed::new());
    let decide = move |resolution: Resolution| {
        let said = ExceptionDecision {
            resolution,
            note: note.get_untracked(),
        };
        deed.run(async move {
            let path = format!("/admin/payment-exceptions/{id}/decision");
            let _done: PaymentException = STAFF.post(&path, &said).await?;
            ui::toast(DECIDED);
            exceptions.refresh();
            Ok(())
        });
    };
    let choices = found.choices.iter().copied().map(|resolution| {
        let (class, words) = match resolution {
            Resolution::AskAgain => ("button primary", ASK_AGAIN),
            Resolution::Refund => ("button plain", REFUND_IT),
        };
        button(class, words, Some(deed), move || decide(resolution))
    });
    fragment()
        .child(el("div").class("inputs").child(input("text", DECISION_NOTE, note)))
        .child(deed.outcome())
        .child(el("div").class("form-actions").child(choices.collect::<Vec<_>>()))
}
