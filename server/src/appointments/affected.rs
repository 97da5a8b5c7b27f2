//! `GET /admin/closures/{id}/affected`: whose appointments a closure cancelled, and who has another time since.

use std::collections::HashMap;

use actix_web::{
    HttpRequest, get,
    web::{Data, Json, Path},
};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait, Select};
use serde_json::json;
use shared::{
    appointments::{
        rules::AppointmentStatus,
        wire::{AffectedAppointment, Appointment},
    },
    ids::ClosureId,
    language::Language,
    list::List,
    problem,
    time::Instant,
};

use super::{
    closures::concerned,
    entity::{appointment, closure, window},
    view::views,
};
use crate::{
    catalog::{Catalogue, Snapshot},
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
    let windows = concerned(&closure, closure.created_at);
    let (snapshot, language) = (catalogue.now(), language_of(request.headers()));
    let items = lost(
        &transaction,
        &platform,
        &snapshot,
        windows,
        closure.created_at,
        language,
    )
    .await?;
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

/// Whose appointments in these windows the hall cancelled at an instant, in the order of their times, with the time that each has now.
pub async fn lost(
    db: &impl ConnectionTrait,
    platform: &Platform,
    catalogue: &Snapshot,
    windows: Select<window::Entity>,
    at: Instant,
    language: Language,
) -> Result<Vec<AffectedAppointment>, Failure> {
    // All that is booked in the windows was cancelled then, and nothing is booked there since. So whatever was booked before and changed after
    // is what was cancelled; what residents moved earlier changed earlier.
    let windows = windows.select_only().column(window::Column::Id).into_query();
    let cancelled = appointment::Entity::find()
        .filter(appointment::Column::WindowId.in_subquery(windows))
        .filter(appointment::Column::Status.is_in(CANCELLED_THEN))
        .filter(appointment::Column::CreatedAt.lte(at))
        .filter(appointment::Column::ChangedAt.gte(at))
        .all(db)
        .await?;
    // Residents move the appointment itself, or book anew; either way it is the person's latest one for the service.
    let later = appointment::Entity::find()
        .filter(appointment::Column::PersonId.is_in(cancelled.iter().map(|row| row.person_id)))
        .filter(appointment::Column::CreatedAt.gt(at))
        .filter(
            appointment::Column::Status
                .is_not_in([AppointmentStatus::Held.as_str(), AppointmentStatus::Expired.as_str()]),
        )
        .order_by_asc(appointment::Column::CreatedAt)
        .all(db)
        .await?;
    let shown = views(db, platform, &later, catalogue, language).await?;
    let now_has: HashMap<_, Appointment> = shown
        .into_iter()
        .map(|appointment| ((appointment.person_id, appointment.service_id), appointment))
        .collect();
    let mut items: Vec<AffectedAppointment> = views(db, platform, &cancelled, catalogue, language)
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
    Ok(items)
}
