//! Claims messages for a worker, so that no other one sends them.
//!
//! One statement serves both stores. It gives each claimed message a lease and a higher fencing token, under a guard that repeats the
//! condition in the outer `WHERE`: whoever comes second changes no row. PostgreSQL also locks the candidates with `SKIP LOCKED`, so that
//! instances that claim at the same time take different messages instead of waiting for each other; SQLite, which has one writer, renders
//! no lock and needs none.

use std::time::Duration;

use sea_orm::{
    Condition, ConnectionTrait, DbErr, ExprTrait, FromQueryResult,
    sea_query::{Alias, Expr, LockBehavior, LockType, Order, Query, SelectStatement, UpdateStatement},
};
use shared::time::Instant;

use super::entity::{
    message::{Column, Entity, Model},
    status,
};

/// What a worker sends; login codes have workers of their own, so that no flood of notices delays one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lane {
    /// Login codes.
    Codes,
    /// Everything else, what the law wants told before what is useful to know.
    Rest,
}

impl Lane {
    /// How many calls are under way at once.
    pub const fn width(self) -> usize {
        match self {
            Self::Codes => 32,
            Self::Rest => 48,
        }
    }

    /// How much room makes a claim worth its transaction: a code is claimed by itself, other texts by the dozen.
    pub const fn worth_claiming(self) -> usize {
        match self {
            Self::Codes => 1,
            Self::Rest => 12,
        }
    }

    /// How long answers gather before they are written down together, so that a flood leaves the store to those who book.
    pub const fn gathers(self) -> Duration {
        match self {
            Self::Codes => Duration::ZERO,
            Self::Rest => Duration::from_millis(15),
        }
    }

    fn holds(self, priority: Expr) -> Expr {
        match self {
            Self::Codes => priority.eq(0),
            Self::Rest => priority.gt(0),
        }
    }
}

/// Whether anything could be claimed, without writing.
pub async fn is_any_due(db: &impl ConnectionTrait, lane: Lane, now: Instant) -> Result<bool, DbErr> {
    Ok(db.query_one(&candidates(lane, now, 1)).await?.is_some())
}

/// Claims up to so many due messages until an instant.
pub async fn claim(
    db: &impl ConnectionTrait,
    lane: Lane,
    limit: u64,
    now: Instant,
    until: Instant,
) -> Result<Vec<Model>, DbErr> {
    let rows = db.query_all(&claiming(lane, limit, now, until)).await?;
    rows.iter().map(|row| Model::from_query_result(row, "")).collect()
}

fn claiming(lane: Lane, limit: u64, now: Instant, until: Instant) -> UpdateStatement {
    let mut picked = candidates(lane, now, limit);
    picked.lock_with_tables_behavior(LockType::Update, [Alias::new("m")], LockBehavior::SkipLocked);
    let mut update = Query::update();
    update
        .table(Entity)
        .value(Column::LeasedUntil, until)
        .value(Column::Fence, Expr::col(Column::Fence).add(1))
        .and_where(Expr::col(Column::Id).in_subquery(picked))
        .cond_where(free(None, now))
        .returning_all();
    update
}

/// The status as a literal: the partial indexes hold for it, which a planner does not see behind a parameter.
fn pending() -> Expr {
    Expr::Constant(status::PENDING.into())
}

/// Pending and in no worker's hands.
fn free(table: Option<&'static str>, now: Instant) -> Condition {
    let column = |column| of(table, column);
    Condition::all().add(column(Column::Status).eq(pending())).add(
        Condition::any()
            .add(column(Column::LeasedUntil).is_null())
            .add(column(Column::LeasedUntil).lt(now)),
    )
}

fn of(table: Option<&'static str>, column: Column) -> Expr {
    match table {
        Some(table) => Expr::col((Alias::new(table), column)),
        None => Expr::col(column),
    }
}

/// Messages that are due and free, and before which no other one about the same topic has to reach the same recipient.
pub fn candidates(lane: Lane, now: Instant, limit: u64) -> SelectStatement {
    let m = |column| of(Some("m"), column);
    let e = |column| of(Some("e"), column);
    let mut earlier = Query::select();
    earlier
        .expr(Expr::val(1))
        .from_as(Entity, Alias::new("e"))
        .and_where(e(Column::Status).eq(pending()))
        .and_where(e(Column::RecipientIndex).eq(m(Column::RecipientIndex)))
        .and_where(e(Column::Topic).eq(m(Column::Topic)))
        .and_where(e(Column::WantedAt).lte(now))
        .cond_where(
            Condition::any().add(e(Column::WantedAt).lt(m(Column::WantedAt))).add(
                Condition::all()
                    .add(e(Column::WantedAt).eq(m(Column::WantedAt)))
                    .add(e(Column::Id).lt(m(Column::Id))),
            ),
        );
    let mut select = Query::select();
    select
        .expr(m(Column::Id))
        .from_as(Entity, Alias::new("m"))
        .cond_where(free(Some("m"), now))
        .and_where(m(Column::DueAt).lte(now))
        .and_where(lane.holds(m(Column::Priority)))
        .and_where(Expr::exists(earlier).not())
        .order_by((Alias::new("m"), Column::Priority), Order::Asc)
        .order_by((Alias::new("m"), Column::DueAt), Order::Asc)
        .limit(limit);
    select
}

#[cfg(test)]
mod tests {
    use sea_orm::sea_query::{PostgresQueryBuilder, SqliteQueryBuilder};

    use super::*;

    #[test]
    fn postgres_skips_what_another_instance_is_claiming_and_sqlite_needs_no_lock() {
        let now = Instant::UNIX_EPOCH;
        let statement = claiming(Lane::Rest, 16, now, now);
        assert!(
            statement
                .to_string(PostgresQueryBuilder)
                .contains(r#"FOR UPDATE OF "m" SKIP LOCKED"#)
        );
        assert!(!statement.to_string(SqliteQueryBuilder).contains("FOR UPDATE"));
    }
}
