//! The bus: how one part of the product tells the others, on every instance, that something has changed.
//!
//! An event carries no data that matters: whoever hears it reads the database again. So a lost event makes a page late, never wrong,
//! and whoever missed some is told [`Heard::Missed`] to refresh everything.

mod in_process;
mod redis;

use serde::{Deserialize, Serialize};
use shared::ids::{HallId, SessionId};
use tokio::sync::broadcast;

pub use self::{in_process::InProcessBus, redis::RedisBus};

/// What has changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// A hall's queue or counters.
    Queue(HallId),
    /// Seats of a hall's windows were taken.
    Seats(HallId),
    /// Seats of a hall's windows were given back.
    SeatsReturned(HallId),
    /// A session ended before its time.
    SessionEnded(SessionId),
    /// Services, halls or timetables were imported.
    Catalogue,
    /// A text is due.
    Message,
}

/// What a listener hears.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Heard {
    /// This has changed.
    Event(Event),
    /// Some events were lost: anything may have changed.
    Missed,
}

/// Carries events to every listener on every instance.
pub trait Bus: Send + Sync {
    /// Tells everyone, soon; it never fails and never waits.
    fn publish(&self, event: Event);

    /// Listens from now on.
    fn listen(&self) -> Listener;

    /// Whether events reach other instances at the moment; a bus within one process always does.
    fn is_connected(&self) -> bool;
}

/// One listener's end of the bus.
#[derive(Debug)]
pub struct Listener(broadcast::Receiver<Heard>);

impl Listener {
    /// Waits for the next event; nothing once the bus is gone.
    pub async fn next(&mut self) -> Option<Heard> {
        match self.0.recv().await {
            Ok(heard) => Some(heard),
            Err(broadcast::error::RecvError::Lagged(_)) => Some(Heard::Missed),
            Err(broadcast::error::RecvError::Closed) => None,
        }
    }
}
