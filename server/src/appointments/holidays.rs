//! A holiday that is declared after people have booked: they are told as for a closure, get no strike, and can move their appointments.
//! `GET /admin/declared-holidays` and `/{day}/affected`: the manager sees whom it hit and who has another time.

use std::collections::HashSet;

use actix_web::{
    HttpRequest, get,
    web::{Data, Json, Path},
};
use chrono::NaiveDate;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, Select,
    sea_query::OnConflict,
};
use serde_json::json;
use shared::{
    appointments::wire::{AffectedAppointment, DeclaredHoliday},
    ids::HallId,
    list::List,
    problem,
    time::{Instant, SpecialDay, day_of},
};
use uuid::Uuid;

use super::{
    affected::lost,
    closures::{empty_windows, tell},
    entity::{appointment, declared_holiday, window},
};
use crate::{
    catalog::{Catalogue, Snapshot},
    identity::Director,
    notify,
    platform::{
        Platform,
        audit::{self, Deed},
        db,
    },
    problem::{Failure, language_of},
};

/// Cancels what is booked on days that have become holidays and on which the hall does not open. Tells how many appointments that were.
pub async fn rest_on_holidays(platform: &Platform, catalogue: &Snapshot, now: Instant) -> Result<usize, Failure> {
    let transaction = platform.db.begin().await?;
    let select = window::Entity::find()
        .filter(window::Column::StartsAt.gt(now))
        .filter(window::Column::OnlineQuota.gt(0))
        .order_by_asc(window::Column::Id);
    let rests = |row: &window::Model| {
        let holiday = matches!(catalogue.calendar.special(row.day), Some(SpecialDay::Holiday { .. }));
        holiday && catalogue.timetable(row.hall_id.into(), row.day).is_none()
    };
    let found = select.clone().all(platform.db.reader()).await?;
    let resting: Vec<_> = found.into_iter().filter(rests).map(|row| row.id).collect();
    if resting.is_empty() {
        return Ok(0);
    }
    let windows = db::locked(select.filter(window::Column::Id.is_in(resting)))
        .all(&transaction)
        .await?;
    let cancelled = empty_windows(&transaction, windows, now).await?;
    note(&transaction, &cancelled, now).await?;
    tell(&transaction, platform, catalogue, &cancelled, now).await?;
    transaction.commit().await?;
    notify::wake(platform);
    Ok(cancelled.len())
}

/// Notes on which days of which halls appointments were cancelled, and when, so that it can be told whose.
async fn note(db: &impl ConnectionTrait, cancelled: &[appointment::Model], now: Instant) -> Result<(), DbErr> {
    let days: HashSet<(Uuid, NaiveDate)> = cancelled.iter().map(|row| (row.hall_id, row.day)).collect();
    if days.is_empty() {
        return Ok(());
    }
    let rows = days.into_iter().map(|(hall, day)| declared_holiday::ActiveModel {
        hall_id: Set(hall),
        day: Set(day),
        declared_at: Set(now),
    });
    declared_holiday::Entity::insert_many(rows)
        // A day that was opened again and is a holiday once more hits those who booked since.
        .on_conflict(
            OnConflict::columns([declared_holiday::Column::HallId, declared_holiday::Column::Day])
                .update_column(declared_holiday::Column::DeclaredAt)
                .to_owned(),
        )
        .exec_without_returning(db)
        .await?;
    Ok(())
}

fn of_day(hall: HallId, day: NaiveDate) -> Select<window::Entity> {
    window::Entity::find()
        .filter(window::Column::HallId.eq(hall.0))
        .filter(window::Column::Day.eq(day))
}

/// The days from today on that became holidays after people had booked at the manager's hall.
#[utoipa::path(
    tag = "administration",
    security(("manager" = [])),
    responses((status = 200, body = List<DeclaredHoliday>), crate::problem::Refusals),
)]
#[get("/admin/declared-holidays")]
pub async fn list_declared(
    director: Director,
    platform: Data<Platform>,
    catalogue: Data<Catalogue>,
) -> Result<Json<List<DeclaredHoliday>>, Failure> {
    let db = platform.db.reader();
    let rows = declared_holiday::Entity::find()
        .filter(declared_holiday::Column::HallId.eq(director.hall.0))
        .filter(declared_holiday::Column::Day.gte(day_of(platform.clock.now())))
        .order_by_asc(declared_holiday::Column::Day)
        .all(db)
        .await?;
    let snapshot = catalogue.now();
    let items = rows.into_iter().map(|row| DeclaredHoliday {
        day: row.day,
        holiday: match snapshot.calendar.special(row.day) {
            Some(SpecialDay::Holiday { name }) => Some(name.clone()),
            _ => None,
        },
        declared_at: row.declared_at,
    });
    Ok(Json(List::whole(items.collect())))
}

/// Whose appointments the holiday cancelled, in the order of their times, with the time that each has now. Names are masked, and that somebody
/// looked is recorded.
#[utoipa::path(
    tag = "administration",
    security(("manager" = [])),
    params(("day" = NaiveDate, Path, description = "The day.")),
    responses((status = 200, body = List<AffectedAppointment>), crate::problem::Refusals),
)]
#[get("/admin/declared-holidays/{day}/affected")]
pub async fn list_hit_by_holiday(
    request: HttpRequest,
    director: Director,
    platform: Data<Platform>,
    catalogue: Data<Catalogue>,
    day: Path<NaiveDate>,
) -> Result<Json<List<AffectedAppointment>>, Failure> {
    let transaction = platform.db.begin().await?;
    let declared = declared_holiday::Entity::find_by_id((director.hall.0, *day))
        .one(&transaction)
        .await?
        .ok_or_else(|| Failure::from(&problem::NOT_FOUND))?;
    let (snapshot, language) = (catalogue.now(), language_of(request.headers()));
    let windows = of_day(director.hall, *day);
    let items = lost(
        &transaction,
        &platform,
        &snapshot,
        windows,
        declared.declared_at,
        language,
    )
    .await?;
    let deed = Deed {
        actor: Some(director.actor()),
        action: "holiday.view_affected",
        subject_kind: "hall",
        subject_id: Some(director.hall.0),
        reason: None,
        detail: json!({"day": *day, "appointments": items.len()}),
    };
    audit::record(&transaction, platform.clock.now(), deed).await?;
    transaction.commit().await?;
    Ok(Json(List::whole(items)))
}
