//! `/admin/holidays`: the days that are not what their weekdays suggest, and those of them on which the hall opens all the same.

use actix_web::{
    HttpResponse, delete, get,
    http::StatusCode,
    put,
    web::{Data, Json, Path},
};
use chrono::{Days, NaiveDate};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, sea_query::OnConflict};
use serde_json::json;
use shared::{
    catalog::{
        arrangements::{OpenedDayRequest, SpecialDayView, weekday},
        wire::DAY_PASSED,
    },
    list::List,
    problem,
    time::{SpecialDay, day_of},
};

use super::{Change, settle};
use crate::{
    catalog::{Catalogue, entity::opened_day},
    identity::Director,
    platform::{Platform, idempotency::Once},
    problem::{Failure, invalid_field},
};

/// How far ahead special days are shown.
const SHOWN_DAYS: u64 = 400;

/// The special days from today on: the calendar's, and those on which this hall opens.
#[utoipa::path(
    tag = "administration",
    security(("manager" = [])),
    responses((status = 200, body = List<SpecialDayView>), crate::problem::Refusals),
)]
#[get("/admin/holidays")]
pub async fn list_days(
    director: Director,
    platform: Data<Platform>,
    catalogue: Data<Catalogue>,
) -> Result<Json<List<SpecialDayView>>, Failure> {
    let today = day_of(platform.clock.now());
    let opened: std::collections::HashMap<NaiveDate, String> = opened_day::Entity::find()
        .filter(opened_day::Column::HallId.eq(director.hall.0))
        .filter(opened_day::Column::Day.gte(today))
        .all(platform.db.reader())
        .await?
        .into_iter()
        .map(|row| (row.day, row.follows))
        .collect();
    let snapshot = catalogue.now();
    let last = today.checked_add_days(Days::new(SHOWN_DAYS)).unwrap_or(today);
    let days = today.iter_days().take_while(|day| *day <= last);
    let special = days.filter_map(|day| {
        let (holiday, worked_for) = match snapshot.calendar.special(day) {
            Some(SpecialDay::Holiday { name }) => (Some(name.clone()), None),
            Some(SpecialDay::MakeUpWorkday { name }) => (None, Some(name.clone())),
            None => (None, None),
        };
        let follows = opened.get(&day).cloned();
        let is_special = holiday.is_some() || worked_for.is_some() || follows.is_some();
        is_special.then_some(SpecialDayView {
            day,
            holiday,
            worked_for,
            follows,
        })
    });
    Ok(Json(List::whole(special.collect())))
}

/// Opens the hall on a day of rest, by the timetable of a weekday.
#[utoipa::path(
    tag = "administration",
    security(("manager" = [])),
    params(("day" = NaiveDate, Path, description = "The day.")),
    request_body = OpenedDayRequest,
    responses((status = 204, description = "The hall opens on that day."), crate::problem::Refusals),
)]
#[put("/admin/holidays/{day}")]
pub async fn open_day(
    director: Director,
    once: Once,
    platform: Data<Platform>,
    day: Path<NaiveDate>,
    body: Json<OpenedDayRequest>,
) -> Result<HttpResponse, Failure> {
    let now = platform.clock.now();
    if weekday(&body.follows).is_none() {
        return Err(invalid_field("follows", "a weekday is mon to sun"));
    }
    if *day < day_of(now) {
        return Err(Failure::from(&DAY_PASSED));
    }
    let row = opened_day::ActiveModel {
        hall_id: Set(director.hall.0),
        day: Set(*day),
        follows: Set(body.follows.clone()),
        created_by: Set(director.staff.0),
        created_at: Set(now),
    };
    let mut again = OnConflict::columns([opened_day::Column::HallId, opened_day::Column::Day]);
    again.update_columns([opened_day::Column::Follows]);
    let transaction = platform.db.begin().await?;
    opened_day::Entity::insert(row)
        .on_conflict(again)
        .exec_without_returning(&transaction)
        .await?;
    let detail = json!({"day": *day, "follows": body.follows});
    let change = Change::to("hall.open_day", "hall", director.hall.0, &detail);
    settle(
        &platform,
        &director,
        &once,
        transaction,
        change,
        StatusCode::NO_CONTENT,
        &(),
    )
    .await
}

/// Lets the day be what the calendar says again. Windows that are booked already stay: a closure cancels them and tells those who booked.
#[utoipa::path(
    tag = "administration",
    security(("manager" = [])),
    params(("day" = NaiveDate, Path, description = "The day.")),
    responses((status = 204, description = "The day is what the calendar says."), crate::problem::Refusals),
)]
#[delete("/admin/holidays/{day}")]
pub async fn rest_day(
    director: Director,
    once: Once,
    platform: Data<Platform>,
    day: Path<NaiveDate>,
) -> Result<HttpResponse, Failure> {
    let transaction = platform.db.begin().await?;
    let removed = opened_day::Entity::delete_many()
        .filter(opened_day::Column::HallId.eq(director.hall.0))
        .filter(opened_day::Column::Day.eq(*day))
        .exec(&transaction)
        .await?;
    if removed.rows_affected == 0 {
        return Err(Failure::from(&problem::NOT_FOUND));
    }
    let change = Change::to("hall.rest_day", "hall", director.hall.0, &json!({"day": *day}));
    settle(
        &platform,
        &director,
        &once,
        transaction,
        change,
        StatusCode::NO_CONTENT,
        &(),
    )
    .await
}
