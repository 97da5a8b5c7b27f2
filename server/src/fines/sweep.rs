//! Asks WeChat about orders of which nothing was heard.

use chrono::TimeDelta;
use futures::{StreamExt, TryStreamExt, stream};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use shared::{fines::attempt::Source, time::Instant};

use super::{
    alerts::{self, Alert},
    entity::payment,
    payments::ask,
    service::Fines,
    store,
    wechat::Client,
};
use crate::{platform::Platform, problem::Failure};

/// How many orders are looked up at once.
const AT_ONCE: u64 = 200;
/// How many questions are under way at the same time.
const TOGETHER: usize = 16;
/// An order is asked about this often while it can be paid, so that a lost notification costs less than a minute.
const EVERY: TimeDelta = TimeDelta::seconds(45);
/// And this often in its first minutes, when a payer is most likely looking at the page.
const AT_FIRST: TimeDelta = TimeDelta::seconds(20);
/// How often the shorter pause is taken.
const FIRST_QUESTIONS: i32 = 15;
/// An order that has run out and of which WeChat says nothing is asked about this often.
const SELDOM: TimeDelta = TimeDelta::minutes(10);
/// And is told to an officer once it has run out this long ago.
const STUCK: TimeDelta = TimeDelta::minutes(30);

/// Asks about every order that is due at this moment; how many those were.
pub async fn ask_due(platform: &Platform, fines: &Fines) -> Result<usize, Failure> {
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
    stream::iter(due)
        .map(|row| ask_one(platform, client, row, now))
        .buffer_unordered(TOGETHER)
        .try_fold(0, async |asked, ()| Ok(asked + 1))
        .await
}

async fn ask_one(platform: &Platform, client: &Client, row: payment::Model, now: Instant) -> Result<(), Failure> {
    // The next question is written down before this one, so that a server that ends meanwhile leaves it due.
    let pause = match row.asked {
        ..FIRST_QUESTIONS => AT_FIRST,
        _ if now < row.expires_at + EVERY => EVERY,
        _ => SELDOM,
    };
    let transaction = platform.db.begin().await?;
    store::ask_later(&transaction, &row, now + pause).await?;
    if now - row.expires_at >= STUCK {
        alerts::raise(&transaction, Alert::StuckPayment, &row.id.to_string(), now).await?;
    }
    transaction.commit().await?;
    ask(platform, client, &row, Source::Query).await?;
    Ok(())
}
