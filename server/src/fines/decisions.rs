//! `GET /decisions` and `GET /decisions/{id}`.

use actix_web::{
    get,
    web::{Data, Json, Path},
};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use shared::{
    fines::{
        rules::{DecisionStatus, Obligation},
        surcharge::{CITATION, Suspension, surcharge},
        wire::{Decision, SurchargePreview},
    },
    ids::DecisionId,
    list::List,
    money::Fen,
    problem,
    time::{Instant, day_of},
};

use super::{entity::decision, store};
use crate::{
    identity::{self, IdentifiedResident, Resident},
    platform::Platform,
    problem::Failure,
};

/// More decisions than this nobody reads on a phone.
const LIMIT: u64 = 200;

/// The resident's decisions, the latest first.
#[utoipa::path(
    tag = "fines",
    security(("resident" = [])),
    responses((status = 200, body = List<Decision>), crate::problem::Refusals),
)]
#[get("/decisions")]
pub async fn list_decisions(
    resident: IdentifiedResident,
    platform: Data<Platform>,
) -> Result<Json<List<Decision>>, Failure> {
    let db = platform.db.reader();
    let rows = decision::Entity::find()
        .filter(decision::Column::PersonId.eq(resident.person.id.0))
        .order_by_desc(decision::Column::DecidedOn)
        .order_by_desc(decision::Column::Id)
        .limit(LIMIT)
        .all(db)
        .await?;
    let reader = Resident {
        id: resident.id,
        session: resident.session,
        person: Some(resident.person),
    };
    let now = platform.clock.now();
    let mut items = Vec::with_capacity(rows.len());
    for row in rows {
        items.push(view(db, &platform, &reader, row, now).await?);
    }
    Ok(Json(List::whole(items)))
}

/// One decision: what is due, and what the surcharge could be.
#[utoipa::path(
    tag = "fines",
    security(("resident" = [])),
    params(("id" = DecisionId, Path, description = "The decision.")),
    responses((status = 200, body = Decision), crate::problem::Refusals),
)]
#[get("/decisions/{id}")]
pub async fn show_decision(
    resident: Resident,
    platform: Data<Platform>,
    id: Path<DecisionId>,
) -> Result<Json<Decision>, Failure> {
    let db = platform.db.reader();
    let row = store::visible_decision(db, &resident, *id)
        .await?
        .ok_or_else(|| Failure::from(&problem::NOT_FOUND))?;
    view(db, &platform, &resident, row, platform.clock.now())
        .await
        .map(Json)
}

/// A decision as its reader may see it: those who only pay for another see what that needs.
pub async fn view(
    db: &impl ConnectionTrait,
    platform: &Platform,
    reader: &Resident,
    row: decision::Model,
    now: Instant,
) -> Result<Decision, Failure> {
    let own = store::owns(reader, &row);
    let status: DecisionStatus = row.status.parse().map_err(anyhow::Error::from)?;
    let (fine_fen, surcharge_fen) = (Fen(row.fine_fen), Fen(row.surcharge_fen));
    let payable = matches!(status, DecisionStatus::Open | DecisionStatus::UnderReview);
    let due = Obligation {
        fine: fine_fen,
        surcharge: surcharge_fen,
    }
    .due()
    .filter(|_| payable);
    let suspensions: Vec<Suspension> = serde_json::from_value(row.suspensions.clone()).map_err(anyhow::Error::from)?;
    let today = day_of(now);
    let payment = store::latest_payment(db, reader, row.id).await?;
    let person = identity::person(db, platform, row.person_id.into()).await?;
    Ok(Decision {
        id: row.id.into(),
        decision_no: row.decision_no,
        person: person.map(|person| person.name.masked()).unwrap_or_default(),
        facts: own.then_some(row.facts),
        legal_basis: own.then_some(row.legal_basis),
        points: own.then_some(row.points),
        agency: row.agency,
        decided_on: row.decided_on,
        due_on: row.due_on,
        days_left: (row.due_on - today).num_days(),
        status,
        fine_fen,
        surcharge_fen,
        amount_due_fen: due.unwrap_or_default(),
        surcharge_preview: SurchargePreview {
            today: surcharge(fine_fen, row.due_on, today, &suspensions),
            percent_a_day: 3,
            cap_fen: fine_fen,
            citation: CITATION.to_owned(),
        },
        payment_id: payment.map(|payment| payment.id.into()),
        paid_at: row.paid_at.filter(|_| status == DecisionStatus::Paid),
    })
}
