//! Searching payments, for a reason, and everything about each of them.

use leptos::prelude::*;
use shared::{
    fines::office::{PaymentFile, PaymentMessage, PaymentSearch, RefundRequest, RefundWish},
    list::List,
};

use super::words::{
    ASK_REFUND, ASKED_REFUND, CLOSED_AT, FIND, LEDGER, MESSAGE, MESSAGES, NONE_FOUND, NUMBER, NUMBER_HINT, OUTCOME,
    RECORDED, REFUND_REASON, REFUND_TWO, REFUNDS, SEARCH_REASON, TIMES, WAY_IN, WAY_OUT, WHEN, about, outcome, status,
};
use crate::{
    admin::{filled_with, form, input, row, table, text},
    api::STAFF,
    dates,
    fines::words::{AMOUNT, DECISION_NO, PAID_AT, RECEIPT_NUMBER},
    language::{filled, t},
    routes,
    ui::{self, Deed, View, cells, el, empty, fact, fragment, live},
};

/// The page.
pub fn payments() -> View {
    let number = filled_with(routes::query("number").unwrap_or_default());
    let reason = filled_with("");
    let found = RwSignal::new(None::<Vec<PaymentFile>>);
    let deed = Deed::new();
    let search = move || {
        let wanted = PaymentSearch {
            number: number.get_untracked(),
            reason: reason.get_untracked(),
        };
        deed.run(async move {
            let files: List<PaymentFile> = STAFF.post("/admin/payment-searches", &wanted).await?;
            found.try_set(Some(files.items));
            Ok(())
        });
    };
    let fields = vec![input("text", NUMBER, number), input("text", SEARCH_REASON, reason)];
    fragment()
        .child(el("p").class("explain").child(t(NUMBER_HINT)))
        .child(form(fields, FIND, deed, None, search))
        .child(live(move || {
            found.get().map(|files| {
                if files.is_empty() {
                    empty(NONE_FOUND, None)
                } else {
                    fragment().child(files.iter().map(file).collect::<Vec<_>>())
                }
            })
        }))
        .child(el("p").class("small").child(t(RECORDED)))
}

fn file(file: &PaymentFile) -> View {
    let told = |name, value: Option<String>| value.map(|value| fact(t(name), value));
    let receipt = file.receipt_no.clone().map(|number| {
        if file.receipt_voided {
            filled(CLOSED_AT, &[&number])
        } else {
            number
        }
    });
    let facts = fragment()
        .child(fact(t(DECISION_NO), file.decision_no.clone()))
        .child(fact(t(super::words::ORDER_NO), file.out_trade_no.clone()))
        .child(told(super::words::TRANSACTION, file.transaction_id.clone()))
        .child(fact(t(AMOUNT), format!("¥{}", file.amount_fen)))
        .child(told(PAID_AT, file.paid_at.map(dates::moment)))
        .child(told(RECEIPT_NUMBER, receipt))
        .child(told(
            super::words::SETTLED_ON,
            file.settled_on.map(|day| day.to_string()),
        ));
    let title = format!("{} · ¥{}", t(status(file.status)), file.amount_fen);
    el("article")
        .class("panel")
        .child(el("h2").child(title))
        .child(cells("", facts))
        .child(el("h3").child(t(MESSAGES)))
        .child(messages(&file.messages))
        .child((!file.ledger.is_empty()).then(|| ledger(file)))
        .child((!file.refunds.is_empty()).then(|| refunds(file)))
        .child(file.refundable.then(|| ask_refund(file)))
}

fn messages(messages: &[PaymentMessage]) -> View {
    let rows = messages.iter().map(|message| {
        let way = if message.way == "in" { WAY_IN } else { WAY_OUT };
        let when = if message.times > 1 {
            format!(
                "{} – {}",
                dates::moment(message.first_at),
                dates::clock(message.last_at)
            )
        } else {
            dates::moment(message.first_at)
        };
        row(vec![
            text(when),
            text(format!("{} · {}", t(way), about(&message.about))),
            text(outcome(&message.outcome)),
            text(message.times.to_string()),
        ])
    });
    table(&[WHEN, MESSAGE, OUTCOME, TIMES], rows.collect())
}

fn ledger(file: &PaymentFile) -> View {
    let rows = file.ledger.iter().map(|line| {
        fact(
            &line.day.to_string(),
            format!("{} ¥{} · {}", about(&line.kind), line.amount_fen, line.reference),
        )
    });
    cells(t(LEDGER), fragment().child(rows.collect::<Vec<_>>()))
}

fn refunds(file: &PaymentFile) -> View {
    let rows = file.refunds.iter().map(|refund| {
        let said = format!(
            "¥{} · {} · {} · {}",
            refund.amount_fen,
            about(&refund.route),
            outcome(&refund.status),
            refund.out_refund_no
        );
        fact(&dates::moment(refund.created_at), said)
    });
    cells(t(REFUNDS), fragment().child(rows.collect::<Vec<_>>()))
}

/// Asking for a refund; somebody else approves it.
fn ask_refund(file: &PaymentFile) -> View {
    let (id, reason, deed) = (file.id, filled_with(""), Deed::new());
    let ask = move || {
        let wish = RefundWish {
            reason: reason.get_untracked(),
        };
        deed.run(async move {
            let _asked: RefundRequest = STAFF
                .post(&format!("/admin/payments/{id}/refund-requests"), &wish)
                .await?;
            ui::toast(ASKED_REFUND);
            routes::go("/admin/refunds");
            Ok(())
        });
    };
    fragment()
        .child(el("p").class("small").child(t(REFUND_TWO)))
        .child(form(
            vec![input("text", REFUND_REASON, reason)],
            ASK_REFUND,
            deed,
            None,
            ask,
        ))
}
