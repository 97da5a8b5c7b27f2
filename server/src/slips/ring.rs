//! The keys that sign tokens: each follows from the deployment's master key and its id; the table says which ids are in use.
//!
//! The newest signs, every one verifies. A token keeps the key that signed it, so its QR code stays the same after a rotation.

use std::{
    collections::BTreeMap,
    sync::{Arc, PoisonError, RwLock},
};

use anyhow::anyhow;
use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};
use chrono::TimeDelta;
use sea_orm::{ActiveValue::Set, ConnectionTrait, DbErr, EntityTrait, QueryOrder, sea_query::OnConflict};
use shared::{
    problem::Problem,
    slips::{
        token::{Claims, SIGNATURE, Signed, Untrusted},
        wire::SlipKey,
    },
    time::Instant,
};

use super::entity::key;
use crate::{
    platform::{Platform, keys::Keys},
    problem::Failure,
};

/// After so long a key signs no more, and the next one does.
const SIGNS_FOR: TimeDelta = TimeDelta::days(90);

/// The key pairs that are in use.
pub struct Ring {
    keys: Arc<Keys>,
    pairs: RwLock<BTreeMap<u8, Arc<Ed25519KeyPair>>>,
}

impl Ring {
    /// Nothing read yet.
    pub fn new(platform: &Platform) -> Self {
        Self {
            keys: Arc::clone(&platform.keys),
            pairs: RwLock::default(),
        }
    }

    fn pair(&self, id: u8) -> Option<Arc<Ed25519KeyPair>> {
        let pairs = self.pairs.read().unwrap_or_else(PoisonError::into_inner);
        pairs.get(&id).map(Arc::clone)
    }

    /// The key pair with an id that is in use.
    fn derived(&self, id: u8) -> anyhow::Result<Arc<Ed25519KeyPair>> {
        if let Some(known) = self.pair(id) {
            return Ok(known);
        }
        let pair = Ed25519KeyPair::from_seed_unchecked(&self.keys.slip_seed(id)?)
            .map_err(|error| anyhow!("a slip key cannot be used: {error}"))?;
        let pair = Arc::new(pair);
        let mut pairs = self.pairs.write().unwrap_or_else(PoisonError::into_inner);
        Ok(Arc::clone(pairs.entry(id).or_insert(pair)))
    }

    /// Reads which keys are in use, the newest last.
    async fn read(&self, db: &impl ConnectionTrait) -> Result<Vec<(u8, Arc<Ed25519KeyPair>)>, Failure> {
        let rows = key::Entity::find().order_by_asc(key::Column::Id).all(db).await?;
        let mut pairs = Vec::with_capacity(rows.len());
        for row in rows {
            let id = u8::try_from(row.id).map_err(anyhow::Error::from)?;
            pairs.push((id, self.derived(id)?));
        }
        Ok(pairs)
    }

    /// The id of the key that signs now; the first one is made when there is none.
    pub async fn current(&self, db: &impl ConnectionTrait, now: Instant) -> Result<u8, Failure> {
        if let Some((id, _)) = self.read(db).await?.last() {
            return Ok(*id);
        }
        add(db, 1, now).await?;
        Ok(1)
    }

    /// Signs with a key that is in use.
    pub fn sign(&self, claims: Claims) -> anyhow::Result<Signed> {
        let pair = self.derived(claims.key)?;
        Signed::new(claims, |message| {
            <[u8; SIGNATURE]>::try_from(pair.sign(message).as_ref()).map_err(anyhow::Error::from)
        })
    }

    /// The claims of a token, if a key that is in use signed them. Keys that another instance has added are read when one is not known.
    pub async fn verified(&self, db: &impl ConnectionTrait, token: &Signed) -> Result<Claims, Failure> {
        let verify = |id: u8, message: &[u8], signature: &[u8; SIGNATURE]| {
            let pair = self.pair(id)?;
            let key = UnparsedPublicKey::new(&ED25519, pair.public_key().as_ref().to_vec());
            Some(key.verify(message, signature).is_ok())
        };
        if let Err(Untrusted::Key) = token.verified(verify) {
            self.read(db).await?;
        }
        token.verified(verify).map_err(|error| Problem::from(error).into())
    }

    /// The public keys.
    pub async fn public(&self, db: &impl ConnectionTrait) -> Result<Vec<SlipKey>, Failure> {
        let pairs = self.read(db).await?;
        let public = pairs.into_iter().map(|(id, pair)| SlipKey {
            id,
            public_key: hex::encode(pair.public_key()),
        });
        Ok(public.collect())
    }
}

async fn add(db: &impl ConnectionTrait, id: u8, now: Instant) -> Result<(), DbErr> {
    let row = key::ActiveModel {
        id: Set(i32::from(id)),
        created_at: Set(now),
    };
    // Another instance may be adding the same one.
    key::Entity::insert(row)
        .on_conflict(OnConflict::column(key::Column::Id).do_nothing().to_owned())
        .exec_without_returning(db)
        .await?;
    Ok(())
}

/// Lets the next key sign when the present one has signed for 90 days, or at once. Earlier keys go on verifying.
pub async fn rotate(db: &impl ConnectionTrait, now: Instant, at_once: bool) -> Result<(), DbErr> {
    let newest = key::Entity::find().order_by_desc(key::Column::Id).one(db).await?;
    let Some(newest) = newest.filter(|newest| at_once || newest.created_at + SIGNS_FOR <= now) else {
        return Ok(());
    };
    match u8::try_from(newest.id + 1) {
        Ok(next) => add(db, next, now).await,
        // After some sixty years the last key goes on signing.
        Err(_) => Ok(()),
    }
}
