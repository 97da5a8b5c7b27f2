//! `GET /cases`: the cases in which the resident has a part.

use actix_web::{
    HttpRequest, get,
    web::{Data, Json},
};
use shared::{cases::wire::CaseSummary, list::List, time::day_of};

use super::{WorkDays, store, view::Reader};
use crate::{
    identity::IdentifiedResident,
    platform::Platform,
    problem::{Failure, language_of},
};

/// The cases in which the resident has a part, the latest changed first.
#[utoipa::path(
    tag = "cases",
    security(("resident" = [])),
    responses((status = 200, body = List<CaseSummary>), crate::problem::Refusals),
)]
#[get("/cases")]
pub async fn list_cases(
    request: HttpRequest,
    resident: IdentifiedResident,
    platform: Data<Platform>,
    work_days: Data<WorkDays>,
) -> Result<Json<List<CaseSummary>>, Failure> {
    let now = platform.clock.now();
    let db = platform.db.reader();
    let calendar = (work_days.0)();
    let mut items = Vec::new();
    for (row, part) in store::cases_of(db, &platform, resident.person.id, now).await? {
        let opened = store::open(db, &platform, row).await?;
        let review = store::review_of(db, &opened).await?;
        let reader = Reader {
            part: &part,
            language: language_of(request.headers()),
            today: day_of(now),
            calendar: &calendar,
        };
        items.push(reader.summary(&opened, review.as_ref())?);
    }
    Ok(Json(List::whole(items)))
}
