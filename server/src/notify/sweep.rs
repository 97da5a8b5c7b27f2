//! Every minute: asks for receipts that have not come, measures what waits, and deletes what is no longer needed.

use chrono::TimeDelta;
use metrics::gauge;
use sea_orm::{
    ColumnTrait, DbErr, EntityTrait, ExprTrait, FromQueryResult, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Expr, Query},
};
use shared::{
    ids::ResidentId,
    notify::{
        delivery::{Delivery, receipt_after},
        rules::Class,
    },
    time::Instant,
};
use uuid::Uuid;

use super::{
    enqueue::RECIPIENT,
    entity::{attempt, message, outcome, receipt, status},
    provider::{Fate, Question},
    store::{self, Receipt},
    workers::Workers,
};
use crate::{identity, platform::keys::CannotOpen, problem::Failure};

/// Questions of one sweep; the rest is asked in the next.
const QUESTIONS: u64 = 60;
/// Rows deleted in one sweep, so that it never holds the store for long.
const DELETED_AT_ONCE: u64 = 500;
/// A login code is of no use after minutes and is not kept longer than a dispute about it would be.
const CODES_KEPT: TimeDelta = TimeDelta::days(1);
/// Everything else stands on the resident's page for half a year.
const TEXTS_KEPT: TimeDelta = TimeDelta::days(180);

#[derive(FromQueryResult)]
struct Waiting {
    priority: i32,
    number: i64,
    oldest: Option<sea_orm::prelude::DateTimeUtc>,
}

impl Workers {
    /// One sweep.
    pub async fn sweep(&self) -> Result<(), Failure> {
        let now = self.platform.clock.now();
        // Templates may have been imported by another process, which this one does not hear.
        self.forget_templates();
        self.measure(now).await?;
        // Leases that ended are claimed by whoever looks next; this makes somebody look.
        super::wake(&self.platform);
        self.ask_for_receipts(now).await?;
        self.forget_old(Class::Code, now - CODES_KEPT).await?;
        self.forget_old(Class::Notice, now - TEXTS_KEPT).await?;
        Ok(())
    }

    /// Shows how many texts wait although they are due, and how long the oldest has.
    async fn measure(&self, now: Instant) -> Result<(), DbErr> {
        let waiting: Vec<Waiting> = message::Entity::find()
            .select_only()
            .column(message::Column::Priority)
            .column_as(message::Column::Id.count(), "number")
            .column_as(message::Column::WantedAt.min(), "oldest")
            .filter(message::Column::Status.eq(status::PENDING))
            .filter(message::Column::DueAt.lte(now))
            .group_by(message::Column::Priority)
            .into_model()
            .all(self.platform.db.reader())
            .await?;
        for class in [Class::Code, Class::Statutory, Class::Notice] {
            let of_class = waiting.iter().find(|row| row.priority == class.priority());
            let number = of_class.and_then(|row| u32::try_from(row.number).ok()).unwrap_or(0);
            let oldest = of_class
                .and_then(|row| row.oldest)
                .map_or(0, |oldest| (now - oldest).num_seconds());
            gauge!("bianmin_texts_waiting", "class" => class.as_str()).set(number);
            gauge!("bianmin_texts_oldest_seconds", "class" => class.as_str())
                .set(i32::try_from(oldest).unwrap_or(i32::MAX));
        }
        Ok(())
    }

    async fn ask_for_receipts(&self, now: Instant) -> Result<(), Failure> {
        let silent = message::Entity::find()
            // A literal, so that the partial index is seen to hold for it.
            .filter(Expr::col(message::Column::Status).eq(Expr::Constant(status::ACCEPTED.into())))
            .filter(message::Column::CheckAt.lte(now))
            .order_by_asc(message::Column::CheckAt)
            .limit(QUESTIONS)
            .all(self.platform.db.reader())
            .await?;
        for row in silent {
            if !self.claim_question(&row, now).await? {
                continue;
            }
            if self.ask_for_receipt(&row, now).await? == Some(Fate::Silent) {
                // A provider that does not answer is not asked for all the others as well.
                return Ok(());
            }
        }
        Ok(())
    }

