//! `GET /admin/preview`: the windows that the timetables give for some days, as they are or will be published.

use std::collections::HashMap;

use actix_web::{
    get,
    web::{Data, Json, Query},
};
use chrono::{Days, NaiveDate};
use serde::Deserialize;
use shared::{appointments::wire::PlannedWindow, catalog::wire::RANGE_INVALID, ids::GroupId, list::List, time::day_of};

use super::{closures, publish::planned, store};
use crate::{catalog::Catalogue, identity::Director, platform::Platform, problem::Failure};

/// The longest range of days.
const LONGEST_DAYS: i64 = 62;

/// Which days.
#[derive(Clone, Copy, Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PreviewQuery {
    /// The first day; today when absent.
    pub from: Option<NaiveDate>,
    /// The last day; two weeks after the first when absent.
    pub to: Option<NaiveDate>,
}

/// What residents see, or will see once the days are published: closures and the working calendar are taken into account.
#[utoipa::path(
    tag = "administration",
    security(("manager" = [])),
    params(PreviewQuery),
    responses((status = 200, body = List<PlannedWindow>), crate::problem::Refusals),
)]
#[get("/admin/preview")]
pub async fn preview(
    director: Director,
    platform: Data<Platform>,
    catalogue: Data<Catalogue>,
    query: Query<PreviewQuery>,
) -> Result<Json<List<PlannedWindow>>, Failure> {
    let now = platform.clock.now();
    let from = query.from.unwrap_or_else(|| day_of(now));
    let to = query.to.or_else(|| from.checked_add_days(Days::new(14)));
    let to = to
        .filter(|to| (0..=LONGEST_DAYS).contains(&(*to - from).num_days()))
        .ok_or_else(|| Failure::from(&RANGE_INVALID))?;
    let db = platform.db.reader();
    let closed = closures::current(db, Some(director.hall), now).await?;
    let published: HashMap<_, _> = store::windows_of_hall(db, director.hall, from)
        .await?
        .into_iter()
        .map(|row| ((GroupId(row.group_id), row.starts_at), row))
        .collect();
    let days = from.iter_days().take_while(|day| *day <= to);
    let mut windows: Vec<PlannedWindow> = planned(&catalogue.now(), days, &closed)
        .filter(|window| window.hall == director.hall)
        .map(|window| {
            let row = published.get(&(window.group, window.span.starts_at));
            PlannedWindow {
                window_id: row.map(|row| row.id.into()),
                taken: row.map(|row| row.online_taken),
                service_group: window.group,
                starts_at: window.span.starts_at,
                ends_at: window.span.ends_at,
                online_quota: row.map_or(window.online, |row| row.online_quota),
                onsite_quota: row.map_or(window.onsite, |row| row.onsite_quota),
                published: row.is_some(),
            }
        })
        .collect();
    windows.sort_by_key(|window| (window.starts_at, window.service_group));
    Ok(Json(List::whole(windows)))
}
