//! `POST /cases/{id}/review-request`: contests a decision not to file (复议). `GET /case-reviews`: the requests that officers are to answer.

use std::collections::HashMap;

use actix_web::{
    HttpRequest, HttpResponse, get,
    http::StatusCode,
    post,
    web::{Data, Json, Path},
};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde_json::json;
use shared::{
    cases::{
        enquiries::ReviewToAnswer,
        periods,
        wire::{CaseDetail, REVIEW_LATE, REVIEW_NOT_OPEN, REVIEW_REQUESTED, Review, ReviewRequest},
    },
    ids::CaseId,
    list::List,
    problem::{self, Problem},
    time::{day_of, wire_time},
};
use uuid::Uuid;

use super::{
    WorkDays,
    entity::{case, review},
    page::Page,
    store,
    view::Reader,
};
use crate::{
    identity::{CaseOfficer, IdentifiedResident},
    platform::{
        Platform,
        audit::{self, Deed},
        db,
        idempotency::Once,
    },
    problem::{Failure, invalid_field, language_of},
    upstream::{self, System, WriteBack},
};

/// The longest reason, in characters.
const LONGEST_REASON: usize = 500;
/// How many requests officers are shown.
const SHOWN: u64 = 200;

/// Requests a review of the decision not to file, once and within seven days of the notice (刑179).
#[utoipa::path(
    tag = "cases",
    security(("resident" = [])),
    params(("id" = CaseId, Path, description = "The case.")),
    request_body = ReviewRequest,
    responses((status = 201, body = CaseDetail), crate::problem::Refusals),
)]
#[post("/cases/{id}/review-request")]
#[allow(clippy::too_many_arguments, reason = "each is an extractor, and each is needed")]
pub async fn request_review(
    request: HttpRequest,
    resident: IdentifiedResident,
    once: Once,
    platform: Data<Platform>,
    work_days: Data<WorkDays>,
    id: Path<CaseId>,
    body: Json<ReviewRequest>,
) -> Result<HttpResponse, Failure> {
    let reason = body
        .reason
        .as_deref()
        .map(str::trim)
        .filter(|reason| !reason.is_empty());
    if reason.is_some_and(|reason| reason.chars().count() > LONGEST_REASON) {
        return Err(invalid_field("reason", "a reason has at most 500 characters"));
    }
    let now = platform.clock.now();
    let transaction = platform.db.begin().await?;
    let (row, part) = store::case_of(&transaction, &platform, resident.person.id, id.0, now)
        .await?
        .ok_or_else(|| Failure::from(&problem::NOT_FOUND))?;
    let opened = store::open(&transaction, &platform, row.clone()).await?;
    let asked = store::review_of(&transaction, &opened).await?;
    let calendar = (work_days.0)();
    let language = language_of(request.headers());
    let reader = Reader {
        part: &part,
        language,
        today: day_of(now),
        calendar: &calendar,
    };
    match reader.review(&opened.progress()?, asked.as_ref()) {
        Review::Open { .. } => {}
        Review::None => return Err(Failure::from(&REVIEW_NOT_OPEN)),
        Review::Requested { .. } => return Err(Failure::from(&REVIEW_REQUESTED)),
        Review::Late { until } => return Err(Problem::new(&REVIEW_LATE).with("until", until.to_string()).into()),
    }
    let not_filed = opened.not_filed().ok_or_else(|| Failure::from(&REVIEW_NOT_OPEN))?;
    let review_id = Uuid::now_v7();
    let sealed = reason.map(|reason| platform.keys.seal(store::REVIEW_REASON, review_id, reason));
    let added = review::Entity::insert(review::ActiveModel {
        id: Set(review_id),
        publication_id: Set(not_filed.row.id),
        case_id: Set(row.id),
        person_id: Set(resident.person.id.0),
        reason: Set(sealed.transpose()?),
        requested_at: Set(now),
    })
    .exec_without_returning(&transaction)
    .await;
    if let Err(error) = added {
        return Err(if db::is_duplicate(&error) {
            Failure::from(&REVIEW_REQUESTED)
        } else {
            error.into()
        });
    }
    let told = WriteBack {
        system: System::Cases,
        kind: "review-requests",
        key: format!("review-request/{review_id}"),
        body: json!({
            "case_no": row.case_no,
            "event_id": not_filed.row.event_id,
            "reason": reason,
            "requested_at": wire_time::text(now),
            "answer_by": periods::review_decision(day_of(now), &calendar),
        }),
    };
    upstream::write_back(&transaction, &platform, told, now).await?;
    let deed = Deed {
        actor: Some(resident.actor()),
        action: "case.request-review",
        subject_kind: "case",
        subject_id: Some(row.id),
        reason: None,
        detail: json!({"publication": not_filed.row.id}),
    };
    audit::record(&transaction, now, deed).await?;
    let page = Page {
        resident: &resident,
        part: &part,
        language,
        now,
    };
    let answer = page.build(&transaction, &platform, &work_days, row).await?;
    once.commit(transaction, StatusCode::CREATED, &answer).await
}

/// The requests for review, the longest waiting first.
#[utoipa::path(
    tag = "cases",
    security(("case-officer" = [])),
    responses((status = 200, body = List<ReviewToAnswer>), crate::problem::Refusals),
)]
#[get("/case-reviews")]
pub async fn list_reviews(
    _officer: CaseOfficer,
    platform: Data<Platform>,
    work_days: Data<WorkDays>,
) -> Result<Json<List<ReviewToAnswer>>, Failure> {
    let db = platform.db.reader();
    let calendar = (work_days.0)();
    let rows = review::Entity::find()
        .order_by_asc(review::Column::RequestedAt)
        .order_by_asc(review::Column::Id)
        .limit(SHOWN)
        .all(db)
        .await?;
    let cases: HashMap<Uuid, case::Model> = case::Entity::find()
        .filter(case::Column::Id.is_in(rows.iter().map(|row| row.case_id)))
        .filter(case::Column::Sealed.eq(false))
        .all(db)
        .await?
        .into_iter()
        .map(|case| (case.id, case))
        .collect();
    let mut items = Vec::with_capacity(rows.len());
    for row in rows {
        let Some(case) = cases.get(&row.case_id) else { continue };
        let said = row
            .reason
            .as_deref()
            .map(|sealed| platform.keys.open(store::REVIEW_REASON, row.id, sealed));
        items.push(ReviewToAnswer {
            case_no: case.case_no.clone(),
            reason: said.transpose()?,
            requested_at: row.requested_at,
            answer_by: periods::review_decision(day_of(row.requested_at), &calendar),
        });
    }
    Ok(Json(List::whole(items)))
}
