//! `GET /admin/payment-exceptions` and `POST …/{id}/decision`: what does not fit, and what an officer decides about it.

use std::collections::HashMap;

use actix_web::{
    HttpResponse, get,
    http::StatusCode,
    post,
    web::{Data, Json, Path},
};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, ExprTrait, QueryFilter, QueryOrder, QuerySelect, sea_query::Expr,
};
use serde_json::json;
use shared::{
    fines::{
        attempt::PaymentStatus,
        office::{EXCEPTION_STATE, ExceptionDecision, PaymentException, Resolution, choices},
    },
    list::List,
    money::Fen,
    problem,
    time::Instant,
};
use uuid::Uuid;

use super::{
    entity::{exception, payment},
    files::reason,
    refund_requests, refunds, store,
};
use crate::{
    identity::{self, Finance},
    platform::{
        Platform,
        audit::{self, Deed},
        db,
        idempotency::Once,
    },
    problem::Failure,
};

/// More than this nobody reads at once.
const LIMIT: u64 = 200;

/// Exceptions, those that wait for a decision first.
#[utoipa::path(
    tag = "fines",
    security(("finance" = [])),
    responses((status = 200, body = List<PaymentException>), crate::problem::Refusals),
)]
#[get("/admin/payment-exceptions")]
pub async fn list_exceptions(_: Finance, platform: Data<Platform>) -> Result<Json<List<PaymentException>>, Failure> {
    let db = platform.db.reader();
    let rows = exception::Entity::find()
        .order_by_asc(Expr::col(exception::Column::Status).ne("open"))
        .order_by_desc(exception::Column::At)
        .limit(LIMIT)
        .all(db)
        .await?;
    Ok(Json(List::whole(view(db, rows).await?)))
}

/// Decides an exception: WeChat is asked again, or the money is to go back, which somebody else has to approve.
#[utoipa::path(
    tag = "fines",
    security(("finance" = [])),
    params(("id" = Uuid, Path, description = "The exception.")),
    request_body = ExceptionDecision,
    responses((status = 200, body = PaymentException), crate::problem::Refusals),
)]
#[post("/admin/payment-exceptions/{id}/decision")]
pub async fn decide_exception(
    finance: Finance,
    once: Once,
    platform: Data<Platform>,
    id: Path<Uuid>,
    body: Json<ExceptionDecision>,
) -> Result<HttpResponse, Failure> {
    let note = reason("note", &body.note)?;
    let now = platform.clock.now();
    let transaction = platform.db.begin().await?;
    let row = exception::Entity::find_by_id(*id)
        .one(&transaction)
        .await?
        .ok_or_else(|| Failure::from(&problem::NOT_FOUND))?;
    if !choices(&row.kind).contains(&body.resolution) {
        return Err(Failure::from(&EXCEPTION_STATE));
    }
    let to = match body.resolution {
        Resolution::AskAgain => "asked_again",
        Resolution::Refund => "refund_requested",
    };
    let decided = exception::Entity::update_many()
        .col_expr(exception::Column::Status, Expr::value(to))
        .col_expr(exception::Column::DecidedBy, Expr::value(finance.staff.0))
        .col_expr(exception::Column::Note, Expr::value(note))
        .filter(exception::Column::Id.eq(row.id))
        .filter(exception::Column::Status.eq("open"))
        .exec(&transaction)
        .await?;
    if decided.rows_affected == 0 {
        return Err(Failure::from(&EXCEPTION_STATE));
    }
    match body.resolution {
        Resolution::AskAgain if row.kind == "refund_abnormal" => {
            refunds::ask_again(&transaction, row.payment_id, now).await?;
        }
        Resolution::AskAgain => ask_again(&transaction, row.payment_id, now).await?,
        Resolution::Refund => {
            refund_requests::ask(&transaction, &finance, row.payment_id, note, now).await?;
        }
    }
    let deed = Deed {
        actor: Some(finance.actor()),
        action: "payment-exception.decide",
        subject_kind: "payment",
        subject_id: Some(row.payment_id),
        reason: Some(note),
        detail: json!({ "exception": row.kind, "resolution": body.resolution }),
    };
    audit::record(&transaction, now, deed).await?;
    let row = exception::Entity::find_by_id(row.id).all(&transaction).await?;
    let exception = view(&transaction, row).await?.remove(0);
    once.commit(transaction, StatusCode::OK, &exception).await
}

/// Puts a payment back among those of which nobody knows, so that WeChat is asked at once.
async fn ask_again(db: &impl ConnectionTrait, payment: Uuid, now: Instant) -> Result<(), Failure> {
    let moved = match store::move_payment(db, payment, &[PaymentStatus::Exception], PaymentStatus::Unknown).await {
        Ok(moved) => moved,
        // Meanwhile another order of the decision is open.
        Err(error) if db::is_duplicate(&error) => false,
        Err(error) => return Err(error.into()),
    };
    if !moved {
        return Err(Failure::from(&EXCEPTION_STATE));
    }
    if let Some(row) = payment::Entity::find_by_id(payment).one(db).await? {
        store::ask_later(db, &row, now).await?;
    }
    Ok(())
}

async fn view(db: &impl ConnectionTrait, rows: Vec<exception::Model>) -> Result<Vec<PaymentException>, Failure> {
    let names = identity::staff_names(db, rows.iter().filter_map(|row| row.decided_by)).await?;
    let payments: HashMap<Uuid, payment::Model> = payment::Entity::find()
        .filter(payment::Column::Id.is_in(rows.iter().map(|row| row.payment_id)))
        .all(db)
        .await?
        .into_iter()
        .map(|payment| (payment.id, payment))
        .collect();
    let exceptions = rows.into_iter().map(|row| {
        let payment = payments.get(&row.payment_id);
        PaymentException {
            id: row.id,
            payment_id: row.payment_id.into(),
            out_trade_no: payment.map(|payment| payment.out_trade_no.clone()).unwrap_or_default(),
            amount_fen: Fen(payment.map_or(0, |payment| payment.amount_fen)),
            choices: if row.status == "open" {
                choices(&row.kind)
            } else {
                Vec::new()
            },
            kind: row.kind,
            detail: row.detail,
            status: row.status,
            at: row.at,
            decided_by: row.decided_by.and_then(|id| names.get(&id).cloned()),
            note: row.note,
        }
    });
    Ok(exceptions.collect())
}
