//! `GET /found-property`: property whose owner is looked for by public notice, for everybody (刑233).

use actix_web::{
    get,
    web::{Data, Json},
};
use chrono::{Months, NaiveTime};
use sea_orm::{ColumnTrait, EntityTrait, JoinType, QueryFilter, QueryOrder, QuerySelect};
use shared::{
    cases::{
        periods,
        policy::announced,
        rules::{Field, PropertyState, Standing, Step},
        wire::FoundProperty,
    },
    list::List,
    time::{day_of, instant},
};
use uuid::Uuid;

use super::{
    WorkDays,
    entity::{case, publication},
    store,
};
use crate::{platform::Platform, problem::Failure};

/// How many cases are looked at, those with the latest notices.
const SHOWN: u64 = 200;

/// What was found and is kept for an owner who is not known, the latest notice first. An item vanishes when it is returned, when its notice is
/// taken back, and when the six months are over. Nothing else of any case is told.
#[utoipa::path(
    tag = "cases",
    security(()),
    responses((status = 200, body = List<FoundProperty>), crate::problem::Refusals),
)]
#[get("/found-property")]
pub async fn list_found(
    platform: Data<Platform>,
    work_days: Data<WorkDays>,
) -> Result<Json<List<FoundProperty>>, Failure> {
    let db = platform.db.reader();
    let today = day_of(platform.clock.now());
    let calendar = (work_days.0)();
    // A month more than six: the last day moves on to a working day.
    let since = today.checked_sub_months(Months::new(7)).unwrap_or(today);
    let of_case = publication::Entity::belongs_to(case::Entity)
        .from(publication::Column::CaseId)
        .to(case::Column::Id)
        .into();
    let cases: Vec<Uuid> = publication::Entity::find()
        .select_only()
        .column(publication::Column::CaseId)
        .join(JoinType::InnerJoin, of_case)
        .filter(case::Column::Sealed.eq(false))
        .filter(publication::Column::Step.eq(Step::PropertyNotice.as_str()))
        .filter(publication::Column::Standing.eq(Standing::Current.as_str()))
        .filter(publication::Column::OccurredAt.gte(instant(since, NaiveTime::MIN)))
        .group_by(publication::Column::CaseId)
        .order_by_desc(publication::Column::OccurredAt.max())
        .limit(SHOWN)
        .into_tuple()
        .all(db)
        .await?;
    let rows = case::Entity::find()
        .filter(case::Column::Id.is_in(cases))
        .all(db)
        .await?;
    let mut items = Vec::new();
    for row in rows {
        let opened = store::open(db, &platform, row).await?;
        let progress = opened.progress()?;
        for item in &progress.items {
            if item.state.name() != PropertyState::Announced {
                continue;
            }
            // The latest notice of the item is the one that counts.
            let notice = opened.told.iter().rev().find(|told| {
                told.counts()
                    && told.publication.step == Step::PropertyNotice
                    && told.publication.details.get(Field::ItemNo) == Some(&item.item_no)
            });
            let Some(notice) = notice else { continue };
            let publication = &notice.publication;
            let read = |field| announced(publication.step, field, &publication.details).map(ToOwned::to_owned);
            let announced_on = day_of(publication.at);
            let claim_by = periods::claim(announced_on, &calendar);
            if claim_by < today {
                continue;
            }
            items.push(FoundProperty {
                id: notice.row.id.into(),
                item: read(Field::Item).unwrap_or_else(|| item.name.clone()),
                place: read(Field::Place),
                agency: opened.row.agency.clone(),
                announced_on,
                claim_by,
            });
        }
    }
    items.sort_by_key(|found| std::cmp::Reverse((found.announced_on, found.id)));
    Ok(Json(List::whole(items)))
}
