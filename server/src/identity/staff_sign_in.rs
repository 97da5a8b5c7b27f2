//! `POST /auth/staff-sessions`: signs staff in by password and one-time code.

use actix_web::{
    HttpRequest, HttpResponse, post,
    web::{Data, Json},
};
use anyhow::anyhow;
use sea_orm::{ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, QueryFilter, sea_query::Expr};
use shared::{
    identity::wire::{PASSWORD_CHANGE_REQUIRED, Session, StaffSessionRequest},
    ids::StaffId,
    time::Instant,
};
use totp_rs::{Builder, Secret};

use super::{
    Staff, cookies,
    entity::staff,
    passwords::{account_with, count_anew, count_try, deed, refused},
    sessions::{Sessions, SubjectKind},
    sign_in::client_of,
};
use crate::{
    platform::{Platform, audit, keys::Field},
    problem::Failure,
};

/// The secret of an account's authenticator.
pub const TOTP_SECRET: Field = Field::new("staff", "totp_secret");

/// Signs staff in. Which of the three was wrong is not told.
#[utoipa::path(
    tag = "identity",
    security(()),
    request_body = StaffSessionRequest,
    responses((status = 201, body = Session), crate::problem::Refusals),
)]
#[post("/auth/staff-sessions")]
pub async fn staff_sign_in(
    request: HttpRequest,
    platform: Data<Platform>,
    sessions: Data<Sessions>,
    body: Json<StaffSessionRequest>,
) -> Result<HttpResponse, Failure> {
    let now = platform.clock.now();
    let account = account_with(&platform, &body.username, &body.password, now).await?;
    if !is_usable(&account) {
        return Err(refused(&platform, &account, now).await?);
    }
    if let Some(until) = account.initial_until {
        return Err(if until > now {
            count_anew(&platform, &account).await?;
            Failure::from(&PASSWORD_CHANGE_REQUIRED)
        } else {
            refused(&platform, &account, now).await?
        });
    }
    let step = matching_step(&platform, &account, body.totp.trim(), now)?;
    let transaction = platform.db.begin().await?;
    let taken = match step {
        Some(step) => take_step(&transaction, &account, step).await?,
        None => false,
    };
    if !taken {
        transaction.rollback().await?;
        return Err(refused(&platform, &account, now).await?);
    }
    begin(&request, &platform, &sessions, transaction, &account, now).await
}

/// Whether an account can be signed in with: it was let begin, and has not ended.
pub(super) const fn is_usable(account: &staff::Model) -> bool {
    account.approved_at.is_some() && account.ended_at.is_none()
}

/// Begins the session of a member of staff who has proven to be the one, and commits.
pub(super) async fn begin(
    request: &HttpRequest,
    platform: &Platform,
    sessions: &Sessions,
    transaction: DatabaseTransaction,
    account: &staff::Model,
    now: Instant,
) -> Result<HttpResponse, Failure> {
    let kind = SubjectKind::Staff;
    let (session, begun) = sessions
        .begin(&transaction, platform, kind, account.id, client_of(request), now)
        .await?;
    audit::record(&transaction, now, deed(account, "session.begin")).await?;
    transaction.commit().await?;

    let staff = Staff::from_row(account, session, Some(now))
        .ok_or_else(|| anyhow!("the role {:?} is not known", account.role))?;
    let mut response = HttpResponse::Created();
    cookies::set(&mut response, &platform.config, kind, &begun);
    Ok(response.json(Session {
        access_token: begun.access_token,
        refresh_token: begun.refresh_token,
        expires_at: begun.expires_at,
        resident: None,
        staff: Some(staff.view()),
        device: None,
    }))
}

/// What a one-time code came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CodeVerdict {
    /// It is new and the account's own.
    Right,
    /// It is neither, or none was given.
    Wrong,
    /// It was not looked at: the account is locked after too many wrong ones.
    Locked,
}

/// Confirms with a new one-time code that it is still the same member of staff who acts; a code is taken once.
///
/// Wrong ones count with those of signing in and lock the account like them. The caller commits whatever the verdict is.
pub async fn confirm_code(
    db: &impl ConnectionTrait,
    platform: &Platform,
    id: StaffId,
    code: &str,
    now: Instant,
) -> Result<CodeVerdict, Failure> {
    if code.trim().is_empty() {
        return Ok(CodeVerdict::Wrong);
    }
    let Some(account) = count_try(db, staff::Column::Id.eq(id.0), now).await? else {
        return Ok(CodeVerdict::Locked);
    };
    if let Some(step) = matching_step(platform, &account, code.trim(), now)?
        && take_step(db, &account, step).await?
    {
        return Ok(CodeVerdict::Right);
    }
    audit::record(db, now, deed(&account, "code.refuse")).await?;
    Ok(CodeVerdict::Wrong)
}

/// The time step to which a one-time code belongs: the present one or a neighbour (RFC 6238, section 5.2).
pub(super) fn matching_step(
    platform: &Platform,
    account: &staff::Model,
    code: &str,
    now: Instant,
) -> Result<Option<i64>, Failure> {
    let Some(sealed) = &account.totp_secret else {
        return Ok(None);
    };
    let secret = platform.keys.open(TOTP_SECRET, account.id, sealed)?;
    let secret = Secret::try_from_base32(&secret).map_err(|error| anyhow!("a stored secret is none: {error}"))?;
    let totp = Builder::new()
        .with_secret(secret)
        .build()
        .map_err(|error| anyhow!("a stored secret is unfit: {error}"))?;
    let seconds = u64::try_from(now.timestamp()).unwrap_or(0);
    Ok(totp
        .check(code, seconds)
        .map(|step| i64::try_from(step).unwrap_or(i64::MAX)))
}

/// Uses a time step up, so that a code that was looked over a shoulder is worth nothing; with it the tries are counted anew.
pub(super) async fn take_step(db: &impl ConnectionTrait, account: &staff::Model, step: i64) -> Result<bool, Failure> {
    let taken = staff::Entity::update_many()
        .col_expr(staff::Column::LastTotpStep, Expr::value(step))
        .col_expr(staff::Column::Failures, Expr::value(0))
        .col_expr(staff::Column::LockedUntil, Expr::value(None::<Instant>))
        .filter(staff::Column::Id.eq(account.id))
        .filter(staff::Column::LastTotpStep.lt(step))
        .exec(db)
        .await?;
    Ok(taken.rows_affected == 1)
}
