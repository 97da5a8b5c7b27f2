//! Asks WeChat about orders of which nothing was heard, and does what is to be done outside.

use chrono::TimeDelta;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use shared::fines::attempt::Source;

use super::{entity::payment, payments::ask, service::Fines, store, tasks};
use crate::{platform::Platform, problem::Failure};

/// How many orders are asked about at once.
const AT_ONCE: u64 = 20;
/// An order is asked about this often in its first minutes, so that a lost notification costs less than a minute.
const EVERY: TimeDelta = TimeDelta::seconds(20);
/// How often before the pauses grow.
const OFTEN: i32 = 30;
/// The longest pause.
const SELDOM: TimeDelta = TimeDelta::minutes(10);

/// Does everything that is due at this moment; how much that was.
pub async fn run_due(platform: &Platform, fines: &Fines) -> Result<usize, Failure> {
    Ok(ask_due(platform, fines).await? + tasks::run(platform, fines).await?)
}

async fn ask_due(platform: &Platform, fines: &Fines) -> Result<usize, Failure> {
    let now = platform.clock.now();
    let due = payment::Entity::find()
        .filter(payment::Column::Status.is_in(store::open_statuses()))
        .filter(payment::Column::AskAt.lte(now))
        .order_by_asc(payment::Column::AskAt)
        .limit(AT_ONCE)
        .all(platform.db.reader())
        .await?;
    if due.is_empty() {
        return Ok(0);
    }
    let client = fines.wechat().await?;
    for row in &due {
        // The next question is written down before this one, so that an answer that takes long does not hold up the others.
        let pause = if row.asked < OFTEN {
            EVERY
        } else {
            TimeDelta::seconds(i64::from(row.asked).saturating_mul(5)).min(SELDOM)
        };
        let transaction = platform.db.begin().await?;
        store::ask_later(&transaction, row, now + pause).await?;
        transaction.commit().await?;
        ask(platform, client, row, Source::Query).await?;
    }
    Ok(due.len())
}
