//! What the manager of a hall arranges in the catalogue. Every change is recorded, and heard of by every instance.

mod counters;
mod days;
mod policy;
mod schedules;
mod services;

pub use schedules::timetable_entries;

use actix_web::{HttpResponse, http::StatusCode};
use sea_orm::DatabaseTransaction;
use serde::Serialize;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    identity::Director,
    platform::{
        Platform,
        audit::{self, Deed},
        bus::Event,
        idempotency::Once,
    },
    problem::Failure,
};

/// Mounts the paths.
pub fn routes(config: &mut impl crate::mount::Mount) {
    config
        .service(counters::list_counters)
        .service(counters::add_counter)
        .service(counters::change_counter)
        .service(schedules::list_schedules)
        .service(schedules::add_schedule)
        .service(schedules::change_schedule)
        .service(schedules::remove_schedule)
        .service(days::list_days)
        .service(days::open_day)
        .service(days::rest_day)
        .service(policy::show_policy)
        .service(policy::change_policy)
        .service(services::list_groups);
}

/// A change that a manager makes: what is recorded of it.
struct Change {
    action: &'static str,
    subject_kind: &'static str,
    subject: Uuid,
    detail: Value,
}

impl Change {
    /// A change of a thing, with what it is now.
    fn to(action: &'static str, subject_kind: &'static str, subject: Uuid, now: &impl Serialize) -> Self {
        Self {
            action,
            subject_kind,
            subject,
            detail: serde_json::to_value(now).unwrap_or_else(|_| json!({})),
        }
    }
}

/// Records a change, commits it, tells every instance, and answers.
async fn settle(
    platform: &Platform,
    director: &Director,
    once: &Once,
    transaction: DatabaseTransaction,
    change: Change,
    status: StatusCode,
    answer: &impl Serialize,
) -> Result<HttpResponse, Failure> {
    let deed = Deed {
        actor: Some(director.actor()),
        action: change.action,
        subject_kind: change.subject_kind,
        subject_id: Some(change.subject),
        reason: None,
        detail: change.detail,
    };
    audit::record(&transaction, platform.clock.now(), deed).await?;
    let response = once.commit(transaction, status, answer).await?;
    platform.bus.publish(Event::Catalogue);
    Ok(response)
}
