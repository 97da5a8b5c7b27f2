//! `POST /case-lookups`: a case officer reads a case, with a reason. `GET /case-enquiries`: auditors read who read what, and why.

use actix_web::{
    get, post,
    web::{Data, Json},
};
use sea_orm::{ActiveValue::Set, ConnectionTrait, EntityTrait, QueryOrder, QuerySelect};
use serde_json::json;
use shared::{
    cases::{
        enquiries::{CaseFile, Enquiry, LookupRequest, PartyView, PublicationView},
        rules::CaseNo,
        wire::{LOOKUP_QUOTA, STEP_UP_REQUIRED},
    },
    identity::wire::ACCOUNT_LOCKED,
    ids::EnquiryId,
    list::List,
    problem::{self, Problem},
    time::Instant,
};
use uuid::Uuid;

use super::{
    entity::{case, enquiry},
    return_list, store,
};
use crate::{
    identity::{self, Auditor, CaseOfficer, CodeVerdict},
    platform::{
        Platform,
        audit::{self, Deed},
        limits::{self, Rule},
    },
    problem::{Failure, invalid_field},
};

/// Look-ups of one officer a day; each counts, whether or not there was such a case.
const QUOTA: Rule = Rule {
    name: "case-lookups",
    times: 30,
    seconds: 86_400,
};
/// How many look-ups auditors are shown.
const SHOWN: u64 = 500;

/// A reason as it is written down; one that says nothing is none.
pub fn reason(text: &str) -> Result<&str, Failure> {
    let text = text.trim();
    if (4..=200).contains(&text.chars().count()) {
        Ok(text)
    } else {
        Err(invalid_field("reason", "a reason has four to 200 characters"))
    }
}

/// A case number as it was typed.
pub fn number(text: &str) -> Result<CaseNo, Failure> {
    text.parse().map_err(|error| invalid_field("case_no", error))
}

/// Reads a case. Names and numbers are masked unless a new one-time code confirms who asks. Each look-up is a row for auditors, also one
/// that found nothing.
///
/// The answer is not remembered under an `Idempotency-Key`, because it would then lie open in the database; asked again, it is another look-up.
#[utoipa::path(
    tag = "cases",
    security(("case-officer" = [])),
    request_body = LookupRequest,
    responses((status = 200, body = CaseFile), crate::problem::Refusals),
)]
#[post("/case-lookups")]
pub async fn look_up(
    officer: CaseOfficer,
    platform: Data<Platform>,
    body: Json<LookupRequest>,
) -> Result<Json<CaseFile>, Failure> {
    let case_no = number(&body.case_no)?;
    let reason = reason(&body.reason)?;
    let now = platform.clock.now();
    let transaction = platform.db.begin().await?;
    if let Err(exceeded) = limits::count(&transaction, officer.staff.0.as_bytes(), &[QUOTA], now).await? {
        return Err(Problem::new(&LOOKUP_QUOTA)
            .with("retry_after", exceeded.retry_after)
            .into());
    }
    let code = body.totp.as_deref().unwrap_or_default();
    if body.unmask {
        let verdict = identity::confirm_code(&transaction, &platform, officer.staff, code, now).await?;
        let refusal = match verdict {
            CodeVerdict::Right => None,
            CodeVerdict::Wrong => Some(Problem::new(&STEP_UP_REQUIRED).on_field("totp")),
            CodeVerdict::Locked => Some(Problem::new(&ACCOUNT_LOCKED)),
        };
        if let Some(refusal) = refusal {
            // The try has counted, against the quota and at the account.
            transaction.commit().await?;
            return Err(refusal.into());
        }
    }
    let found = store::unsealed(&transaction, case_no.as_str()).await?;
    let look = Look {
        officer: &officer,
        case_no: &case_no,
        reason,
        unmasked: body.unmask,
        now,
    };
    let enquiry_id = look.record(&transaction, found.as_ref()).await?;
    let file = match found {
        Some(row) => Some(look.file(&transaction, &platform, enquiry_id, row).await?),
        None => None,
    };
    transaction.commit().await?;
    file.map(Json).ok_or_else(|| Failure::from(&problem::NOT_FOUND))
}

