//! `GET /halls` and `GET /halls/{id}`.

use actix_web::{
    HttpRequest, get,
    web::{Data, Json, Path},
};
use shared::{
    catalog::wire::{Counter, Group, HallDetail, HallService, HallSummary, OpeningHours},
    ids::HallId,
    language::Language,
    list::List,
    problem,
};

use super::{catalogue::Catalogue, snapshot::Hall};
use crate::problem::{Failure, language_of};

/// Every hall.
#[utoipa::path(
    tag = "catalog",
    security(()),
    responses((status = 200, body = List<HallSummary>), crate::problem::Refusals),
)]
#[get("/halls")]
pub async fn list_halls(request: HttpRequest, catalogue: Data<Catalogue>) -> Json<List<HallSummary>> {
    let language = language_of(request.headers());
    Json(List::whole(
        catalogue
            .now()
            .halls()
            .iter()
            .map(|hall| summary(hall, language))
            .collect(),
    ))
}

/// A hall with its hours and counters.
#[utoipa::path(
    tag = "catalog",
    security(()),
    params(("id" = HallId, Path, description = "The hall.")),
    responses((status = 200, body = HallDetail), crate::problem::Refusals),
)]
#[get("/halls/{id}")]
pub async fn show_hall(
    request: HttpRequest,
    catalogue: Data<Catalogue>,
    id: Path<HallId>,
) -> Result<Json<HallDetail>, Failure> {
    let language = language_of(request.headers());
    let snapshot = catalogue.now();
    let hall = snapshot.hall(*id).ok_or_else(|| Failure::from(&problem::NOT_FOUND))?;
    let groups = snapshot.groups_of(hall);
    Ok(Json(HallDetail {
        summary: summary(hall, language),
        latitude: hall.content.latitude.clone(),
        longitude: hall.content.longitude.clone(),
        transport: hall.content.transport.in_language(language).to_owned(),
        hours: hall
            .content
            .hours
            .iter()
            .map(|hours| OpeningHours {
                days: hours.days.clone(),
                from: hours.from.clone(),
                to: hours.to.clone(),
            })
            .collect(),
        counters: hall
            .counters
            .iter()
            .filter_map(|id| snapshot.counter(*id))
            .map(|counter| Counter {
                id: counter.id,
                number: counter.number,
                name: counter.name.in_language(language).to_owned(),
                groups: counter.groups.clone(),
            })
            .collect(),
        groups: groups
            .into_iter()
            .map(|group| Group {
                id: group.id,
                code: group.code.clone(),
                prefix: group.prefix.clone(),
                name: group.name.in_language(language).to_owned(),
            })
            .collect(),
    }))
}

/// What the counters of a hall serve.
#[utoipa::path(
    tag = "catalog",
    security(()),
    params(("id" = HallId, Path, description = "The hall.")),
    responses((status = 200, body = List<HallService>), crate::problem::Refusals),
)]
#[get("/halls/{id}/services")]
pub async fn hall_services(
    request: HttpRequest,
    catalogue: Data<Catalogue>,
    id: Path<HallId>,
) -> Result<Json<List<HallService>>, Failure> {
    let language = language_of(request.headers());
    let snapshot = catalogue.now();
    let hall = snapshot.hall(*id).ok_or_else(|| Failure::from(&problem::NOT_FOUND))?;
    let groups: Vec<_> = snapshot.groups_of(hall).into_iter().map(|group| group.id).collect();
    let served = snapshot
        .search("", None)
        .into_iter()
        .filter(|service| groups.contains(&snapshot.group_of(hall.id, service)));
    let items = served.map(|service| HallService {
        id: service.id,
        name: service.content.name.in_language(language).to_owned(),
        group_id: snapshot.group_of(hall.id, service),
    });
    Ok(Json(List::whole(items.collect())))
}

/// What lists show of a hall.
pub fn summary(hall: &Hall, language: Language) -> HallSummary {
    HallSummary {
        id: hall.id,
        code: hall.content.code.clone(),
        name: hall.content.name.in_language(language).to_owned(),
        district: hall.content.district.in_language(language).to_owned(),
        address: hall.content.address.in_language(language).to_owned(),
        phone: hall.content.phone.clone(),
    }
}
