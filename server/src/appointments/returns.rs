//! Freed seats: offered to whoever has waited longest, or given back, at once or after a random time.
//!
//! A seat whose return is pending counts as taken, so every guard on the window holds while it is away.

use std::collections::HashSet;

use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, ExprTrait, QueryFilter, QueryOrder, QuerySelect,
};
use shared::{
    appointments::{
        returns::{WaitlistStatus, delay, offer_until},
        rules::{MOST_ACTIVE, Span},
    },
    ids::HallId,
    notify::rules::{Template, shortened},
    time::{Instant, local},
};
use uuid::Uuid;

use super::{
    entity::{appointment, pending_return, waitlist},
    row::{Visit, held},
    seats,
    store::{self, WindowFacts},
    strikes,
    texts::spoken,
    waitlist::move_entry,
};
use crate::{
    catalog::Snapshot,
    identity,
    notify::{self, Message, Recipient},
    platform::{Platform, bus::Event},
    problem::Failure,
};

/// How many returns are dealt with in one transaction.
const AT_ONCE: u64 = 200;
/// How many entries of the waiting list are tried for one seat.
const CONSIDERED: u64 = 50;

/// How a seat became free.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Freed {
    /// Its hold ran out, or its return was pending long enough.
    Unused,
    /// Somebody gave it back at an instant of their own choosing: a booking was cancelled or moved, or a hold released.
    Given,
}

/// Decides what becomes of a freed seat. The caller has locked the window and commits.
pub async fn free_seat(
    db: &impl ConnectionTrait,
    platform: &Platform,
    catalogue: &Snapshot,
    window: &WindowFacts,
    freed: Freed,
    now: Instant,
) -> Result<(), Failure> {
    if offer(db, platform, catalogue, window, now).await? {
        return Ok(());
    }
    match freed {
        Freed::Unused => store::give_back(db, window.id, 1).await?,
        Freed::Given => {
            let mut random = [0; 4];
            platform.keys.fill_random(&mut random)?;
            let away = delay(u32::from_le_bytes(random), &catalogue.booking_rules().returns());
            let row = pending_return::ActiveModel {
                id: Set(Uuid::now_v7()),
                window_id: Set(window.id.0),
                due_at: Set(now + away),
            };
            pending_return::Entity::insert(row).exec_without_returning(db).await?;
        }
    }
    Ok(())
}

/// Holds a freed seat for whoever has waited longest and may have it. Tells whether somebody is.
async fn offer(
    db: &impl ConnectionTrait,
    platform: &Platform,
    catalogue: &Snapshot,
    window: &WindowFacts,
    now: Instant,
) -> Result<bool, Failure> {
    let Some(until) = offer_until(window.span, now, &catalogue.booking_rules().returns()) else {
        return Ok(false);
    };
    let entries = waitlist::Entity::find()
        .filter(waitlist::Column::HallId.eq(window.hall.0))
        .filter(waitlist::Column::GroupId.eq(window.group.0))
        .filter(waitlist::Column::Day.eq(window.day))
        .filter(waitlist::Column::Status.eq(WaitlistStatus::Waiting.as_str()))
        .filter(
            waitlist::Column::WindowId
                .is_null()
                .or(waitlist::Column::WindowId.eq(window.id.0)),
        )
        .order_by_asc(waitlist::Column::CreatedAt)
        .order_by_asc(waitlist::Column::Id)
        .limit(CONSIDERED)
        .all(db)
        .await?;
    if entries.is_empty() {
        return Ok(false);
    }
    let persons: Vec<Uuid> = entries.iter().map(|entry| entry.person_id).collect();
    identity::lock_persons(db, persons.iter().copied()).await?;
    let active = store::active_of(db, persons.iter().copied(), now).await?;
    let restricted = strikes::restrictions(db, persons, &catalogue.booking_rules().strikes(), now).await?;
    for entry in entries {
        let booked = active.get(&entry.person_id);
        let may_have = !restricted.contains_key(&entry.person_id)
            && booked
                .is_none_or(|booked| booked.len() < MOST_ACTIVE && !booked.contains(&(entry.service_id, entry.day)));
        // Whoever may not have a seat now keeps the place: that can change before the next one is free.
        if may_have && hold_for(db, platform, catalogue, window, &entry, until, now).await? {
            return Ok(true);
        }
    }
    Ok(false)
}

async fn hold_for(
    db: &impl ConnectionTrait,
    platform: &Platform,
    catalogue: &Snapshot,
    window: &WindowFacts,
    entry: &waitlist::Model,
    until: Instant,
    now: Instant,
) -> Result<bool, Failure> {
    let visit = Visit {
        service: entry.service_id,
        person: entry.person_id,
        resident: entry.resident_id,
    };
    let hold = appointment::Model {
        hold_expires_at: Some(until),
        ..held(platform, window, &visit, now)?
    };
    let id = hold.id;
    let (waiting, offered) = (WaitlistStatus::Waiting, WaitlistStatus::Offered);
    if !move_entry(db, entry.id.into(), waiting, offered, None, now).await? {
        return Ok(false);
    }
    if !seats::insert(db, std::iter::once(hold)).await?.contains(&id) {
        move_entry(db, entry.id.into(), offered, waiting, None, now).await?;
        return Ok(false);
    }
    move_entry(db, entry.id.into(), offered, offered, Some(id), now).await?;
    let service = catalogue
        .service(entry.service_id.into())
        .map(|service| shortened(&service.content.name.zh))
        .unwrap_or_default();
    let message = Message {
        event: format!("waitlist/{}/offer-{id}", entry.id),
        to: Recipient::Resident(entry.resident_id.into()),
        template: Template::WaitlistOffer,
        variables: vec![
            ("service", service),
            (
                "time",
                spoken(Span {
                    starts_at: window.span.starts_at,
                    ends_at: window.span.ends_at,
                }),
            ),
            ("deadline", local(until).format("%H:%M").to_string()),
        ],
        due_at: None,
    };
    notify::enqueue(db, platform, now, vec![message]).await?;
    Ok(true)
}

/// Brings back the seats whose time has come, and tells how many. Every instance does it; the deletion lets one of them count.
pub async fn return_seats(platform: &Platform, catalogue: &Snapshot, now: Instant) -> Result<usize, Failure> {
    let due = |query: sea_orm::Select<pending_return::Entity>| {
        query
            .filter(pending_return::Column::DueAt.lte(now))
            .order_by_asc(pending_return::Column::DueAt)
            .limit(AT_ONCE)
    };
    let rows = due(pending_return::Entity::find()).all(platform.db.reader()).await?;
    if rows.is_empty() {
        return Ok(0);
    }
    let transaction = platform.db.begin().await?;
    store::lock_windows(&transaction, rows.iter().map(|row| row.window_id)).await?;
    let (mut returned, mut halls) = (0, HashSet::<HallId>::new());
    for row in rows {
        if !take_pending(&transaction, row.id).await? {
            continue;
        }
        let Some(window) = store::window(&transaction, row.window_id.into()).await? else {
            continue;
        };
        free_seat(&transaction, platform, catalogue, &window, Freed::Unused, now).await?;
        halls.insert(window.hall);
        returned += 1;
    }
    transaction.commit().await?;
    for hall in halls {
        platform.bus.publish(Event::SeatsReturned(hall));
    }
    notify::wake(platform);
    Ok(returned)
}

async fn take_pending(db: &impl ConnectionTrait, id: Uuid) -> Result<bool, DbErr> {
    let taken = pending_return::Entity::delete_many()
        .filter(pending_return::Column::Id.eq(id))
        .exec(db)
        .await?;
    Ok(taken.rows_affected == 1)
}
