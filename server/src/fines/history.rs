//! What was said about a payment, in and out: enough to follow it to its end, and nothing that is personal or secret.

use sea_orm::{
    ActiveValue::Set,
    ConnectionTrait, DbErr, EntityTrait, ExprTrait,
    sea_query::{Expr, OnConflict},
};
use serde_json::{Value, json};
use shared::time::Instant;
use uuid::Uuid;

use super::{
    entity::{message, refund},
    tasks::Did,
};
use crate::platform::Platform;

/// An outcome is a code or a few words; a system that answers a novel does not fill the table.
const OUTCOME_LIMIT: usize = 120;

/// Whose word it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// We were told.
    In,
    /// We asked or told, and this came of it.
    Out,
}

impl Way {
    const fn as_str(self) -> &'static str {
        match self {
            Self::In => "in",
            Self::Out => "out",
        }
    }
}

/// Notes a message; the same one again only counts.
pub async fn note(
    db: &impl ConnectionTrait,
    payment: Uuid,
    (way, about): (Way, &str),
    outcome: &str,
    detail: Value,
    now: Instant,
) -> Result<(), DbErr> {
    let mut again = OnConflict::columns([
        message::Column::PaymentId,
        message::Column::Way,
        message::Column::About,
        message::Column::Outcome,
    ]);
    again
        .update_columns([message::Column::LastAt, message::Column::Detail])
        .value(
            message::Column::Times,
            Expr::col((message::Entity, message::Column::Times)).add(1),
        );
    message::Entity::insert(message::ActiveModel {
        id: Set(Uuid::now_v7()),
        payment_id: Set(payment),
        way: Set(way.as_str().to_owned()),
        about: Set(about.to_owned()),
        outcome: Set(outcome.chars().take(OUTCOME_LIMIT).collect()),
        detail: Set(detail),
        first_at: Set(now),
        last_at: Set(now),
        times: Set(1),
    })
    .on_conflict(again)
    .exec_without_returning(db)
    .await?;
    Ok(())
}

/// Notes what came of a call by itself, where nothing else is written.
pub async fn note_alone(
    platform: &Platform,
    payment: Uuid,
    about: &str,
    outcome: &str,
) -> Result<(), crate::problem::Failure> {
    let transaction = platform.db.begin().await?;
    let now = platform.clock.now();
    note(&transaction, payment, (Way::Out, about), outcome, json!({}), now).await?;
    transaction.commit().await?;
    Ok(())
}

/// Notes what came of a task, if it is about a payment.
pub async fn note_task(
    db: &impl ConnectionTrait,
    kind: &str,
    subject: Uuid,
    did: &Did,
    now: Instant,
) -> Result<(), DbErr> {
    let (payment, detail) = match kind {
        "refund" | "treasury-refund" => match refund::Entity::find_by_id(subject).one(db).await? {
            Some(row) => (
                row.payment_id,
                json!({ "out_refund_no": row.out_refund_no, "amount_fen": row.amount_fen, "status": row.status }),
            ),
            None => return Ok(()),
        },
        "receipt" | "void-receipt" | "book-payment" | "reverse-points" | "reverse-payment" | "close-order" => {
            (subject, json!({}))
        }
        _ => return Ok(()),
    };
    let outcome = match did {
        Did::Done => "done",
        Did::Wait(_) => "under way",
        Did::Retry(why) => why,
    };
    note(db, payment, (Way::Out, kind), outcome, detail, now).await
}
