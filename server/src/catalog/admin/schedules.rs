//! `/admin/schedules`: the timetable of the manager's hall, with its seasons and the hours that are added at peak times.

use actix_web::{
    HttpResponse, delete, get,
    http::StatusCode,
    post, put,
    web::{Data, Json, Path},
};
use chrono::NaiveTime;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use serde_json::json;
use shared::{
    catalog::{
        arrangements::{ScheduleRequest, ScheduleView, Times},
        wire::SCHEDULES_OVERLAP,
    },
    ids::{GroupId, HallId, ScheduleId},
    list::List,
    problem,
};
use uuid::Uuid;

use super::{Change, settle};
use crate::{
    catalog::{Catalogue, Schedule, Snapshot, entity::schedule, schedule_of},
    identity::Director,
    platform::{Platform, idempotency::Once},
    problem::{Failure, invalid_field},
};

/// The timetable.
#[utoipa::path(
    tag = "administration",
    security(("manager" = [])),
    responses((status = 200, body = List<ScheduleView>), crate::problem::Refusals),
)]
#[get("/admin/schedules")]
pub async fn list_schedules(director: Director, platform: Data<Platform>) -> Result<Json<List<ScheduleView>>, Failure> {
    let rows = of_hall(platform.db.reader(), director.hall).await?;
    let views = rows.into_iter().map(view).collect::<Result<_, _>>()?;
    Ok(Json(List::whole(views)))
}

/// Adds an entry. Its windows appear with the next publication, also on days that are published already.
#[utoipa::path(
    tag = "administration",
    security(("manager" = [])),
    request_body = ScheduleRequest,
    responses((status = 201, body = ScheduleView), crate::problem::Refusals),
)]
#[post("/admin/schedules")]
pub async fn add_schedule(
    director: Director,
    once: Once,
    platform: Data<Platform>,
    catalogue: Data<Catalogue>,
    body: Json<ScheduleRequest>,
) -> Result<HttpResponse, Failure> {
    let times = check(&body, &director, &catalogue.now())?;
    let transaction = platform.db.begin().await?;
    let id = Uuid::now_v7();
    require_apart(&transaction, director.hall, id, &body, &times).await?;
    schedule::Entity::insert(row(id, director.hall, &body, &times)?)
        .exec_without_returning(&transaction)
        .await?;
    let answer = ScheduleView {
        id: id.into(),
        entry: body.into_inner(),
    };
    let change = Change::to("schedule.add", "schedule", id, &answer.entry);
    settle(
        &platform,
        &director,
        &once,
        transaction,
        change,
        StatusCode::CREATED,
        &answer,
    )
    .await
}

/// Changes an entry. Windows that are booked already stay as they are; those that nobody booked follow the timetable.
#[utoipa::path(
    tag = "administration",
    security(("manager" = [])),
    params(("id" = ScheduleId, Path, description = "The entry.")),
    request_body = ScheduleRequest,
    responses((status = 200, body = ScheduleView), crate::problem::Refusals),
)]
#[put("/admin/schedules/{id}")]
pub async fn change_schedule(
    director: Director,
    once: Once,
    platform: Data<Platform>,
    catalogue: Data<Catalogue>,
    id: Path<ScheduleId>,
    body: Json<ScheduleRequest>,
) -> Result<HttpResponse, Failure> {
    let times = check(&body, &director, &catalogue.now())?;
    let transaction = platform.db.begin().await?;
    require_apart(&transaction, director.hall, id.0, &body, &times).await?;
    let changed = schedule::Entity::update_many()
        .set(row(id.0, director.hall, &body, &times)?)
        .filter(schedule::Column::Id.eq(id.0))
        .filter(schedule::Column::HallId.eq(director.hall.0))
        .exec(&transaction)
        .await?;
    if changed.rows_affected == 0 {
        return Err(Failure::from(&problem::NOT_FOUND));
    }
    let answer = ScheduleView {
        id: *id,
        entry: body.into_inner(),
    };
    let change = Change::to("schedule.change", "schedule", id.0, &answer.entry);
    settle(
        &platform,
        &director,
        &once,
        transaction,
        change,
        StatusCode::OK,
        &answer,
    )
    .await
}

