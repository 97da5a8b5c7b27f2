//! Free seats from memory.
//!
//! A hall's windows are read from the database when they are first asked for, and again, at most a few times a second, after the bus
//! said that seats changed. What a page shows may therefore be a moment old; whether a seat can be had is decided only by taking it.

use std::{collections::HashMap, sync::Arc, time::Duration};

use chrono::NaiveDate;
use moka::sync::Cache;
use shared::{
    catalog::wire::WindowView,
    ids::{GroupId, HallId, WindowId},
    list::List,
    time::{Instant, day_of},
};
use tokio::{sync::Mutex, time::Instant as Tick};

use super::{entity::window, store};
use crate::{
    platform::{
        Platform,
        bus::{Event, Heard},
        packed::Packed,
    },
    problem::Failure,
};

/// The shortest time between two readings of a hall.
const SETTLE: Duration = Duration::from_millis(200);
/// After this time a hall is read again even if nothing was heard, because events can be lost.
const LIFE: Duration = Duration::from_secs(10);
/// Rendered answers that are kept of one reading.
const RENDERINGS: u64 = 2_000;

/// The free seats of every hall.
pub struct Availability {
    halls: std::sync::Mutex<HashMap<HallId, Arc<HallSlot>>>,
}

#[derive(Default)]
struct HallSlot {
    reading: Mutex<Option<Reading>>,
    changed: std::sync::atomic::AtomicBool,
}

struct Reading {
    at: Tick,
    windows: Arc<HallWindows>,
}

/// A hall's windows at one time.
pub struct HallWindows {
    rows: Vec<window::Model>,
    rendered: Cache<Asked, Arc<Packed>>,
}

/// Which windows are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Asked {
    /// One group, or all.
    pub group: Option<GroupId>,
    /// The first day.
    pub from: NaiveDate,
    /// The last day.
    pub to: NaiveDate,
}

impl Availability {
    /// Nothing read yet; listens for changes.
    pub fn new(platform: &Platform) -> Arc<Self> {
        let availability = Arc::new(Self {
            halls: std::sync::Mutex::default(),
        });
        let (listening, mut events) = (Arc::downgrade(&availability), platform.bus.listen());
        tokio::spawn(async move {
            while let Some(heard) = events.next().await {
                let Some(availability) = listening.upgrade() else {
                    return;
                };
                match heard {
                    Heard::Event(Event::Seats(hall) | Event::SeatsReturned(hall)) => availability.mark(Some(hall)),
                    Heard::Event(_) => {}
                    Heard::Missed => availability.mark(None),
                }
            }
        });
        availability
    }

    fn mark(&self, hall: Option<HallId>) {
        let halls = self.halls.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        for (id, slot) in halls.iter() {
            if hall.is_none_or(|hall| hall == *id) {
                slot.changed.store(true, std::sync::atomic::Ordering::Release);
            }
        }
    }

    /// A hall's windows, from memory where they are fresh enough.
    pub async fn of(&self, platform: &Platform, hall: HallId) -> Result<Arc<HallWindows>, Failure> {
        let slot = {
            let mut halls = self.halls.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            Arc::clone(halls.entry(hall).or_default())
        };
        let mut reading = slot.reading.lock().await;
        if let Some(reading) = reading.as_ref() {
            let age = reading.at.elapsed();
            let changed = slot.changed.load(std::sync::atomic::Ordering::Acquire);
            if age < SETTLE || (!changed && age < LIFE) {
                return Ok(Arc::clone(&reading.windows));
            }
        }
        slot.changed.store(false, std::sync::atomic::Ordering::Release);
        let today = day_of(platform.clock.now());
        let rows = store::windows_of_hall(platform.db.reader(), hall, today).await?;
        let windows = Arc::new(HallWindows {
            rows,
            rendered: Cache::new(RENDERINGS),
        });
        *reading = Some(Reading {
            at: Tick::now(),
            windows: Arc::clone(&windows),
        });
        Ok(windows)
    }
}

impl HallWindows {
    /// The answer for what is asked, rendered once a reading.
    pub fn rendered(&self, asked: Asked, now: Instant) -> Result<Arc<Packed>, Failure> {
        if let Some(rendered) = self.rendered.get(&asked) {
            return Ok(rendered);
        }
        let windows = self
            .rows
            .iter()
            .filter(|row| row.day >= asked.from && row.day <= asked.to && row.ends_at > now)
            .filter(|row| asked.group.is_none_or(|group| group.0 == row.group_id));
        let rendered = Arc::new(Packed::new(&List::whole(windows.map(view).collect()))?);
        self.rendered.insert(asked, Arc::clone(&rendered));
        Ok(rendered)
    }

    /// The free window of a group that begins first.
    pub fn first_free(&self, group: GroupId, now: Instant) -> Option<WindowView> {
        self.rows
            .iter()
            .filter(|row| row.group_id == group.0 && row.ends_at > now)
            .find(|row| row.online_taken < row.online_quota)
            .map(view)
    }

    /// The free window of the same group that is nearest in time to a full one.
    pub fn nearest_free(&self, group: GroupId, starts_at: Instant, full: WindowId, now: Instant) -> Option<WindowView> {
        self.rows
            .iter()
            .filter(|row| row.group_id == group.0 && row.id != full.0 && row.ends_at > now)
            .filter(|row| row.online_taken < row.online_quota)
            .min_by_key(|row| ((row.starts_at - starts_at).abs(), row.starts_at))
            .map(view)
    }
}

fn view(row: &window::Model) -> WindowView {
    WindowView {
        id: row.id.into(),
        service_group: row.group_id.into(),
        day: row.day,
        starts_at: row.starts_at,
        ends_at: row.ends_at,
        quota: row.online_quota,
        remaining: (row.online_quota - row.online_taken).max(0),
    }
}
