//! `DELETE /admin/staff/{id}`: the system administrator ends an account. Its row stays: the audit log names it.

use actix_web::{
    HttpResponse, delete,
    http::StatusCode,
    web::{Data, Path},
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, sea_query::Expr};
use shared::{identity::wire::ACCOUNT_STATE, ids::StaffId, problem};

use super::deed;
use crate::{
    identity::{Sessions, authenticate::SystemAdmin, entity::staff},
    platform::{Platform, audit, idempotency::Once},
    problem::Failure,
};

/// Ends an account, and every session of it within seconds.
#[utoipa::path(
    tag = "administration",
    security(("system-admin" = [])),
    params(("id" = StaffId, Path, description = "The account.")),
    responses((status = 204, description = "The account has ended."), crate::problem::Refusals),
)]
#[delete("/admin/staff/{id}")]
pub async fn end_account(
    admin: SystemAdmin,
    once: Once,
    platform: Data<Platform>,
    sessions: Data<Sessions>,
    id: Path<StaffId>,
) -> Result<HttpResponse, Failure> {
    if admin.staff == *id {
        // Else the last administrator could leave nobody behind.
        return Err(Failure::from(&ACCOUNT_STATE));
    }
    let now = platform.clock.now();
    let transaction = platform.db.begin().await?;
    let ended = staff::Entity::update_many()
        .col_expr(staff::Column::EndedAt, Expr::value(now))
        .col_expr(staff::Column::TotpSecret, Expr::value(None::<Vec<u8>>))
        .filter(staff::Column::Id.eq(id.0))
        .filter(staff::Column::EndedAt.is_null())
        .exec_with_returning(&transaction)
        .await?;
    let row = ended.first().ok_or_else(|| Failure::from(&problem::NOT_FOUND))?;
    let ended = sessions.end_all_of(&transaction, id.0, None, now).await?;
    audit::record(&transaction, now, deed(admin.actor(), "staff.end", *id, &row.role)).await?;
    let response = once.commit(transaction, StatusCode::NO_CONTENT, &()).await?;
    sessions.forget_all(&platform, ended).await;
    Ok(response)
}
