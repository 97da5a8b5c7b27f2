//! `POST` and `GET /admin/closures`: a hall, or a group in it, does not open for a while (停办).
//!
//! Whoever is booked is told, gets no strike, and can move the appointment to another time with `reschedule`.

use actix_web::{
    HttpResponse, get,
    http::StatusCode,
    post,
    web::{Data, Json},
};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    Select,
    sea_query::{Expr, ExprTrait},
};
use serde_json::json;
use shared::{
    appointments::{
        returns::WaitlistStatus,
        rules::{AppointmentStatus, Span},
        wire::{Closure, ClosureRequest},
    },
    ids::{AppointmentId, HallId},
    language::Language,
    list::List,
    time::Instant,
};
use uuid::Uuid;

use super::{
    collective::members::one_of_each,
    entity::{appointment, closure, pending_return, window},
    store, texts,
    view::views,
    waitlist::close_offer,
};
use crate::{
    catalog::{Catalogue, Snapshot},
    identity::Director,
    notify,
    platform::{
        Platform,
        audit::{self, Deed},
        bus::Event,
        db,
        idempotency::Once,
    },
    problem::{Failure, invalid_field},
};

/// How many closures are shown.
const SHOWN: u64 = 200;
/// The longest reason, in characters.
const LONGEST_REASON: usize = 100;

/// Closes the manager's hall, or a group in it. Booked residents are told; the answer says how many.
#[utoipa::path(
    tag = "administration",
    security(("manager" = [])),
    request_body = ClosureRequest,
    responses((status = 201, body = Closure), crate::problem::Refusals),
)]
#[post("/admin/closures")]
pub async fn close_hall(
    director: Director,
    once: Once,
    platform: Data<Platform>,
    catalogue: Data<Catalogue>,
    body: Json<ClosureRequest>,
) -> Result<HttpResponse, Failure> {
    let now = platform.clock.now();
    let reason = body.reason.trim();
    if reason.is_empty() || reason.chars().count() > LONGEST_REASON {
        return Err(invalid_field("reason", "a reason has one to 100 characters"));
    }
    let snapshot = catalogue.now();
    let row = planned_closure(&director, &body, &snapshot, now)?;
    let transaction = platform.db.begin().await?;
    let insert: closure::ActiveModel = closure::ActiveModel {
        id: Set(row.id),
        hall_id: Set(row.hall_id),
        group_id: Set(row.group_id),
        starts_at: Set(row.starts_at),
        ends_at: Set(row.ends_at),
        reason: Set(row.reason.clone()),
        created_by: Set(row.created_by),
        created_at: Set(row.created_at),
        lifted_at: Set(None),
    };
    closure::Entity::insert(insert)
        .exec_without_returning(&transaction)
        .await?;
    let windows = db::locked(concerned(&row, now)).all(&transaction).await?;
    let cancelled = empty_windows(&transaction, windows, now).await?;
    tell(&transaction, &platform, &snapshot, &cancelled, now).await?;
    let deed = Deed {
        actor: Some(director.actor()),
        action: "hall.close",
        subject_kind: "closure",
        subject_id: Some(row.id),
        reason: Some(reason),
        detail: json!({"cancelled": cancelled.len()}),
    };
    audit::record(&transaction, now, deed).await?;
    let answer = Closure {
        cancelled: Some(cancelled.len()),
        ..view(&row)
    };
    let response = once.commit(transaction, StatusCode::CREATED, &answer).await?;
    platform.bus.publish(Event::SeatsReturned(director.hall));
    notify::wake(&platform);
    Ok(response)
}

/// The closure that is asked for, checked, before anything is written.
pub fn planned_closure(
    director: &Director,
    wish: &ClosureRequest,
    catalogue: &Snapshot,
    now: Instant,
) -> Result<closure::Model, Failure> {
    if wish.ends_at <= wish.starts_at || wish.ends_at <= now {
        return Err(invalid_field(
            "ends_at",
            "a closure ends after it begins, and in the future",
        ));
    }
    let known = |group| catalogue.group_at(director.hall, group).is_some();
    if !wish.group_id.is_none_or(known) {
        return Err(invalid_field("group_id", "there is no such group"));
    }
    Ok(closure::Model {
        id: Uuid::now_v7(),
        hall_id: director.hall.0,
        group_id: wish.group_id.map(Into::into),
        starts_at: wish.starts_at,
        ends_at: wish.ends_at,
        reason: wish.reason.trim().to_owned(),
        created_by: director.staff.0,
        created_at: now,
        lifted_at: None,
    })
}

