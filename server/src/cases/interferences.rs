//! `POST /case-interferences`: an officer records that somebody asked about a case who had no business to (过问登记).
//! `GET /case-interferences`: auditors read the records.

use actix_web::{
    HttpResponse, get,
    http::StatusCode,
    post,
    web::{Data, Json},
};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde_json::json;
use shared::{
    cases::enquiries::{Interference, InterferenceRequest},
    ids::EnquiryId,
    list::List,
    problem,
};
use std::collections::HashMap;
use uuid::Uuid;

use super::{
    entity::{case, interference},
    lookup, store,
};
use crate::{
    identity::{self, Auditor, CaseOfficer},
    platform::{
        Platform,
        audit::{self, Deed},
        idempotency::Once,
        keys::Field,
    },
    problem::{Failure, invalid_field},
};

const WHO: Field = Field::new("case_interferences", "who");
const UNIT: Field = Field::new("case_interferences", "unit");
const WHAT: Field = Field::new("case_interferences", "what");
/// How many records auditors are shown.
const SHOWN: u64 = 500;

/// The record's id, and nothing of what it says.
#[derive(serde::Serialize, utoipa::ToSchema)]
pub struct Recorded {
    /// The record.
    id: EnquiryId,
}

/// Records an interference. What is recorded cannot be changed or removed.
#[utoipa::path(
    tag = "cases",
    security(("case-officer" = [])),
    request_body = InterferenceRequest,
    responses((status = 201, body = Recorded), crate::problem::Refusals),
)]
#[post("/case-interferences")]
pub async fn record_interference(
    officer: CaseOfficer,
    once: Once,
    platform: Data<Platform>,
    body: Json<InterferenceRequest>,
) -> Result<HttpResponse, Failure> {
    let case_no = lookup::number(&body.case_no)?;
    let (who, unit, what) = (body.who.trim(), body.unit.trim(), body.what.trim());
    let now = platform.clock.now();
    if !(1..=100).contains(&who.chars().count()) {
        return Err(invalid_field("who", "a name has one to 100 characters"));
    }
    if unit.chars().count() > 200 {
        return Err(invalid_field("unit", "a unit has at most 200 characters"));
    }
    if !(4..=500).contains(&what.chars().count()) {
        return Err(invalid_field("what", "what was asked for has four to 500 characters"));
    }
    if body.at > now {
        return Err(invalid_field("at", "it has happened already"));
    }
    let transaction = platform.db.begin().await?;
    let case = store::unsealed(&transaction, case_no.as_str())
        .await?
        .ok_or_else(|| Failure::from(&problem::NOT_FOUND))?;
    let id = Uuid::now_v7();
    interference::Entity::insert(interference::ActiveModel {
        id: Set(id),
        staff_id: Set(officer.staff.0),
        case_id: Set(case.id),
        who: Set(platform.keys.seal(WHO, id, who)?),
        unit: Set(platform.keys.seal(UNIT, id, unit)?),
        what: Set(platform.keys.seal(WHAT, id, what)?),
        happened_at: Set(body.at),
        recorded_at: Set(now),
    })
    .exec_without_returning(&transaction)
    .await?;
    let deed = Deed {
        actor: Some(officer.actor()),
        action: "case.record-interference",
        subject_kind: "case",
        subject_id: Some(case.id),
        reason: None,
        detail: json!({"record": id}),
    };
    audit::record(&transaction, now, deed).await?;
    once.commit(transaction, StatusCode::CREATED, &Recorded { id: id.into() })
        .await
}

/// The records of interference, the latest first.
#[utoipa::path(
    tag = "cases",
    security(("auditor" = [])),
    responses((status = 200, body = List<Interference>), crate::problem::Refusals),
)]
#[get("/case-interferences")]
pub async fn list_interferences(
    _auditor: Auditor,
    platform: Data<Platform>,
) -> Result<Json<List<Interference>>, Failure> {
    let db = platform.db.reader();
    let rows = interference::Entity::find()
        .order_by_desc(interference::Column::RecordedAt)
        .order_by_desc(interference::Column::Id)
        .limit(SHOWN)
        .all(db)
        .await?;
    let names = identity::staff_names(db, rows.iter().map(|row| row.staff_id)).await?;
    let numbers: HashMap<Uuid, String> = case::Entity::find()
        .filter(case::Column::Id.is_in(rows.iter().map(|row| row.case_id)))
        .all(db)
        .await?
        .into_iter()
        .map(|case| (case.id, case.case_no))
        .collect();
    let items = rows.iter().map(|row| {
        Ok(Interference {
            case_no: numbers.get(&row.case_id).cloned().unwrap_or_default(),
            recorded_by: names.get(&row.staff_id).cloned().unwrap_or_default(),
            who: platform.keys.open(WHO, row.id, &row.who)?,
            unit: platform.keys.open(UNIT, row.id, &row.unit)?,
            what: platform.keys.open(WHAT, row.id, &row.what)?,
            at: row.happened_at,
        })
    });
    Ok(Json(List::whole(items.collect::<Result<_, Failure>>()?)))
}
