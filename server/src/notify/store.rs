//! The writes of delivery. Each carries its guard in its `WHERE` and tells by its row count whether it held.

use sea_orm::{
    ActiveValue::{NotSet, Set},
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, ExprTrait, QueryFilter, UpdateMany,
    sea_query::{Expr, OnConflict},
};
use shared::{
    notify::{
        delivery::{Delivery, receipt_after},
        way::Way,
    },
    time::Instant,
};
use uuid::Uuid;

use super::{
    entity::{attempt, message, opt_out, outcome, receipt, status},
    provider::Provider,
};

/// A claim on a message: whoever holds an older one can no longer decide about it.
#[derive(Clone, Copy, Debug)]
pub struct Claim {
    /// The message.
    pub message: Uuid,
    /// The token of the claim.
    pub fence: i64,
}

impl Claim {
    fn guard(self) -> UpdateMany<message::Entity> {
        message::Entity::update_many()
            .col_expr(
                message::Column::LeasedUntil,
                Expr::value(Option::<sea_orm::prelude::DateTimeUtc>::None),
            )
            .filter(message::Column::Id.eq(self.message))
            .filter(message::Column::Fence.eq(self.fence))
            .filter(message::Column::Status.eq(status::PENDING))
    }
}

/// Begins attempts: after the commit their providers may be called, and before it they must not.
pub async fn begin_attempts(
    db: &impl ConnectionTrait,
    attempts: impl IntoIterator<Item = attempt::ActiveModel>,
) -> Result<(), DbErr> {
    let attempts: Vec<_> = attempts.into_iter().collect();
    if !attempts.is_empty() {
        attempt::Entity::insert_many(attempts)
            .exec_without_returning(db)
            .await?;
    }
    Ok(())
}

/// The attempts of these messages of which nobody knows what they came to.
pub async fn open_attempts(
    db: &impl ConnectionTrait,
    messages: impl IntoIterator<Item = Uuid>,
) -> Result<Vec<attempt::Model>, DbErr> {
    attempt::Entity::find()
        .filter(attempt::Column::MessageId.is_in(messages))
        .filter(attempt::Column::Outcome.is_in([outcome::STARTED, outcome::UNKNOWN]))
        .all(db)
        .await
}

/// Writes down what an attempt came to, unless somebody has already.
pub async fn close_attempt(
    db: &impl ConnectionTrait,
    attempt: Uuid,
    outcome: &str,
    provider_id: Option<&str>,
    detail: Option<&str>,
    now: Instant,
) -> Result<bool, DbErr> {
    let mut update = attempt::Entity::update_many()
        .col_expr(attempt::Column::Outcome, Expr::value(outcome))
        .col_expr(attempt::Column::EndedAt, Expr::value(now))
        .col_expr(attempt::Column::Detail, Expr::value(detail))
        .filter(attempt::Column::Id.eq(attempt))
        .filter(attempt::Column::Outcome.is_in([outcome::STARTED, outcome::UNKNOWN]));
    if let Some(number) = provider_id {
        update = update.col_expr(attempt::Column::ProviderId, Expr::value(number));
    }
    Ok(update.exec(db).await?.rows_affected == 1)
}

/// Notes that the provider has the message. It is a fact and needs no claim.
pub async fn accepted(
    db: &impl ConnectionTrait,
    message: Uuid,
    provider: Provider,
    now: Instant,
) -> Result<bool, DbErr> {
    let updated = message::Entity::update_many()
        .col_expr(message::Column::Status, Expr::value(status::ACCEPTED))
        .col_expr(message::Column::AcceptedAt, Expr::value(now))
        .col_expr(message::Column::Provider, Expr::value(provider.as_str()))
        .col_expr(
            message::Column::CheckAt,
            Expr::value(receipt_after(0).map(|pause| now + pause)),
        )
        .col_expr(message::Column::Failure, Expr::value(Option::<String>::None))
        .col_expr(
            message::Column::LeasedUntil,
            Expr::value(Option::<sea_orm::prelude::DateTimeUtc>::None),
        )
        .filter(message::Column::Id.eq(message))
        .filter(message::Column::Status.eq(status::PENDING))
        .exec(db)
        .await?;
    Ok(updated.rows_affected == 1)
}

