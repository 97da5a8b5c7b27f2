//! Members of staff who are refused what their role may not do stand in the audit log.
//!
//! Whoever asks for the same again and again fills nothing: of an account and an operation an instance writes at most one entry in ten
//! minutes, with the number of refusals since the entry before. The first is written at once, the others when the time is over.

use std::{
    collections::{HashMap, hash_map::Entry},
    mem,
    sync::{Mutex, MutexGuard, PoisonError},
};

use chrono::TimeDelta;
use sea_orm::DbErr;
use serde_json::json;
use shared::{ids::StaffId, time::Instant};

use crate::{
    identity::Staff,
    platform::{
        Platform,
        audit::{self, Deed},
        idempotency::Actor,
    },
};

/// Between two entries of the same account and operation at least so much time passes.
const BETWEEN: TimeDelta = TimeDelta::minutes(10);

/// Who asked for what: the account, and the operation as the table of policies names it.
type Asked = (StaffId, String);

#[derive(Clone, Copy)]
struct Tally {
    /// When the last entry was written.
    written_at: Instant,
    /// How many were refused since.
    waiting: u64,
}

/// What this instance has refused and when it has told of it.
#[derive(Default)]
pub struct Refusals {
    tallies: Mutex<HashMap<Asked, Tally>>,
}

impl Refusals {
    /// Counts a refusal, and writes an entry if the last one is long ago. A database that takes no writes right now is told later.
    pub async fn note(&self, platform: &Platform, staff: &Staff, operation: String) {
        let now = platform.clock.now();
        let asked = (staff.id, operation);
        let due = self.count(&asked, now);
        if due > 0 {
            self.write(platform, &asked, due, now).await;
        }
    }

    /// Writes what waits for its time to be over; `stopping`, everything that waits.
    pub async fn settle(&self, platform: &Platform, stopping: bool) {
        let now = platform.clock.now();
        let is_due = |tally: &Tally| stopping || tally.written_at + BETWEEN <= now;
        let mut due = Vec::new();
        self.tallies().retain(|asked, tally| {
            if !is_due(tally) {
                return true;
            }
            let waiting = mem::take(&mut tally.waiting);
            tally.written_at = now;
            if waiting > 0 {
                due.push((asked.clone(), waiting));
            }
            // Whoever was not refused since is forgotten.
            waiting > 0
        });
        for (asked, count) in due {
            self.write(platform, &asked, count, now).await;
        }
    }

    fn tallies(&self) -> MutexGuard<'_, HashMap<Asked, Tally>> {
        self.tallies.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts one more, and takes what is to be written now.
    fn count(&self, asked: &Asked, now: Instant) -> u64 {
        match self.tallies().entry(asked.clone()) {
            Entry::Vacant(first) => {
                first.insert(Tally {
                    written_at: now,
                    waiting: 0,
                });
                1
            }
            Entry::Occupied(mut known) => {
                let tally = known.get_mut();
                tally.waiting += 1;
                if now < tally.written_at + BETWEEN {
                    return 0;
                }
                tally.written_at = now;
                mem::take(&mut tally.waiting)
            }
        }
    }

    async fn write(&self, platform: &Platform, asked: &Asked, count: u64, now: Instant) {
        if let Err(error) = record(platform, asked, count, now).await {
            tracing::warn!(%error, "a refusal was not recorded yet");
            if let Some(tally) = self.tallies().get_mut(asked) {
                tally.waiting += count;
            }
        }
    }
}

async fn record(platform: &Platform, (staff, operation): &Asked, count: u64, now: Instant) -> Result<(), DbErr> {
    let deed = Deed {
        actor: Some(Actor {
            kind: "staff",
            id: staff.0,
        }),
        action: "access.refuse",
        subject_kind: "operation",
        subject_id: None,
        reason: None,
        detail: json!({ "operation": operation, "count": count }),
    };
    let transaction = platform.db.begin().await?;
    audit::record(&transaction, now, deed).await?;
    transaction.commit().await
}
