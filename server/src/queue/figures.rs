//! The figures of a hall's visits, for its manager.

use std::collections::BTreeMap;

use chrono::{NaiveDate, Timelike};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use shared::{
    ids::{CounterId, HallId, ServiceId},
    queue::{
        estimate::WaitRange,
        rules::TicketStatus,
        score::{Scored, score},
        statistics::{Spread, spread},
        wire::{CounterFigures, DayFigures, HourFigures, ServiceFigures, VisitFigures},
    },
    time::{instant, local},
};

use super::entity::{rating, ticket, wait_estimate};
use crate::problem::Failure;

#[derive(Default)]
struct Durations {
    waiting: Vec<i64>,
    serving: Vec<i64>,
}

/// The figures of some days.
pub async fn figures(
    db: &impl ConnectionTrait,
    hall: HallId,
    from: NaiveDate,
    to: NaiveDate,
) -> Result<VisitFigures, Failure> {
    let rows = ticket::Entity::find()
        .filter(ticket::Column::HallId.eq(hall.0))
        .filter(ticket::Column::Day.between(from, to))
        .all(db)
        .await?;
    let mut all = Durations::default();
    let mut services: BTreeMap<ServiceId, Durations> = BTreeMap::new();
    let mut counters: BTreeMap<CounterId, Vec<i64>> = BTreeMap::new();
    let with_status = |status: TicketStatus| rows.iter().filter(|row| row.status == status.as_str()).count();
    for row in &rows {
        let service = services.entry(row.service_id.into()).or_default();
        if let Some(called) = row.called_at {
            let waited = (called - row.entered_at).num_seconds();
            all.waiting.push(waited);
            service.waiting.push(waited);
        }
        if let (Some(served), Some(finished)) = (row.served_at, row.finished_at) {
            let took = (finished - served).num_seconds();
            all.serving.push(took);
            service.serving.push(took);
            if let Some(counter) = row.counter_id {
                counters.entry(counter.into()).or_default().push(took);
            }
        }
    }
    let (begins, ends) = (
        instant(from, chrono::NaiveTime::MIN),
        instant(to.succ_opt().unwrap_or(to), chrono::NaiveTime::MIN),
    );
    let scored: Vec<Scored> = wait_estimate::Entity::find()
        .filter(wait_estimate::Column::HallId.eq(hall.0))
        .filter(wait_estimate::Column::IssuedAt.gte(begins))
        .filter(wait_estimate::Column::IssuedAt.lt(ends))
        .all(db)
        .await?
        .into_iter()
        .filter_map(|row| {
            Some(Scored {
                range: WaitRange {
                    low: row.low.into(),
                    high: row.high.into(),
                },
                waited: row.waited_seconds?.into(),
            })
        })
        .collect();
    let mut ratings = [0; 5];
    for row in rating::Entity::find()
        .filter(rating::Column::HallId.eq(hall.0))
        .filter(rating::Column::At.gte(begins))
        .filter(rating::Column::At.lt(ends))
        .all(db)
        .await?
    {
        let level = usize::try_from(row.stars - 1).unwrap_or(0);
        if let Some(count) = ratings.get_mut(level) {
            *count += 1;
        }
    }
    Ok(VisitFigures {
        issued: rows.len(),
        served: with_status(TicketStatus::Served),
        abandoned: with_status(TicketStatus::Abandoned),
        waiting: spread(&all.waiting),
        serving: spread(&all.serving),
        by_service: services
            .into_iter()
            .map(|(service_id, durations)| ServiceFigures {
                service_id,
                waiting: spread(&durations.waiting),
                serving: spread(&durations.serving),
            })
            .collect(),
        by_counter: counters
            .into_iter()
            .map(|(counter_id, serving)| CounterFigures {
                counter_id,
                serving: spread(&serving),
            })
            .collect(),
        by_day: by_day(&rows),
        by_hour: by_hour(&rows),
        estimates: score(&scored),
        ratings: ratings.to_vec(),
    })
}

fn waited(rows: &[&ticket::Model]) -> Spread {
    let waits: Vec<i64> = rows
        .iter()
        .filter_map(|row| Some((row.called_at? - row.entered_at).num_seconds()))
        .collect();
    spread(&waits)
}

fn by_day(rows: &[ticket::Model]) -> Vec<DayFigures> {
    let mut days: BTreeMap<NaiveDate, Vec<&ticket::Model>> = BTreeMap::new();
    for row in rows {
        days.entry(row.day).or_default().push(row);
    }
    let served = |rows: &[&ticket::Model]| {
        rows.iter()
            .filter(|row| row.status == TicketStatus::Served.as_str())
            .count()
    };
    days.into_iter()
        .map(|(day, rows)| DayFigures {
            day,
            issued: rows.len(),
            served: served(&rows),
            waiting: waited(&rows),
        })
        .collect()
}

fn by_hour(rows: &[ticket::Model]) -> Vec<HourFigures> {
    let mut hours: BTreeMap<u32, Vec<&ticket::Model>> = BTreeMap::new();
    for row in rows {
        hours.entry(local(row.entered_at).hour()).or_default().push(row);
    }
    hours
        .into_iter()
        .map(|(hour, rows)| HourFigures {
            hour,
            issued: rows.len(),
            waiting: waited(&rows),
        })
        .collect()
}