/// Gives a message back to be looked at again. `failed` counts an attempt that came to nothing.
pub async fn postpone(
    db: &impl ConnectionTrait,
    claim: Claim,
    due_at: Instant,
    provider: Option<Provider>,
    failed: bool,
    why: Option<&str>,
) -> Result<bool, DbErr> {
    let mut update = claim
        .guard()
        .col_expr(message::Column::DueAt, Expr::value(due_at))
        .col_expr(message::Column::Failure, Expr::value(why));
    if failed {
        update = update.col_expr(message::Column::Attempts, Expr::col(message::Column::Attempts).add(1));
    }
    if let Some(provider) = provider {
        update = update.col_expr(message::Column::Provider, Expr::value(provider.as_str()));
    }
    Ok(update.exec(db).await?.rows_affected == 1)
}

/// Lets a text take the place of what WeChat does not deliver, at once and with its attempts counted anew.
pub async fn fall_back(db: &impl ConnectionTrait, claim: Claim, why: &str, now: Instant) -> Result<bool, DbErr> {
    let updated = claim
        .guard()
        .col_expr(message::Column::Way, Expr::value(Way::Text.as_str()))
        .col_expr(message::Column::DueAt, Expr::value(now))
        .col_expr(message::Column::Failure, Expr::value(why))
        .col_expr(message::Column::Attempts, Expr::value(0))
        .col_expr(message::Column::Provider, Expr::value(Option::<String>::None))
        .exec(db)
        .await?;
    Ok(updated.rows_affected == 1)
}

/// Lets a text take the place of what WeChat took and did not deliver, unless it was to go there and nowhere else.
///
/// Should WeChat deliver it after all, that is merged like any receipt, and a text that has not gone by then does not go.
pub async fn text_instead(
    db: &impl ConnectionTrait,
    row: &message::Model,
    why: &str,
    now: Instant,
) -> Result<bool, DbErr> {
    if !row.way.parse().is_ok_and(Way::falls_back) || row.expires_at <= now {
        return Ok(false);
    }
    let updated = message::Entity::update_many()
        .col_expr(message::Column::Status, Expr::value(status::PENDING))
        .col_expr(message::Column::Way, Expr::value(Way::Text.as_str()))
        .col_expr(message::Column::DueAt, Expr::value(now))
        .col_expr(message::Column::Failure, Expr::value(why))
        .col_expr(message::Column::Attempts, Expr::value(0))
        .col_expr(message::Column::Provider, Expr::value(Option::<String>::None))
        .filter(message::Column::Id.eq(row.id))
        .filter(message::Column::Status.eq(status::UNDELIVERED))
        .exec(db)
        .await?;
    Ok(updated.rows_affected == 1)
}

/// Ends a message that was not accepted.
pub async fn end(
    db: &impl ConnectionTrait,
    claim: Claim,
    status: &'static str,
    why: Option<&str>,
) -> Result<bool, DbErr> {
    let updated = claim
        .guard()
        .col_expr(message::Column::Status, Expr::value(status))
        .col_expr(message::Column::Failure, Expr::value(why))
        .exec(db)
        .await?;
    Ok(updated.rows_affected == 1)
}

/// A receipt as it came from a provider, or from asking it.
#[derive(Clone, Debug)]
pub struct Receipt {
    /// The attempt that it is about.
    pub attempt: Uuid,
    /// Its message.
    pub message: Uuid,
    /// What became of it.
    pub delivery: Delivery,
    /// The carrier's code.
    pub code: Option<String>,
    /// When the carrier knew.
    pub reported_at: Instant,
}

