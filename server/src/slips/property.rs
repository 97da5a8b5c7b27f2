//! Recovered property: what the slice of cases needs to return it.

use std::collections::HashMap;

use sea_orm::{ColumnTrait, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait, QueryFilter, QueryOrder};
use shared::{
    ids::{HallId, PersonId, SlipId},
    slips::rules::SlipStatus,
    time::Instant,
};

use super::{desk::take_back, entity::slip, service::Slips, store};
use crate::{platform::db::locked, problem::Failure};

impl Slips {
    /// The hall with this code, where things can be collected.
    pub fn hall_of_code(&self, code: &str) -> Option<HallId> {
        self.places.hall_of_code(code)
    }

    /// Takes back the slip that was issued for something, because that is not returned after all, or otherwise. What was handed over stays
    /// handed over. The caller records why, commits, and wakes `notify`.
    pub async fn revoke(&self, db: &DatabaseTransaction, source: &str, now: Instant) -> Result<(), Failure> {
        match store::by_source(db, source).await? {
            Some(row) if !row.status()?.is_over() => take_back(self, db, &row, now).await.map(drop),
            _ => Ok(()),
        }
    }
}

/// Locks the slips that were issued for these, in the order of their ids. Whoever hands something over locks the slip before the case, and so
/// does who changes both.
pub async fn lock_slips_for(db: &DatabaseTransaction, sources: &[String]) -> Result<(), DbErr> {
    let select = slip::Entity::find()
        .filter(slip::Column::Source.is_in(sources))
        .order_by_asc(slip::Column::Id);
    locked(select).all(db).await.map(drop)
}

/// A person's own slips for these, without those that were taken back.
pub async fn slips_for(
    db: &impl ConnectionTrait,
    person: PersonId,
    sources: &[String],
) -> Result<HashMap<String, SlipId>, DbErr> {
    let rows = slip::Entity::find()
        .filter(slip::Column::Source.is_in(sources))
        .filter(slip::Column::PersonId.eq(person.0))
        .filter(slip::Column::Status.ne(SlipStatus::Withdrawn.as_str()))
        .all(db)
        .await?;
    Ok(rows.into_iter().map(|row| (row.source, row.id.into())).collect())
}
