//! A clock that a test moves.

use std::sync::Mutex;

use chrono::TimeDelta;
use server::platform::clock::Clock;
use shared::time::Instant;

pub struct TestClock(Mutex<Instant>);

impl TestClock {
    pub fn at(instant: Instant) -> Self {
        Self(Mutex::new(instant))
    }

    pub fn advance(&self, by: TimeDelta) {
        *self.0.lock().unwrap() += by;
    }

    pub fn set(&self, to: Instant) {
        *self.0.lock().unwrap() = to;
    }
}

impl Clock for TestClock {
    fn now(&self) -> Instant {
        *self.0.lock().unwrap()
    }
}
