//! `GET /admin/statistics/export`: the same figures for a spreadsheet.

use actix_web::{
    HttpRequest, HttpResponse, get,
    http::header,
    web::{Data, Query},
};
use rust_xlsxwriter::{Format, Workbook, XlsxError};
use serde::Deserialize;
use shared::{
    appointments::tables::{Cell, Table, csv, tables},
    ids::{CounterId, ServiceId},
};

use super::statistics::{StatisticsQuery, gather};
use crate::{
    catalog::Catalogue,
    identity::Director,
    platform::{
        Platform,
        audit::{self, Deed},
    },
    problem::{Failure, language_of},
};

/// How the figures are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum ExportFormat {
    /// Comma-separated values, UTF-8.
    Csv,
    /// An Office Open XML workbook.
    Xlsx,
}

/// How the figures are written.
#[derive(Clone, Copy, Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ExportQuery {
    /// CSV or XLSX.
    #[param(inline)]
    pub format: ExportFormat,
}

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
    let (kind, ending, body) = match format.format {
        ExportFormat::Csv => ("text/csv; charset=utf-8", "csv", csv(&tables).into_bytes()),
        ExportFormat::Xlsx => (
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            "xlsx",
            workbook(&tables).map_err(anyhow::Error::from)?,
        ),
    };
    let now = platform.clock.now();
    let transaction = platform.db.begin().await?;
    let deed = Deed {
        actor: Some(director.actor()),
        action: "statistics.export",
        subject_kind: "hall",
        subject_id: Some(director.hall.0),
        reason: None,
        detail: serde_json::json!({"from": found.from, "to": found.to, "format": ending}),
    };
    audit::record(&transaction, now, deed).await?;
    transaction.commit().await?;
    let name = format!("attachment; filename=\"bianmin-{}-{}.{ending}\"", found.from, found.to);
    Ok(HttpResponse::Ok()
        .content_type(kind)
        .insert_header((header::CONTENT_DISPOSITION, name))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .body(body))
}

/// A sheet for each table. Words are written as words, so none is taken for a formula.
fn workbook(tables: &[Table]) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    let head = Format::new().set_bold();
    for table in tables {
        let sheet = book.add_worksheet();
        sheet.set_name(table.title)?;
        for (column, name) in (0..).zip(&table.columns) {
            sheet.write_string_with_format(0, column, *name, &head)?;
        }
        for (row, cells) in (1..).zip(&table.rows) {
            for (column, cell) in (0..).zip(cells) {
                match cell {
                    Cell::Text(words) => sheet.write_string(row, column, words)?,
                    // Counts and seconds stay far below where a sheet's numbers lose digits.
                    Cell::Number(number) => {
                        sheet.write_number(row, column, i32::try_from(*number).unwrap_or(i32::MAX))?
                    }
                };
            }
        }
        sheet.autofit();
        sheet.set_freeze_panes(1, 0)?;
    }
    book.save_to_buffer()
}
