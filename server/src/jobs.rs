//! What a server does by itself, again and again. Every instance does all of it: each job is harmless to do twice.

use std::{sync::Arc, time::Duration};

use shared::time::day_of;
use tokio::time::{MissedTickBehavior, interval};

use crate::{
    appointments,
    catalog::Catalogue,
    fines::{self, Fines},
    platform::{Platform, audit, bus::Event, idempotency},
    slips::Slips,
};

/// How often seats of expired holds and cancelled bookings are given back, missed appointments marked, residents reminded and audit rows
/// sealed, without anyone asking.
const RECLAIM: Duration = Duration::from_secs(2);
/// How often windows are published, old rows forgotten, and slips looked after.
const UPKEEP: Duration = Duration::from_mins(10);

/// How often open orders and what is to be told outside are looked at.
const PAYMENTS: Duration = Duration::from_secs(2);

/// Starts the jobs; they end with the process.
pub fn start(platform: &Platform, catalogue: &Catalogue, fines: &Arc<Fines>, slips: &Arc<Slips>) {
    let (paying, fines) = (platform.clone(), Arc::clone(fines));
    tokio::spawn(async move {
        let mut ticks = interval(PAYMENTS);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            if let Err(failure) = fines::run_due(&paying, &fines).await {
                tracing::warn!(%failure, "payments were not looked after");
            }
        }
    });
    let (reclaiming, names) = (platform.clone(), catalogue.clone());
    tokio::spawn(async move {
        let mut ticks = interval(RECLAIM);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            let (snapshot, now) = (names.now(), reclaiming.clock.now());
            if let Err(error) = appointments::reclaim(&reclaiming, &snapshot, now).await {
                tracing::warn!(%error, "expired holds were not reclaimed");
            }
            if let Err(failure) = appointments::return_seats(&reclaiming, &snapshot, now).await {
                tracing::warn!(%failure, "cancelled seats were not returned");
            }
            if let Err(failure) = appointments::mark_no_shows(&reclaiming, &snapshot, now).await {
                tracing::warn!(%failure, "missed appointments were not marked");
            }
            if let Err(error) = audit::seal(&reclaiming, now).await {
                tracing::warn!(%error, "audit rows were not sealed");
            }
            if let Err(failure) = appointments::remind(&reclaiming, &snapshot, now).await {
                tracing::warn!(%failure, "residents were not reminded");
            }
        }
    });
    let (platform, catalogue, slips) = (platform.clone(), catalogue.clone(), Arc::clone(slips));
    tokio::spawn(async move {
        let mut ticks = interval(UPKEEP);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            if let Err(error) = upkeep(&platform, &catalogue).await {
                tracing::warn!(%error, "the upkeep was not done");
            }
            if let Err(failure) = slips.upkeep(platform.clock.now()).await {
                tracing::warn!(%failure, "slips were not looked after");
            }
        }
    });
}

async fn upkeep(platform: &Platform, catalogue: &Catalogue) -> anyhow::Result<()> {
    let now = platform.clock.now();
    let transaction = platform.db.begin().await?;
    let snapshot = catalogue.now();
    let published = appointments::publish_windows(&transaction, &snapshot, day_of(now)).await?;
    idempotency::forget_old(&transaction, now).await?;
    transaction.commit().await?;
    if published > 0 {
        tracing::info!(published, "windows were published");
        for hall in snapshot.halls() {
            platform.bus.publish(Event::SeatsReturned(hall.id));
        }
    }
    Ok(())
}
