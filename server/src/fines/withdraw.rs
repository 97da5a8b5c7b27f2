//! A decision is withdrawn: before a payment its order is closed, after it the money goes back.

use chrono::NaiveDate;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, sea_query::Expr};
use shared::{
    fines::{
        attempt::{PaymentStatus, Route},
        rules::DecisionStatus,
    },
    time::Instant,
};

use super::{
    entity::{decision, payment},
    refunds, store,
};
use crate::problem::Failure;

/// Withdraws a decision, whatever its state. The caller commits. Tells whether it was not withdrawn before.
pub async fn withdraw(
    db: &impl ConnectionTrait,
    row: &decision::Model,
    on: NaiveDate,
    now: Instant,
) -> Result<bool, Failure> {
    let withdrawn = decision::Entity::update_many()
        .col_expr(
            decision::Column::Status,
            Expr::value(DecisionStatus::Withdrawn.as_str()),
        )
        .col_expr(decision::Column::WithdrawnOn, Expr::value(on))
        .col_expr(decision::Column::ChangedAt, Expr::value(now))
        .filter(decision::Column::Id.eq(row.id))
        .filter(decision::Column::Status.ne(DecisionStatus::Withdrawn.as_str()))
        .exec(db)
        .await?;
    if withdrawn.rows_affected == 0 {
        return Ok(false);
    }
    // WeChat cannot be asked within a transaction; a payment that comes before the order is closed goes back.
    if let Some(open) = store::open_payment(db, row.id).await? {
        store::to_do(db, "close-order", open.id, now).await?;
    }
    let paid = payment::Entity::find()
        .filter(payment::Column::DecisionId.eq(row.id))
        .filter(payment::Column::Status.eq(PaymentStatus::Paid.as_str()))
        .one(db)
        .await?;
    if let Some(paid) = paid {
        let route = Route::of(paid.settled_on.is_some());
        if store::move_payment(db, paid.id, &[PaymentStatus::Paid], route.meanwhile()).await? {
            refunds::begin(db, &paid, "withdrawn", route, None, now).await?;
            store::to_do(db, "void-receipt", paid.id, now).await?;
            store::to_do(db, "reverse-points", paid.id, now).await?;
        }
    }
    Ok(true)
}
