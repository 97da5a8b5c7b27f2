//! `GET /admin/closures/{id}/affected`: whose appointments a closure cancelled, and who has another time since.

use std::collections::HashMap;

use actix_web::{
    HttpRequest, get,
    web::{Data, Json, Path},
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait};
use serde_json::json;
use shared::{
    appointments::{
        rules::AppointmentStatus,
        wire::{AffectedAppointment, Appointment},
    },
    ids::ClosureId,
    list::List,
    problem,
};

use super::{
    closures::concerned,
    entity::{appointment, closure, window},
    view::views,
};
use crate::{
    catalog::Catalogue,
    identity::Director,
    platform::{
        Platform,
        audit::{self, Deed},
    },
    problem::{Failure, language_of},
};

/// What became of an appointment that a hall cancelled: still so, or moved by the resident.
const CANCELLED_THEN: [&str; 2] = [
    AppointmentStatus::HallCancelled.as_str(),
    AppointmentStatus::Rescheduled.as_str(),
];

/// Whose appointments the closure cancelled, in the order of their times, with the time that each has now. Names are masked, and that somebody
/// looked is recorded.
#[utoipa::path(
    tag = "administration",
    security(("manager" = [])),
    params(("id" = ClosureId, Path, description = "The closure.")),
    responses((status = 200, body = List<AffectedAppointment>), crate::problem::Refusals),
)]
#[get("/admin/closures/{id}/affected")]
pub async fn list_affected(
    request: HttpRequest,
    director: Director,
    platform: Data<Platform>,
    catalogue: Data<Catalogue>,
    id: Path<ClosureId>,
) -> Result<Json<List<AffectedAppointment>>, Failure> {
    let transaction = platform.db.begin().await?;
    let closure = closure::Entity::find_by_id(id.0)
        .filter(closure::Column::HallId.eq(director.hall.0))
        .one(&transaction)
        .await?
        .ok_or_else(|| Failure::from(&problem::NOT_FOUND))?;
    // A closure cancels all that is booked in its windows, and nothing is booked there while it lasts. So whatever was booked before it and
    // changed since then is what it cancelled; what residents moved earlier changed earlier.
    let windows = concerned(&closure, closure.created_at)
        .select_only()
        .column(window::Column::Id)
        .into_query();
    let cancelled = appointment::Entity::find()
        .filter(appointment::Column::WindowId.in_subquery(windows))
        .filter(appointment::Column::Status.is_in(CANCELLED_THEN))
        .filter(appointment::Column::CreatedAt.lte(closure.created_at))
        .filter(appointment::Column::ChangedAt.gte(closure.created_at))
        .all(&transaction)
        .await?;
    // Residents move the appointment itself, or book anew; either way it is the person's latest one for the service.
    let later = appointment::Entity::find()
        .filter(appointment::Column::PersonId.is_in(cancelled.iter().map(|row| row.person_id)))
        .filter(appointment::Column::CreatedAt.gt(closure.created_at))
        .filter(
            appointment::Column::Status
                .is_not_in([AppointmentStatus::Held.as_str(), AppointmentStatus::Expired.as_str()]),
        )
        .order_by_asc(appointment::Column::CreatedAt)
        .all(&transaction)
        .await?;
    let (snapshot, language) = (catalogue.now(), language_of(request.headers()));
    let shown = views(&transaction, &platform, &later, &snapshot, language).await?;
    let now_has: HashMap<_, Appointment> = shown
        .into_iter()
        .map(|appointment| ((appointment.person_id, appointment.service_id), appointment))
        .collect();
    let mut items: Vec<AffectedAppointment> = views(&transaction, &platform, &cancelled, &snapshot, language)
        .await?
        .into_iter()
        .map(|lost| {
            let now_has = now_has.get(&(lost.person_id, lost.service_id));
            AffectedAppointment {
                id: lost.id,
                person: lost.person,
                service: lost.service,
                starts_at: lost.starts_at,
                status: now_has.map(|appointment| appointment.status),
                hall: now_has.map(|appointment| appointment.hall.clone()),
                moved_to: now_has.map(|appointment| appointment.starts_at),
            }
        })
        .collect();
    items.sort_by_key(|affected| (affected.starts_at, affected.id));
    let deed = Deed {
        actor: Some(director.actor()),
        action: "closure.view_affected",
        subject_kind: "closure",
        subject_id: Some(id.0),
        reason: None,
        detail: json!({"appointments": items.len()}),
    };
    audit::record(&transaction, platform.clock.now(), deed).await?;
    transaction.commit().await?;
    Ok(Json(List::whole(items)))
}
