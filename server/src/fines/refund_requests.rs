//! `POST /admin/payments/{id}/refund-requests`, `GET /admin/refund-requests`, `POST …/{id}/approve` and `…/refuse`: money goes back by hand when one
//! person asks for it and another approves. That they are two stands in the write, and in a check of the database behind it.

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
        attempt::{PaymentStatus, Route},
        office::{
            OWN_REFUND_REQUEST, REFUND_IMPOSSIBLE, REFUND_REQUEST_STATE, REFUNDABLE, RefundRequest, RefundWish,
            RefusalNote, RequestStatus, refundable,
        },
        rules::DecisionStatus,
    },
    ids::{PaymentId, StaffId},
    list::List,
    money::Fen,
    problem,
    time::Instant,
};
use uuid::Uuid;

use super::{
    entity::{decision, payment, refund, refund_request},
    files::reason,
    refunds, store,
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

/// More requests than this nobody reads at once.
const LIMIT: u64 = 200;

/// Asks that the money of a payment goes back.
#[utoipa::path(
    tag = "fines",
    security(("finance" = [])),
    params(("id" = PaymentId, Path, description = "The payment.")),
    request_body = RefundWish,
    responses((status = 201, body = RefundRequest), crate::problem::Refusals),
)]
#[post("/admin/payments/{id}/refund-requests")]
pub async fn request_refund(
    finance: Finance,
    once: Once,
    platform: Data<Platform>,
    id: Path<PaymentId>,
    body: Json<RefundWish>,
) -> Result<HttpResponse, Failure> {
    let reason = reason("reason", &body.reason)?;
    let now = platform.clock.now();
    let transaction = platform.db.begin().await?;
    let row = ask(&transaction, &finance, id.0, reason, now).await?;
    let request = view(&transaction, &finance, vec![row]).await?.remove(0);
    once.commit(transaction, StatusCode::CREATED, &request).await
}

/// Writes a request down; the caller commits.
pub async fn ask(
    db: &impl ConnectionTrait,
    finance: &Finance,
    payment: Uuid,
    reason: &str,
    now: Instant,
) -> Result<refund_request::Model, Failure> {
    let row = payment::Entity::find_by_id(payment)
        .one(db)
        .await?
        .ok_or_else(|| Failure::from(&problem::NOT_FOUND))?;
    let status: PaymentStatus = row.status.parse().map_err(anyhow::Error::from)?;
    if !refundable(status, row.settled_on.is_some()) {
        return Err(Failure::from(&REFUND_IMPOSSIBLE));
    }
    let request = refund_request::Model {
        id: Uuid::now_v7(),
        payment_id: payment,
        reason: reason.to_owned(),
        status: RequestStatus::Waiting.as_str().to_owned(),
        requested_by: finance.staff.0,
        requested_at: now,
        decided_by: None,
        decided_at: None,
        note: None,
    };
    match refund_request::Entity::insert(refund_request::ActiveModel::from(request.clone()))
        .exec_without_returning(db)
        .await
    {
        Ok(_) => {}
        Err(error) if db::is_duplicate(&error) => return Err(Failure::from(&REFUND_IMPOSSIBLE)),
        Err(error) => return Err(error.into()),
    }
    record(db, finance, "refund.request", &request, Some(reason), now).await?;
    Ok(request)
}

/// The requests, those that wait first.
#[utoipa::path(
    tag = "fines",
    security(("finance" = [])),
    responses((status = 200, body = List<RefundRequest>), crate::problem::Refusals),
)]
#[get("/admin/refund-requests")]
pub async fn list_refund_requests(
    finance: Finance,
    platform: Data<Platform>,
) -> Result<Json<List<RefundRequest>>, Failure> {
    let db = platform.db.reader();
    let rows = refund_request::Entity::find()
        .order_by_asc(Expr::col(refund_request::Column::DecidedAt).is_not_null())
        .order_by_desc(refund_request::Column::Id)
        .limit(LIMIT)
        .all(db)
        .await?;
    Ok(Json(List::whole(view(db, &finance, rows).await?)))
}

