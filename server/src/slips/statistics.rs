//! `GET /admin/slips/statistics`: what waits at a hall, and what nobody came for.

use actix_web::{
    get,
    web::{Data, Json},
};
use chrono::TimeDelta;
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use shared::slips::{rules::SlipStatus, wire::SlipStatistics};

use super::{
    entity::{redemption, slip},
    service::Slips,
};
use crate::{identity::Director, problem::Failure};

/// The days of which collected things are counted.
const LOOKED_BACK: TimeDelta = TimeDelta::days(30);

/// How many things are being made, wait, are overdue, are to be posted, and were collected lately.
#[utoipa::path(
    tag = "administration",
    security(("manager" = [])),
    responses((status = 200, body = SlipStatistics), crate::problem::Refusals),
)]
#[get("/admin/slips/statistics")]
pub async fn slip_statistics(director: Director, slips: Data<Slips>) -> Result<Json<SlipStatistics>, Failure> {
    let db = slips.platform.db.reader();
    let count = |status: SlipStatus| {
        slip::Entity::find()
            .filter(slip::Column::HallId.eq(director.hall.0))
            .filter(slip::Column::Status.eq(status.as_str()))
            .count(db)
    };
    let collected = redemption::Entity::find()
        .filter(redemption::Column::HallId.eq(director.hall.0))
        .filter(redemption::Column::At.gt(slips.platform.clock.now() - LOOKED_BACK))
        .count(db)
        .await?;
    Ok(Json(SlipStatistics {
        hall_id: director.hall,
        preparing: count(SlipStatus::Preparing).await?,
        waiting: count(SlipStatus::Ready).await?,
        overdue: count(SlipStatus::Lapsed).await?,
        to_mail: count(SlipStatus::ToMail).await?,
        collected,
    }))
}
