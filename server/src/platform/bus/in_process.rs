//! The bus of a single instance.

use tokio::sync::broadcast;

use super::{Bus, Event, Heard, Listener};

/// How many events a slow listener may fall behind before it is told that it missed some.
const BACKLOG: usize = 4096;

/// Carries events within this process.
#[derive(Debug)]
pub struct InProcessBus(broadcast::Sender<Heard>);

impl Default for InProcessBus {
    fn default() -> Self {
        Self(broadcast::Sender::new(BACKLOG))
    }
}

impl InProcessBus {
    /// Passes on what was heard elsewhere.
    pub(super) fn pass_on(&self, heard: Heard) {
        // Nobody listening is no failure.
        let _listeners = self.0.send(heard);
    }
}

impl Bus for InProcessBus {
    fn publish(&self, event: Event) {
        self.pass_on(Heard::Event(event));
    }

    fn listen(&self) -> Listener {
        Listener(self.0.subscribe())
    }

    fn is_connected(&self) -> bool {
        true
    }
}