/// Approves a request of somebody else: the money goes back by the way that is still open to it.
#[utoipa::path(
    tag = "fines",
    security(("finance" = [])),
    params(("id" = Uuid, Path, description = "The request.")),
    responses((status = 200, body = RefundRequest), crate::problem::Refusals),
)]
#[post("/admin/refund-requests/{id}/approve")]
pub async fn approve_refund(
    finance: Finance,
    once: Once,
    platform: Data<Platform>,
    id: Path<Uuid>,
) -> Result<HttpResponse, Failure> {
    let now = platform.clock.now();
    let transaction = platform.db.begin().await?;
    let request = decide(&transaction, *id, finance.staff, RequestStatus::Approved, None, now).await?;
    give_back(&transaction, &request, now).await?;
    record(&transaction, &finance, "refund.approve", &request, None, now).await?;
    let request = view(&transaction, &finance, vec![request]).await?.remove(0);
    once.commit(transaction, StatusCode::OK, &request).await
}

/// Refuses a request of somebody else, and says why.
#[utoipa::path(
    tag = "fines",
    security(("finance" = [])),
    params(("id" = Uuid, Path, description = "The request.")),
    request_body = RefusalNote,
    responses((status = 200, body = RefundRequest), crate::problem::Refusals),
)]
#[post("/admin/refund-requests/{id}/refuse")]
pub async fn refuse_refund(
    finance: Finance,
    once: Once,
    platform: Data<Platform>,
    id: Path<Uuid>,
    body: Json<RefusalNote>,
) -> Result<HttpResponse, Failure> {
    let note = reason("note", &body.note)?;
    let now = platform.clock.now();
    let transaction = platform.db.begin().await?;
    let (refused, staff) = (RequestStatus::Refused, finance.staff);
    let request = decide(&transaction, *id, staff, refused, Some(note), now).await?;
    // What an exception was waiting for did not come, so it is to be decided again.
    store::move_exceptions(&transaction, request.payment_id, "refund_requested", "open").await?;
    record(&transaction, &finance, "refund.refuse", &request, Some(note), now).await?;
    let request = view(&transaction, &finance, vec![request]).await?.remove(0);
    once.commit(transaction, StatusCode::OK, &request).await
}

/// Decides a request; whoever asked cannot be who decides.
async fn decide(
    db: &impl ConnectionTrait,
    id: Uuid,
    staff: StaffId,
    to: RequestStatus,
    note: Option<&str>,
    now: Instant,
) -> Result<refund_request::Model, Failure> {
    let decided = refund_request::Entity::update_many()
        .col_expr(refund_request::Column::Status, Expr::value(to.as_str()))
        .col_expr(refund_request::Column::DecidedBy, Expr::value(staff.0))
        .col_expr(refund_request::Column::DecidedAt, Expr::value(now))
        .col_expr(refund_request::Column::Note, Expr::value(note))
        .filter(refund_request::Column::Id.eq(id))
        .filter(refund_request::Column::Status.eq(RequestStatus::Waiting.as_str()))
        .filter(refund_request::Column::RequestedBy.ne(staff.0))
        .exec(db)
        .await?;
    let row = refund_request::Entity::find_by_id(id)
        .one(db)
        .await?
        .ok_or_else(|| Failure::from(&problem::NOT_FOUND))?;
    if decided.rows_affected == 1 {
        return Ok(row);
    }
    Err(Failure::from(if row.status == RequestStatus::Waiting.as_str() {
        &OWN_REFUND_REQUEST
    } else {
        &REFUND_REQUEST_STATE
    }))
}

