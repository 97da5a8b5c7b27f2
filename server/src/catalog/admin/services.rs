//! `GET /admin/services`: what the hall's counters serve, by group.

use actix_web::{
    HttpRequest, get,
    web::{Data, Json},
};
use shared::{
    catalog::arrangements::{GroupRequest, GroupView},
    list::List,
    problem,
};

use crate::{
    catalog::Catalogue,
    identity::Director,
    problem::{Failure, language_of},
};

/// Every group of the bureau, and of the hall, with its services and the hall's counters that serve it; a group without one is not offered at the hall.
#[utoipa::path(
    tag = "administration",
    security(("manager" = [])),
    responses((status = 200, body = List<GroupView>), crate::problem::Refusals),
)]
#[get("/admin/services")]
pub async fn list_groups(
    request: HttpRequest,
    director: Director,
    catalogue: Data<Catalogue>,
) -> Result<Json<List<GroupView>>, Failure> {
    let language = language_of(request.headers());
    let snapshot = catalogue.now();
    let hall = snapshot
        .hall(director.hall)
        .ok_or_else(|| Failure::from(&problem::NOT_FOUND))?;
    let services = snapshot.search("", None);
    let items = snapshot.groups_at(hall.id).into_iter().map(|group| GroupView {
        id: group.id,
        arranged: GroupRequest {
            prefix: group.prefix.clone(),
            name: group.name.clone(),
            services: services
                .iter()
                .filter(|service| snapshot.group_of(hall.id, service) == group.id)
                .map(|service| service.id)
                .collect(),
            active: group.active,
        },
        prefix: group.prefix.clone(),
        name: group.name.in_language(language).to_owned(),
        services: services
            .iter()
            .filter(|service| snapshot.group_of(hall.id, service) == group.id)
            .map(|service| service.content.name.in_language(language).to_owned())
            .collect(),
        counters: hall
            .counters
            .iter()
            .filter_map(|id| snapshot.counter(*id))
            .filter(|counter| counter.groups.contains(&group.id))
            .map(|counter| counter.number)
            .collect(),
    });
    Ok(Json(List::whole(items.collect())))
}
