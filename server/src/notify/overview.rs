//! `GET /admin/texts`, `/admin/texts/days` and `/admin/templates`: how texts go out now, for whoever looks after the service.
//!
//! What is told follows from the rows that every instance writes, and not from what one instance remembers.

use std::collections::BTreeMap;

use actix_web::{
    get,
    web::{Data, Json},
};
use chrono::{Days, NaiveTime, TimeDelta};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect};
use shared::{
    list::List,
    notify::wire::{DayOfTexts, DeliverySpeed, FiledTemplate, ProviderActivity, TextsOverview},
    time::{self, Instant},
};

use super::{
    entity::{
        attempt,
        message::{Column, Entity},
        outcome, status,
    },
    templates::Templates,
};
use crate::{identity::SystemAdmin, platform::Platform, problem::Failure};

/// Of how long the attempts are counted.
const ACTIVITY: TimeDelta = TimeDelta::minutes(10);
/// Of how long the speed is told.
const SPEED: TimeDelta = TimeDelta::hours(24);
/// Of how many days it is told one by one.
const DAYS: u64 = 7;
/// How many rows are looked at.
const LOOKED_AT: u64 = 10_000;
/// How fast texts are to be with a provider.
const GOAL: i64 = 5_000;

/// What waits, since when, what nobody takes, what each provider has done in the last ten minutes, and how fast texts were in the last day.
#[utoipa::path(
    tag = "notify",
    security(("system-admin" = [])),
    responses((status = 200, body = TextsOverview), crate::problem::Refusals),
)]
#[get("/admin/texts")]
pub async fn texts_overview(_: SystemAdmin, platform: Data<Platform>) -> Result<Json<TextsOverview>, Failure> {
    let (db, now) = (platform.db.reader(), platform.clock.now());
    let due = || {
        Entity::find()
            .filter(Column::Status.eq(status::PENDING))
            .filter(Column::DueAt.lte(now))
    };
    let oldest = due().order_by_asc(Column::DueAt).one(db).await?;
    let later = Entity::find()
        .filter(Column::Status.eq(status::PENDING))
        .filter(Column::DueAt.gt(now))
        .count(db)
        .await?;
    let dead = Entity::find().filter(Column::Status.eq(status::DEAD)).count(db).await?;
    let sent_again = attempt::Entity::find()
        .filter(attempt::Column::Outcome.eq(outcome::NOT_SENT))
        .filter(attempt::Column::StartedAt.gt(now - SPEED))
        .count(db)
        .await?;
    let never_answered = attempt::Entity::find()
        .filter(attempt::Column::Outcome.is_in([outcome::STARTED, outcome::UNKNOWN]))
        .count(db)
        .await?;
    Ok(Json(TextsOverview {
        waiting: due().count(db).await?,
        oldest_waiting: oldest.map(|row| row.due_at),
        later,
        dead,
        sent_again,
        never_answered,
        providers: activity(&platform, now).await?,
        speed: speed(&platform, now - SPEED, now + SPEED).await?,
    }))
}

async fn activity(platform: &Platform, now: Instant) -> Result<Vec<ProviderActivity>, Failure> {
    let attempts = attempt::Entity::find()
        .filter(attempt::Column::StartedAt.gt(now - ACTIVITY))
        .order_by_desc(attempt::Column::StartedAt)
        .limit(LOOKED_AT)
        .all(platform.db.reader())
        .await?;
    let mut providers: BTreeMap<String, ProviderActivity> = BTreeMap::new();
    for attempt in attempts {
        let name = attempt.provider.clone();
        let provider = providers.entry(name.clone()).or_insert_with(|| ProviderActivity {
            name,
            ..ProviderActivity::default()
        });
        match attempt.outcome.as_str() {
            outcome::ACCEPTED => {
                provider.accepted += 1;
                provider.last_accepted = provider.last_accepted.max(attempt.ended_at);
            }
            outcome::TRANSIENT | outcome::PERMANENT | outcome::NOT_SENT => provider.refused += 1,
            _ => provider.unanswered += 1,
        }
    }
    Ok(providers.into_values().collect())
}

/// How fast texts were, day by day: the last seven, today first.
#[utoipa::path(
    tag = "notify",
    security(("system-admin" = [])),
    responses((status = 200, body = List<DayOfTexts>), crate::problem::Refusals),
)]
#[get("/admin/texts/days")]
pub async fn texts_by_day(_: SystemAdmin, platform: Data<Platform>) -> Result<Json<List<DayOfTexts>>, Failure> {
    let today = time::day_of(platform.clock.now());
    let mut days = Vec::new();
    for date in (0..DAYS).map(|back| today - Days::new(back)) {
        let from = time::instant(date, NaiveTime::MIN);
        let speed = speed(&platform, from, from + TimeDelta::days(1)).await?;
        days.push(DayOfTexts { date, speed });
    }
    Ok(Json(List::whole(days)))
}

async fn speed(platform: &Platform, after: Instant, until: Instant) -> Result<DeliverySpeed, Failure> {
    let taken: Vec<(Instant, Option<Instant>, Option<Instant>)> = Entity::find()
        .select_only()
        .column(Column::DueAt)
        .column(Column::AcceptedAt)
        .column(Column::DeliveredAt)
        .filter(Column::AcceptedAt.gte(after))
        .filter(Column::AcceptedAt.lt(until))
        .order_by_desc(Column::AcceptedAt)
        .limit(LOOKED_AT)
        .into_tuple()
        .all(platform.db.reader())
        .await?;
    let mut waits: Vec<i64> = taken
        .iter()
        .filter_map(|(due, accepted, _)| Some((*accepted.as_ref()? - *due).num_milliseconds().max(0)))
        .collect();
    waits.sort_unstable();
    let count = |number: usize| u64::try_from(number).unwrap_or(u64::MAX);
    let at = |percent: usize| {
        waits
            .get((waits.len() * percent / 100).min(waits.len().saturating_sub(1)))
            .copied()
    };
    Ok(DeliverySpeed {
        texts: count(waits.len()),
        delivered: count(taken.iter().filter(|(_, _, delivered)| delivered.is_some()).count()),
        within_goal: count(waits.iter().filter(|wait| **wait <= GOAL).count()),
        half_within_ms: at(50).unwrap_or_default(),
        most_within_ms: at(99).unwrap_or_default(),
    })
}

/// The templates as they are filed with the providers.
#[utoipa::path(
    tag = "notify",
    security(("system-admin" = [])),
    responses((status = 200, body = List<FiledTemplate>), crate::problem::Refusals),
)]
#[get("/admin/templates")]
pub async fn list_templates(_: SystemAdmin, platform: Data<Platform>) -> Result<Json<List<FiledTemplate>>, Failure> {
    let templates = Templates::load(platform.db.reader()).await?;
    let items = templates.all().map(|filed| FiledTemplate {
        key: filed.key.clone(),
        class: filed.class,
        text: filed.text.clone(),
        aliyun: filed.aliyun.clone(),
        tencent: filed.tencent.clone(),
    });
    Ok(Json(List::whole(items.collect())))
}
