//! `/slips/{id}/compartment`: staff lay a document into a locker (自助取件柜) of their site, or take it out again.
//!
//! A compartment holds one thing and a thing lies in one compartment: both are keys of the row. Whoever hands the thing over removes the row in
//! the same transaction.

use std::collections::HashMap;

use actix_web::{
    HttpRequest, HttpResponse, delete, put,
    web::{Data, Json, Path},
};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter,
    sea_query::{Query, SelectStatement},
};
use serde_json::json;
use shared::{
    ids::{DeviceId, SlipId},
    problem,
    slips::{
        locker::{
            COMPARTMENT_TAKEN, Compartment, CompartmentRequest, HIGHEST, NOT_FOR_LOCKERS, SLIP_NOT_IN_LOCKER,
            is_for_lockers,
        },
        wire::Slip,
    },
};
use uuid::Uuid;

use super::{collect::Place, done::Done, entity::compartment, service::Slips, store};
use crate::{
    identity::{self, HallStaff, Locker},
    platform::{db, idempotency::Once},
    problem::{Failure, invalid_field},
};

/// Lays a document into a compartment, or from one into another.
#[utoipa::path(
    tag = "slips",
    security(("clerk" = []), ("manager" = [])),
    params(("id" = SlipId, Path, description = "The slip.")),
    request_body = CompartmentRequest,
    responses((status = 200, body = Slip), crate::problem::Refusals),
)]
#[put("/slips/{id}/compartment")]
pub async fn store_in_locker(
    request: HttpRequest,
    staff: HallStaff,
    once: Once,
    slips: Data<Slips>,
    id: Path<SlipId>,
    body: Json<CompartmentRequest>,
) -> Result<HttpResponse, Failure> {
    if !(1..=HIGHEST).contains(&body.number) {
        return Err(invalid_field("number", "compartments are numbered from 1 to 999"));
    }
    let now = slips.platform.clock.now();
    let transaction = slips.platform.db.begin().await?;
    let row = store::at_site(&transaction, staff.hall.0, *id).await?;
    if !identity::is_locker_of(&transaction, body.locker_id, staff.hall).await? {
        return Err(invalid_field("locker_id", "this is no locker of the site"));
    }
    if !is_for_lockers(row.kind()?, row.status()?) {
        return Err(Failure::from(&NOT_FOR_LOCKERS));
    }
    take_out(&transaction, row.id).await?;
    let laid = compartment::ActiveModel {
        slip_id: Set(row.id),
        locker_id: Set(body.locker_id.0),
        number: Set(body.number),
        stored_by: Set(staff.staff.0),
        stored_at: Set(now),
    };
    if let Err(error) = compartment::Entity::insert(laid)
        .exec_without_returning(&transaction)
        .await
    {
        return Err(if db::is_duplicate(&error) {
            Failure::from(&COMPARTMENT_TAKEN)
        } else {
            error.into()
        });
    }
    let done = Done {
        by: staff.actor(),
        action: "slip.store",
        reason: None,
        detail: json!({"locker": body.locker_id, "number": body.number}),
    };
    done.answer(&request, &once, &slips, transaction, row, now).await
}

/// Takes something out of its compartment, so that it is collected at the counter.
#[utoipa::path(
    tag = "slips",
    security(("clerk" = []), ("manager" = [])),
    params(("id" = SlipId, Path, description = "The slip.")),
    responses((status = 200, body = Slip), crate::problem::Refusals),
)]
#[delete("/slips/{id}/compartment")]
pub async fn take_from_locker(
    request: HttpRequest,
    staff: HallStaff,
    once: Once,
    slips: Data<Slips>,
    id: Path<SlipId>,
) -> Result<HttpResponse, Failure> {
    let now = slips.platform.clock.now();
    let transaction = slips.platform.db.begin().await?;
    let row = store::at_site(&transaction, staff.hall.0, *id).await?;
    if !take_out(&transaction, row.id).await? {
        return Err(Failure::from(&problem::NOT_FOUND));
    }
    let done = Done::of(staff.actor(), "slip.take_out");
    done.answer(&request, &once, &slips, transaction, row, now).await
}

/// Notes that something no longer lies in a locker; tells whether it did.
pub async fn take_out(db: &impl ConnectionTrait, slip: Uuid) -> Result<bool, DbErr> {
    let taken = compartment::Entity::delete_by_id(slip).exec(db).await?;
    Ok(taken.rows_affected == 1)
}

/// Notes that something is handed over here. A locker is refused when a clerk has taken it out or laid it elsewhere meanwhile.
pub async fn leave(db: &impl ConnectionTrait, slip: Uuid, place: Place) -> Result<(), Failure> {
    let Place::Compartment(locker, number) = place else {
        take_out(db, slip).await?;
        return Ok(());
    };
    let opened = compartment::Entity::delete_by_id(slip)
        .filter(compartment::Column::LockerId.eq(locker.0))
        .filter(compartment::Column::Number.eq(number))
        .exec(db)
        .await?;
    if opened.rows_affected == 0 {
        return Err(Failure::from(&SLIP_NOT_IN_LOCKER));
    }
    Ok(())
}

/// Where something lies in this locker, and who laid it there.
pub async fn lying_in(db: &impl ConnectionTrait, locker: &Locker, slip: Uuid) -> Result<compartment::Model, Failure> {
    compartment::Entity::find_by_id(slip)
        .filter(compartment::Column::LockerId.eq(locker.device.0))
        .one(db)
        .await?
        .ok_or_else(|| Failure::from(&SLIP_NOT_IN_LOCKER))
}

/// The slips of what lies in a locker.
pub fn in_lockers() -> SelectStatement {
    Query::select()
        .column(compartment::Column::SlipId)
        .from(compartment::Entity)
        .to_owned()
}

/// Where slips lie, as far as they lie in lockers.
pub async fn compartments(
    db: &impl ConnectionTrait,
    slips: impl IntoIterator<Item = Uuid>,
) -> Result<HashMap<Uuid, Compartment>, DbErr> {
    let rows = compartment::Entity::find()
        .filter(compartment::Column::SlipId.is_in(slips))
        .all(db)
        .await?;
    let names = identity::device_names(db, rows.iter().map(|row| row.locker_id.into())).await?;
    let place = |row: compartment::Model| {
        let locker_id = DeviceId(row.locker_id);
        let place = Compartment {
            locker_id,
            locker: names.get(&locker_id).cloned().unwrap_or_default(),
            number: row.number,
        };
        (row.slip_id, place)
    };
    Ok(rows.into_iter().map(place).collect())
}
