//! `GET /admin/statistics`: how a hall did in a range of days.

use actix_web::{
    get,
    web::{Data, Json, Query},
};
use chrono::NaiveDate;
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use serde::Deserialize;
use shared::{
    appointments::{
        rules::AppointmentStatus,
        wire::{Statistics, percent},
    },
    catalog::wire::RANGE_INVALID,
    ids::HallId,
    problem,
    time::day_of,
};

use super::entity::appointment;
use crate::{identity::Director, platform::Platform, problem::Failure, queue};

/// The longest range of days.
const LONGEST_DAYS: i64 = 62;

/// Which days, and of which hall.
#[derive(Clone, Copy, Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct StatisticsQuery {
    /// The hall; the manager's own when absent.
    pub hall_id: Option<HallId>,
    /// The first day; today when absent.
    pub from: Option<NaiveDate>,
    /// The last day; the first when absent.
    pub to: Option<NaiveDate>,
}

/// Waiting, serving, throughput, no-shows and how good the estimates were.
#[utoipa::path(
    tag = "administration",
    security(("manager" = [])),
    params(StatisticsQuery),
    responses((status = 200, body = Statistics), crate::problem::Refusals),
)]
#[get("/admin/statistics")]
pub async fn show_statistics(
    director: Director,
    platform: Data<Platform>,
    query: Query<StatisticsQuery>,
) -> Result<Json<Statistics>, Failure> {
    gather(&director, &platform, &query).await.map(Json)
}

/// The figures that are asked for.
pub async fn gather(director: &Director, platform: &Platform, query: &StatisticsQuery) -> Result<Statistics, Failure> {
    if query.hall_id.is_some_and(|hall| hall != director.hall) {
        return Err(Failure::from(&problem::NOT_FOUND));
    }
    let from = query.from.unwrap_or_else(|| day_of(platform.clock.now()));
    let to = query.to.unwrap_or(from);
    if !(0..=LONGEST_DAYS).contains(&(to - from).num_days()) {
        return Err(Failure::from(&RANGE_INVALID));
    }
    let db = platform.db.reader();
    let due = |statuses: &[AppointmentStatus]| {
        appointment::Entity::find()
            .filter(appointment::Column::HallId.eq(director.hall.0))
            .filter(appointment::Column::Day.between(from, to))
            .filter(appointment::Column::Status.is_in(statuses.iter().map(|status| status.as_str())))
            .count(db)
    };
    let no_shows = due(&[AppointmentStatus::NoShow]).await?;
    let appointments = due(&[
        AppointmentStatus::Confirmed,
        AppointmentStatus::CheckedIn,
        AppointmentStatus::Fulfilled,
        AppointmentStatus::NoShow,
    ])
    .await?;
    Ok(Statistics {
        hall_id: director.hall,
        from,
        to,
        visits: queue::figures(db, director.hall, from, to).await?,
        appointments,
        no_shows,
        no_show_percent: percent(no_shows, appointments),
    })
}