/// The closures of the manager's hall that are not over.
#[utoipa::path(
    tag = "administration",
    security(("manager" = [])),
    responses((status = 200, body = List<Closure>), crate::problem::Refusals),
)]
#[get("/admin/closures")]
pub async fn list_closures(director: Director, platform: Data<Platform>) -> Result<Json<List<Closure>>, Failure> {
    let rows = current(platform.db.reader(), Some(director.hall), platform.clock.now()).await?;
    Ok(Json(List::whole(rows.iter().map(view).collect())))
}

/// The closures that are not over, of one hall or of all.
pub async fn current(
    db: &impl ConnectionTrait,
    hall: Option<HallId>,
    now: Instant,
) -> Result<Vec<closure::Model>, DbErr> {
    let mut select = closure::Entity::find()
        .filter(closure::Column::EndsAt.gt(now))
        .filter(closure::Column::LiftedAt.is_null());
    if let Some(hall) = hall {
        select = select.filter(closure::Column::HallId.eq(hall.0)).limit(SHOWN);
    }
    select.order_by_asc(closure::Column::StartsAt).all(db).await
}

/// What the closure says of its time.
pub const fn span(row: &closure::Model) -> Span {
    Span {
        starts_at: row.starts_at,
        ends_at: row.ends_at,
    }
}

/// The windows that a closure concerns and that are not over.
pub fn concerned(closure: &closure::Model, now: Instant) -> Select<window::Entity> {
    let select = window::Entity::find()
        .filter(window::Column::HallId.eq(closure.hall_id))
        .filter(window::Column::StartsAt.lt(closure.ends_at))
        .filter(window::Column::EndsAt.gt(closure.starts_at))
        .filter(window::Column::EndsAt.gt(now))
        .order_by_asc(window::Column::Id);
    match closure.group_id {
        Some(group) => select.filter(window::Column::GroupId.eq(group)),
        None => select,
    }
}

/// Tells those whose appointments were cancelled; the contact of a collective booking once.
pub async fn tell(
    db: &DatabaseTransaction,
    platform: &Platform,
    catalogue: &Snapshot,
    cancelled: &[appointment::Model],
    now: Instant,
) -> Result<(), Failure> {
    let cancelled = one_of_each(db, cancelled).await?;
    let told = views(db, platform, &cancelled, catalogue, Language::Chinese).await?;
    let residents = cancelled
        .iter()
        .map(|row| (AppointmentId(row.id), row.resident_id.into()));
    let residents: std::collections::HashMap<_, _> = residents.collect();
    let messages = told
        .iter()
        .filter_map(|appointment| Some(texts::hall_closed(*residents.get(&appointment.id)?, appointment)))
        .collect();
    notify::enqueue(db, platform, now, messages).await
}

/// Takes every seat of these windows, which are locked, out of sale, and cancels who is booked there. Tells who was.
pub async fn empty_windows(
    db: &impl ConnectionTrait,
    windows: Vec<window::Model>,
    now: Instant,
) -> Result<Vec<appointment::Model>, Failure> {
    let (held, confirmed) = (AppointmentStatus::Held, AppointmentStatus::Confirmed);
    let mut cancelled = Vec::new();
    for window in windows {
        let rows = appointment::Entity::find()
            .filter(appointment::Column::WindowId.eq(window.id))
            .filter(appointment::Column::Status.is_in([held.as_str(), confirmed.as_str()]))
            .all(db)
            .await?;
        let returning = pending_return::Entity::delete_many()
            .filter(pending_return::Column::WindowId.eq(window.id))
            .exec(db)
            .await?;
        let mut freed = i32::try_from(returning.rows_affected).unwrap_or(0);
        for row in rows {
            let id = AppointmentId(row.id);
            if store::change_status(db, id, confirmed, AppointmentStatus::HallCancelled, now).await? {
                cancelled.push(row);
                freed += 1;
            } else if store::change_status(db, id, held, AppointmentStatus::Expired, now).await? {
                close_offer(db, id, WaitlistStatus::Lapsed, now).await?;
                freed += 1;
            }
        }
        // With a target of nothing the quota only ever goes down to what is taken.
        window::Entity::update_many()
            .col_expr(window::Column::OnlineTarget, Expr::value(0))
            .col_expr(
                window::Column::OnlineTaken,
                Expr::col(window::Column::OnlineTaken).sub(freed),
            )
            .col_expr(
                window::Column::OnlineQuota,
                Expr::col(window::Column::OnlineTaken).sub(freed),
            )
            .filter(window::Column::Id.eq(window.id))
            .exec(db)
            .await?;
    }
    Ok(cancelled)
}

/// A closure as its manager sees it.
pub fn view(row: &closure::Model) -> Closure {
    Closure {
        id: row.id.into(),
        hall_id: row.hall_id.into(),
        group_id: row.group_id.map(Into::into),
        starts_at: row.starts_at,
        ends_at: row.ends_at,
        reason: row.reason.clone(),
        cancelled: None,
        reopened: None,
    }
}
