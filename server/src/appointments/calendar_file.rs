//! `GET /appointments/{id}.ics`: an appointment for the resident's calendar (RFC 5545).

use actix_web::{
    HttpRequest, HttpResponse, get,
    http::header,
    web::{Data, Path},
};
use shared::{
    appointments::{
        calendar::{Entry, file},
        rules::Span,
    },
    ids::AppointmentId,
    language::Language,
    problem,
};

use super::{store, view::views};
use crate::{
    catalog::Catalogue,
    identity::Resident,
    platform::Platform,
    problem::{Failure, language_of},
};

/// The appointment as a calendar file. Fetched again, it replaces what the calendar shows.
#[utoipa::path(
    tag = "appointments",
    security(("resident" = [])),
    params(("id" = AppointmentId, Path, description = "The appointment.")),
    responses(
        (status = 200, content_type = "text/calendar", description = "The calendar file.", body = String),
        crate::problem::Refusals,
    ),
)]
#[get("/appointments/{id}.ics")]
pub async fn calendar_file(
    request: HttpRequest,
    resident: Resident,
    platform: Data<Platform>,
    catalogue: Data<Catalogue>,
    id: Path<AppointmentId>,
) -> Result<HttpResponse, Failure> {
    let db = platform.db.reader();
    let not_found = || Failure::from(&problem::NOT_FOUND);
    let row = store::own_appointment(db, resident.id, *id)
        .await?
        .ok_or_else(not_found)?;
    let language = language_of(request.headers());
    let appointment = views(db, &platform, std::slice::from_ref(&row), &catalogue.now(), language)
        .await?
        .pop()
        .ok_or_else(not_found)?;
    let description = match language {
        Language::Chinese => format!("预约码 {}", appointment.code),
        Language::English => format!("Booking code {}", appointment.code),
    };
    let entry = Entry {
        uid: format!("{}@bianmin", appointment.id),
        stamp: row.changed_at,
        span: Span {
            starts_at: appointment.starts_at,
            ends_at: appointment.ends_at,
        },
        summary: appointment.service,
        location: format!("{} {}", appointment.hall, appointment.address),
        description,
        // What is over stays in the calendar; what was called off does not.
        cancelled: !appointment.status.is_active() && appointment.ticket_id.is_none(),
    };
    Ok(HttpResponse::Ok()
        .content_type("text/calendar; charset=utf-8")
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header((header::CONTENT_DISPOSITION, "attachment; filename=\"appointment.ics\""))
        .body(file(&entry)))
}
