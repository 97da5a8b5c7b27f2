//! The reads and the guarded writes of fines. Each write carries its guard in its `WHERE` and tells by its row count whether it held.

use sea_orm::{
    ActiveValue::{NotSet, Set},
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder,
    sea_query::{Expr, OnConflict},
};
use serde_json::Value;
use shared::{
    fines::{
        attempt::PaymentStatus,
        rules::{Decision, DecisionStatus, Obligation},
    },
    ids::{DecisionId, PaymentId},
    money::Fen,
    time::{Instant, day_of},
};
use uuid::Uuid;

use super::entity::{decision, decision_payer, exception, ledger_entry, payment, task};
use crate::{
    identity::Resident,
    platform::{db, keys::Field},
    problem::Failure,
};

/// The sealed request of an order.
pub const REQUEST: Field = Field::new("payments", "request");
/// The sealed openid of a payer.
pub const OPENID: Field = Field::new("wechat_payers", "openid");
/// The sealed plate of a record.
pub const PLATE: Field = Field::new("violations", "plate_no");
/// The sealed objection to a record.
pub const OBJECTION: Field = Field::new("violations", "objection");

/// The statuses of open orders, as they are stored.
pub fn open_statuses() -> [&'static str; 3] {
    PaymentStatus::OPEN.map(PaymentStatus::as_str)
}

/// A decision that a resident may see: its own, or one that was looked up by number and name.
pub async fn visible_decision(
    db: &impl ConnectionTrait,
    resident: &Resident,
    id: DecisionId,
) -> Result<Option<decision::Model>, DbErr> {
    let Some(row) = decision::Entity::find_by_id(id.0).one(db).await? else {
        return Ok(None);
    };
    if owns(resident, &row) {
        return Ok(Some(row));
    }
    let payer = decision_payer::Entity::find_by_id((resident.id.0, id.0))
        .one(db)
        .await?;
    Ok(payer.map(|_| row))
}

/// Locks a decision, so that no order for it is begun while a payment of it is settled, and none unseen by whoever settles it.
pub async fn lock_decision(db: &impl ConnectionTrait, id: DecisionId) -> Result<(), DbErr> {
    crate::platform::db::locked(decision::Entity::find_by_id(id.0))
        .one(db)
        .await?;
    Ok(())
}

/// Whether the decision fines this resident.
pub fn owns(resident: &Resident, row: &decision::Model) -> bool {
    resident
        .person
        .as_ref()
        .is_some_and(|person| person.id.0 == row.person_id)
}

/// The state of a row, with its data.
pub fn decision_of(row: &decision::Model) -> Result<Decision, Failure> {
    let status: DecisionStatus = row.status.parse().map_err(anyhow::Error::from)?;
    Ok(match status {
        DecisionStatus::Open | DecisionStatus::UnderReview => Decision::Payable(Obligation {
            fine: Fen(row.fine_fen),
            surcharge: Fen(row.surcharge_fen),
        }),
        DecisionStatus::Paid => Decision::Paid {
            at: row.paid_at.unwrap_or(row.changed_at),
        },
        DecisionStatus::Withdrawn => Decision::Withdrawn,
    })
}

/// The open order of a decision.
pub async fn open_payment(db: &impl ConnectionTrait, decision: Uuid) -> Result<Option<payment::Model>, DbErr> {
    payment::Entity::find()
        .filter(payment::Column::DecisionId.eq(decision))
        .filter(payment::Column::Status.is_in(open_statuses()))
        .one(db)
        .await
}

/// Whether an officer has yet to decide about money that came for a decision.
pub async fn has_exception(db: &impl ConnectionTrait, decision: Uuid) -> Result<bool, DbErr> {
    let found = payment::Entity::find()
        .filter(payment::Column::DecisionId.eq(decision))
        .filter(payment::Column::Status.eq(PaymentStatus::Exception.as_str()))
        .one(db)
        .await?;
    Ok(found.is_some())
}

/// A payment of this resident; nothing for another's.
pub async fn own_payment(
    db: &impl ConnectionTrait,
    resident: &Resident,
    id: PaymentId,
) -> Result<Option<payment::Model>, DbErr> {
    payment::Entity::find_by_id(id.0)
        .filter(payment::Column::ResidentId.eq(resident.id.0))
        .one(db)
        .await
}

/// The payment of an order, kept as it is until the transaction ends.
pub async fn payment_of_order(db: &impl ConnectionTrait, out_trade_no: &str) -> Result<Option<payment::Model>, DbErr> {
    db::locked(payment::Entity::find())
        .filter(payment::Column::OutTradeNo.eq(out_trade_no))
        .one(db)
        .await
}

/// Moves a payment from any of these statuses to another. Tells whether it did.
pub async fn move_payment(
    db: &impl ConnectionTrait,
    id: Uuid,
    from: &[PaymentStatus],
    to: PaymentStatus,
) -> Result<bool, DbErr> {
    let moved = payment::Entity::update_many()
        .col_expr(payment::Column::Status, Expr::value(to.as_str()))
        .filter(payment::Column::Id.eq(id))
        .filter(payment::Column::Status.is_in(from.iter().map(|status| status.as_str())))
        .exec(db)
        .await?;
    Ok(moved.rows_affected == 1)
}

