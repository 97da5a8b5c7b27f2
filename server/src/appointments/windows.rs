//! `GET /halls/{id}/windows`: when there are seats.

use actix_web::{
    HttpRequest, HttpResponse, get,
    web::{Data, Path, Query},
};
use chrono::{Days, NaiveDate};
use serde::Deserialize;
use shared::{
    catalog::wire::{RANGE_INVALID, WindowView},
    ids::{HallId, ServiceId},
    list::List,
    problem,
    time::day_of,
};

use super::availability::{Asked, Availability};
use crate::{catalog::Catalogue, platform::Platform, problem::Failure};

/// How many days ahead are shown when no range is asked for.
const DAYS_AHEAD: u64 = 14;
/// The longest range of days.
const LONGEST_DAYS: i64 = 62;

/// Which windows are asked for.
#[derive(Clone, Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct WindowsQuery {
    /// Only those in which this service is served.
    pub service_id: Option<ServiceId>,
    /// The first day; today when absent.
    pub from: Option<NaiveDate>,
    /// The last day; two weeks after the first when absent.
    pub to: Option<NaiveDate>,
}

/// The windows of a hall that have not passed, in the order of their beginnings. Send the `ETag` back to learn whether anything changed.
#[utoipa::path(
    tag = "appointments",
    security(()),
    params(("id" = HallId, Path, description = "The hall."), WindowsQuery),
    responses(
        (status = 200, body = List<WindowView>),
        (status = 304, description = "Nothing has changed since the answer with this entity tag."),
        crate::problem::Refusals,
    ),
)]
#[get("/halls/{id}/windows")]
pub async fn list_windows(
    request: HttpRequest,
    platform: Data<Platform>,
    catalogue: Data<Catalogue>,
    availability: Data<Availability>,
    hall: Path<HallId>,
    query: Query<WindowsQuery>,
) -> Result<HttpResponse, Failure> {
    let now = platform.clock.now();
    let snapshot = catalogue.now();
    let not_found = || Failure::from(&problem::NOT_FOUND);
    snapshot.hall(*hall).ok_or_else(not_found)?;
    let group = match query.service_id {
        None => None,
        Some(id) => Some(snapshot.group_of(*hall, snapshot.service(id).ok_or_else(not_found)?)),
    };
    let from = query.from.unwrap_or_else(|| day_of(now));
    let to = query.to.or_else(|| from.checked_add_days(Days::new(DAYS_AHEAD)));
    let to = to.filter(|to| (0..=LONGEST_DAYS).contains(&(*to - from).num_days()));
    let asked = Asked {
        group,
        from,
        to: to.ok_or_else(|| Failure::from(&RANGE_INVALID))?,
    };

    let windows = availability.of(&platform, *hall).await?;
    windows.rendered(asked, now)?.answer(&request)
}
