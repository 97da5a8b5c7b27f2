//! `POST /admin/closures/effect` tells what a closure would do; `DELETE /admin/closures/{id}` lifts one.

use std::collections::HashMap;

use actix_web::{
    HttpResponse, delete,
    http::StatusCode,
    post,
    web::{Data, Json, Path},
};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, sea_query::Expr};
use serde_json::json;
use shared::{
    appointments::{
        rules::AppointmentStatus,
        wire::{Closure, ClosureEffect, ClosureRequest},
    },
    ids::{ClosureId, GroupId},
    problem,
    time::{Instant, day_of},
};

use super::{
    closures::{self, concerned, planned_closure},
    entity::{appointment, closure, window},
    publish::planned,
};
use crate::{
    catalog::{Catalogue, Snapshot},
    identity::Director,
    platform::{
        Platform,
        audit::{self, Deed},
        bus::Event,
        db,
        idempotency::Once,
    },
    problem::Failure,
};

/// How many windows and booked residents a closure would concern. Nothing is changed.
#[utoipa::path(
    tag = "administration",
    security(("manager" = [])),
    request_body = ClosureRequest,
    responses((status = 200, body = ClosureEffect), crate::problem::Refusals),
)]
#[post("/admin/closures/effect")]
pub async fn closure_effect(
    director: Director,
    platform: Data<Platform>,
    catalogue: Data<Catalogue>,
    body: Json<ClosureRequest>,
) -> Result<Json<ClosureEffect>, Failure> {
    let now = platform.clock.now();
    let wish = planned_closure(&director, &body, &catalogue.now(), now)?;
    let db = platform.db.reader();
    let windows = concerned(&wish, now).all(db).await?;
    let appointments = appointment::Entity::find()
        .filter(appointment::Column::WindowId.is_in(windows.iter().map(|window| window.id)))
        .filter(appointment::Column::Status.eq(AppointmentStatus::Confirmed.as_str()))
        .count(db)
        .await?;
    Ok(Json(ClosureEffect {
        windows: windows.len() as u64,
        appointments,
    }))
}

/// Lifts a closure: the windows to come are offered again. Those who were cancelled stay so and have been told; they can book anew.
#[utoipa::path(
    tag = "administration",
    security(("manager" = [])),
    params(("id" = ClosureId, Path, description = "The closure.")),
    responses((status = 200, body = Closure), crate::problem::Refusals),
)]
#[delete("/admin/closures/{id}")]
pub async fn lift_closure(
    director: Director,
    once: Once,
    platform: Data<Platform>,
    catalogue: Data<Catalogue>,
    id: Path<ClosureId>,
) -> Result<HttpResponse, Failure> {
    let now = platform.clock.now();
    let transaction = platform.db.begin().await?;
    let lifted = closure::Entity::update_many()
        .col_expr(closure::Column::LiftedAt, Expr::value(now))
        .filter(closure::Column::Id.eq(id.0))
        .filter(closure::Column::HallId.eq(director.hall.0))
        .filter(closure::Column::EndsAt.gt(now))
        .filter(closure::Column::LiftedAt.is_null())
        .exec_with_returning(&transaction)
        .await?;
    let row = lifted.first().ok_or_else(|| Failure::from(&problem::NOT_FOUND))?;
    let reopened = offer_again(&transaction, &catalogue.now(), row, now).await?;
    let deed = Deed {
        actor: Some(director.actor()),
        action: "hall.reopen",
        subject_kind: "closure",
        subject_id: Some(id.0),
        reason: None,
        detail: json!({"windows": reopened}),
    };
    audit::record(&transaction, now, deed).await?;
    let answer = Closure {
        reopened: Some(reopened),
        ..closures::view(row)
    };
    let response = once.commit(transaction, StatusCode::OK, &answer).await?;
    platform.bus.publish(Event::SeatsReturned(director.hall));
    // Days that were due meanwhile were not published; whoever publishes looks again.
    platform.bus.publish(Event::Catalogue);
    Ok(response)
}

/// Gives the windows of a lifted closure the seats of their timetable again, unless another closure concerns them.
async fn offer_again(
    db: &impl ConnectionTrait,
    catalogue: &Snapshot,
    closure: &closure::Model,
    now: Instant,
) -> Result<usize, Failure> {
    let others = closures::current(db, Some(closure.hall_id.into()), now).await?;
    let (first, last) = (day_of(closure.starts_at.max(now)), day_of(closure.ends_at));
    let days = first.iter_days().take_while(|day| *day <= last);
    let seats: HashMap<(GroupId, Instant), i32> = planned(catalogue, days, &others)
        .filter(|window| window.hall.0 == closure.hall_id)
        .map(|window| ((window.group, window.span.starts_at), window.online))
        .collect();
    let windows = db::locked(concerned(closure, now)).all(db).await?;
    let mut reopened = 0;
    for row in windows {
        let Some(online) = seats.get(&(GroupId(row.group_id), row.starts_at)) else {
            continue;
        };
        let changed = window::Entity::update_many()
            .col_expr(
                window::Column::OnlineQuota,
                Expr::value((*online).max(row.online_taken)),
            )
            .col_expr(window::Column::OnlineTarget, Expr::value(None::<i32>))
            .filter(window::Column::Id.eq(row.id))
            .filter(window::Column::OnlineTarget.eq(0))
            .exec(db)
            .await?;
        reopened += usize::try_from(changed.rows_affected).unwrap_or(0);
    }
    Ok(reopened)
}