/// Notes that the payer's page says an order was paid.
pub async fn claim_paid(db: &impl ConnectionTrait, id: Uuid, now: Instant) -> Result<(), DbErr> {
    payment::Entity::update_many()
        .col_expr(payment::Column::ClaimedAt, Expr::value(now))
        .filter(payment::Column::Id.eq(id))
        .filter(payment::Column::Status.eq(PaymentStatus::AwaitingPayment.as_str()))
        .filter(payment::Column::ClaimedAt.is_null())
        .exec(db)
        .await?;
    Ok(())
}

/// Forgets that a page says so, when that was before this moment.
pub async fn doubt_claim(db: &impl ConnectionTrait, id: Uuid, before: Instant) -> Result<(), DbErr> {
    payment::Entity::update_many()
        .col_expr(payment::Column::ClaimedAt, Expr::value(Option::<Instant>::None))
        .filter(payment::Column::Id.eq(id))
        .filter(payment::Column::ClaimedAt.lt(before))
        .exec(db)
        .await?;
    Ok(())
}

/// Sets when an open order is asked for next.
pub async fn ask_later(db: &impl ConnectionTrait, row: &payment::Model, at: Instant) -> Result<(), DbErr> {
    payment::Entity::update_many()
        .col_expr(payment::Column::AskAt, Expr::value(at))
        .col_expr(payment::Column::Asked, Expr::value(row.asked.saturating_add(1)))
        .filter(payment::Column::Id.eq(row.id))
        .filter(payment::Column::Status.is_in(open_statuses()))
        .exec(db)
        .await?;
    Ok(())
}

/// Writes money into the ledger; the same money is written once.
pub async fn enter(
    db: &impl ConnectionTrait,
    payment: Uuid,
    kind: &str,
    reference: &str,
    amount: Fen,
    at: Instant,
) -> Result<(), DbErr> {
    ledger_entry::Entity::insert(ledger_entry::ActiveModel {
        id: Set(Uuid::now_v7()),
        payment_id: Set(payment),
        kind: Set(kind.to_owned()),
        reference: Set(reference.to_owned()),
        amount_fen: Set(amount.0),
        day: Set(day_of(at)),
        at: Set(at),
    })
    .exec_without_returning(db)
    .await?;
    Ok(())
}

/// Puts something before an officer; the same thing about the same payment stands there once, and opens again when it comes again.
pub async fn except(
    db: &impl ConnectionTrait,
    payment: Uuid,
    kind: &str,
    detail: Value,
    now: Instant,
) -> Result<(), DbErr> {
    metrics::counter!("bianmin_payment_exceptions_total", "kind" => kind.to_owned()).increment(1);
    exception::Entity::insert(exception::ActiveModel {
        id: Set(Uuid::now_v7()),
        payment_id: Set(payment),
        kind: Set(kind.to_owned()),
        detail: Set(detail),
        status: Set("open".into()),
        at: Set(now),
        decided_by: NotSet,
        note: NotSet,
    })
    // What comes back after it was decided is to be decided again.
    .on_conflict(
        OnConflict::columns([exception::Column::PaymentId, exception::Column::Kind])
            .update_columns([
                exception::Column::Status,
                exception::Column::Detail,
                exception::Column::At,
            ])
            .to_owned(),
    )
    .exec_without_returning(db)
    .await?;
    Ok(())
}

/// Writes down something to be done outside, once for each subject.
pub async fn to_do(db: &impl ConnectionTrait, kind: &str, subject: Uuid, now: Instant) -> Result<(), DbErr> {
    task::Entity::insert(task::ActiveModel {
        id: Set(Uuid::now_v7()),
        kind: Set(kind.to_owned()),
        subject_id: Set(subject),
        status: Set("pending".into()),
        due_at: Set(now),
        leased_until: NotSet,
        fence: Set(0),
        attempts: Set(0),
        failure: NotSet,
        created_at: Set(now),
    })
    .on_conflict(
        OnConflict::columns([task::Column::Kind, task::Column::SubjectId])
            .do_nothing()
            .to_owned(),
    )
    .exec_without_returning(db)
    .await?;
    Ok(())
}

/// Moves the exceptions of a payment that stand in one status to another.
pub async fn move_exceptions(db: &impl ConnectionTrait, payment: Uuid, from: &str, to: &str) -> Result<(), DbErr> {
    exception::Entity::update_many()
        .col_expr(exception::Column::Status, Expr::value(to))
        .filter(exception::Column::PaymentId.eq(payment))
        .filter(exception::Column::Status.eq(from))
        .exec(db)
        .await?;
    Ok(())
}

/// Has something done again that was done before.
pub async fn do_again(db: &impl ConnectionTrait, kind: &str, subject: Uuid, now: Instant) -> Result<(), DbErr> {
    task::Entity::update_many()
        .col_expr(task::Column::Status, Expr::value("pending"))
        .col_expr(task::Column::DueAt, Expr::value(now))
        .col_expr(task::Column::Attempts, Expr::value(0))
        .filter(task::Column::Kind.eq(kind))
        .filter(task::Column::SubjectId.eq(subject))
        .exec(db)
        .await?;
    Ok(())
}

/// The payment of a decision that a resident made last.
pub async fn latest_payment(
    db: &impl ConnectionTrait,
    resident: &Resident,
    decision: Uuid,
) -> Result<Option<payment::Model>, DbErr> {
    payment::Entity::find()
        .filter(payment::Column::DecisionId.eq(decision))
        .filter(payment::Column::ResidentId.eq(resident.id.0))
        .filter(payment::Column::Status.ne(PaymentStatus::Closed.as_str()))
        .order_by_desc(payment::Column::Id)
        .one(db)
        .await
}
