//! The live queues of this instance's halls, read once for all who watch.
//!
//! A watcher that is slow skips to the latest state: what was in between no longer matters to anyone who waits.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, PoisonError, Weak,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use futures::future::BoxFuture;
use sea_orm::{ConnectionTrait, DatabaseTransaction};
use shared::{
    ids::{AppointmentId, HallId, TicketId},
    language::Language,
    queue::wire::Ticket,
    time::Instant,
};
use tokio::{
    sync::{Mutex as AsyncMutex, watch},
    time::{Instant as Tick, MissedTickBehavior, interval},
};

use super::{
    hall_state::{HallState, ticket_view},
    store,
};
use crate::{
    catalog::{Catalogue, Snapshot},
    platform::{
        Platform,
        bus::{Event, Heard},
    },
    problem::Failure,
};

/// What is to be done, in the same transaction, when the ticket of an appointment is served.
pub type OnServed = Arc<
    dyn for<'a> Fn(&'a DatabaseTransaction, AppointmentId, Instant) -> BoxFuture<'a, Result<(), Failure>> + Send + Sync,
>;

/// The live queues.
pub struct Halls {
    platform: Platform,
    catalogue: Catalogue,
    slots: Mutex<HashMap<HallId, Arc<Slot>>>,
    /// What follows when an appointment's ticket is served.
    pub on_served: OnServed,
}

struct Slot {
    hall: HallId,
    state: watch::Sender<Option<Arc<HallState>>>,
    stale: AtomicBool,
    /// When it was read last; whoever holds it reads.
    read_at: AsyncMutex<Option<Tick>>,
}

/// A hall that was read so long ago is read again when it is asked for, because what is told between instances may be lost.
const LIFE: Duration = Duration::from_secs(5);

impl Halls {
    /// Nothing read yet; listens for changes.
    pub fn new(platform: &Platform, catalogue: &Catalogue, on_served: OnServed) -> Arc<Self> {
        let halls = Arc::new(Self {
            platform: platform.clone(),
            catalogue: catalogue.clone(),
            slots: Mutex::default(),
            on_served,
        });
        tokio::spawn(listen(Arc::downgrade(&halls), platform.bus.listen()));
        tokio::spawn(look_after_watchers(Arc::downgrade(&halls)));
        halls
    }

    fn slot(&self, hall: HallId) -> Arc<Slot> {
        let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        let new = || {
            Arc::new(Slot {
                hall,
                state: watch::Sender::new(None),
                stale: AtomicBool::new(true),
                read_at: AsyncMutex::default(),
            })
        };
        Arc::clone(slots.entry(hall).or_insert_with(new))
    }

    /// A hall as it is now.
    pub async fn state(&self, hall: HallId) -> Result<Arc<HallState>, Failure> {
        self.fresh(&self.slot(hall)).await
    }

    /// Watches a hall: the first value is there at once.
    pub async fn watch(&self, hall: HallId) -> Result<watch::Receiver<Option<Arc<HallState>>>, Failure> {
        let slot = self.slot(hall);
        let receiver = slot.state.subscribe();
        self.fresh(&slot).await?;
        Ok(receiver)
    }

    /// Reads a hall if it has changed; those who ask at the same time wait for one reading.
    async fn fresh(&self, slot: &Slot) -> Result<Arc<HallState>, Failure> {
        let mut read_at = slot.read_at.lock().await;
        let known = slot.state.borrow().clone();
        let is_fresh = !slot.stale.load(Ordering::Acquire) && read_at.is_some_and(|at| at.elapsed() < LIFE);
        if let Some(state) = known.filter(|_| is_fresh) {
            return Ok(state);
        }
        // What changes from here on makes it stale again.
        slot.stale.store(false, Ordering::Release);
        let now = self.platform.clock.now();
        let read = HallState::load(
            self.platform.db.reader(),
            &self.platform,
            &self.catalogue.now(),
            slot.hall,
            now,
        )
        .await;
        match read {
            Ok(state) => {
                *read_at = Some(Tick::now());
                let state = Arc::new(state);
                slot.state.send_replace(Some(Arc::clone(&state)));
                Ok(state)
            }
            Err(failure) => {
                slot.stale.store(true, Ordering::Release);
                Err(failure)
            }
        }
    }

    fn changed(self: &Arc<Self>, hall: Option<HallId>) {
        for slot in self.slots_of(hall) {
            let was_stale = slot.stale.swap(true, Ordering::AcqRel);
            // A stale slot that is watched is being read already, or will be.
            if slot.state.receiver_count() > 0 && !was_stale {
                self.read_for_watchers(slot);
            }
        }
    }

    /// Reads what is watched again where a reading failed, and all of it while other instances cannot be heard.
    fn look_again(self: &Arc<Self>) {
        let is_deaf = !self.platform.bus.is_connected();
        for slot in self.slots_of(None) {
            if slot.state.receiver_count() > 0 && (is_deaf || slot.stale.load(Ordering::Acquire)) {
                self.read_for_watchers(slot);
            }
        }
    }

    fn slots_of(&self, hall: Option<HallId>) -> Vec<Arc<Slot>> {
        let slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        slots
            .values()
            .filter(|slot| hall.is_none_or(|hall| hall == slot.hall))
            .cloned()
            .collect()
    }

    fn read_for_watchers(self: &Arc<Self>, slot: Arc<Slot>) {
        let halls = Arc::clone(self);
        tokio::spawn(async move {
            if let Err(failure) = halls.fresh(&slot).await {
                tracing::error!(%failure, "a hall cannot be read for its watchers");
            }
        });
    }

    /// A ticket as its holder sees it, within a transaction that has just changed it.
    pub async fn ticket_in(
        &self,
        db: &impl ConnectionTrait,
        platform: &Platform,
        catalogue: &Snapshot,
        id: TicketId,
        language: Language,
        now: Instant,
    ) -> Result<Option<Ticket>, Failure> {
        let Some(row) = store::ticket(db, id).await? else {
            return Ok(None);
        };
        let state = HallState::load(db, platform, catalogue, row.hall_id.into(), now).await?;
        match state.ticket(id, catalogue, language) {
            Some(view) => Ok(Some(view)),
            None => Ok(Some(ticket_view(&row, catalogue, language)?)),
        }
    }
}

async fn listen(halls: Weak<Halls>, mut events: crate::platform::bus::Listener) {
    while let Some(heard) = events.next().await {
        let Some(halls) = halls.upgrade() else { return };
        match heard {
            Heard::Event(Event::Queue(hall)) => halls.changed(Some(hall)),
            Heard::Event(Event::Catalogue) | Heard::Missed => halls.changed(None),
            Heard::Event(_) => {}
        }
    }
}

async fn look_after_watchers(halls: Weak<Halls>) {
    let mut ticks = interval(LIFE);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        let Some(halls) = halls.upgrade() else { return };
        halls.look_again();
    }
}
