//! The clock: the only place that asks the system for the time.

use shared::time::Instant;

/// Tells the time. Rules never ask it themselves: they are given `now`.
pub trait Clock: Send + Sync {
    /// The instant that it is.
    fn now(&self) -> Instant;
}

/// The system's clock.
#[derive(Clone, Copy, Debug)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[allow(
        clippy::disallowed_methods,
        reason = "this is the one place that reads the system's clock"
    )]
    fn now(&self) -> Instant {
        chrono::Utc::now()
    }
}
