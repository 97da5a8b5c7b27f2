//! The catalogue in memory.

use std::{
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

use tokio::time::{MissedTickBehavior, interval};

use super::snapshot::{Snapshot, last_import};
use crate::platform::{
    Platform,
    bus::{Event, Heard},
    db::Db,
};

/// How often is looked for an import that was not heard of: a program that imports beside an embedded server reaches it by no bus, and what it
/// says to Redis as it ends may be lost.
const LOOK: Duration = Duration::from_secs(3);

/// The catalogue of this server, always whole, and older than the last import by some seconds at most.
#[derive(Clone)]
pub struct Catalogue(Arc<RwLock<Arc<Snapshot>>>);

impl Catalogue {
    /// Loads the catalogue, and again whenever it was imported.
    pub async fn load(platform: &Platform) -> anyhow::Result<Self> {
        let mut events = platform.bus.listen();
        let catalogue = Self(Arc::new(RwLock::new(Arc::new(
            Snapshot::load(platform.db.reader()).await?,
        ))));
        let (kept, db, bus) = (catalogue.clone(), platform.db.clone(), Arc::clone(&platform.bus));
        let mut looks = interval(LOOK);
        looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        tokio::spawn(async move {
            loop {
                tokio::select! {
                    heard = events.next() => match heard {
                        Some(Heard::Event(Event::Catalogue) | Heard::Missed) => kept.read_again(&db).await,
                        Some(Heard::Event(_)) => {}
                        None => return,
                    },
                    _ = looks.tick() => match last_import(db.reader()).await {
                        Ok(import) if import != kept.now().import => {
                            kept.read_again(&db).await;
                            // Others in this process keep what they made of it.
                            bus.publish(Event::Catalogue);
                        }
                        Ok(_) => {}
                        Err(error) => tracing::warn!(%error, "whether content was imported cannot be seen"),
                    },
                }
            }
        });
        Ok(catalogue)
    }

    async fn read_again(&self, db: &Db) {
        match Snapshot::load(db.reader()).await {
            Ok(snapshot) => *self.0.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(snapshot),
            Err(error) => tracing::error!(%error, "the catalogue cannot be read again"),
        }
    }

    /// The catalogue as it is now.
    pub fn now(&self) -> Arc<Snapshot> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }
}
