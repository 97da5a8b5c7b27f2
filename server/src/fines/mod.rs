//! Fines (罚款): camera records, decisions, payments by WeChat Pay, receipts, refunds and the books of each day.
//!
//! Money comes in through `settle.rs` alone, whoever told of it: a notification, our own question, or the bill of the day. What has to
//! be told outside stands in `outside_tasks`, written in the transaction of the change and done by `tasks.rs` until it is done.
//!
//! Architecture invariants: an order is committed before WeChat Pay is asked for it; nothing is taken from an answer whose signature was
//! not verified; at most one order of a decision is open and at most one payment effective, by unique keys of the database.

mod alerts;
mod books;
mod code;
mod decisions;
mod demo;
mod entity;
mod exceptions;
mod files;
mod hand_out;
mod handle;
mod history;
mod intake;
mod lookup;
mod notify;
mod pay;
mod payments;
mod photo;
mod points;
mod receipt_sheet;
mod receipts;
mod reconcile;
mod reconcile_government;
mod reconciliation;
mod refund_requests;
mod refunds;
mod service;
mod settle;
mod store;
mod sweep;
mod tasks;
mod upstream;
mod violations;
mod wechat;
mod withdraw;

use crate::upstream::government;

pub use self::{demo::load as load_demo, service::Fines, sweep::ask_due, tasks::carry_out_due};

/// Mounts the paths of this slice.
pub fn routes(config: &mut impl crate::mount::Mount) {
    config
        .service(upstream::push_violations)
        .service(upstream::push_decisions)
        .service(points::show_points)
        .service(violations::list_violations)
        .service(photo::show_photo)
        .service(handle::handle_violation)
        .service(decisions::list_decisions)
        .service(lookup::look_up_decision)
        .service(decisions::show_decision)
        .service(pay::pay_decision)
        .service(payments::list_payments)
        .service(payments::show_payment)
        .service(payments::refresh_payment)
        .service(code::payment_code)
        .service(receipts::show_receipt)
        .service(receipt_sheet::receipt_pdf)
        .service(notify::take_notice)
        .service(books::list_days)
        .service(books::export_day)
        .service(reconciliation::show_day)
        .service(reconciliation::run_day)
        .service(reconciliation::sign_off_day)
        .service(files::search_payments)
        .service(refund_requests::request_refund)
        .service(refund_requests::list_refund_requests)
        .service(refund_requests::approve_refund)
        .service(refund_requests::refuse_refund)
        .service(exceptions::list_exceptions)
        .service(exceptions::decide_exception)
        .service(alerts::list_alerts)
        .service(alerts::see_alert);
}
