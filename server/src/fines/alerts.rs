//! `GET /admin/payment-alerts` and `POST /admin/payment-alerts/{id}/seen`: what finance staff must hear of by itself.

use actix_web::{
    HttpResponse, get,
    http::StatusCode,
    post,
    web::{Data, Json, Path},
};
use sea_orm::{
    ActiveValue::{NotSet, Set},
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, ExprTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Expr, OnConflict},
};
use shared::{
    fines::staff::PaymentAlert,
    list::List,
    problem,
    time::{Instant, day_of},
};
use uuid::Uuid;

use super::{entity::alert, wechat::CallError};
use crate::{
    identity::Finance,
    platform::{Platform, idempotency::Once},
    problem::Failure,
};

/// More than this nobody reads at once.
const LIMIT: u64 = 200;

/// What is worth an alert.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Alert {
    /// Our clock and WeChat's differ; the reference is the day.
    ClockSkew,
    /// Money came that does not fit; the reference is the payment.
    Exception,
    /// An order has run out and nobody knows whether it was paid; the reference is the payment.
    StuckPayment,
    /// Something cannot be told outside, again and again; the reference is the task.
    StuckTask,
    /// WeChat charged a fee; the reference is the day.
    Fee,
    /// The books of a day do not agree; the reference is the day.
    Break,
}

impl Alert {
    /// The kind as it is stored.
    const fn as_str(self) -> &'static str {
        match self {
            Self::ClockSkew => "clock_skew",
            Self::Exception => "payment_exception",
            Self::StuckPayment => "stuck_payment",
            Self::StuckTask => "stuck_task",
            Self::Fee => "nonzero_fee",
            Self::Break => "unexplained_break",
        }
    }
}

/// Raises an alert. The same one is raised once, so whoever has seen it is not called again.
pub async fn raise(db: &impl ConnectionTrait, kind: Alert, reference: &str, now: Instant) -> Result<(), DbErr> {
    let raised = alert::Entity::insert(alert::ActiveModel {
        id: Set(Uuid::now_v7()),
        kind: Set(kind.as_str().to_owned()),
        reference: Set(reference.to_owned()),
        raised_at: Set(now),
        seen_by: NotSet,
        seen_at: NotSet,
    })
    .on_conflict(
        OnConflict::columns([alert::Column::Kind, alert::Column::Reference])
            .do_nothing()
            .to_owned(),
    )
    .exec_without_returning(db)
    .await?;
    if raised > 0 {
        metrics::counter!("bianmin_payment_alerts_total", "kind" => kind.as_str()).increment(1);
        tracing::error!(kind = kind.as_str(), reference, "finance staff must look at this");
    }
    Ok(())
}

/// Raises what a failed call is worth: a clock that differs stops every order until somebody sets it.
pub async fn of_call(platform: &Platform, error: &CallError) -> Result<(), Failure> {
    if matches!(error, CallError::Skew(_)) {
        let now = platform.clock.now();
        let transaction = platform.db.begin().await?;
        raise(&transaction, Alert::ClockSkew, &day_of(now).to_string(), now).await?;
        transaction.commit().await?;
    }
    Ok(())
}

/// Alerts, those that nobody has seen first.
#[utoipa::path(
    tag = "fines",
    security(("finance" = [])),
    responses((status = 200, body = List<PaymentAlert>), crate::problem::Refusals),
)]
#[get("/admin/payment-alerts")]
pub async fn list_alerts(_: Finance, platform: Data<Platform>) -> Result<Json<List<PaymentAlert>>, Failure> {
    let rows = alert::Entity::find()
        .order_by_asc(Expr::col(alert::Column::SeenAt).is_not_null())
        .order_by_desc(alert::Column::Id)
        .limit(LIMIT)
        .all(platform.db.reader())
        .await?;
    Ok(Json(List::whole(rows.into_iter().map(view).collect())))
}

/// Notes that somebody looks after an alert.
#[utoipa::path(
    tag = "fines",
    security(("finance" = [])),
    params(("id" = Uuid, Path, description = "The alert.")),
    responses((status = 200, body = PaymentAlert), crate::problem::Refusals),
)]
#[post("/admin/payment-alerts/{id}/seen")]
pub async fn see_alert(
    finance: Finance,
    once: Once,
    platform: Data<Platform>,
    id: Path<Uuid>,
) -> Result<HttpResponse, Failure> {
    let transaction = platform.db.begin().await?;
    alert::Entity::update_many()
        .col_expr(alert::Column::SeenBy, Expr::value(finance.staff.0))
        .col_expr(alert::Column::SeenAt, Expr::value(platform.clock.now()))
        .filter(alert::Column::Id.eq(*id))
        .filter(alert::Column::SeenAt.is_null())
        .exec(&transaction)
        .await?;
    let row = alert::Entity::find_by_id(*id)
        .one(&transaction)
        .await?
        .ok_or_else(|| Failure::from(&problem::NOT_FOUND))?;
    once.commit(transaction, StatusCode::OK, &view(row)).await
}

fn view(row: alert::Model) -> PaymentAlert {
    PaymentAlert {
        id: row.id,
        kind: row.kind,
        reference: row.reference,
        raised_at: row.raised_at,
        seen_at: row.seen_at,
    }
}