/// Sends the money of an approved request back. A decision that it had paid is to be paid again, and the police hear that.
async fn give_back(db: &impl ConnectionTrait, request: &refund_request::Model, now: Instant) -> Result<(), Failure> {
    let row = db::locked(payment::Entity::find_by_id(request.payment_id))
        .one(db)
        .await?
        .ok_or_else(|| Failure::from(&problem::NOT_FOUND))?;
    let route = Route::of(row.settled_on.is_some());
    if !store::move_payment(db, row.id, &REFUNDABLE, route.meanwhile()).await? {
        return Err(Failure::from(&REFUND_IMPOSSIBLE));
    }
    let replaced = refund::Entity::find()
        .filter(refund::Column::PaymentId.eq(row.id))
        .order_by_desc(refund::Column::Id)
        .one(db)
        .await?;
    refunds::begin(db, &row, "approved", route, replaced.map(|replaced| replaced.id), now).await?;
    store::move_exceptions(db, row.id, "refund_requested", "refunded").await?;
    if row.status == PaymentStatus::Paid.as_str() {
        decision::Entity::update_many()
            .col_expr(decision::Column::Status, Expr::value(DecisionStatus::Open.as_str()))
            .col_expr(decision::Column::PaymentId, Expr::value(Option::<Uuid>::None))
            .col_expr(decision::Column::PaidAt, Expr::value(Option::<Instant>::None))
            .col_expr(decision::Column::ChangedAt, Expr::value(now))
            .filter(decision::Column::PaymentId.eq(row.id))
            .filter(decision::Column::Status.eq(DecisionStatus::Paid.as_str()))
            .exec(db)
            .await?;
        store::to_do(db, "void-receipt", row.id, now).await?;
        store::to_do(db, "reverse-payment", row.id, now).await?;
    }
    Ok(())
}

async fn record(
    db: &impl ConnectionTrait,
    finance: &Finance,
    action: &str,
    request: &refund_request::Model,
    reason: Option<&str>,
    now: Instant,
) -> Result<(), Failure> {
    let deed = Deed {
        actor: Some(finance.actor()),
        action,
        subject_kind: "payment",
        subject_id: Some(request.payment_id),
        reason,
        detail: json!({ "request": request.id }),
    };
    Ok(audit::record(db, now, deed).await?)
}

async fn view(
    db: &impl ConnectionTrait,
    finance: &Finance,
    rows: Vec<refund_request::Model>,
) -> Result<Vec<RefundRequest>, Failure> {
    let people = rows.iter().map(|row| row.requested_by);
    let names = identity::staff_names(db, people.chain(rows.iter().filter_map(|row| row.decided_by))).await?;
    let payments: HashMap<Uuid, payment::Model> = payment::Entity::find()
        .filter(payment::Column::Id.is_in(rows.iter().map(|row| row.payment_id)))
        .all(db)
        .await?
        .into_iter()
        .map(|payment| (payment.id, payment))
        .collect();
    let decisions: HashMap<Uuid, String> = decision::Entity::find()
        .filter(decision::Column::Id.is_in(payments.values().map(|payment| payment.decision_id)))
        .all(db)
        .await?
        .into_iter()
        .map(|decision| (decision.id, decision.decision_no))
        .collect();
    let name = |id: Uuid| names.get(&id).cloned().unwrap_or_default();
    rows.into_iter()
        .map(|row| {
            let payment = payments.get(&row.payment_id);
            let decision_no = payment.and_then(|payment| decisions.get(&payment.decision_id));
            Ok(RefundRequest {
                id: row.id,
                payment_id: row.payment_id.into(),
                out_trade_no: payment.map(|payment| payment.out_trade_no.clone()).unwrap_or_default(),
                decision_no: decision_no.cloned().unwrap_or_default(),
                amount_fen: Fen(payment.map_or(0, |payment| payment.amount_fen)),
                reason: row.reason,
                status: row.status.parse().map_err(anyhow::Error::from)?,
                requested_by: name(row.requested_by),
                requested_at: row.requested_at,
                own: row.requested_by == finance.staff.0,
                decided_by: row.decided_by.map(name),
                decided_at: row.decided_at,
                note: row.note,
            })
        })
        .collect()
}
