//! `POST`, `GET` and `DELETE /waitlist`: waiting for a seat to be given back (候补).

use actix_web::{
    HttpRequest, HttpResponse, delete, get,
    http::StatusCode,
    post,
    web::{Data, Json, Path},
};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, ExprTrait, PaginatorTrait,
    QueryFilter, QueryOrder, QuerySelect, sea_query::Expr,
};
use shared::{
    appointments::{
        problems::{ALREADY_WAITING, SEATS_FREE, SERVICE_NOT_SERVED},
        returns::WaitlistStatus,
        rules::{AppointmentStatus, MOST_ACTIVE, SeatError},
        strikes::StrikePolicy,
        wire::{Offer, WaitlistEntry, WaitlistRequest},
    },
    ids::{AppointmentId, PersonId, WaitlistId},
    language::{Language, Text},
    list::List,
    problem::{self, Problem},
    time::Instant,
};
use uuid::Uuid;

use super::{
    entity::{appointment, waitlist, window},
    hold::person_for,
    returns::{Freed, free_seat},
    store, strikes,
};
use crate::{
    catalog::{Catalogue, Snapshot},
    identity::{self, IdentifiedResident},
    notify,
    platform::{Platform, bus::Event, db, idempotency::Once},
    problem::{Failure, invalid_field, language_of},
};

/// How many entries are shown.
const SHOWN: u64 = 50;
const ACTIVE: [&str; 2] = [WaitlistStatus::Waiting.as_str(), WaitlistStatus::Offered.as_str()];

/// Waits for a seat of a day or a window in which none is free. Who waits longest is offered the next one, as a hold of 15 minutes.
#[utoipa::path(
    tag = "appointments",
    security(("resident" = [])),
    request_body = WaitlistRequest,
    responses((status = 201, body = WaitlistEntry), crate::problem::Refusals),
)]
#[post("/waitlist")]
pub async fn join_waitlist(
    request: HttpRequest,
    resident: IdentifiedResident,
    once: Once,
    platform: Data<Platform>,
    catalogue: Data<Catalogue>,
    body: Json<WaitlistRequest>,
) -> Result<HttpResponse, Failure> {
    let now = platform.clock.now();
    let snapshot = catalogue.now();
    let not_found = || Failure::from(&problem::NOT_FOUND);
    let service = snapshot.service(body.service_id).ok_or_else(not_found)?;
    snapshot.hall(body.hall_id).ok_or_else(not_found)?;
    if !service.content.appointment {
        return Err(Failure::from(&SERVICE_NOT_SERVED));
    }
    let group = snapshot.group_of(body.hall_id, service);
    let person = person_for(&platform, &resident, body.person_id).await?;

    let transaction = platform.db.begin().await?;
    let mut wanted = window::Entity::find()
        .filter(window::Column::HallId.eq(body.hall_id.0))
        .filter(window::Column::GroupId.eq(group.0))
        .filter(window::Column::StartsAt.gt(now))
        .order_by_asc(window::Column::Id);
    wanted = match (body.window_id, body.day) {
        (Some(window), _) => wanted.filter(window::Column::Id.eq(window.0)),
        (None, Some(day)) => wanted.filter(window::Column::Day.eq(day)),
        (None, None) => return Err(invalid_field("day", "a day or a window is needed")),
    };
    // While the windows are locked no seat becomes free unnoticed: who frees one later sees this entry.
    let windows = db::locked(wanted).all(&transaction).await?;
    let day = windows.first().ok_or_else(|| Failure::from(&SERVICE_NOT_SERVED))?.day;
    if let Some(free) = windows.iter().find(|row| row.online_taken < row.online_quota) {
        return Err(Problem::new(&SEATS_FREE)
            .with("free_window", free.id.to_string())
            .into());
    }
    identity::lock_persons(&transaction, [person.id.0]).await?;
    let policy = snapshot.booking_rules().strikes();
    may_wait(&transaction, person.id.0, body.service_id.0, day, &policy, now).await?;

    let row = waitlist::Model {
        id: Uuid::now_v7(),
        hall_id: body.hall_id.0,
        group_id: group.0,
        service_id: body.service_id.0,
        day,
        window_id: body.window_id.map(Into::into),
        person_id: person.id.0,
        resident_id: resident.id.0,
        status: WaitlistStatus::Waiting.as_str().to_owned(),
        hold_id: None,
        created_at: now,
        changed_at: now,
    };
    waitlist::Entity::insert(new(&row))
        .exec_without_returning(&transaction)
        .await
        .map_err(|error| {
            if db::is_duplicate(&error) {
                Failure::from(&ALREADY_WAITING)
            } else {
                error.into()
            }
        })?;
    let language = language_of(request.headers());
    let entry = view(&transaction, &platform, &snapshot, &row, language).await?;
    once.commit(transaction, StatusCode::CREATED, &entry).await
}

