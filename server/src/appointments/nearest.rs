//! `GET /services/{id}/nearest`: the first free time of every hall that serves something.

use actix_web::{
    get,
    web::{Data, Json, Path},
};
use shared::{catalog::wire::NearestWindow, ids::ServiceId, list::List, problem};

use super::availability::Availability;
use crate::{catalog::Catalogue, platform::Platform, problem::Failure};

/// The free window that begins first, for each hall that has one, the soonest first.
#[utoipa::path(
    tag = "appointments",
    security(()),
    params(("id" = ServiceId, Path, description = "The service.")),
    responses((status = 200, body = List<NearestWindow>), crate::problem::Refusals),
)]
#[get("/services/{id}/nearest")]
pub async fn nearest_windows(
    platform: Data<Platform>,
    catalogue: Data<Catalogue>,
    availability: Data<Availability>,
    id: Path<ServiceId>,
) -> Result<Json<List<NearestWindow>>, Failure> {
    let now = platform.clock.now();
    let snapshot = catalogue.now();
    let service = snapshot
        .service(*id)
        .ok_or_else(|| Failure::from(&problem::NOT_FOUND))?;
    let mut nearest = Vec::new();
    for hall in snapshot.halls_serving(service) {
        let windows = availability.of(&platform, hall.id).await?;
        if let Some(window) = windows.first_free(snapshot.group_of(hall.id, service), now) {
            nearest.push(NearestWindow {
                hall_id: hall.id,
                window,
            });
        }
    }
    nearest.sort_by_key(|found| (found.window.starts_at, found.hall_id));
    Ok(Json(List::whole(nearest)))
}