/// Merges a receipt; whether it was news. A late *delivered* wins over everything, and nothing wins over it.
pub async fn merge(db: &impl ConnectionTrait, receipt: &Receipt, now: Instant) -> Result<bool, DbErr> {
    let first = receipt::Entity::insert(receipt::ActiveModel {
        attempt_id: Set(receipt.attempt),
        verdict: Set(receipt.delivery.as_str().to_owned()),
        code: Set(receipt.code.clone()),
        reported_at: Set(receipt.reported_at),
        received_at: Set(now),
    })
    .on_conflict(
        OnConflict::columns([receipt::Column::AttemptId, receipt::Column::Verdict])
            .do_nothing()
            .to_owned(),
    )
    .exec_without_returning(db)
    .await?;
    if first == 0 {
        return Ok(false);
    }
    let update = message::Entity::update_many()
        .col_expr(
            message::Column::CheckAt,
            Expr::value(Option::<sea_orm::prelude::DateTimeUtc>::None),
        )
        .filter(message::Column::Id.eq(receipt.message));
    let update = match receipt.delivery {
        Delivery::Delivered => update
            .col_expr(message::Column::Status, Expr::value(status::DELIVERED))
            .col_expr(message::Column::DeliveredAt, Expr::value(receipt.reported_at))
            .col_expr(message::Column::Failure, Expr::value(Option::<String>::None))
            .filter(message::Column::Status.ne(status::DELIVERED)),
        Delivery::Failed => update
            .col_expr(message::Column::Status, Expr::value(status::UNDELIVERED))
            .col_expr(message::Column::Failure, Expr::value(receipt.code.as_deref()))
            .filter(message::Column::Status.is_in([status::PENDING, status::ACCEPTED])),
        Delivery::Unreported => return Ok(false),
    };
    Ok(update.exec(db).await?.rows_affected == 1)
}

/// Which of these phones want no notices.
pub async fn opted_out(db: &impl ConnectionTrait, phones: Vec<Vec<u8>>) -> Result<Vec<Vec<u8>>, DbErr> {
    if phones.is_empty() {
        return Ok(Vec::new());
    }
    let rows = opt_out::Entity::find()
        .filter(opt_out::Column::PhoneIndex.is_in(phones))
        .all(db)
        .await?;
    Ok(rows.into_iter().map(|row| row.phone_index).collect())
}

/// Notes that a phone wants no notices; whether that is news.
pub async fn opt_out(db: &impl ConnectionTrait, phone: Vec<u8>, source: &str, now: Instant) -> Result<bool, DbErr> {
    let inserted = opt_out::Entity::insert(opt_out::ActiveModel {
        phone_index: Set(phone),
        since: Set(now),
        source: Set(source.to_owned()),
    })
    .on_conflict(OnConflict::column(opt_out::Column::PhoneIndex).do_nothing().to_owned())
    .exec_without_returning(db)
    .await?;
    Ok(inserted == 1)
}

/// Notes that a phone wants notices again; whether that is news.
pub async fn opt_in(db: &impl ConnectionTrait, phone: Vec<u8>) -> Result<bool, DbErr> {
    let deleted = opt_out::Entity::delete_by_id(phone).exec(db).await?;
    Ok(deleted.rows_affected == 1)
}

/// The row of an attempt that begins.
pub fn attempt_row(
    id: Uuid,
    message: Uuid,
    provider: Provider,
    phone_index: Vec<u8>,
    now: Instant,
) -> attempt::ActiveModel {
    attempt::ActiveModel {
        id: Set(id),
        message_id: Set(message),
        provider: Set(provider.as_str().to_owned()),
        phone_index: Set(phone_index),
        started_at: Set(now),
        ended_at: NotSet,
        outcome: Set(outcome::STARTED.to_owned()),
        provider_id: NotSet,
        detail: NotSet,
    }
}

/// Notes that an attempt had no answer that tells.
pub async fn doubt(db: &impl ConnectionTrait, attempt: Uuid, why: &str) -> Result<(), DbErr> {
    attempt::Entity::update_many()
        .col_expr(attempt::Column::Outcome, Expr::value(outcome::UNKNOWN))
        .col_expr(attempt::Column::Detail, Expr::value(why))
        .filter(attempt::Column::Id.eq(attempt))
        .filter(attempt::Column::Outcome.eq(outcome::STARTED))
        .exec(db)
        .await?;
    Ok(())
}
