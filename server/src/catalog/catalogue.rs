//! The catalogue in memory.

use std::sync::{Arc, PoisonError, RwLock};

use super::snapshot::Snapshot;
use crate::platform::{
    Platform,
    bus::{Event, Heard},
};

/// The catalogue of this server, always whole and never older than the last import that was heard of.
#[derive(Clone)]
pub struct Catalogue(Arc<RwLock<Arc<Snapshot>>>);

impl Catalogue {
    /// Loads the catalogue, and again whenever it was imported.
    pub async fn load(platform: &Platform) -> anyhow::Result<Self> {
        let mut events = platform.bus.listen();
        let catalogue = Self(Arc::new(RwLock::new(Arc::new(
            Snapshot::load(platform.db.reader()).await?,
        ))));
        let (kept, db) = (catalogue.clone(), platform.db.clone());
        tokio::spawn(async move {
            while let Some(heard) = events.next().await {
                if matches!(heard, Heard::Event(Event::Catalogue) | Heard::Missed) {
                    match Snapshot::load(db.reader()).await {
                        Ok(snapshot) => *kept.0.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(snapshot),
                        Err(error) => tracing::error!(%error, "the catalogue cannot be read again"),
                    }
                }
            }
        });
        Ok(catalogue)
    }

    /// The catalogue as it is now.
    pub fn now(&self) -> Arc<Snapshot> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }
}
