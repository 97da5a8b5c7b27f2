//! `bianmin rotate-keys`: a new field key, and every field that older ones sealed sealed anew, while servers go on. The same for the keyed
//! indexes by which sealed values are found.
//!
//! A field is replaced only where it still is what was read, so that nothing that a resident changes meanwhile is lost. It can be
//! interrupted and begun again at any time.

use anyhow::Context;
use sea_orm::{
    ConnectionTrait, ExprTrait,
    sea_query::{Alias, Expr, Order, Query},
};
use uuid::Uuid;

use crate::{
    holdings::{HOLDINGS, Holding, Of},
    platform::{
        Platform,
        keys::{Field, Keys},
    },
};

/// How many rows are read at once, and written in one transaction.
const AT_ONCE: u64 = 200;

/// How far it has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Rows that were looked at.
    pub seen: u64,
    /// Fields that were sealed anew.
    pub sealed: u64,
    /// Fields that changed while they were looked at; whoever changed them sealed them.
    pub changed_meanwhile: u64,
}

/// Seals every field anew that the present key has not sealed. Tells of each table when it is done.
pub async fn reseal(platform: &Platform, mut told: impl FnMut(&str, Progress)) -> anyhow::Result<Progress> {
    let mut all = Progress::default();
    for holding in HOLDINGS.iter().filter(|holding| !holding.sealed.is_empty()) {
        let done = reseal_table(platform, holding)
            .await
            .with_context(|| format!("the table {} was not sealed anew to its end", holding.table))?;
        told(holding.table, done);
        all.seen += done.seen;
        all.sealed += done.sealed;
        all.changed_meanwhile += done.changed_meanwhile;
    }
    Ok(all)
}

/// How many fields the present key has not sealed.
pub async fn left(platform: &Platform) -> anyhow::Result<u64> {
    let mut count = 0;
    for holding in HOLDINGS.iter().filter(|holding| !holding.sealed.is_empty()) {
        let mut after = None;
        loop {
            let rows = page(platform, holding, holding.sealed, after).await?;
            let Some((last, _)) = rows.last() else { break };
            after = Some(*last);
            let stale = rows.iter().flat_map(|(_, fields)| fields).flatten();
            count += stale.filter(|sealed| is_stale(&platform.keys, sealed)).count() as u64;
        }
    }
    Ok(count)
}

async fn reseal_table(platform: &Platform, holding: &'static Holding) -> anyhow::Result<Progress> {
    let (mut progress, mut after) = (Progress::default(), None);
    loop {
        let rows = page(platform, holding, holding.sealed, after).await?;
        let Some((last, _)) = rows.last() else {
            return Ok(progress);
        };
        after = Some(*last);
        progress.seen += rows.len() as u64;
        let transaction = platform.db.begin().await?;
        for (row, fields) in &rows {
            for (column, sealed) in holding.sealed.iter().zip(fields) {
                let Some(sealed) = sealed.as_ref().filter(|sealed| is_stale(&platform.keys, sealed)) else {
                    continue;
                };
                let field = Field::new(holding.table, column);
                let plain = platform
                    .keys
                    .open(field, *row, sealed)
                    .with_context(|| format!("{column} of {row}"))?;
                let anew = platform.keys.seal(field, *row, &plain)?;
                let update = Query::update()
                    .table(Alias::new(holding.table))
                    .value(Alias::new(*column), anew)
                    .and_where(Expr::col(Alias::new(holding.key)).eq(*row))
                    .and_where(Expr::col(Alias::new(*column)).eq(sealed.clone()))
                    .to_owned();
                if transaction.execute(&update).await?.rows_affected() == 1 {
                    progress.sealed += 1;
                } else {
                    progress.changed_meanwhile += 1;
                }
            }
        }
        transaction.commit().await?;
        // On SQLite there is one writer: residents are let in between.
        tokio::task::yield_now().await;
    }
}

/// What became of the indexes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reindexed {
    /// Those that follow from another key now.
    pub changed: u64,
    /// Those that older keys have made still: another row has what they would become, and a person has to say which is right.
    pub left: u64,
}

/// Makes every index anew that an older key has made. Until it is done, values are looked for under both.
pub async fn reindex(platform: &Platform, mut told: impl FnMut(&str, Reindexed)) -> anyhow::Result<Reindexed> {
    let mut all = Reindexed::default();
    for holding in HOLDINGS.iter().filter(|holding| !holding.indexed.is_empty()) {
        let done = reindex_table(platform, holding)
            .await
            .with_context(|| format!("the table {} was not indexed anew to its end", holding.table))?;
        told(holding.table, done);
        all.changed += done.changed;
        all.left += done.left;
    }
    Ok(all)
}

async fn reindex_table(platform: &Platform, holding: &'static Holding) -> anyhow::Result<Reindexed> {
    let (mut progress, mut after) = (Reindexed::default(), None);
    loop {
        let rows = page(platform, holding, holding.indexed, after).await?;
        let Some((last, _)) = rows.last() else {
            return Ok(progress);
        };
        after = Some(*last);
        let transaction = platform.db.begin().await?;
        for (row, indexes) in &rows {
            for (column, index) in holding.indexed.iter().zip(indexes) {
                let Some(index) = index else { continue };
                let anew = platform.keys.reindexed(index);
                if anew == *index {
                    continue;
                }
                let taken = Query::select()
                    .expr(Expr::val(1))
                    .from_as(Alias::new(holding.table), Alias::new("other"))
                    .and_where(Expr::col((Alias::new("other"), Alias::new(*column))).eq(anew.clone()))
                    .to_owned();
                let mut update = Query::update();
                update
                    .table(Alias::new(holding.table))
                    .value(Alias::new(*column), anew)
                    .and_where(Expr::col(Alias::new(holding.key)).eq(*row))
                    .and_where(Expr::col(Alias::new(*column)).eq(index.clone()));
                // Where several rows may have one index, another one is no obstacle.
                if matches!(holding.of, Of::Resident(_) | Of::Person(_)) {
                    update.and_where(Expr::exists(taken).not());
                }
                if transaction.execute(&update).await?.rows_affected() == 1 {
                    progress.changed += 1;
                } else {
                    progress.left += 1;
                }
            }
        }
        transaction.commit().await?;
        tokio::task::yield_now().await;
    }
}

/// A row's key, and its sealed fields in the order of the holding.
type Fields = (Uuid, Vec<Option<Vec<u8>>>);

async fn page(
    platform: &Platform,
    holding: &Holding,
    columns: &'static [&'static str],
    after: Option<Uuid>,
) -> anyhow::Result<Vec<Fields>> {
    let key = || Expr::col(Alias::new(holding.key));
    let mut select = Query::select();
    select
        .from(Alias::new(holding.table))
        .column(Alias::new(holding.key))
        .columns(columns.iter().map(|column| Alias::new(*column)))
        .order_by(Alias::new(holding.key), Order::Asc)
        .limit(AT_ONCE);
    if let Some(after) = after {
        select.and_where(key().gt(after));
    }
    let rows = platform.db.reader().query_all(&select).await?;
    rows.iter()
        .map(|row| {
            let fields: Result<_, _> = columns.iter().map(|column| row.try_get("", column)).collect();
            Ok((row.try_get("", holding.key)?, fields?))
        })
        .collect()
}

fn is_stale(keys: &Keys, sealed: &[u8]) -> bool {
    sealed.first().is_some_and(|number| *number != keys.sealing())
}