/// The resident's entries, the latest first.
#[utoipa::path(
    tag = "appointments",
    security(("resident" = [])),
    responses((status = 200, body = List<WaitlistEntry>), crate::problem::Refusals),
)]
#[get("/waitlist")]
pub async fn list_waitlist(
    request: HttpRequest,
    resident: IdentifiedResident,
    platform: Data<Platform>,
    catalogue: Data<Catalogue>,
) -> Result<Json<List<WaitlistEntry>>, Failure> {
    let db = platform.db.reader();
    let rows = waitlist::Entity::find()
        .filter(waitlist::Column::ResidentId.eq(resident.id.0))
        .order_by_desc(waitlist::Column::Id)
        .limit(SHOWN)
        .all(db)
        .await?;
    let (snapshot, language) = (catalogue.now(), language_of(request.headers()));
    let mut entries = Vec::with_capacity(rows.len());
    for row in &rows {
        entries.push(view(db, &platform, &snapshot, row, language).await?);
    }
    Ok(Json(List::whole(entries)))
}

/// Waits no longer. A seat that was offered goes to the next one.
#[utoipa::path(
    tag = "appointments",
    security(("resident" = [])),
    params(("id" = WaitlistId, Path, description = "The entry.")),
    responses((status = 204, description = "The resident waits no longer."), crate::problem::Refusals),
)]
#[delete("/waitlist/{id}")]
pub async fn leave_waitlist(
    resident: IdentifiedResident,
    once: Once,
    platform: Data<Platform>,
    catalogue: Data<Catalogue>,
    id: Path<WaitlistId>,
) -> Result<HttpResponse, Failure> {
    let now = platform.clock.now();
    let not_found = || Failure::from(&problem::NOT_FOUND);
    let transaction = platform.db.begin().await?;
    let row = waitlist::Entity::find_by_id(id.0)
        .filter(waitlist::Column::ResidentId.eq(resident.id.0))
        .one(&transaction)
        .await?
        .ok_or_else(not_found)?;
    let held = match row.hold_id.filter(|_| row.status == WaitlistStatus::Offered.as_str()) {
        None => None,
        Some(hold) => appointment::Entity::find_by_id(hold).one(&transaction).await?,
    };
    if let Some(held) = &held {
        store::lock_windows(&transaction, std::iter::once(held.window_id)).await?;
    }
    let from: WaitlistStatus = row.status.parse().map_err(anyhow::Error::from)?;
    let active = matches!(from, WaitlistStatus::Waiting | WaitlistStatus::Offered);
    if !active || !move_entry(&transaction, *id, from, WaitlistStatus::Withdrawn, None, now).await? {
        return Err(not_found());
    }
    if let Some(held) = held
        && let Some(window) = store::window(&transaction, held.window_id.into()).await?
    {
        let (from, to) = (AppointmentStatus::Held, AppointmentStatus::Expired);
        if store::change_status(&transaction, held.id.into(), from, to, now).await? {
            free_seat(&transaction, &platform, &catalogue.now(), &window, Freed::Unused, now).await?;
        }
    }
    let response = once.commit(transaction, StatusCode::NO_CONTENT, &()).await?;
    platform.bus.publish(Event::SeatsReturned(row.hall_id.into()));
    notify::wake(&platform);
    Ok(response)
}

/// Moves an entry from one status to another, if it still has the first. Tells whether it did.
pub async fn move_entry(
    db: &impl ConnectionTrait,
    id: WaitlistId,
    from: WaitlistStatus,
    to: WaitlistStatus,
    hold: Option<Uuid>,
    now: Instant,
) -> Result<bool, DbErr> {
    let mut update = waitlist::Entity::update_many()
        .col_expr(waitlist::Column::Status, Expr::value(to.as_str()))
        .col_expr(waitlist::Column::ChangedAt, Expr::value(now))
        .filter(waitlist::Column::Id.eq(id.0))
        .filter(waitlist::Column::Status.eq(from.as_str()));
    if let Some(hold) = hold {
        update = update.col_expr(waitlist::Column::HoldId, Expr::value(hold));
    }
    Ok(update.exec(db).await?.rows_affected == 1)
}

/// Writes down what became of an offer when its hold was confirmed or ended.
pub async fn close_offer(
    db: &impl ConnectionTrait,
    hold: AppointmentId,
    to: WaitlistStatus,
    now: Instant,
) -> Result<(), DbErr> {
    waitlist::Entity::update_many()
        .col_expr(waitlist::Column::Status, Expr::value(to.as_str()))
        .col_expr(waitlist::Column::ChangedAt, Expr::value(now))
        .filter(waitlist::Column::HoldId.eq(hold.0))
        .filter(waitlist::Column::Status.eq(WaitlistStatus::Offered.as_str()))
        .exec(db)
        .await?;
    Ok(())
}

