//! `GET /points`: how many points the resident has.

use actix_web::{
    get,
    web::{Data, Json},
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use shared::{
    fines::points::{PointsTotal, Recorded, total},
    time::day_of,
};

use super::entity::decision;
use crate::{identity::IdentifiedResident, platform::Platform, problem::Failure};

/// The points of the latest twelve months. What a withdrawn decision had recorded does not count.
#[utoipa::path(
    tag = "fines",
    security(("resident" = [])),
    responses((status = 200, body = PointsTotal), crate::problem::Refusals),
)]
#[get("/points")]
pub async fn show_points(resident: IdentifiedResident, platform: Data<Platform>) -> Result<Json<PointsTotal>, Failure> {
    let rows = decision::Entity::find()
        .filter(decision::Column::PersonId.eq(resident.person.id.0))
        .filter(decision::Column::Points.gt(0))
        .all(platform.db.reader())
        .await?;
    let mut recorded = Vec::with_capacity(rows.len());
    for row in rows {
        recorded.push(Recorded {
            on: row.decided_on,
            points: row.points,
            status: row.status.parse().map_err(anyhow::Error::from)?,
        });
    }
    Ok(Json(total(recorded, day_of(platform.clock.now()))))
}
