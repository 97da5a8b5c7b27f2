//! `GET /reconciliation/days` and `GET /reconciliation/days/{date}/export`: the days at a glance, and a day as a file.

use actix_web::{
    HttpRequest, HttpResponse, get,
    web::{Data, Json, Path, Query},
};
use chrono::{Days, NaiveDate};
use serde_json::json;
use shared::{
    fines::{breaks::tables, staff::Day},
    list::List,
    time::day_of,
};

use super::reconciliation::view;
use crate::{
    identity::Finance,
    platform::{
        Platform,
        audit::{self, Deed},
        spreadsheet::{self, ExportQuery},
    },
    problem::{Failure, language_of},
};

/// A month is looked at at once.
const SHOWN: u64 = 31;

/// The latest month, today first, whether or not its days were reconciled.
#[utoipa::path(
    tag = "fines",
    security(("finance" = [])),
    responses((status = 200, body = List<Day>), crate::problem::Refusals),
)]
#[get("/reconciliation/days")]
pub async fn list_days(_: Finance, platform: Data<Platform>) -> Result<Json<List<Day>>, Failure> {
    let today = day_of(platform.clock.now());
    let mut days = Vec::new();
    for date in (0..SHOWN).filter_map(|back| today.checked_sub_days(Days::new(back))) {
        days.push(view(platform.db.reader(), date).await?);
    }
    Ok(Json(List::whole(days)))
}

/// A day as a file, in the language that the request accepts: its sums and what does not agree. The export is recorded.
#[utoipa::path(
    tag = "fines",
    security(("finance" = [])),
    params(("date" = NaiveDate, Path, description = "The day."), ExportQuery),
    responses(
        (status = 200, content_type = "application/octet-stream", description = "The file."),
        crate::problem::Refusals,
    ),
)]
#[get("/reconciliation/days/{date}/export")]
pub async fn export_day(
    request: HttpRequest,
    finance: Finance,
    platform: Data<Platform>,
    date: Path<NaiveDate>,
    format: Query<ExportQuery>,
) -> Result<HttpResponse, Failure> {
    let now = platform.clock.now();
    let transaction = platform.db.begin().await?;
    let day = view(&transaction, *date).await?;
    let deed = Deed {
        actor: Some(finance.actor()),
        action: "reconciliation.export",
        subject_kind: "day",
        subject_id: None,
        reason: None,
        detail: json!({ "day": *date, "format": format.format.ending() }),
    };
    audit::record(&transaction, now, deed).await?;
    transaction.commit().await?;
    let tables = tables(&day, language_of(request.headers()));
    Ok(spreadsheet::file(
        &tables,
        format.format,
        &format!("bianmin-{}", *date),
    )?)
}
