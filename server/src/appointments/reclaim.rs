//! Gives the seats of expired holds back: by itself every few seconds, and at once when somebody was refused for want of a seat.

use std::collections::HashSet;

use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter, QuerySelect};
use shared::{
    appointments::{returns::WaitlistStatus, rules::AppointmentStatus},
    time::Instant,
};
use uuid::Uuid;

use super::{
    entity::appointment,
    returns::{Freed, free_seat},
    store,
    waitlist::close_offer,
};
use crate::{
    catalog::Snapshot,
    notify,
    platform::{Platform, bus::Event, db},
};

/// How often it is tried again after a deadlock or a like passing failure.
const TRIES: u32 = 5;

/// Gives the seats of expired holds back, or offers them on, and tells how many.
pub async fn reclaim(platform: &Platform, catalogue: &Snapshot, now: Instant) -> anyhow::Result<usize> {
    let mut tries = 0;
    loop {
        match try_reclaim(platform, catalogue, now).await {
            Ok(returned) => return Ok(returned),
            Err(error) if tries < TRIES && db::is_passing(&error) => tries += 1,
            Err(error) => return Err(error.into()),
        }
    }
}

async fn try_reclaim(platform: &Platform, catalogue: &Snapshot, now: Instant) -> Result<usize, DbErr> {
    let transaction = platform.db.begin().await?;
    let holds: Vec<(Uuid, Uuid)> = appointment::Entity::find()
        .select_only()
        .columns([appointment::Column::Id, appointment::Column::WindowId])
        .filter(appointment::Column::Status.eq(AppointmentStatus::Held.as_str()))
        .filter(appointment::Column::HoldExpiresAt.lte(now))
        .limit(1_000)
        .into_tuple()
        .all(&transaction)
        .await?;
    if holds.is_empty() {
        transaction.rollback().await?;
        return Ok(0);
    }
    store::lock_windows(&transaction, holds.iter().map(|(_, window)| *window)).await?;
    let (mut returned, mut halls) = (0, HashSet::new());
    for (hold, window) in holds {
        let (held, expired) = (AppointmentStatus::Held, AppointmentStatus::Expired);
        // Another instance may have reclaimed it, or its resident confirmed it, since it was read.
        if !store::change_status(&transaction, hold.into(), held, expired, now).await? {
            continue;
        }
        close_offer(&transaction, hold.into(), WaitlistStatus::Lapsed, now).await?;
        if let Some(window) = store::window(&transaction, window.into()).await? {
            free_seat(&transaction, platform, catalogue, &window, Freed::Unused, now)
                .await
                .map_err(|failure| DbErr::Custom(format!("a seat cannot be given back: {failure}")))?;
            halls.insert(window.hall);
        }
        returned += 1;
    }
    transaction.commit().await?;
    for hall in halls {
        platform.bus.publish(Event::SeatsReturned(hall));
    }
    notify::wake(platform);
    Ok(returned)
}