/// Removes an entry. Windows that are booked already stay; a closure is the way to cancel them, and to tell those who booked.
#[utoipa::path(
    tag = "administration",
    security(("manager" = [])),
    params(("id" = ScheduleId, Path, description = "The entry.")),
    responses((status = 204, description = "The entry is removed."), crate::problem::Refusals),
)]
#[delete("/admin/schedules/{id}")]
pub async fn remove_schedule(
    director: Director,
    once: Once,
    platform: Data<Platform>,
    id: Path<ScheduleId>,
) -> Result<HttpResponse, Failure> {
    let transaction = platform.db.begin().await?;
    let removed = schedule::Entity::delete_many()
        .filter(schedule::Column::Id.eq(id.0))
        .filter(schedule::Column::HallId.eq(director.hall.0))
        .exec(&transaction)
        .await?;
    if removed.rows_affected == 0 {
        return Err(Failure::from(&problem::NOT_FOUND));
    }
    let change = Change::to("schedule.remove", "schedule", id.0, &json!({}));
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

fn check(wish: &ScheduleRequest, director: &Director, catalogue: &Snapshot) -> Result<Times, Failure> {
    let times = wish.check().map_err(|error| invalid_field(error.field(), error))?;
    if catalogue.serves(director.hall, wish.group_id) {
        Ok(times)
    } else {
        Err(invalid_field("group_id", "no counter of this hall serves this group"))
    }
}

/// The entries of a hall's timetable for a group, or the one with an id.
pub async fn timetable_entries(
    db: &impl sea_orm::ConnectionTrait,
    hall: HallId,
    wanted: impl Fn(ScheduleId, GroupId) -> bool,
) -> Result<Vec<Schedule>, Failure> {
    let rows = of_hall(db, hall).await?.into_iter();
    let kept = rows.filter(|row| wanted(row.id.into(), row.group_id.into()));
    Ok(kept.map(schedule_of).collect::<Result<_, _>>()?)
}

async fn of_hall(db: &impl sea_orm::ConnectionTrait, hall: HallId) -> Result<Vec<schedule::Model>, sea_orm::DbErr> {
    schedule::Entity::find()
        .filter(schedule::Column::HallId.eq(hall.0))
        .order_by_asc(schedule::Column::GroupId)
        .order_by_asc(schedule::Column::Opens)
        .order_by_asc(schedule::Column::Id)
        .all(db)
        .await
}

/// Two entries of a group that share an hour of a day would give the same seats twice.
async fn require_apart(
    db: &impl sea_orm::ConnectionTrait,
    hall: HallId,
    id: Uuid,
    wish: &ScheduleRequest,
    times: &Times,
) -> Result<(), Failure> {
    for row in of_hall(db, hall).await? {
        let other = view(row)?;
        let (Ok(at), false) = (other.entry.check(), other.id.0 == id) else {
            continue;
        };
        let same_group = other.entry.group_id == wish.group_id;
        let same_day = at.weekdays.iter().any(|day| times.weekdays.contains(day));
        let same_hour = at.opens < times.closes && times.opens < at.closes;
        let before = |until: Option<chrono::NaiveDate>, from: Option<chrono::NaiveDate>| {
            until.zip(from).is_some_and(|(until, from)| until < from)
        };
        let same_season =
            !before(other.entry.valid_until, wish.valid_from) && !before(wish.valid_until, other.entry.valid_from);
        if same_group && same_day && same_hour && same_season {
            return Err(Failure::from(&SCHEDULES_OVERLAP));
        }
    }
    Ok(())
}

fn row(id: Uuid, hall: HallId, wish: &ScheduleRequest, times: &Times) -> Result<schedule::ActiveModel, Failure> {
    Ok(schedule::ActiveModel {
        id: Set(id),
        hall_id: Set(hall.0),
        group_id: Set(wish.group_id.0),
        kind: Set(wish.kind.as_str().to_owned()),
        weekdays: Set(serde_json::to_value(&wish.weekdays).map_err(anyhow::Error::from)?),
        opens: Set(times.opens),
        closes: Set(times.closes),
        window_minutes: Set(wish.window_minutes),
        quota: Set(wish.quota),
        online_percent: Set(wish.online_percent),
        valid_from: Set(wish.valid_from),
        valid_until: Set(wish.valid_until),
    })
}

fn view(row: schedule::Model) -> Result<ScheduleView, Failure> {
    let written = |time: NaiveTime| time.format("%H:%M").to_string();
    Ok(ScheduleView {
        id: row.id.into(),
        entry: ScheduleRequest {
            group_id: row.group_id.into(),
            kind: row.kind.parse().map_err(anyhow::Error::from)?,
            weekdays: serde_json::from_value(row.weekdays).map_err(anyhow::Error::from)?,
            opens: written(row.opens),
            closes: written(row.closes),
            window_minutes: row.window_minutes,
            quota: row.quota,
            online_percent: row.online_percent,
            valid_from: row.valid_from,
            valid_until: row.valid_until,
        },
    })
}
