//! A payment: where it stands, what happens next, and its receipt.

use std::cell::Cell;

use leptos::prelude::*;
use shared::{
    API,
    fines::wire::{Decision, Payment, PaymentStage, Receipt, RefreshRequest},
    ids::PaymentId,
    list::List,
    money::Fen,
    time::Instant,
};

use super::{
    pay,
    words::{
        AMOUNT, DECISION_NO, NEXT_ONE, PAID_AT, PAYMENT, RECEIPT, RECEIPT_CHECK, RECEIPT_CODE, RECEIPT_FILE,
        RECEIPT_ISSUED, RECEIPT_NUMBER, RECEIPT_PAYMENT, RECEIPT_VOIDED, SCAN, SCAN_CODE, SCAN_SAID, SEE_DECISION,
        STAGE_BOOKS, STAGE_BOOKS_SAID, STAGE_CLOSED, STAGE_CLOSED_SAID, STAGE_CONFIRMING, STAGE_CONFIRMING_SAID,
        STAGE_EXAMINED, STAGE_EXAMINED_SAID, STAGE_READY, STAGE_READY_SAID, STAGE_RECEIPT, STAGE_RECEIPT_SAID,
        STAGE_REFUND, STAGE_REFUND_SAID, STAGE_REFUNDED, STAGE_REFUNDED_SAID, STAGE_UNPAID, STAGE_UNPAID_SAID,
        STEP_BOOKED, STEP_BOOKING, STEP_ISSUED, STEP_ISSUING, STEP_PAID, STEPS,
    },
};
use crate::{
    api::AUTHORIZED,
    browser, dates,
    language::{Phrase, filled, t},
    ui::{self, Icon, Load, Remote, View, cells, el, fact, fragment, icon, link_cell, live, notice},
};

/// How often a payment that still changes is looked at, in milliseconds.
const EVERY: u64 = 3_000;
/// Every so many times WeChat is asked besides; the first time at once, for whoever comes back from the cashier.
const ASK_EVERY: u32 = 5;

