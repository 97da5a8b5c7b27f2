//! `GET /me/strikes` and `POST /me/strikes/{id}/appeal`: a resident's missed appointments, and what the resident says against one.

use std::collections::HashMap;

use actix_web::{
    HttpRequest, HttpResponse, get,
    http::StatusCode,
    post,
    web::{Data, Json, Path},
};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, sea_query::Expr,
};
use shared::{
    appointments::{
        strikes::{StrikeNotAllowed, StrikeStatus},
        wire::{AppealRequest, Strike, Strikes},
    },
    ids::StrikeId,
    language::Language,
    problem::{self, Problem},
};
use uuid::Uuid;

use super::{
    entity::{appointment, strike, window},
    strikes::{APPEAL, restrictions},
};
use crate::{
    catalog::{Catalogue, Snapshot},
    identity::{self, IdentifiedResident},
    platform::{Platform, idempotency::Once},
    problem::{Failure, invalid_field, language_of},
};

/// The longest appeal, in characters.
const LONGEST_APPEAL: usize = 500;
/// How many strikes are shown.
const SHOWN: u64 = 50;

fn own(resident: &IdentifiedResident) -> Condition {
    Condition::any()
        .add(strike::Column::ResidentId.eq(resident.id.0))
        .add(strike::Column::PersonId.eq(resident.person.id.0))
}

/// The resident's strikes, also those of family members for whom the resident booked, and until when booking is restricted.
#[utoipa::path(
    tag = "appointments",
    security(("resident" = [])),
    responses((status = 200, body = Strikes), crate::problem::Refusals),
)]
#[get("/me/strikes")]
pub async fn list_my_strikes(
    request: HttpRequest,
    resident: IdentifiedResident,
    platform: Data<Platform>,
    catalogue: Data<Catalogue>,
) -> Result<Json<Strikes>, Failure> {
    let db = platform.db.reader();
    let rows = strike::Entity::find()
        .filter(own(&resident))
        .order_by_desc(strike::Column::At)
        .order_by_desc(strike::Column::Id)
        .limit(SHOWN)
        .all(db)
        .await?;
    let snapshot = catalogue.now();
    let policy = snapshot.booking_rules().strikes();
    let restricted = restrictions(db, [resident.person.id.0], &policy, platform.clock.now()).await?;
    let language = language_of(request.headers());
    Ok(Json(Strikes {
        items: strike_views(db, &platform, &rows, &snapshot, language).await?,
        next_cursor: None,
        rules: *snapshot.booking_rules(),
        restricted_until: restricted.get(&resident.person.id.0).map(|found| found.until),
    }))
}

/// Appeals against a strike, once. It still counts until the hall has decided.
#[utoipa::path(
    tag = "appointments",
    security(("resident" = [])),
    params(("id" = StrikeId, Path, description = "The strike.")),
    request_body = AppealRequest,
    responses((status = 200, body = Strike), crate::problem::Refusals),
)]
#[post("/me/strikes/{id}/appeal")]
#[allow(clippy::too_many_arguments, reason = "each is an extractor, and each is needed")]
pub async fn appeal(
    request: HttpRequest,
    resident: IdentifiedResident,
    once: Once,
    platform: Data<Platform>,
    catalogue: Data<Catalogue>,
    id: Path<StrikeId>,
    body: Json<AppealRequest>,
) -> Result<HttpResponse, Failure> {
    let text = body.text.trim();
    if text.is_empty() || text.chars().count() > LONGEST_APPEAL {
        return Err(invalid_field("text", "an appeal has one to 500 characters"));
    }
    let not_found = || Failure::from(&problem::NOT_FOUND);
    let transaction = platform.db.begin().await?;
    let row = strike::Entity::find_by_id(id.0)
        .filter(own(&resident))
        .one(&transaction)
        .await?
        .ok_or_else(not_found)?;
    let from: StrikeStatus = row.status.parse().map_err(anyhow::Error::from)?;
    let to = from.appeal().map_err(Problem::from)?;
    let appealed = strike::Entity::update_many()
        .col_expr(strike::Column::Status, Expr::value(to.as_str()))
        .col_expr(
            strike::Column::Appeal,
            Expr::value(platform.keys.seal(APPEAL, row.id, text)?),
        )
        .col_expr(strike::Column::AppealedAt, Expr::value(platform.clock.now()))
        .filter(strike::Column::Id.eq(id.0))
        .filter(strike::Column::Status.eq(from.as_str()))
        .exec(&transaction)
        .await?;
    if appealed.rows_affected == 0 {
        return Err(Problem::from(StrikeNotAllowed { from: to }).into());
    }
    let language = language_of(request.headers());
    let answer = one_view(&transaction, &platform, *id, &catalogue.now(), language)
        .await?
        .ok_or_else(not_found)?;
    once.commit(transaction, StatusCode::OK, &answer).await
}

/// A strike as it is shown, read again.
pub async fn one_view(
    db: &impl ConnectionTrait,
    platform: &Platform,
    id: StrikeId,
    catalogue: &Snapshot,
    language: Language,
) -> Result<Option<Strike>, Failure> {
    let rows: Vec<_> = strike::Entity::find_by_id(id.0).one(db).await?.into_iter().collect();
    Ok(strike_views(db, platform, &rows, catalogue, language).await?.pop())
}

/// Strikes as they are shown.
pub async fn strike_views(
    db: &impl ConnectionTrait,
    platform: &Platform,
    rows: &[strike::Model],
    catalogue: &Snapshot,
    language: Language,
) -> Result<Vec<Strike>, Failure> {
    let appointments: HashMap<Uuid, appointment::Model> = appointment::Entity::find()
        .filter(appointment::Column::Id.is_in(rows.iter().map(|row| row.appointment_id)))
        .all(db)
        .await?
        .into_iter()
        .map(|row| (row.id, row))
        .collect();
    let windows: HashMap<Uuid, window::Model> = window::Entity::find()
        .filter(window::Column::Id.is_in(appointments.values().map(|row| row.window_id)))
        .all(db)
        .await?
        .into_iter()
        .map(|row| (row.id, row))
        .collect();
    let persons = rows.iter().map(|row| row.person_id.into());
    let names = identity::persons_names(db, platform, persons).await?;
    let mut views = Vec::with_capacity(rows.len());
    for row in rows {
        let Some((missed, window)) = appointments
            .get(&row.appointment_id)
            .and_then(|missed| Some((missed, windows.get(&missed.window_id)?)))
        else {
            continue;
        };
        let said = row
            .appeal
            .as_deref()
            .map(|sealed| platform.keys.open(APPEAL, row.id, sealed));
        views.push(Strike {
            id: row.id.into(),
            kind: row.kind.parse().map_err(anyhow::Error::from)?,
            status: row.status.parse().map_err(anyhow::Error::from)?,
            at: row.at,
            person_id: row.person_id.into(),
            person: names.get(&row.person_id.into()).cloned().unwrap_or_default(),
            appointment_id: row.appointment_id.into(),
            service: catalogue
                .service(missed.service_id.into())
                .map(|service| service.content.name.in_language(language).to_owned())
                .unwrap_or_default(),
            starts_at: window.starts_at,
            appeal: said.transpose()?,
            decided_at: row.decided_at,
        });
    }
    Ok(views)
}