    /// Moves the next question on; of several instances one succeeds.
    async fn claim_question(&self, row: &message::Model, now: Instant) -> Result<bool, DbErr> {
        let checks = u32::try_from(row.checks).unwrap_or(0) + 1;
        let transaction = self.platform.db.begin().await?;
        let claimed = message::Entity::update_many()
            .col_expr(message::Column::Checks, Expr::col(message::Column::Checks).add(1))
            .col_expr(
                message::Column::CheckAt,
                Expr::value(receipt_after(checks).map(|pause| now + pause)),
            )
            .filter(message::Column::Id.eq(row.id))
            .filter(message::Column::Checks.eq(row.checks))
            .filter(message::Column::Status.eq(status::ACCEPTED))
            .exec(&transaction)
            .await?;
        transaction.commit().await?;
        Ok(claimed.rows_affected == 1)
    }

    async fn ask_for_receipt(&self, row: &message::Model, now: Instant) -> Result<Option<Fate>, Failure> {
        let reader = self.platform.db.reader();
        let attempt = attempt::Entity::find()
            .filter(attempt::Column::MessageId.eq(row.id))
            .filter(attempt::Column::Outcome.eq(outcome::ACCEPTED))
            .one(reader)
            .await?;
        let Some(attempt) = attempt else { return Ok(None) };
        let Some(gateway) = attempt
            .provider
            .parse()
            .ok()
            .and_then(|provider| self.gateway(provider))
        else {
            return Ok(None);
        };
        let phone = match (&row.recipient, row.resident_id) {
            (Some(sealed), _) => match self.platform.keys.open(RECIPIENT, row.id, sealed) {
                Ok(phone) => phone.parse().ok(),
                Err(CannotOpen) => None,
            },
            (None, Some(resident)) => identity::phone_of(reader, &self.platform, ResidentId(resident)).await?,
            (None, None) => None,
        };
        let Some(phone) = phone else { return Ok(None) };
        let question = Question {
            reference: attempt.id,
            phone,
            started_at: attempt.started_at,
        };
        let fate = gateway.ask(&question, now).await;
        if let Fate::Taken { delivery, code, .. } = &fate
            && *delivery != Delivery::Unreported
        {
            let receipt = Receipt {
                attempt: attempt.id,
                message: row.id,
                delivery: *delivery,
                code: code.clone(),
                reported_at: now,
            };
            let transaction = self.platform.db.begin().await?;
            store::merge(&transaction, &receipt, now).await?;
            transaction.commit().await?;
        }
        Ok(Some(fate))
    }

    /// Deletes texts of a class's age, with everything that is known of them.
    async fn forget_old(&self, class: Class, before: Instant) -> Result<(), DbErr> {
        let mut old = message::Entity::find()
            .select_only()
            .column(message::Column::Id)
            .filter(message::Column::CreatedAt.lt(before))
            .filter(message::Column::Status.ne(status::PENDING));
        if class == Class::Code {
            old = old.filter(message::Column::Priority.eq(class.priority()));
        }
        let old: Vec<Uuid> = old
            .limit(DELETED_AT_ONCE)
            .into_tuple()
            .all(self.platform.db.reader())
            .await?;
        if old.is_empty() {
            return Ok(());
        }
        let transaction = self.platform.db.begin().await?;
        let attempts = Query::select()
            .column(attempt::Column::Id)
            .from(attempt::Entity)
            .and_where(attempt::Column::MessageId.is_in(old.iter().copied()))
            .to_owned();
        receipt::Entity::delete_many()
            .filter(receipt::Column::AttemptId.in_subquery(attempts))
            .exec(&transaction)
            .await?;
        attempt::Entity::delete_many()
            .filter(attempt::Column::MessageId.is_in(old.iter().copied()))
            .exec(&transaction)
            .await?;
        message::Entity::delete_many()
            .filter(message::Column::Id.is_in(old))
            .exec(&transaction)
            .await?;
        transaction.commit().await
    }
}
