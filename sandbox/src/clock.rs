//! The sandbox's one clock: China Standard Time, movable, and with a scale for waiting.
//!
//! Every stand-in reads this clock, so a test can put the outside world ten minutes ahead of the server, or into tomorrow.

use std::{
    sync::atomic::{AtomicI64, Ordering},
    time::Duration,
};

use chrono::{DateTime, FixedOffset, SecondsFormat, TimeDelta, Utc};

/// China Standard Time, the zone that every one of these systems writes its times in.
pub const CST: FixedOffset = match FixedOffset::east_opt(8 * 3600) {
    Some(offset) => offset,
    None => panic!("+08:00 is a valid offset"),
};

/// Now, and how fast waiting goes.
#[derive(Debug)]
pub struct Clock {
    offset_seconds: AtomicI64,
    time_scale: u32,
}

impl Clock {
    /// A clock that agrees with the machine's; waiting is divided by `time_scale`.
    pub fn new(time_scale: u32) -> Self {
        Self {
            offset_seconds: AtomicI64::new(0),
            time_scale: time_scale.max(1),
        }
    }

    /// The present moment of the outside world.
    pub fn now(&self) -> DateTime<FixedOffset> {
        let offset = TimeDelta::seconds(self.offset_seconds.load(Ordering::Relaxed));
        #[expect(clippy::disallowed_methods, reason = "this is the clock")]
        let real = Utc::now().with_timezone(&CST);
        real.checked_add_signed(offset).unwrap_or(real)
    }

    /// Seconds since the epoch, which signatures carry.
    pub fn unix(&self) -> i64 {
        self.now().timestamp()
    }

    /// Moves the outside world relative to the machine's clock.
    pub fn set_offset(&self, seconds: i64) {
        self.offset_seconds.store(seconds, Ordering::Relaxed);
    }

    /// How far the outside world is from the machine's clock.
    pub fn offset_seconds(&self) -> i64 {
        self.offset_seconds.load(Ordering::Relaxed)
    }

    /// Waits as long as the real system would, divided by the time scale.
    pub async fn pause(&self, real: Duration) {
        tokio::time::sleep(self.scaled(real)).await;
    }

    /// A real waiting time, divided by the time scale.
    pub fn scaled(&self, real: Duration) -> Duration {
        real.checked_div(self.time_scale).unwrap_or(real)
    }
}

/// RFC 3339 to the second with `+08:00`, the form that JSON bodies here use.
pub fn rfc3339(at: DateTime<FixedOffset>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, false)
}

/// `2026-11-22 09:30:00`, the form that the text gateways and the bills use.
pub fn plain(at: DateTime<FixedOffset>) -> String {
    at.format("%Y-%m-%d %H:%M:%S").to_string()
}
