//! `GET /appointments` and `GET /appointments/{id}`: a resident's own.

use actix_web::{
    HttpRequest, get,
    web::{Data, Json, Path, Query},
};
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect, sea_query::Expr};
use serde::Deserialize;
use shared::{
    appointments::{rules::AppointmentStatus, wire::Appointment},
    ids::AppointmentId,
    list::List,
    problem,
};

use super::{collective::members::is_member, entity::appointment, store, view::views};
use crate::{
    catalog::Catalogue,
    identity::Resident,
    platform::Platform,
    problem::{Failure, language_of},
};

const PAGE: u64 = 50;

/// Where to read on.
#[derive(Clone, Copy, Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct AppointmentsQuery {
    /// The `next_cursor` of the page before.
    pub cursor: Option<AppointmentId>,
}

/// The resident's appointments, the latest booked first; holds that ran out are left out, and so is what was booked collectively, which has a
/// list of its own.
#[utoipa::path(
    tag = "appointments",
    security(("resident" = [])),
    params(AppointmentsQuery),
    responses((status = 200, body = List<Appointment>), crate::problem::Refusals),
)]
#[get("/appointments")]
pub async fn list_appointments(
    request: HttpRequest,
    resident: Resident,
    platform: Data<Platform>,
    catalogue: Data<Catalogue>,
    query: Query<AppointmentsQuery>,
) -> Result<Json<List<Appointment>>, Failure> {
    let db = platform.db.reader();
    let mut select = appointment::Entity::find()
        .filter(appointment::Column::ResidentId.eq(resident.id.0))
        .filter(appointment::Column::Status.ne(AppointmentStatus::Expired.as_str()))
        .filter(Expr::not_exists(is_member()))
        .filter(
            Condition::any()
                .add(appointment::Column::Status.ne(AppointmentStatus::Held.as_str()))
                .add(appointment::Column::HoldExpiresAt.gt(platform.clock.now())),
        )
        .order_by_desc(appointment::Column::Id)
        .limit(PAGE + 1);
    if let Some(cursor) = query.cursor {
        select = select.filter(appointment::Column::Id.lt(cursor.0));
    }
    let mut rows = select.all(db).await?;
    let more = rows.len() as u64 > PAGE;
    rows.truncate(usize::try_from(PAGE).unwrap_or(usize::MAX));
    let next_cursor = if more {
        rows.last().map(|row| row.id.to_string())
    } else {
        None
    };
    let language = language_of(request.headers());
    let items = views(db, &platform, &rows, &catalogue.now(), language).await?;
    Ok(Json(List { items, next_cursor }))
}

/// One appointment.
#[utoipa::path(
    tag = "appointments",
    security(("resident" = [])),
    params(("id" = AppointmentId, Path, description = "The appointment.")),
    responses((status = 200, body = Appointment), crate::problem::Refusals),
)]
#[get("/appointments/{id}")]
pub async fn show_appointment(
    request: HttpRequest,
    resident: Resident,
    platform: Data<Platform>,
    catalogue: Data<Catalogue>,
    id: Path<AppointmentId>,
) -> Result<Json<Appointment>, Failure> {
    let db = platform.db.reader();
    let not_found = || Failure::from(&problem::NOT_FOUND);
    let row = store::own_appointment(db, resident.id, *id)
        .await?
        .ok_or_else(not_found)?;
    let language = language_of(request.headers());
    let found = views(db, &platform, std::slice::from_ref(&row), &catalogue.now(), language)
        .await?
        .pop();
    found.map(Json).ok_or_else(not_found)
}
