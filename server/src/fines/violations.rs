//! `GET /violations`: a resident's own camera records.

use actix_web::{
    get,
    web::{Data, Json},
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use shared::{
    fines::{
        rules::{Answer, Procedure, ViolationStatus, handle},
        wire::Violation,
    },
    list::List,
    money::Fen,
};

use super::{entity::violation, store};
use crate::{identity::IdentifiedResident, platform::Platform, problem::Failure};

/// More records than this nobody reads on a phone.
const LIMIT: u64 = 200;

/// The resident's camera records, the latest first.
#[utoipa::path(
    tag = "fines",
    security(("resident" = [])),
    responses((status = 200, body = List<Violation>), crate::problem::Refusals),
)]
#[get("/violations")]
pub async fn list_violations(
    resident: IdentifiedResident,
    platform: Data<Platform>,
) -> Result<Json<List<Violation>>, Failure> {
    let rows = violation::Entity::find()
        .filter(violation::Column::PersonId.eq(resident.person.id.0))
        .order_by_desc(violation::Column::OccurredAt)
        .order_by_desc(violation::Column::Id)
        .limit(LIMIT)
        .all(platform.db.reader())
        .await?;
    let items = rows
        .into_iter()
        .map(|row| view(&platform, row))
        .collect::<Result<Vec<_>, _>>()?;
    Ok(Json(List::whole(items)))
}

/// A record as its driver sees it.
pub fn view(platform: &Platform, row: violation::Model) -> Result<Violation, Failure> {
    let status: ViolationStatus = row.status.parse().map_err(anyhow::Error::from)?;
    let procedure: Procedure = row.procedure.parse().map_err(anyhow::Error::from)?;
    let fine_fen = Fen(row.fine_fen);
    let policy = &platform.config.outside.fines.self_service;
    Ok(Violation {
        id: row.id.into(),
        violation_no: row.violation_no,
        plate_no: platform.keys.open(store::PLATE, row.id, &row.plate_no)?,
        occurred_at: row.occurred_at,
        place: row.place,
        conduct: row.conduct,
        legal_basis: row.legal_basis,
        fine_fen,
        points: row.points,
        procedure,
        status,
        photo_url: row
            .photo_url
            .map(|_path| format!("{}/violations/{}/photo", shared::API, row.id)),
        self_service: handle(status, procedure, fine_fen, &Answer::Accept, policy).is_ok(),
        warned_by: row.warned_by,
    })
}
