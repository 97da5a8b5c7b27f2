//! What a server does by itself, again and again. Every instance does all of it: each job is harmless to do twice.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use chrono::NaiveDate;
use shared::{ids::HallId, time::Instant};
use tokio::time::{MissedTickBehavior, interval};

use crate::{
    app::Services,
    appointments,
    catalog::{Hall, Snapshot},
    fines,
    platform::{Platform, audit, bus::Event, idempotency, keyring, limits},
    problem::Failure,
    queue, retention, upstream,
};

/// How often seats of expired holds and cancelled bookings are given back, missed appointments marked, residents reminded and audit rows
/// sealed, without anyone asking.
const RECLAIM: Duration = Duration::from_secs(2);
/// How often old rows are forgotten, and slips looked after.
const UPKEEP: Duration = Duration::from_mins(10);

/// How often open orders and what is to be told outside are looked at.
const PAYMENTS: Duration = Duration::from_secs(2);

/// Starts the jobs; they end with the process.
pub fn start(platform: &Platform, services: &Services) {
    // Each by itself: a police system that answers late holds up no question about a payment.
    let (asking, fines) = (platform.clone(), services.fines.clone());
    tokio::spawn(every(PAYMENTS, async move || {
        if let Err(failure) = fines::ask_due(&asking, &fines).await {
            tracing::warn!(%failure, "open orders were not asked about");
        }
    }));
    let (telling, fines) = (platform.clone(), services.fines.clone());
    tokio::spawn(every(PAYMENTS, async move || {
        if let Err(failure) = fines::carry_out_due(&telling, &fines).await {
            tracing::warn!(%failure, "what is to be told outside was not told");
        }
    }));
    let (writing_back, systems) = (platform.clone(), services.systems.clone());
    tokio::spawn(every(PAYMENTS, async move || {
        if let Err(failure) = upstream::run_due(&writing_back, &systems).await {
            tracing::warn!(%failure, "the police systems were not told");
        }
    }));
    let (reclaiming, names, refusals) = (platform.clone(), services.catalogue.clone(), services.refusals.clone());
    tokio::spawn(async move {
        let mut ticks = interval(RECLAIM);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut published = None;
        loop {
            ticks.tick().await;
            let (snapshot, now) = (names.now(), reclaiming.clock.now());
            if let Err(error) = keyring::load(&reclaiming.db, &reclaiming.keys, now).await {
                tracing::warn!(%error, "the field keys were not looked at");
            }
            if let Err(failure) = publish(&reclaiming, &snapshot, now, &mut published).await {
                tracing::warn!(%failure, "the windows were not published");
            }
            if let Err(error) = appointments::reclaim(&reclaiming, &snapshot, now).await {
                tracing::warn!(%error, "expired holds were not reclaimed");
            }
            if let Err(failure) = appointments::return_seats(&reclaiming, &snapshot, now).await {
                tracing::warn!(%failure, "cancelled seats were not returned");
            }
            if let Err(failure) = appointments::mark_no_shows(&reclaiming, &snapshot, now).await {
                tracing::warn!(%failure, "missed appointments were not marked");
            }
            refusals.settle(&reclaiming, false).await;
            if let Err(error) = audit::seal(&reclaiming, now).await {
                tracing::warn!(%error, "audit rows were not sealed");
            }
            if let Err(failure) = appointments::remind(&reclaiming, &snapshot, now).await {
                tracing::warn!(%failure, "residents were not reminded");
            }
        }
    });
    let (platform, slips) = (platform.clone(), services.slips.clone());
    tokio::spawn(async move {
        let mut ticks = interval(UPKEEP);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            if let Err(error) = upkeep(&platform).await {
                tracing::warn!(%error, "the upkeep was not done");
            }
            if let Err(failure) = queue::close_forgotten(&platform, platform.clock.now()).await {
                tracing::warn!(%failure, "forgotten counters were not closed");
            }
            if let Err(failure) = slips.upkeep(platform.clock.now()).await {
                tracing::warn!(%failure, "slips were not looked after");
            }
        }
    });
}

/// Does something again and again, with a pause after it took longer than that.
async fn every(pause: Duration, mut work: impl AsyncFnMut()) {
    let mut ticks = interval(pause);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        work().await;
    }
}

/// As of which catalogue, and until which day of each hall, windows are published.
type Published = (Arc<Snapshot>, BTreeMap<HallId, NaiveDate>);

/// Publishes windows when a hall's hour has come or something was changed in the catalogue, and does nothing at any other time.
async fn publish(
    platform: &Platform,
    snapshot: &Arc<Snapshot>,
    now: Instant,
    published: &mut Option<Published>,
) -> Result<(), Failure> {
    let until = |hall: &Hall| (hall.id, snapshot.policy(hall.id).last_published(now));
    let due: BTreeMap<HallId, NaiveDate> = snapshot.halls().iter().map(until).collect();
    let is_done = |(known, until): &Published| Arc::ptr_eq(known, snapshot) && *until == due;
    if published.as_ref().is_some_and(is_done) {
        return Ok(());
    }
    let transaction = platform.db.begin().await?;
    let changed = appointments::publish_windows(&transaction, snapshot, now).await?;
    transaction.commit().await?;
    let cancelled = appointments::rest_on_holidays(platform, snapshot, now).await?;
    if changed > 0 || cancelled > 0 {
        tracing::info!(changed, cancelled, "windows were published");
        for hall in snapshot.halls() {
            platform.bus.publish(Event::SeatsReturned(hall.id));
        }
    }
    *published = Some((Arc::clone(snapshot), due));
    Ok(())
}

async fn upkeep(platform: &Platform) -> anyhow::Result<()> {
    let transaction = platform.db.begin().await?;
    idempotency::forget_old(&transaction, platform.clock.now()).await?;
    limits::forget_old(&transaction, platform.clock.now()).await?;
    transaction.commit().await?;
    for (table, rows) in retention::enforce(platform, platform.clock.now()).await? {
        tracing::info!(table, rows, "what was kept long enough is removed");
    }
    Ok(())
}
