//! `GET /services` and `GET /services/{id}`.

use actix_web::{
    HttpRequest, HttpResponse, get,
    web::{Data, Json, Path, Query},
};
use serde::Deserialize;
use shared::{
    catalog::{
        rules::Family,
        wire::{Material, ServiceDetail, ServiceSummary, TimeLimit},
    },
    ids::ServiceId,
    language::Language,
    list::List,
    money::Fen,
    problem,
};

use super::{catalogue::Catalogue, content::Required, halls, snapshot::Service};
use crate::{
    platform::packed::Packed,
    problem::{Failure, language_of},
};

/// What is asked of the catalogue.
#[derive(Clone, Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ServicesQuery {
    /// What people call it: 身份证丢了.
    #[serde(default)]
    pub q: Option<String>,
    /// One family only.
    #[serde(default)]
    pub category: Option<Family>,
}

/// The services that answer a query, best first; all of them without one.
#[utoipa::path(
    tag = "catalog",
    security(()),
    params(ServicesQuery),
    responses(
        (status = 200, body = List<ServiceSummary>),
        (status = 304, description = "Nothing has changed since the answer with this entity tag."),
        crate::problem::Refusals,
    ),
)]
#[get("/services")]
pub async fn list_services(
    request: HttpRequest,
    catalogue: Data<Catalogue>,
    query: Query<ServicesQuery>,
) -> Result<HttpResponse, Failure> {
    let language = language_of(request.headers());
    let text: String = query.q.as_deref().unwrap_or_default().chars().take(100).collect();
    let snapshot = catalogue.now();
    let list = || {
        let found = snapshot.search(&text, query.category);
        Packed::new(&List::whole(
            found
                .into_iter()
                .map(|service| summary(service, language))
                .collect::<Vec<_>>(),
        ))
    };
    let asked = (language, query.category, text.clone());
    snapshot.lists.rendered(asked, list)?.answer(&request)
}

/// A service with its basis, materials, time limit, fee and halls.
#[utoipa::path(
    tag = "catalog",
    security(()),
    params(("id" = ServiceId, Path, description = "The service.")),
    responses((status = 200, body = ServiceDetail), crate::problem::Refusals),
)]
#[get("/services/{id}")]
pub async fn show_service(
    request: HttpRequest,
    catalogue: Data<Catalogue>,
    id: Path<ServiceId>,
) -> Result<Json<ServiceDetail>, Failure> {
    let language = language_of(request.headers());
    let snapshot = catalogue.now();
    let not_found = || Failure::from(&problem::NOT_FOUND);
    let service = snapshot.service(*id).ok_or_else(not_found)?;
    let group = snapshot.group(service.group).ok_or_else(not_found)?;
    let content = &service.content;
    let said = |text: &shared::language::Text| text.in_language(language).to_owned();
    Ok(Json(ServiceDetail {
        summary: summary(service, language),
        group_id: group.id,
        group: said(&group.name),
        legal_basis: content.basis.iter().map(said).collect(),
        materials: content
            .materials
            .iter()
            .map(|material| Material {
                name: in_language(&material.zh, &material.en, language).to_owned(),
                original: material.original,
                copies: material.copies,
                always: material.required == Required::Always,
                note: match language {
                    Language::Chinese => material.note_zh.clone(),
                    Language::English => material.note_en.clone(),
                },
            })
            .collect(),
        time_limit: TimeLimit {
            days: content.time_limit.days,
            promised_days: content.time_limit.promised_days,
            kind: content.time_limit.kind,
        },
        fee_note: content.fee_note.as_ref().map(said),
        channels: content.channels.clone(),
        steps: content.steps.iter().map(said).collect(),
        counter_minutes: content.minutes,
        halls: snapshot
            .halls_serving(service)
            .map(|hall| halls::summary(hall, language))
            .collect(),
    }))
}

fn in_language<'a>(zh: &'a str, en: &'a str, language: Language) -> &'a str {
    match language {
        Language::Chinese => zh,
        Language::English => en,
    }
}

fn summary(service: &Service, language: Language) -> ServiceSummary {
    ServiceSummary {
        id: service.id,
        code: service.content.code.clone(),
        name: service.content.name.in_language(language).to_owned(),
        category: service.content.family,
        summary: service.content.summary.in_language(language).to_owned(),
        fee_fen: Fen(service.content.fee_fen),
        bookable: service.content.appointment,
    }
}
