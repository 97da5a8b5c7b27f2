//! `POST /admin/staff/{id}/reset`: the security administrator gives an account back to who has lost the password or the authenticator.

use actix_web::{
    HttpResponse, post,
    web::{Data, Path},
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, sea_query::Expr};
use shared::{
    identity::{
        accounts::{BegunAccount, ChangedPart, INITIAL_PASSWORD_LIFE},
        wire::ACCOUNT_STATE,
    },
    ids::StaffId,
    problem,
    time::Instant,
};

use super::{deed, view};
use crate::{
    identity::{
        Sessions, account_changes,
        entity::staff,
        offices::SecurityAdmin,
        passwords::{hash_apart, initial_password},
    },
    platform::{Platform, audit},
    problem::Failure,
};

/// Lets an account begin anew: another first password, no authenticator, no lock, and every session of it ended.
#[utoipa::path(
    tag = "administration",
    security(("security-admin" = [])),
    params(("id" = StaffId, Path, description = "The account.")),
    responses((status = 200, body = BegunAccount), crate::problem::Refusals),
)]
#[post("/admin/staff/{id}/reset")]
pub async fn reset_account(
    admin: SecurityAdmin,
    platform: Data<Platform>,
    sessions: Data<Sessions>,
    id: Path<StaffId>,
) -> Result<HttpResponse, Failure> {
    if admin.staff == *id {
        // What would be proven by it is that one is signed in already.
        return Err(Failure::from(&ACCOUNT_STATE));
    }
    let now = platform.clock.now();
    let password = initial_password(&platform.keys)?;
    let hash = hash_apart(password.clone()).await?;
    let transaction = platform.db.begin().await?;
    let reset = staff::Entity::update_many()
        .col_expr(staff::Column::PasswordHash, Expr::value(hash))
        .col_expr(staff::Column::InitialUntil, Expr::value(now + INITIAL_PASSWORD_LIFE))
        .col_expr(staff::Column::TotpSecret, Expr::value(None::<Vec<u8>>))
        .col_expr(staff::Column::Failures, Expr::value(0))
        .col_expr(staff::Column::LockedUntil, Expr::value(None::<Instant>))
        .filter(staff::Column::Id.eq(id.0))
        .filter(staff::Column::EndedAt.is_null())
        .exec_with_returning(&transaction)
        .await?;
    let Some(row) = reset.first() else {
        let known = staff::Entity::find_by_id(id.0).one(&transaction).await?;
        return Err(Failure::from(known.map_or(&problem::NOT_FOUND, |_| &ACCOUNT_STATE)));
    };
    let ended = sessions.end_all_of(&transaction, id.0, None, now).await?;
    account_changes::note(&transaction, id.0, ChangedPart::Reset, now).await?;
    audit::record(&transaction, now, deed(admin.actor(), "staff.reset", *id, &row.role)).await?;
    transaction.commit().await?;
    sessions.forget_all(&platform, ended).await;
    Ok(HttpResponse::Ok().json(BegunAccount {
        account: view(row)?,
        password,
    }))
}
