//! `GET /halls/{id}/collective-bookings`, `GET /collective-bookings/{id}` and `GET /me/collective-bookings`: what was booked for an organisation.

use actix_web::{
    HttpRequest, get,
    web::{Data, Json, Path},
};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde_json::json;
use shared::{
    appointments::collective::{CollectiveBooking, CollectiveSummary},
    ids::{CollectiveId, HallId},
    list::List,
    problem,
    time::day_of,
};

use super::{
    super::entity::collective_booking,
    members::{shown, shown_whole, summed_up},
};
use crate::{
    catalog::Catalogue,
    identity::{HallStaff, IdentifiedResident},
    platform::{
        Platform,
        audit::{self, Deed},
    },
    problem::{Failure, language_of},
};

/// How many are shown.
const SHOWN: u64 = 100;

/// The collective bookings of the own hall from today on, in the order of their days.
#[utoipa::path(
    tag = "appointments",
    security(("clerk" = []), ("manager" = [])),
    params(("id" = HallId, Path, description = "The hall.")),
    responses((status = 200, body = List<CollectiveSummary>), crate::problem::Refusals),
)]
#[get("/halls/{id}/collective-bookings")]
pub async fn list_collective(
    request: HttpRequest,
    staff: HallStaff,
    platform: Data<Platform>,
    catalogue: Data<Catalogue>,
    hall: Path<HallId>,
) -> Result<Json<List<CollectiveSummary>>, Failure> {
    if *hall != staff.hall {
        return Err(Failure::from(&problem::NOT_FOUND));
    }
    let db = platform.db.reader();
    let rows = collective_booking::Entity::find()
        .filter(collective_booking::Column::HallId.eq(hall.0))
        .filter(collective_booking::Column::Day.gte(day_of(platform.clock.now())))
        .order_by_asc(collective_booking::Column::Day)
        .order_by_asc(collective_booking::Column::Id)
        .limit(SHOWN)
        .all(db)
        .await?;
    let language = language_of(request.headers());
    Ok(Json(List::whole(
        summed_up(db, &platform, &catalogue.now(), &rows, language).await?,
    )))
}

/// A collective booking of the own hall with its people, names masked. That somebody looked is recorded.
#[utoipa::path(
    tag = "appointments",
    security(("clerk" = []), ("manager" = [])),
    params(("id" = CollectiveId, Path, description = "The collective booking.")),
    responses((status = 200, body = CollectiveBooking), crate::problem::Refusals),
)]
#[get("/collective-bookings/{id}")]
pub async fn show_collective(
    request: HttpRequest,
    staff: HallStaff,
    platform: Data<Platform>,
    catalogue: Data<Catalogue>,
    id: Path<CollectiveId>,
) -> Result<Json<CollectiveBooking>, Failure> {
    let transaction = platform.db.begin().await?;
    let row = of_hall(&transaction, staff.hall, *id).await?;
    let language = language_of(request.headers());
    let booking = shown_whole(&transaction, &platform, &catalogue.now(), &row, language).await?;
    let deed = Deed {
        actor: Some(staff.actor()),
        action: "collective.view",
        subject_kind: "collective_booking",
        subject_id: Some(id.0),
        reason: None,
        detail: json!({"people": booking.summary.people}),
    };
    audit::record(&transaction, platform.clock.now(), deed).await?;
    transaction.commit().await?;
    Ok(Json(booking))
}

/// A collective booking of a hall; nothing of another hall's, so that nobody learns that it exists.
pub async fn of_hall(
    db: &impl ConnectionTrait,
    hall: HallId,
    id: CollectiveId,
) -> Result<collective_booking::Model, Failure> {
    collective_booking::Entity::find_by_id(id.0)
        .filter(collective_booking::Column::HallId.eq(hall.0))
        .one(db)
        .await?
        .ok_or_else(|| Failure::from(&problem::NOT_FOUND))
}

/// The collective bookings whose contact the resident is, the latest day first.
#[utoipa::path(
    tag = "appointments",
    security(("resident" = [])),
    responses((status = 200, body = List<CollectiveBooking>), crate::problem::Refusals),
)]
#[get("/me/collective-bookings")]
pub async fn list_my_collective(
    request: HttpRequest,
    resident: IdentifiedResident,
    platform: Data<Platform>,
    catalogue: Data<Catalogue>,
) -> Result<Json<List<CollectiveBooking>>, Failure> {
    let db = platform.db.reader();
    let rows = collective_booking::Entity::find()
        .filter(collective_booking::Column::ContactId.eq(resident.id.0))
        .order_by_desc(collective_booking::Column::Day)
        .order_by_desc(collective_booking::Column::Id)
        .limit(SHOWN)
        .all(db)
        .await?;
    let language = language_of(request.headers());
    Ok(Json(List::whole(
        shown(db, &platform, &catalogue.now(), &rows, language).await?,
    )))
}
