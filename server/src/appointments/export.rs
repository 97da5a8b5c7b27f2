//! `GET /admin/statistics/export`: the same figures for a spreadsheet.

use actix_web::{
    HttpRequest, HttpResponse, get,
    web::{Data, Query},
};
use shared::{
    appointments::tables::tables,
    ids::{CounterId, ServiceId},
};

use super::statistics::{StatisticsQuery, gather};
use crate::{
    catalog::Catalogue,
    identity::Director,
    platform::{
        Platform,
        audit::{self, Deed},
        spreadsheet::{self, ExportQuery},
    },
    problem::{Failure, language_of},
};

/// The statistics as a file, in the language that the request accepts. There is no personal data in them; the export is recorded all the same.
#[utoipa::path(
    tag = "administration",
    security(("manager" = [])),
    params(StatisticsQuery, ExportQuery),
    responses(
        (status = 200, content_type = "application/octet-stream", description = "The file."),
        crate::problem::Refusals,
    ),
)]
#[get("/admin/statistics/export")]
pub async fn export_statistics(
    request: HttpRequest,
    director: Director,
    platform: Data<Platform>,
    catalogue: Data<Catalogue>,
    query: Query<StatisticsQuery>,
    format: Query<ExportQuery>,
) -> Result<HttpResponse, Failure> {
    let found = gather(&director, &platform, &query).await?;
    let (snapshot, language) = (catalogue.now(), language_of(request.headers()));
    let service = |id: ServiceId| {
        let name = snapshot
            .service(id)
            .map(|service| service.content.name.in_language(language));
        name.unwrap_or_default().to_owned()
    };
    let counter = |id: CounterId| {
        let name = snapshot.counter(id).map(|counter| counter.name.in_language(language));
        name.unwrap_or_default().to_owned()
    };
    let tables = tables(&found, service, counter, language);
    let now = platform.clock.now();
    let transaction = platform.db.begin().await?;
    let deed = Deed {
        actor: Some(director.actor()),
        action: "statistics.export",
        subject_kind: "hall",
        subject_id: Some(director.hall.0),
        reason: None,
        detail: serde_json::json!({"from": found.from, "to": found.to, "format": format.format.ending()}),
    };
    audit::record(&transaction, now, deed).await?;
    transaction.commit().await?;
    let name = format!("bianmin-{}-{}", found.from, found.to);
    Ok(spreadsheet::file(&tables, format.format, &name)?)
}
