//! A payment: where it stands, what happens next, and its receipt.

use leptos::prelude::*;
use shared::{
    fines::wire::{Decision, Payment, PaymentStage, Receipt, RefreshRequest},
    ids::PaymentId,
    list::List,
    money::Fen,
};

use super::{
    pay,
    words::{
        AMOUNT, NEXT_ONE, PAID_AT, PAYMENT, RECEIPT, RECEIPT_CHECK, RECEIPT_CODE, RECEIPT_ISSUED, RECEIPT_NUMBER,
        RECEIPT_PAYMENT, RECEIPT_VOIDED, SEE_DECISION, STAGE_BOOKS, STAGE_BOOKS_SAID, STAGE_CLOSED, STAGE_CLOSED_SAID,
        STAGE_CONFIRMING, STAGE_CONFIRMING_SAID, STAGE_EXAMINED, STAGE_EXAMINED_SAID, STAGE_READY, STAGE_READY_SAID,
        STAGE_RECEIPT, STAGE_RECEIPT_SAID, STAGE_REFUND, STAGE_REFUND_SAID, STAGE_REFUNDED, STAGE_REFUNDED_SAID,
        STAGE_UNPAID, STAGE_UNPAID_SAID,
    },
};
use crate::{
    api::AUTHORIZED,
    browser, dates,
    language::{Phrase, filled, t},
    ui::{self, Load, Remote, View, cells, el, fact, fragment, live, notice},
};

/// How often a payment that still changes is asked about, in milliseconds.
const EVERY: u64 = 3_000;

/// The page. It follows the payment until nothing more happens by itself.
pub fn payment(id: PaymentId) -> View {
    let path = format!("/payments/{id}");
    let payment = Remote::<Payment>::fetch(AUTHORIZED, path.clone());
    browser::every(EVERY, move || {
        let Load::Ready(known) = payment.state.get_untracked() else {
            return;
        };
        if !changes_by_itself(known.stage) {
            return;
        }
        let path = format!("{path}/refresh");
        browser::beside(Box::pin(async move {
            // A question without an answer is asked again in a moment.
            if let Ok(now) = AUTHORIZED.post::<Payment>(&path, &RefreshRequest::default()).await
                && now != known
            {
                payment.state.try_set(Load::Ready(now));
            }
        }));
    });
    ui::page(t(PAYMENT), None, payment.view(5, |payment| show(&payment)))
}

fn changes_by_itself(stage: PaymentStage) -> bool {
    matches!(
        stage,
        PaymentStage::Confirming
            | PaymentStage::PaidAwaitingBooks
            | PaymentStage::PaidAwaitingReceipt
            | PaymentStage::RefundOnItsWay
    )
}

/// The stage, and what happens next.
const fn words(stage: PaymentStage) -> (&'static str, Phrase, Phrase) {
    match stage {
        PaymentStage::Unpaid => ("tag bad", STAGE_UNPAID, STAGE_UNPAID_SAID),
        PaymentStage::Confirming => ("tag", STAGE_CONFIRMING, STAGE_CONFIRMING_SAID),
        PaymentStage::PaidAwaitingBooks => ("tag good", STAGE_BOOKS, STAGE_BOOKS_SAID),
        PaymentStage::PaidAwaitingReceipt => ("tag good", STAGE_RECEIPT, STAGE_RECEIPT_SAID),
        PaymentStage::ReceiptReady => ("tag good", STAGE_READY, STAGE_READY_SAID),
        PaymentStage::Closed => ("tag", STAGE_CLOSED, STAGE_CLOSED_SAID),
        PaymentStage::UnderExamination => ("tag bad", STAGE_EXAMINED, STAGE_EXAMINED_SAID),
        PaymentStage::RefundOnItsWay => ("tag", STAGE_REFUND, STAGE_REFUND_SAID),
        PaymentStage::Refunded => ("tag", STAGE_REFUNDED, STAGE_REFUNDED_SAID),
    }
}

fn show(payment: &Payment) -> View {
    let (class, stage, said) = words(payment.stage);
    let facts = fragment()
        .child(fact(t(AMOUNT), format!("¥{}", payment.amount_fen)))
        .child(
            payment
                .paid_at
                .map(|at| fact(t(PAID_AT), format!("{} {}", dates::day(at), dates::clock(at)))),
        );
    let is_paid = matches!(
        payment.stage,
        PaymentStage::PaidAwaitingBooks | PaymentStage::PaidAwaitingReceipt | PaymentStage::ReceiptReady
    );
    let has_receipt = matches!(payment.stage, PaymentStage::ReceiptReady | PaymentStage::Refunded);
    fragment()
        .child(
            el("section")
                .class("head")
                .attr("role", "status")
                .child(
                    el("p")
                        .class("head-status")
                        .child(el("span").class(class).child(t(stage))),
                )
                .child(el("p").class("head-title").child(format!("¥{}", payment.amount_fen)))
                .child(el("p").child(filled(said, &[&dates::clock(payment.expires_at)]))),
        )
        .child((payment.stage == PaymentStage::Unpaid).then(|| pay::button(payment.decision_id)))
        .child(is_paid.then(next))
        .child(has_receipt.then(|| receipt(payment.id)))
        .child(cells(t(PAYMENT), facts))
        .child(
            el("div").class("actions").child(
                el("a")
                    .class("button plain")
                    .attr("href", format!("/fines/{}", payment.decision_id))
                    .child(t(SEE_DECISION)),
            ),
        )
}

/// The next decision that is to be paid, so that nobody goes back to look for it.
fn next() -> View {
    let decisions = Remote::<List<Decision>>::fetch(AUTHORIZED, "/decisions");
    live(move || {
        let decisions = decisions.ready().map(|list| list.items).unwrap_or_default();
        decisions
            .into_iter()
            .rev()
            .find(|one| one.amount_due_fen > Fen::ZERO)
            .map(|one| {
                el("div").class("actions").child(
                    el("a")
                        .class("button primary")
                        .attr("href", format!("/fines/{}", one.id))
                        .child(filled(NEXT_ONE, &[&one.amount_due_fen.to_string()])),
                )
            })
    })
}

fn receipt(id: PaymentId) -> View {
    let receipt = Remote::<Receipt>::fetch(AUTHORIZED, format!("/payments/{id}/receipt"));
    live(move || {
        receipt.ready().map(|receipt| {
            let facts = fragment()
                .child(fact(t(RECEIPT_CODE), receipt.code))
                .child(fact(t(RECEIPT_NUMBER), receipt.number))
                .child(fact(t(RECEIPT_CHECK), receipt.check_code))
                .child(fact(t(RECEIPT_PAYMENT), receipt.payment_code))
                .child(fact(t(AMOUNT), format!("¥{}", receipt.amount_fen)))
                .child(fact(
                    t(RECEIPT_ISSUED),
                    format!("{} {}", dates::day(receipt.issued_at), dates::clock(receipt.issued_at)),
                ));
            fragment()
                .child(receipt.voided.then(|| notice("bad", t(RECEIPT_VOIDED))))
                .child(cells(t(RECEIPT), facts))
        })
    })
}
