//! `/admin/policy`: when seats are published, and for which reasons a ticket may go first.

use actix_web::{
    HttpResponse, get,
    http::StatusCode,
    put,
    web::{Data, Json},
};
use sea_orm::{ActiveValue::Set, EntityTrait, sea_query::OnConflict};
use shared::catalog::arrangements::{DAYS_AHEAD, HallPolicy, time_of_day};

use super::{Change, settle};
use crate::{
    catalog::{entity::hall_policy, policy_of},
    identity::Director,
    platform::{Platform, idempotency::Once},
    problem::{Failure, invalid_field},
};

/// What the hall has chosen, or what holds for a hall that has not.
#[utoipa::path(
    tag = "administration",
    security(("manager" = [])),
    responses((status = 200, body = HallPolicy), crate::problem::Refusals),
)]
#[get("/admin/policy")]
pub async fn show_policy(director: Director, platform: Data<Platform>) -> Result<Json<HallPolicy>, Failure> {
    let row = hall_policy::Entity::find_by_id(director.hall.0)
        .one(platform.db.reader())
        .await?;
    let policy = row.map(policy_of).transpose()?;
    Ok(Json(policy.unwrap_or_default()))
}

/// Chooses. What is published already stays published, also when fewer days are wanted.
#[utoipa::path(
    tag = "administration",
    security(("manager" = [])),
    request_body = HallPolicy,
    responses((status = 200, body = HallPolicy), crate::problem::Refusals),
)]
#[put("/admin/policy")]
pub async fn change_policy(
    director: Director,
    once: Once,
    platform: Data<Platform>,
    body: Json<HallPolicy>,
) -> Result<HttpResponse, Failure> {
    if !DAYS_AHEAD.contains(&body.days_ahead) {
        return Err(invalid_field("days_ahead", "windows are published 0 to 60 days ahead"));
    }
    if time_of_day(&body.opens_at).is_none() {
        return Err(invalid_field("opens_at", "a time is written HH:MM"));
    }
    let mut seen = std::collections::HashSet::new();
    if !body.priorities.iter().all(|reason| seen.insert(*reason)) {
        return Err(invalid_field("priorities", "each reason stands once"));
    }
    let row = hall_policy::ActiveModel {
        hall_id: Set(director.hall.0),
        days_ahead: Set(body.days_ahead),
        opens_at: Set(body.opens_at.clone()),
        priorities: Set(serde_json::to_value(&body.priorities).map_err(anyhow::Error::from)?),
    };
    let mut again = OnConflict::column(hall_policy::Column::HallId);
    again.update_columns([
        hall_policy::Column::DaysAhead,
        hall_policy::Column::OpensAt,
        hall_policy::Column::Priorities,
    ]);
    let transaction = platform.db.begin().await?;
    hall_policy::Entity::insert(row)
        .on_conflict(again)
        .exec_without_returning(&transaction)
        .await?;
    let policy = body.into_inner();
    let change = Change::to("hall.change_policy", "hall", director.hall.0, &policy);
    settle(
        &platform,
        &director,
        &once,
        transaction,
        change,
        StatusCode::OK,
        &policy,
    )
    .await
}
