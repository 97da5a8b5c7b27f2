//! Tables as files: comma-separated values, and workbooks.

use actix_web::{HttpResponse, http::header};
use rust_xlsxwriter::{Format, Workbook, XlsxError};
use serde::Deserialize;
use shared::tables::{Cell, Table, csv};

/// How tables are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum ExportFormat {
    /// Comma-separated values, UTF-8.
    Csv,
    /// An Office Open XML workbook.
    Xlsx,
}

impl ExportFormat {
    /// How the names of such files end.
    pub const fn ending(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Xlsx => "xlsx",
        }
    }
}

/// How the figures are written.
#[derive(Clone, Copy, Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ExportQuery {
    /// CSV or XLSX.
    #[param(inline)]
    pub format: ExportFormat,
}

/// Tables as a file with a name, which gets the right ending.
pub fn file(tables: &[Table], format: ExportFormat, name: &str) -> anyhow::Result<HttpResponse> {
    let (kind, body) = match format {
        ExportFormat::Csv => ("text/csv; charset=utf-8", csv(tables).into_bytes()),
        ExportFormat::Xlsx => (
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            workbook(tables)?,
        ),
    };
    let name = format!("attachment; filename=\"{name}.{}\"", format.ending());
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
