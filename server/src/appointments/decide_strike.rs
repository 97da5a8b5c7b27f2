//! `GET /strikes` and `POST /strikes/{id}/decision`: the hall looks at appeals and decides.

use actix_web::{
    HttpRequest, HttpResponse, get,
    http::StatusCode,
    post,
    web::{Data, Json, Path},
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, sea_query::Expr};
use serde_json::json;
use shared::{
    appointments::{
        strikes::{StrikeNotAllowed, StrikeStatus},
        wire::{DecisionRequest, Strike},
    },
    ids::StrikeId,
    list::List,
    problem::{self, Problem},
};

use super::{
    entity::strike,
    my_strikes::{one_view, strike_views},
};
use crate::{
    catalog::Catalogue,
    identity::HallStaff,
    platform::{
        Platform,
        audit::{self, Deed},
        idempotency::Once,
    },
    problem::{Failure, language_of},
};

/// How many appeals are shown.
const SHOWN: u64 = 200;

/// The appeals of the hall that are not decided, the longest waiting first.
#[utoipa::path(
    tag = "appointments",
    security(("clerk" = []), ("manager" = [])),
    responses((status = 200, body = List<Strike>), crate::problem::Refusals),
)]
#[get("/strikes")]
pub async fn list_appeals(
    request: HttpRequest,
    staff: HallStaff,
    platform: Data<Platform>,
    catalogue: Data<Catalogue>,
) -> Result<Json<List<Strike>>, Failure> {
    let db = platform.db.reader();
    let rows = strike::Entity::find()
        .filter(strike::Column::HallId.eq(staff.hall.0))
        .filter(strike::Column::Status.eq(StrikeStatus::Appealed.as_str()))
        .order_by_asc(strike::Column::AppealedAt)
        .order_by_asc(strike::Column::Id)
        .limit(SHOWN)
        .all(db)
        .await?;
    let language = language_of(request.headers());
    let items = strike_views(db, &platform, &rows, &catalogue.now(), language).await?;
    Ok(Json(List::whole(items)))
}

/// Decides on an appeal: an accepted one waives the strike. The decision is recorded with its reason.
#[utoipa::path(
    tag = "appointments",
    security(("clerk" = []), ("manager" = [])),
    params(("id" = StrikeId, Path, description = "The strike.")),
    request_body = DecisionRequest,
    responses((status = 200, body = Strike), crate::problem::Refusals),
)]
#[post("/strikes/{id}/decision")]
#[allow(clippy::too_many_arguments, reason = "each is an extractor, and each is needed")]
pub async fn decide_strike(
    request: HttpRequest,
    staff: HallStaff,
    once: Once,
    platform: Data<Platform>,
    catalogue: Data<Catalogue>,
    id: Path<StrikeId>,
    body: Json<DecisionRequest>,
) -> Result<HttpResponse, Failure> {
    let now = platform.clock.now();
    let not_found = || Failure::from(&problem::NOT_FOUND);
    let transaction = platform.db.begin().await?;
    let row = strike::Entity::find_by_id(id.0)
        .filter(strike::Column::HallId.eq(staff.hall.0))
        .one(&transaction)
        .await?
        .ok_or_else(not_found)?;
    let from: StrikeStatus = row.status.parse().map_err(anyhow::Error::from)?;
    let to = from.decide(body.accept).map_err(Problem::from)?;
    let decided = strike::Entity::update_many()
        .col_expr(strike::Column::Status, Expr::value(to.as_str()))
        .col_expr(strike::Column::DecidedBy, Expr::value(staff.staff.0))
        .col_expr(strike::Column::DecidedAt, Expr::value(now))
        .col_expr(strike::Column::Reason, Expr::value(body.reason.clone()))
        .filter(strike::Column::Id.eq(id.0))
        .filter(strike::Column::Status.eq(from.as_str()))
        .exec(&transaction)
        .await?;
    if decided.rows_affected == 0 {
        return Err(Problem::from(StrikeNotAllowed { from: to }).into());
    }
    let deed = Deed {
        actor: Some(staff.actor()),
        action: "strike.decide",
        subject_kind: "strike",
        subject_id: Some(id.0),
        reason: body.reason.as_deref(),
        detail: json!({"status": to.as_str()}),
    };
    audit::record(&transaction, now, deed).await?;
    let language = language_of(request.headers());
    let answer = one_view(&transaction, &platform, *id, &catalogue.now(), language)
        .await?
        .ok_or_else(not_found)?;
    once.commit(transaction, StatusCode::OK, &answer).await
}
