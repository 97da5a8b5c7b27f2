//! `GET /admin/slips`: what lies at a site, is being made or is to be posted. `POST /slips/{id}/mail-label`: where something is posted to.

use actix_web::{
    HttpRequest, get, post,
    web::{Data, Json, Path, Query},
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde::Deserialize;
use serde_json::json;
use shared::{
    ids::SlipId,
    list::List,
    problem::{self, Problem},
    slips::{
        problems::SLIP_STATE,
        rules::SlipStatus,
        wire::{MailLabel, Slip},
    },
};
use uuid::Uuid;

use super::{
    entity::slip,
    sealed::{MAIL_ADDRESS, MAIL_PHONE, MAIL_RECIPIENT},
    service::Slips,
    store,
    view::views,
};
use crate::{
    identity::HallStaff,
    platform::audit::{self, Deed},
    problem::{Failure, invalid_field, language_of},
};

/// How many slips a page has.
const PAGE: usize = 50;

/// Which slips, and where to read on.
#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ShelfQuery {
    /// Where the slips stand.
    #[param(example = "preparing")]
    status: String,
    /// The `next_cursor` of the page before.
    cursor: Option<String>,
}

/// The slips of the staff's own site that stand there, the latest first. Names are masked.
#[utoipa::path(
    tag = "slips",
    security(("clerk" = []), ("manager" = [])),
    params(ShelfQuery),
    responses((status = 200, body = List<Slip>), crate::problem::Refusals),
)]
#[get("/admin/slips")]
pub async fn list_shelf(
    request: HttpRequest,
    staff: HallStaff,
    slips: Data<Slips>,
    query: Query<ShelfQuery>,
) -> Result<Json<List<Slip>>, Failure> {
    let status: SlipStatus = query.status.parse().map_err(|error| invalid_field("status", error))?;
    let mut select = slip::Entity::find()
        .filter(slip::Column::HallId.eq(staff.hall.0))
        .filter(slip::Column::Status.eq(status.as_str()))
        .order_by_desc(slip::Column::Id)
        .limit(u64::try_from(PAGE + 1).unwrap_or_default());
    if let Some(cursor) = &query.cursor {
        let before: Uuid = cursor
            .parse()
            .map_err(|_no_id| Problem::new(&problem::MALFORMED).on_field("cursor"))?;
        select = select.filter(slip::Column::Id.lt(before));
    }
    let db = slips.platform.db.reader();
    let mut rows = select.all(db).await?;
    let more = rows.len() > PAGE;
    rows.truncate(PAGE);
    let next_cursor = rows.last().filter(|_| more).map(|row| row.id.to_string());
    let rows = rows.into_iter().map(|row| (row, true)).collect();
    let items = views(&slips, db, rows, language_of(request.headers())).await?;
    Ok(Json(List { items, next_cursor }))
}

/// The recipient, phone and address of something that is to be posted, whole. Each reading is recorded.
#[utoipa::path(
    tag = "slips",
    security(("clerk" = []), ("manager" = [])),
    params(("id" = SlipId, Path, description = "The slip.")),
    responses((status = 200, body = MailLabel), crate::problem::Refusals),
)]
#[post("/slips/{id}/mail-label")]
pub async fn mail_label(staff: HallStaff, slips: Data<Slips>, id: Path<SlipId>) -> Result<Json<MailLabel>, Failure> {
    let (platform, now) = (&slips.platform, slips.platform.clock.now());
    let transaction = platform.db.begin().await?;
    let row = store::at_site(&transaction, staff.hall.0, *id).await?;
    let (Some(recipient), Some(phone), Some(address), SlipStatus::ToMail) =
        (&row.mail_recipient, &row.mail_phone, &row.mail_address, row.status()?)
    else {
        return Err(Problem::new(&SLIP_STATE).with("status", row.status.as_str()).into());
    };
    let deed = Deed {
        actor: Some(staff.actor()),
        action: "slip.read-label",
        subject_kind: "slip",
        subject_id: Some(row.id),
        reason: Some("邮寄"),
        detail: json!({}),
    };
    audit::record(&transaction, now, deed).await?;
    let label = MailLabel {
        recipient: platform.keys.open(MAIL_RECIPIENT, row.id, recipient)?,
        phone: platform.keys.open(MAIL_PHONE, row.id, phone)?,
        address: platform.keys.open(MAIL_ADDRESS, row.id, address)?,
    };
    transaction.commit().await?;
    Ok(Json(label))
}