/// The page. It follows the payment until nothing more happens by itself.
pub fn payment(id: PaymentId) -> View {
    let path = format!("/payments/{id}");
    let payment = Remote::<Payment>::fetch(AUTHORIZED, path.clone());
    let looked = Cell::new(0_u32);
    browser::every(EVERY, move || {
        let Load::Ready(known) = payment.state.get_untracked() else {
            return;
        };
        if !changes_by_itself(known.stage) {
            return;
        }
        let ask = looked.get().is_multiple_of(ASK_EVERY);
        looked.set(looked.get().wrapping_add(1));
        let path = path.clone();
        browser::beside(Box::pin(async move {
            let found = if ask {
                let path = format!("{path}/refresh");
                AUTHORIZED.post::<Payment>(&path, &RefreshRequest::default()).await
            } else {
                AUTHORIZED.get::<Payment>(&path).await
            };
            // A question without an answer is asked again in a moment.
            if let Ok(now) = found
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
        PaymentStage::Unpaid
            | PaymentStage::Confirming
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

/// The time until which an order can be paid; midnight is the end of today.
fn until(at: Instant) -> String {
    match dates::clock(at).as_str() {
        "00:00" => "24:00".to_owned(),
        clock => clock.to_owned(),
    }
}

fn stage_tag(stage: PaymentStage) -> View {
    let (class, name, _) = words(stage);
    el("span").class(class).child(t(name))
}

/// A payment among others.
pub fn row(payment: &Payment) -> View {
    let number = format!("{} {}", t(DECISION_NO), payment.decision_no);
    let content = fragment()
        .child(
            el("span")
                .class("booking-top")
                .child(
                    el("strong")
                        .class("fine-amount")
                        .child(format!("¥{}", payment.amount_fen)),
                )
                .child(stage_tag(payment.stage)),
        )
        .child(el("small").class("fine-line").child(number))
        .child(
            payment
                .paid_at
                .map(|at| el("small").class("due").child(dates::moment(at))),
        );
    link_cell(format!("/payments/{}", payment.id), content)
}

fn show(payment: &Payment) -> View {
    let (_, _, said) = words(payment.stage);
    let is_paid = matches!(
        payment.stage,
        PaymentStage::PaidAwaitingBooks | PaymentStage::PaidAwaitingReceipt | PaymentStage::ReceiptReady
    );
    let has_receipt = matches!(payment.stage, PaymentStage::ReceiptReady | PaymentStage::Refunded);
    let facts = fragment()
        .child(fact(t(DECISION_NO), payment.decision_no.clone()))
        .child(fact(t(AMOUNT), format!("¥{}", payment.amount_fen)))
        .child(payment.paid_at.map(|at| fact(t(PAID_AT), dates::moment(at))));
    let top = el("section")
        .class("head sum")
        .attr("role", "status")
        .child(el("p").class("head-status").child(stage_tag(payment.stage)))
        .child(el("p").class("sum-amount").child(format!("¥{}", payment.amount_fen)))
        .child(
            el("p")
                .class("sum-what")
                .child(filled(said, &[&until(payment.expires_at)])),
        );
    fragment()
        .child(top)
        .child((payment.stage == PaymentStage::Unpaid).then(|| to_pay(payment)))
        .child(is_paid.then(|| steps(payment)))
        .child(is_paid.then(next))
        .child(has_receipt.then(|| receipt(payment.id)))
        .child(cells(t(PAYMENT), facts))
        .child(ui::actions(ui::way(
            "button plain",
            SEE_DECISION,
            format!("/fines/{}", payment.decision_id),
        )))
}

/// The code for another phone, or the button for this one.
fn to_pay(payment: &Payment) -> View {
    // An order that nobody could be told of has no code; it is then asked for again.
    if payment.code_url.is_none() {
        return pay::buttons(payment.decision_id);
    }
    let picture = el("img")
        .attr("src", format!("{API}/payments/{}/qr.svg", payment.id))
        .attr("alt", t(SCAN_CODE))
        .attr("width", "320")
        .attr("height", "320");
    el("section")
        .class("slip")
        .child(el("p").class("slip-item").child(t(SCAN)))
        .child(picture)
        .child(el("p").child(filled(SCAN_SAID, &[&until(payment.expires_at)])))
}

/// What is done, and what happens next by itself.
fn steps(payment: &Payment) -> View {
    let (booked, issued) = (payment.booked_at.is_some(), payment.stage == PaymentStage::ReceiptReady);
    let step = |done: bool, when_done: Phrase, before: Phrase| {
        let (class, picture, words) = if done {
            ("cell step done", Icon::Check, when_done)
        } else {
            ("cell step", Icon::Clock, before)
        };
        el("li")
            .class(class)
            .child(icon(picture))
            .child(el("span").child(t(words)))
    };
    let all = el("ol").child([
        step(true, STEP_PAID, STEP_PAID),
        step(booked, STEP_BOOKED, STEP_BOOKING),
        step(issued, STEP_ISSUED, STEP_ISSUING),
    ]);
    cells(t(STEPS), all)
}

/// The next decision that is to be paid, so that nobody goes back to look for it.
fn next() -> View {
    let decisions = Remote::<List<Decision>>::fetch(AUTHORIZED, "/decisions");
    live(move || {
        let decisions = decisions.ready().map(|list| list.items).unwrap_or_default();
        let soonest = decisions
            .into_iter()
            .filter(|one| one.amount_due_fen > Fen::ZERO)
            .min_by_key(|one| one.due_on);
        soonest.map(|one| {
            let words = filled(NEXT_ONE, &[&one.amount_due_fen.to_string()]);
            let way = el("a")
                .class("button primary")
                .attr("href", format!("/fines/{}", one.id))
                .child(words);
            ui::actions(way)
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
                .child(fact(t(RECEIPT_ISSUED), dates::moment(receipt.issued_at)));
            fragment()
                .child(receipt.voided.then(|| notice("bad", t(RECEIPT_VOIDED))))
                .child(cells(t(RECEIPT), facts))
                .child(ui::actions(ui::way(
                    "button plain",
                    RECEIPT_FILE,
                    format!("{API}/payments/{id}/receipt.pdf"),
                )))
        })
    })
}
