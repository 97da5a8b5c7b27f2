//! Recovered property: what the slice of cases needs to return it.

use base64::{Engine, prelude::BASE64_STANDARD};
use sea_orm::{ConnectionTrait, DatabaseTransaction, EntityTrait};
use shared::{
    ids::{HallId, StaffId},
    time::Instant,
};

use super::{desk::take_back, entity::proxy, sealed::SIGNATURE, service::Slips, store};
use crate::problem::Failure;

/// How property was returned, for the list that both sign (发还清单).
#[derive(Clone, Debug)]
pub struct Return {
    /// When.
    pub at: Instant,
    /// Where.
    pub hall: HallId,
    /// By whom.
    pub staff: StaffId,
    /// The proxy's masked name, when a proxy came.
    pub proxy: Option<String>,
    /// The recipient's signature, a PNG.
    pub signature: Vec<u8>,
}

impl Slips {
    /// How the thing that a slip was issued for was returned; nothing while it was not.
    pub async fn return_of(&self, db: &impl ConnectionTrait, source: &str) -> Result<Option<Return>, Failure> {
        let Some(row) = store::by_source(db, source).await? else {
            return Ok(None);
        };
        let Some(kept) = store::redemption_of(db, row.id).await? else {
            return Ok(None);
        };
        let keys = &self.platform.keys;
        let signature = match &kept.signature {
            None => Vec::new(),
            Some(sealed) => BASE64_STANDARD
                .decode(keys.open(SIGNATURE, row.id, sealed)?)
                .map_err(anyhow::Error::from)?,
        };
        let proxy = match kept.proxy_id {
            None => None,
            Some(id) => proxy::Entity::find_by_id(id).one(db).await?,
        };
        Ok(Some(Return {
            at: kept.at,
            hall: kept.hall_id.into(),
            staff: kept.staff_id.into(),
            proxy: proxy
                .map(|proxy| proxy.opened_name(keys))
                .transpose()?
                .map(|name| name.masked()),
            signature,
        }))
    }

    /// Takes a slip back because its thing is not returned after all. The caller records why, commits, and wakes `notify`.
    pub async fn revoke(&self, db: &DatabaseTransaction, source: &str, now: Instant) -> Result<(), Failure> {
        match store::by_source(db, source).await? {
            None => Ok(()),
            Some(row) => take_back(self, db, &row, now).await.map(drop),
        }
    }
}