struct Look<'a> {
    officer: &'a CaseOfficer,
    case_no: &'a CaseNo,
    reason: &'a str,
    unmasked: bool,
    now: Instant,
}

impl Look<'_> {
    async fn record(&self, db: &impl ConnectionTrait, found: Option<&case::Model>) -> Result<EnquiryId, Failure> {
        let id = Uuid::now_v7();
        enquiry::Entity::insert(enquiry::ActiveModel {
            id: Set(id),
            staff_id: Set(self.officer.staff.0),
            case_id: Set(found.map(|case| case.id)),
            case_no: Set(self.case_no.as_str().to_owned()),
            reason: Set(self.reason.to_owned()),
            found: Set(found.is_some()),
            unmasked: Set(self.unmasked && found.is_some()),
            at: Set(self.now),
        })
        .exec_without_returning(db)
        .await?;
        let deed = Deed {
            actor: Some(self.officer.actor()),
            action: "case.look-up",
            subject_kind: "case",
            subject_id: found.map(|case| case.id),
            reason: Some(self.reason),
            detail: json!({"enquiry": id, "found": found.is_some(), "unmasked": self.unmasked}),
        };
        audit::record(db, self.now, deed).await?;
        Ok(id.into())
    }

    async fn file(
        &self,
        db: &impl ConnectionTrait,
        platform: &Platform,
        enquiry_id: EnquiryId,
        row: case::Model,
    ) -> Result<CaseFile, Failure> {
        let opened = store::open(db, platform, row).await?;
        let state = opened.progress()?.procedure.name().to_owned();
        let mut parties = Vec::new();
        for part in store::parties(db, opened.row.id, self.now).await? {
            let Some(person) = identity::person(db, platform, part.person_id.into()).await? else {
                continue;
            };
            let (name, id_number) = if self.unmasked {
                (person.name.expose().to_owned(), person.id_number.expose().to_owned())
            } else {
                (person.name.masked(), person.id_number.masked())
            };
            parties.push(PartyView {
                role: part.role.parse().map_err(anyhow::Error::from)?,
                name,
                id_number,
            });
        }
        let publications = opened.told.iter().map(|told| PublicationView {
            event_id: told.row.event_id.clone(),
            step: told.publication.step,
            at: told.publication.at,
            standing: told.standing,
        });
        Ok(CaseFile {
            enquiry_id,
            id: opened.row.id.into(),
            case_no: opened.row.case_no.clone(),
            title: opened.title.clone(),
            agency: opened.row.agency.clone(),
            procedure: opened.kind,
            state,
            masked: !self.unmasked,
            parties,
            publications: publications.collect(),
            return_lists: return_list::filed_with(db, opened.row.id).await?,
        })
    }
}

/// The look-ups of cases, the latest first.
#[utoipa::path(
    tag = "cases",
    security(("auditor" = [])),
    responses((status = 200, body = List<Enquiry>), crate::problem::Refusals),
)]
#[get("/case-enquiries")]
pub async fn list_enquiries(_auditor: Auditor, platform: Data<Platform>) -> Result<Json<List<Enquiry>>, Failure> {
    let db = platform.db.reader();
    let rows = enquiry::Entity::find()
        .order_by_desc(enquiry::Column::At)
        .order_by_desc(enquiry::Column::Id)
        .limit(SHOWN)
        .all(db)
        .await?;
    let names = identity::staff_names(db, rows.iter().map(|row| row.staff_id)).await?;
    let items = rows
        .into_iter()
        .map(|row| Enquiry {
            id: row.id.into(),
            staff: names.get(&row.staff_id).cloned().unwrap_or_default(),
            case_no: row.case_no,
            reason: row.reason,
            found: row.found,
            unmasked: row.unmasked,
            at: row.at,
        })
        .collect();
    Ok(Json(List::whole(items)))
}
