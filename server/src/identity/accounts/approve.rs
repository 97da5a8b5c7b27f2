//! `POST /admin/staff/{id}/approval`: the security administrator lets an account begin that the system administrator made.

use actix_web::{
    HttpResponse,
    http::StatusCode,
    post,
    web::{Data, Path},
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, sea_query::Expr};
use shared::{
    identity::{accounts::StaffAccount, wire::ACCOUNT_STATE},
    ids::StaffId,
    problem,
};

use super::{deed, view};
use crate::{
    identity::{authenticate::SecurityAdmin, entity::staff},
    platform::{Platform, audit, idempotency::Once},
    problem::Failure,
};

/// Lets an account begin.
#[utoipa::path(
    tag = "administration",
    security(("security-admin" = [])),
    params(("id" = StaffId, Path, description = "The account.")),
    responses((status = 200, body = StaffAccount), crate::problem::Refusals),
)]
#[post("/admin/staff/{id}/approval")]
pub async fn approve_account(
    admin: SecurityAdmin,
    once: Once,
    platform: Data<Platform>,
    id: Path<StaffId>,
) -> Result<HttpResponse, Failure> {
    let now = platform.clock.now();
    let transaction = platform.db.begin().await?;
    let approved = staff::Entity::update_many()
        .col_expr(staff::Column::ApprovedAt, Expr::value(now))
        .col_expr(staff::Column::ApprovedBy, Expr::value(admin.staff.0))
        .filter(staff::Column::Id.eq(id.0))
        .filter(staff::Column::ApprovedAt.is_null())
        .filter(staff::Column::EndedAt.is_null())
        .exec_with_returning(&transaction)
        .await?;
    let Some(row) = approved.first() else {
        let known = staff::Entity::find_by_id(id.0).one(&transaction).await?;
        return Err(Failure::from(known.map_or(&problem::NOT_FOUND, |_| &ACCOUNT_STATE)));
    };
    audit::record(&transaction, now, deed(admin.actor(), "staff.approve", *id, &row.role)).await?;
    once.commit(transaction, StatusCode::OK, &view(row)?).await
}
