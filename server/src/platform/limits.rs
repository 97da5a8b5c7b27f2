//! Limits that are counted in the database, so that they hold on every instance and outlive a restart.
//!
//! Time is cut into windows of the rule's length. A use is counted by one guarded upsert, so parallel uses never exceed the limit.

use chrono::TimeDelta;
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, ExprTrait, QueryFilter,
    sea_query::{Expr, OnConflict},
};
use shared::time::Instant;

use self::row::{ActiveModel, Column, Entity};

/// How often something may be done in a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule {
    /// The rule's name, unique among all rules.
    pub name: &'static str,
    /// How often.
    pub times: i32,
    /// In how many seconds.
    pub seconds: i64,
}

/// The limit is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exceeded {
    /// Seconds until the next use is free.
    pub retry_after: i64,
}

mod row {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "rate_windows")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub subject: Vec<u8>,
        #[sea_orm(primary_key, auto_increment = false)]
        pub rule: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub window: i64,
        pub used: i32,
        /// Missing in windows of versions that did not note it.
        pub ends_at: Option<DateTimeUtc>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// Counts one use of each rule by a subject, or tells which is exceeded; then the caller rolls back.
pub async fn count(
    db: &impl ConnectionTrait,
    subject: &[u8],
    rules: &[Rule],
    now: Instant,
) -> Result<Result<(), Exceeded>, DbErr> {
    for rule in rules {
        let seconds = now.timestamp();
        let window = seconds.div_euclid(rule.seconds);
        let left = (window + 1) * rule.seconds - seconds;
        let counted = Entity::insert(ActiveModel {
            subject: Set(subject.to_vec()),
            rule: Set(rule.name.to_owned()),
            window: Set(window),
            used: Set(1),
            ends_at: Set(Some(now + TimeDelta::seconds(left))),
        })
        .on_conflict(
            OnConflict::columns([Column::Subject, Column::Rule, Column::Window])
                .value(Column::Used, Expr::col((Entity, Column::Used)).add(1))
                .action_and_where(Expr::col((Entity, Column::Used)).lt(rule.times))
                .to_owned(),
        )
        .exec_without_returning(db)
        .await?;
        if counted == 0 {
            return Ok(Err(Exceeded { retry_after: left }));
        }
    }
    Ok(Ok(()))
}

/// Forgets windows that have passed.
pub async fn forget_old(db: &impl ConnectionTrait, now: Instant) -> Result<(), DbErr> {
    Entity::delete_many()
        .filter(Column::EndsAt.is_null().or(Column::EndsAt.lte(now)))
        .exec(db)
        .await?;
    Ok(())
}