/// Whether a person may wait for a service on a day. The person is locked.
async fn may_wait(
    db: &impl ConnectionTrait,
    person: Uuid,
    service: Uuid,
    day: chrono::NaiveDate,
    policy: &StrikePolicy,
    now: Instant,
) -> Result<(), Failure> {
    let restricted = strikes::restrictions(db, [person], policy, now).await?.remove(&person);
    if let Some(restriction) = restricted {
        return Err(Problem::from(SeatError::Restricted(restriction)).into());
    }
    let booked = store::active_of(db, [person], now)
        .await?
        .remove(&person)
        .unwrap_or_default();
    if booked.contains(&(service, day)) {
        return Err(Problem::from(SeatError::AlreadyBooked).into());
    }
    let waiting = waitlist::Entity::find()
        .filter(waitlist::Column::PersonId.eq(person))
        .filter(waitlist::Column::Status.is_in(ACTIVE))
        .filter(waitlist::Column::Day.gte(shared::time::day_of(now)))
        .filter(
            Condition::any()
                .add(waitlist::Column::ServiceId.ne(service))
                .add(waitlist::Column::Day.ne(day)),
        )
        .count(db)
        .await?;
    if waiting >= MOST_ACTIVE as u64 {
        return Err(Problem::from(SeatError::TooMany).into());
    }
    Ok(())
}

fn new(row: &waitlist::Model) -> waitlist::ActiveModel {
    waitlist::ActiveModel {
        id: Set(row.id),
        hall_id: Set(row.hall_id),
        group_id: Set(row.group_id),
        service_id: Set(row.service_id),
        day: Set(row.day),
        window_id: Set(row.window_id),
        person_id: Set(row.person_id),
        resident_id: Set(row.resident_id),
        status: Set(row.status.clone()),
        hold_id: Set(row.hold_id),
        created_at: Set(row.created_at),
        changed_at: Set(row.changed_at),
    }
}

async fn view(
    db: &impl ConnectionTrait,
    platform: &Platform,
    catalogue: &Snapshot,
    row: &waitlist::Model,
    language: Language,
) -> Result<WaitlistEntry, Failure> {
    let status: WaitlistStatus = row.status.parse().map_err(anyhow::Error::from)?;
    let ahead = match status {
        WaitlistStatus::Waiting => Some(before(db, row).await?),
        _ => None,
    };
    let offer = match row.hold_id.filter(|_| status == WaitlistStatus::Offered) {
        None => None,
        Some(hold) => offer(db, hold).await?,
    };
    let window = match row.window_id {
        None => None,
        Some(id) => store::window(db, id.into()).await?,
    };
    let person = PersonId(row.person_id);
    let names = identity::persons_names(db, platform, [person]).await?;
    let said = |text: Option<&Text>| {
        text.map(|text| text.in_language(language).to_owned())
            .unwrap_or_default()
    };
    let service = catalogue.service(row.service_id.into());
    let hall = catalogue.hall(row.hall_id.into());
    Ok(WaitlistEntry {
        id: row.id.into(),
        status,
        service_id: row.service_id.into(),
        service: said(service.map(|service| &service.content.name)),
        hall_id: row.hall_id.into(),
        hall: said(hall.map(|hall| &hall.content.name)),
        day: row.day,
        window_id: row.window_id.map(Into::into),
        starts_at: window.as_ref().map(|window| window.span.starts_at),
        ends_at: window.as_ref().map(|window| window.span.ends_at),
        person_id: person,
        person: names.get(&person).cloned().unwrap_or_default(),
        ahead,
        offer,
    })
}

/// How many wait before an entry.
async fn before(db: &impl ConnectionTrait, row: &waitlist::Model) -> Result<u32, DbErr> {
    let count = waitlist::Entity::find()
        .filter(waitlist::Column::HallId.eq(row.hall_id))
        .filter(waitlist::Column::GroupId.eq(row.group_id))
        .filter(waitlist::Column::Day.eq(row.day))
        .filter(waitlist::Column::Status.eq(WaitlistStatus::Waiting.as_str()))
        .filter(
            Condition::any()
                .add(waitlist::Column::CreatedAt.lt(row.created_at))
                .add(
                    waitlist::Column::CreatedAt
                        .eq(row.created_at)
                        .and(waitlist::Column::Id.lt(row.id)),
                ),
        )
        .count(db)
        .await?;
    Ok(u32::try_from(count).unwrap_or(u32::MAX))
}

async fn offer(db: &impl ConnectionTrait, hold: Uuid) -> Result<Option<Offer>, DbErr> {
    let Some(held) = appointment::Entity::find_by_id(hold).one(db).await? else {
        return Ok(None);
    };
    let window = store::window(db, held.window_id.into()).await?;
    Ok(held.hold_expires_at.zip(window).map(|(expires_at, window)| Offer {
        id: held.id.into(),
        expires_at,
        starts_at: window.span.starts_at,
        ends_at: window.span.ends_at,
    }))
}
