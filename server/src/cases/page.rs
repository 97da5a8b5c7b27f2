//! `GET /cases/{id}`: a case with its timeline, its property and what is due.

use actix_web::{
    HttpRequest, get,
    web::{Data, Json, Path},
};
use sea_orm::{ConnectionTrait, EntityTrait};
use shared::{
    cases::wire::{CaseDetail, Subscription},
    ids::CaseId,
    language::Language,
    problem,
    time::{Instant, day_of},
};

use super::{
    WorkDays,
    entity::{case, subscription},
    proxies, return_list,
    store::{self, Part},
    view::Reader,
};
use crate::{
    identity::IdentifiedResident,
    platform::Platform,
    problem::{Failure, language_of},
};

/// A case in which the resident has a part, as far as the resident may know of it.
#[utoipa::path(
    tag = "cases",
    security(("resident" = [])),
    params(("id" = CaseId, Path, description = "The case.")),
    responses((status = 200, body = CaseDetail), crate::problem::Refusals),
)]
#[get("/cases/{id}")]
pub async fn read_case(
    request: HttpRequest,
    resident: IdentifiedResident,
    platform: Data<Platform>,
    work_days: Data<WorkDays>,
    id: Path<CaseId>,
) -> Result<Json<CaseDetail>, Failure> {
    let now = platform.clock.now();
    let db = platform.db.reader();
    let (row, part) = store::case_of(db, &platform, resident.person.id, id.0, now)
        .await?
        .ok_or_else(|| Failure::from(&problem::NOT_FOUND))?;
    let language = language_of(request.headers());
    let page = Page {
        resident: &resident,
        part: &part,
        language,
        now,
    };
    page.build(db, &platform, &work_days, row).await.map(Json)
}

/// A case's page for one resident.
pub struct Page<'a> {
    /// Who reads it.
    pub resident: &'a IdentifiedResident,
    /// What they are to the case.
    pub part: &'a Part,
    /// In which language they read.
    pub language: Language,
    /// When.
    pub now: Instant,
}

impl Page<'_> {
    /// Reads the case and cuts it down to what the roles may know.
    pub async fn build(
        &self,
        db: &impl ConnectionTrait,
        platform: &Platform,
        work_days: &WorkDays,
        row: case::Model,
    ) -> Result<CaseDetail, Failure> {
        let calendar = (work_days.0)();
        let opened = store::open(db, platform, row).await?;
        let progress = opened.progress()?;
        let review = store::review_of(db, &opened).await?;
        let reader = Reader {
            part: self.part,
            language: self.language,
            today: day_of(self.now),
            calendar: &calendar,
        };
        let chosen = subscription::Entity::find_by_id((opened.row.id, self.resident.id.0))
            .one(db)
            .await?;
        let mut property = reader.property(&progress);
        return_list::tie(db, &opened, self.resident.person.id, &mut property).await?;
        Ok(CaseDetail {
            id: opened.row.id.into(),
            case_no: opened.row.case_no.clone(),
            title: opened.title.clone(),
            agency: opened.row.agency.clone(),
            procedure: opened.kind,
            roles: self.part.roles.clone(),
            timeline: reader.timeline(&opened),
            property,
            measures: reader.measures(&progress),
            deadlines: reader.deadlines(&progress, review.as_ref()),
            subscription: chosen.map_or(
                Subscription {
                    sms: true,
                    wechat: false,
                },
                |chosen| Subscription {
                    sms: chosen.sms,
                    wechat: chosen.wechat,
                },
            ),
            review: reader.review(&progress, review.as_ref()),
            proxies: proxies::of(db, platform, opened.row.id, self.resident.person.id, self.now).await?,
        })
    }
}
