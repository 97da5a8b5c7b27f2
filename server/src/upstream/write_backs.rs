//! What the police systems are told in turn, such as a request for review: a row beside the change it follows from, told until it is heard.
//!
//! The key makes a repeated telling the same thing for the system that hears it, so a row needs no lease: whoever takes it moves it to the time
//! of the next try first, and a server that ends meanwhile leaves it due then.

use chrono::TimeDelta;
use futures::{StreamExt, TryStreamExt, stream};
use sea_orm::{
    ActiveValue::{NotSet, Set},
    ColumnTrait, ConnectionTrait, EntityTrait, ExprTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Expr, OnConflict},
};
use serde_json::Value;
use shared::time::Instant;
use uuid::Uuid;

use super::{
    entity::write_back::{self, Column, Entity},
    government::Government,
    systems::{System, Systems},
};
use crate::{
    platform::{Platform, keys::Field},
    problem::Failure,
};

/// What was said may be about people.
const BODY: Field = Field::new("upstream_write_backs", "body");
/// How many are looked up at once.
const AT_ONCE: u64 = 200;
/// How many are told at the same time, so that a system that answers late does not hold up what others are told.
const TOGETHER: usize = 16;
/// The pause before the second try; each later one is twice as long.
const FIRST_PAUSE: TimeDelta = TimeDelta::seconds(10);
/// The longest pause between two tries.
const LONGEST_PAUSE: TimeDelta = TimeDelta::minutes(10);

/// Something that a police system is told.
#[derive(Clone, Debug)]
pub struct WriteBack<'a> {
    /// Which system.
    pub system: System,
    /// What it is, as the system's address names it.
    pub kind: &'a str,
    /// Makes it the same thing each time.
    pub key: String,
    /// What is said.
    pub body: Value,
}

/// Has a police system told something, once, when the caller commits. The same key again changes nothing.
pub async fn write_back(
    db: &impl ConnectionTrait,
    platform: &Platform,
    told: WriteBack<'_>,
    now: Instant,
) -> Result<(), Failure> {
    let id = Uuid::now_v7();
    let row = write_back::ActiveModel {
        id: Set(id),
        system: Set(told.system.as_str().to_owned()),
        kind: Set(told.kind.to_owned()),
        key: Set(told.key),
        body: Set(platform.keys.seal(BODY, id, &told.body.to_string())?),
        attempts: Set(0),
        due_at: Set(now),
        failure: NotSet,
        heard_at: NotSet,
        created_at: Set(now),
    };
    Entity::insert(row)
        .on_conflict(
            OnConflict::columns([Column::System, Column::Key])
                .do_nothing()
                .to_owned(),
        )
        .exec_without_returning(db)
        .await?;
    Ok(())
}

/// Tells what is due; how much that was. Without a way to the police systems everything stays due.
pub async fn run_due(platform: &Platform, systems: &Systems) -> Result<usize, Failure> {
    let Some(government) = &systems.government else {
        return Ok(0);
    };
    let due = Entity::find()
        .filter(Column::HeardAt.is_null())
        .filter(Column::DueAt.lte(platform.clock.now()))
        .order_by_asc(Column::DueAt)
        .order_by_asc(Column::Id)
        .limit(AT_ONCE)
        .all(platform.db.reader())
        .await?;
    stream::iter(due)
        .map(|row| tell_one(platform, government, row))
        .buffer_unordered(TOGETHER)
        .try_fold(0, async |tried, did| Ok(tried + usize::from(did)))
        .await
}

/// Tells one thing, unless another instance does. Tells whether it was ours to tell.
async fn tell_one(platform: &Platform, government: &Government, row: write_back::Model) -> Result<bool, Failure> {
    let Some(system) = System::named(&row.system) else {
        return Ok(false);
    };
    if !claim(platform, &row).await? {
        return Ok(false);
    }
    let text = platform.keys.open(BODY, row.id, &row.body)?;
    let body: Value = serde_json::from_str(&text).map_err(anyhow::Error::from)?;
    let heard = government.tell(system, &row.kind, &row.key, &body).await;
    conclude(platform, &row, heard.map_err(|unheard| unheard.0)).await?;
    Ok(true)
}

/// Ten seconds, then twice as long each time.
fn pause_after(attempts: i32) -> TimeDelta {
    let doublings = Ord::min(u32::try_from(attempts).unwrap_or(0), 10);
    Ord::min(FIRST_PAUSE * (1_i32 << doublings), LONGEST_PAUSE)
}

async fn claim(platform: &Platform, row: &write_back::Model) -> Result<bool, Failure> {
    let next = platform.clock.now() + pause_after(row.attempts);
    let transaction = platform.db.begin().await?;
    let claimed = Entity::update_many()
        .col_expr(Column::Attempts, Expr::col(Column::Attempts).add(1))
        .col_expr(Column::DueAt, Expr::value(next))
        .filter(Column::Id.eq(row.id))
        .filter(Column::Attempts.eq(row.attempts))
        .filter(Column::HeardAt.is_null())
        .exec(&transaction)
        .await?;
    transaction.commit().await?;
    Ok(claimed.rows_affected == 1)
}

async fn conclude(platform: &Platform, row: &write_back::Model, heard: Result<(), String>) -> Result<(), Failure> {
    let (heard_at, failure) = match heard {
        Ok(()) => (Some(platform.clock.now()), None),
        Err(why) => {
            tracing::warn!(
                system = row.system,
                kind = row.kind,
                why,
                "a police system did not hear something"
            );
            (None, Some(why))
        }
    };
    let transaction = platform.db.begin().await?;
    Entity::update_many()
        .col_expr(Column::HeardAt, Expr::value(heard_at))
        .col_expr(Column::Failure, Expr::value(failure))
        .filter(Column::Id.eq(row.id))
        .filter(Column::HeardAt.is_null())
        .exec(&transaction)
        .await?;
    transaction.commit().await?;
    Ok(())
}
