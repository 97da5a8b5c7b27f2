//! `GET /admin/alerts`: where another counter should be opened (潮汐窗口).

use actix_web::{
    HttpRequest, get,
    web::{Data, Json},
};
use shared::{
    list::List,
    problem,
    queue::tide::{TideAdvice, TideAlert, advice},
};

use super::halls::Halls;
use crate::{
    catalog::Catalogue,
    identity::Director,
    problem::{Failure, language_of},
};

/// What the manager of the hall should do now, group by group; nothing where the line and the counters fit each other.
#[utoipa::path(
    tag = "administration",
    security(("manager" = [])),
    responses((status = 200, body = List<TideAlert>), crate::problem::Refusals),
)]
#[get("/admin/alerts")]
pub async fn list_alerts(
    request: HttpRequest,
    director: Director,
    catalogue: Data<Catalogue>,
    halls: Data<Halls>,
) -> Result<Json<List<TideAlert>>, Failure> {
    let language = language_of(request.headers());
    let snapshot = catalogue.now();
    let hall = snapshot
        .hall(director.hall)
        .ok_or_else(|| Failure::from(&problem::NOT_FOUND))?;
    let state = halls.state(director.hall).await?;
    let groups = snapshot.groups_of(hall);
    let ids: Vec<_> = groups.iter().map(|group| group.id).collect();
    let mut alerts = Vec::new();
    for ((group, load), described) in state.loads(&snapshot, &ids).into_iter().zip(groups) {
        let Some(advice) = advice(load) else { continue };
        let could_open = hall
            .counters
            .iter()
            .filter_map(|id| snapshot.counter(*id))
            .filter(|counter| counter.groups.contains(&group) && !state.is_open(counter.id))
            .map(|counter| counter.number);
        alerts.push(TideAlert {
            group_id: group,
            group: described.name.in_language(language).to_owned(),
            advice,
            waiting: load.waiting,
            counters: load.counters,
            longest_wait: load.longest_wait,
            could_open: if advice == TideAdvice::CloseOne {
                Vec::new()
            } else {
                could_open.collect()
            },
        });
    }
    Ok(Json(List::whole(alerts)))
}
