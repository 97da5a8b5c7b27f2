//! `POST /admin/payment-searches`: everything about payments that a number leads to, for finance staff who say why.

use actix_web::{
    post,
    web::{Data, Json},
};
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde_json::json;
use shared::{
    fines::{
        attempt::PaymentStatus,
        office::{LedgerLine, PaymentFile, PaymentMessage, PaymentSearch, RefundLine, refundable},
    },
    list::List,
    money::Fen,
};

use super::entity::{decision, ledger_entry, message, payment, receipt, refund};
use crate::{
    identity::Finance,
    platform::{
        Platform,
        audit::{self, Deed},
    },
    problem::{Failure, invalid_field},
};

/// A decision has a handful of attempts; this is more than enough.
const LIMIT: u64 = 50;

/// A reason as it is written down; one that says nothing is none.
pub fn reason<'a>(field: &'static str, text: &'a str) -> Result<&'a str, Failure> {
    let text = text.trim();
    if (4..=200).contains(&text.chars().count()) {
        Ok(text)
    } else {
        Err(invalid_field(field, "four to 200 characters"))
    }
}

/// Finds payments by the number of the decision, the order, the payment at WeChat or a refund. Each search is a row for auditors, also one that found nothing.
///
/// The answer is not remembered under an `Idempotency-Key`; asked again, it is another search.
#[utoipa::path(
    tag = "fines",
    security(("finance" = [])),
    request_body = PaymentSearch,
    responses((status = 200, body = List<PaymentFile>), crate::problem::Refusals),
)]
#[post("/admin/payment-searches")]
pub async fn search_payments(
    finance: Finance,
    platform: Data<Platform>,
    body: Json<PaymentSearch>,
) -> Result<Json<List<PaymentFile>>, Failure> {
    let number = body.number.trim();
    if !(6..=64).contains(&number.chars().count()) {
        return Err(invalid_field("number", "a number has 6 to 64 characters"));
    }
    let reason = reason("reason", &body.reason)?;
    let now = platform.clock.now();
    let transaction = platform.db.begin().await?;
    let rows = find(&transaction, number).await?;
    let deed = Deed {
        actor: Some(finance.actor()),
        action: "payment.search",
        subject_kind: "payment",
        subject_id: rows.first().map(|row| row.id),
        reason: Some(reason),
        detail: json!({ "number": number, "found": rows.len() }),
    };
    audit::record(&transaction, now, deed).await?;
    let mut files = Vec::with_capacity(rows.len());
    for row in rows {
        files.push(file(&transaction, row).await?);
    }
    transaction.commit().await?;
    Ok(Json(List::whole(files)))
}

async fn find(db: &impl ConnectionTrait, number: &str) -> Result<Vec<payment::Model>, DbErr> {
    let decision = decision::Entity::find()
        .filter(decision::Column::DecisionNo.eq(number))
        .one(db)
        .await?;
    let refund = refund::Entity::find()
        .filter(refund::Column::OutRefundNo.eq(number))
        .one(db)
        .await?;
    let mut wanted = Condition::any()
        .add(payment::Column::OutTradeNo.eq(number.replace('-', "")))
        .add(payment::Column::TransactionId.eq(number));
    if let Some(decision) = decision {
        wanted = wanted.add(payment::Column::DecisionId.eq(decision.id));
    }
    if let Some(refund) = refund {
        wanted = wanted.add(payment::Column::Id.eq(refund.payment_id));
    }
    payment::Entity::find()
        .filter(wanted)
        .order_by_desc(payment::Column::Id)
        .limit(LIMIT)
        .all(db)
        .await
}

async fn file(db: &impl ConnectionTrait, row: payment::Model) -> Result<PaymentFile, Failure> {
    let decision = decision::Entity::find_by_id(row.decision_id).one(db).await?;
    let receipt = receipt::Entity::find_by_id(row.id).one(db).await?;
    let ledger = ledger_entry::Entity::find()
        .filter(ledger_entry::Column::PaymentId.eq(row.id))
        .order_by_asc(ledger_entry::Column::Id)
        .all(db)
        .await?;
    let refunds = refund::Entity::find()
        .filter(refund::Column::PaymentId.eq(row.id))
        .order_by_asc(refund::Column::Id)
        .all(db)
        .await?;
    let messages = message::Entity::find()
        .filter(message::Column::PaymentId.eq(row.id))
        .order_by_asc(message::Column::FirstAt)
        .order_by_asc(message::Column::Id)
        .all(db)
        .await?;
    let status: PaymentStatus = row.status.parse().map_err(anyhow::Error::from)?;
    Ok(PaymentFile {
        id: row.id.into(),
        decision_no: decision.map(|decision| decision.decision_no).unwrap_or_default(),
        out_trade_no: row.out_trade_no,
        transaction_id: row.transaction_id,
        channel: row.channel.parse().map_err(anyhow::Error::from)?,
        amount_fen: Fen(row.amount_fen),
        status,
        created_at: row.created_at,
        expires_at: row.expires_at,
        paid_at: row.paid_at,
        confirmed_by: row.source,
        booked_at: row.booked_at,
        settled_on: row.settled_on,
        receipt_voided: receipt.as_ref().is_some_and(|receipt| receipt.status == "voided"),
        receipt_no: receipt.and_then(|receipt| receipt.number),
        refundable: refundable(status, row.settled_on.is_some()),
        ledger: ledger.into_iter().map(line).collect(),
        refunds: refunds.into_iter().map(refunded).collect(),
        messages: messages.into_iter().map(said).collect(),
    })
}

fn line(row: ledger_entry::Model) -> LedgerLine {
    LedgerLine {
        kind: row.kind,
        reference: row.reference,
        amount_fen: Fen(row.amount_fen),
        day: row.day,
    }
}

fn refunded(row: refund::Model) -> RefundLine {
    RefundLine {
        out_refund_no: row.out_refund_no,
        amount_fen: Fen(row.amount_fen),
        route: row.route,
        status: row.status,
        reason: row.reason,
        created_at: row.created_at,
        done_at: row.done_at,
    }
}

fn said(row: message::Model) -> PaymentMessage {
    PaymentMessage {
        way: row.way,
        about: row.about,
        outcome: row.outcome,
        detail: row.detail,
        first_at: row.first_at,
        last_at: row.last_at,
        times: row.times,
    }
}
