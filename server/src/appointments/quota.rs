//! `PUT /admin/windows/{id}/quota`: the manager changes how many seats of a window are booked online.

use actix_web::{
    HttpResponse,
    http::StatusCode,
    put,
    web::{Data, Json, Path},
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, sea_query::Expr};
use serde_json::json;
use shared::{
    appointments::{
        closures::changed,
        wire::{QuotaRequest, WindowQuota},
    },
    ids::WindowId,
    problem,
};

use super::{entity::window, store};
use crate::{
    identity::Director,
    platform::{
        Platform,
        audit::{self, Deed},
        bus::Event,
        idempotency::Once,
    },
    problem::{Failure, invalid_field},
};

/// The largest quota of a window.
const LARGEST: i32 = 1_000;

/// Changes the quota. Lowered below what is taken, nobody loses a seat, and no seat is sold until fewer are taken.
#[utoipa::path(
    tag = "administration",
    security(("manager" = [])),
    params(("id" = WindowId, Path, description = "The window.")),
    request_body = QuotaRequest,
    responses((status = 200, body = WindowQuota), crate::problem::Refusals),
)]
#[put("/admin/windows/{id}/quota")]
pub async fn change_quota(
    director: Director,
    once: Once,
    platform: Data<Platform>,
    id: Path<WindowId>,
    body: Json<QuotaRequest>,
) -> Result<HttpResponse, Failure> {
    if !(0..=LARGEST).contains(&body.online_quota) {
        return Err(invalid_field("online_quota", "a quota is between 0 and 1000"));
    }
    let not_found = || Failure::from(&problem::NOT_FOUND);
    let transaction = platform.db.begin().await?;
    // The lock keeps what is taken from changing between the look and the write.
    store::lock_windows(&transaction, std::iter::once(id.0)).await?;
    let row = window::Entity::find_by_id(id.0)
        .filter(window::Column::HallId.eq(director.hall.0))
        .one(&transaction)
        .await?
        .ok_or_else(not_found)?;
    let quota = changed(row.online_taken, body.online_quota);
    let written = window::Entity::update_many()
        .col_expr(window::Column::OnlineQuota, Expr::value(quota.holds))
        .col_expr(window::Column::OnlineTarget, Expr::value(quota.target))
        .filter(window::Column::Id.eq(id.0))
        .filter(window::Column::OnlineTaken.eq(row.online_taken))
        .exec(&transaction)
        .await?;
    if written.rows_affected == 0 {
        return Err(Failure::from(&problem::UNAVAILABLE));
    }
    let deed = Deed {
        actor: Some(director.actor()),
        action: "window.change_quota",
        subject_kind: "window",
        subject_id: Some(id.0),
        reason: None,
        detail: json!({"from": row.online_quota, "to": body.online_quota, "taken": row.online_taken}),
    };
    audit::record(&transaction, platform.clock.now(), deed).await?;
    let answer = WindowQuota {
        window_id: *id,
        quota: quota.holds,
        taken: row.online_taken,
        target: quota.target,
    };
    let response = once.commit(transaction, StatusCode::OK, &answer).await?;
    platform.bus.publish(Event::SeatsReturned(director.hall));
    Ok(response)
}
