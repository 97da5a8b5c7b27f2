//! `POST /admin/schedules/{id}/quota`: a timetable's quota reaches the windows that are published already.
//!
//! A changed timetable gives new windows only; whoever wants it for the ones that residents see asks for it, and sees first how many those are.

use std::collections::HashMap;

use actix_web::{
    HttpResponse,
    http::StatusCode,
    post,
    web::{Data, Json, Path},
};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, sea_query::Expr};
use shared::{
    appointments::{
        closures::{Quota, changed, concerns},
        rules::Span,
    },
    catalog::arrangements::QuotaEffect,
    ids::{HallId, ScheduleId},
    problem,
    time::Instant,
};
use uuid::Uuid;

use super::{closures, entity::window, publish::given, store};
use crate::{
    catalog::{Catalogue, Snapshot, timetable_entries},
    identity::Director,
    platform::{
        Platform,
        audit::{self, Deed},
        bus::Event,
        idempotency::Once,
    },
    problem::Failure,
};

/// What a window is to have.
struct Wanted {
    window: window::Model,
    online: Quota,
    onsite: i32,
    limited: bool,
}

impl Wanted {
    fn of(window: window::Model, online: i32, onsite: i32) -> Self {
        let quota = changed(window.online_taken, online);
        Self {
            limited: quota.target.is_some() || onsite < window.onsite_taken,
            online: quota,
            onsite: onsite.max(window.onsite_taken),
            window,
        }
    }

    fn differs(&self) -> bool {
        (self.online.holds, self.online.target, self.onsite)
            != (
                self.window.online_quota,
                self.window.online_target,
                self.window.onsite_quota,
            )
    }
}

/// Tells what the quota of an entry would change in the windows that are published.
#[utoipa::path(
    tag = "administration",
    security(("manager" = [])),
    params(("id" = ScheduleId, Path, description = "The entry of the timetable.")),
    responses((status = 200, body = QuotaEffect), crate::problem::Refusals),
)]
#[post("/admin/schedules/{id}/quota/effect")]
pub async fn quota_effect(
    director: Director,
    platform: Data<Platform>,
    catalogue: Data<Catalogue>,
    id: Path<ScheduleId>,
) -> Result<Json<QuotaEffect>, Failure> {
    let (db, now) = (platform.db.reader(), platform.clock.now());
    let wanted = wanted(db, &catalogue.now(), director.hall, *id, now).await?;
    Ok(Json(effect(&wanted)))
}

/// Gives the windows to come the quota of their entry, also those with a quota of their own. Nobody loses a seat: where more is taken the
/// quota falls with the seats that are given back. Closed windows stay closed.
#[utoipa::path(
    tag = "administration",
    security(("manager" = [])),
    params(("id" = ScheduleId, Path, description = "The entry of the timetable.")),
    responses((status = 200, body = QuotaEffect), crate::problem::Refusals),
)]
#[post("/admin/schedules/{id}/quota")]
pub async fn apply_quota(
    director: Director,
    once: Once,
    platform: Data<Platform>,
    catalogue: Data<Catalogue>,
    id: Path<ScheduleId>,
) -> Result<HttpResponse, Failure> {
    let (snapshot, now) = (catalogue.now(), platform.clock.now());
    let transaction = platform.db.begin().await?;
    // What is taken is looked at again under the locks.
    let found = wanted(&transaction, &snapshot, director.hall, *id, now).await?;
    store::lock_windows(&transaction, found.iter().map(|wanted| wanted.window.id)).await?;
    let wanted = wanted(&transaction, &snapshot, director.hall, *id, now).await?;
    for change in wanted.iter().filter(|wanted| wanted.differs()) {
        let written = window::Entity::update_many()
            .col_expr(window::Column::OnlineQuota, Expr::value(change.online.holds))
            .col_expr(window::Column::OnlineTarget, Expr::value(change.online.target))
            .col_expr(window::Column::OnsiteQuota, Expr::value(change.onsite))
            .filter(window::Column::Id.eq(change.window.id))
            .filter(window::Column::OnlineTaken.eq(change.window.online_taken))
            .filter(window::Column::OnsiteTaken.eq(change.window.onsite_taken))
            .exec(&transaction)
            .await?;
        if written.rows_affected == 0 {
            return Err(Failure::from(&problem::UNAVAILABLE));
        }
    }
    let answer = effect(&wanted);
    let deed = Deed {
        actor: Some(director.actor()),
        action: "schedule.apply_quota",
        subject_kind: "schedule",
        subject_id: Some(id.0),
        reason: None,
        detail: serde_json::to_value(answer).map_err(anyhow::Error::from)?,
    };
    audit::record(&transaction, now, deed).await?;
    let response = once.commit(transaction, StatusCode::OK, &answer).await?;
    platform.bus.publish(Event::SeatsReturned(director.hall));
    Ok(response)
}

fn effect(wanted: &[Wanted]) -> QuotaEffect {
    let changed = || wanted.iter().filter(|wanted| wanted.differs());
    QuotaEffect {
        windows: wanted.len(),
        changed: changed().count(),
        limited: changed().filter(|wanted| wanted.limited).count(),
    }
}

/// The published windows to come that an entry of the timetable gives, with what it gives them.
async fn wanted(
    db: &impl ConnectionTrait,
    snapshot: &Snapshot,
    hall: HallId,
    id: ScheduleId,
    now: Instant,
) -> Result<Vec<Wanted>, Failure> {
    let entries = timetable_entries(db, hall, |entry, _| entry == id).await?;
    let entry = entries.first().ok_or_else(|| Failure::from(&problem::NOT_FOUND))?;
    let planned: HashMap<(Uuid, Instant, Instant), (i32, i32)> = given(entry, snapshot, now)
        .map(|window| {
            let at = (window.group.0, window.span.starts_at, window.span.ends_at);
            (at, (window.online, window.onsite))
        })
        .collect();
    let closed = closures::current(db, None, now).await?;
    let published = window::Entity::find()
        .filter(window::Column::HallId.eq(hall.0))
        .filter(window::Column::GroupId.eq(entry.group.0))
        .filter(window::Column::StartsAt.gt(now))
        .order_by_asc(window::Column::Id)
        .all(db)
        .await?;
    let open = |row: &window::Model| {
        let span = Span {
            starts_at: row.starts_at,
            ends_at: row.ends_at,
        };
        !closed.iter().any(|closure| {
            closure.hall_id == hall.0
                && closure.group_id.is_none_or(|group| group == row.group_id)
                && concerns(closures::span(closure), span)
        })
    };
    Ok(published
        .into_iter()
        .filter(open)
        .filter_map(|row| {
            let (online, onsite) = planned.get(&(row.group_id, row.starts_at, row.ends_at)).copied()?;
            Some(Wanted::of(row, online, onsite))
        })
        .collect())
}
