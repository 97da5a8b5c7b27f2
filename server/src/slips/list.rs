//! `GET /slips` and `GET /slips/{id}`: what a resident can collect, also for others.

use actix_web::{
    HttpRequest, get,
    web::{Data, Json, Path, Query},
};
use serde::Deserialize;
use shared::{
    ids::SlipId,
    list::List,
    slips::wire::{ScreenCode, Slip},
};

use super::{
    code,
    service::Slips,
    store,
    view::{view, views},
};
use crate::{
    identity::Resident,
    problem::{Failure, language_of},
};

const PAGE: usize = 50;

/// Where to read on.
#[derive(Clone, Copy, Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct SlipsQuery {
    /// The `next_cursor` of the page before.
    pub cursor: Option<SlipId>,
}

/// The resident's slips, and those with which the resident collects for another; the latest first.
#[utoipa::path(
    tag = "slips",
    security(("resident" = [])),
    params(SlipsQuery),
    responses((status = 200, body = List<Slip>), crate::problem::Refusals),
)]
#[get("/slips")]
pub async fn list_slips(
    request: HttpRequest,
    resident: Resident,
    slips: Data<Slips>,
    query: Query<SlipsQuery>,
) -> Result<Json<List<Slip>>, Failure> {
    let db = slips.platform.db.reader();
    let mut rows = store::visible(db, &slips.platform, &resident, query.cursor, PAGE as u64 + 1).await?;
    let more = rows.len() > PAGE;
    rows.truncate(PAGE);
    let next_cursor = rows.last().filter(|_| more).map(|row| row.id.to_string());
    let rows = rows
        .into_iter()
        .map(|row| {
            let owned = row.resident_id == Some(resident.id.0)
                || resident
                    .person
                    .as_ref()
                    .is_some_and(|person| person.id.0 == row.person_id);
            (row, owned)
        })
        .collect();
    let items = views(&slips, db, rows, language_of(request.headers())).await?;
    Ok(Json(List { items, next_cursor }))
}

/// One slip.
#[utoipa::path(
    tag = "slips",
    security(("resident" = [])),
    params(("id" = SlipId, Path, description = "The slip.")),
    responses((status = 200, body = Slip), crate::problem::Refusals),
)]
#[get("/slips/{id}")]
pub async fn show_slip(
    request: HttpRequest,
    resident: Resident,
    slips: Data<Slips>,
    id: Path<SlipId>,
) -> Result<Json<Slip>, Failure> {
    let db = slips.platform.db.reader();
    let (row, owned) = store::visible_one(db, &slips.platform, &resident, *id).await?;
    Ok(Json(
        view(&slips, db, row, owned, language_of(request.headers())).await?,
    ))
}

/// The code beside the slip, which changes every half minute.
#[utoipa::path(
    tag = "slips",
    security(("resident" = [])),
    params(("id" = SlipId, Path, description = "The slip.")),
    responses((status = 200, body = ScreenCode), crate::problem::Refusals),
)]
#[get("/slips/{id}/code")]
pub async fn show_code(resident: Resident, slips: Data<Slips>, id: Path<SlipId>) -> Result<Json<ScreenCode>, Failure> {
    let db = slips.platform.db.reader();
    let (row, _) = store::visible_one(db, &slips.platform, &resident, *id).await?;
    let now = slips.platform.clock.now();
    Ok(Json(code::on_screen(&slips, &row, now)?))
}
