//! `POST /auth/staff-sessions`: signs staff in by password and one-time code.

use actix_web::{
    HttpResponse, post,
    web::{Data, Json},
};
use anyhow::anyhow;
use argon2::{Argon2, PasswordHash, PasswordVerifier};
use chrono::TimeDelta;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, ExprTrait, QueryFilter, sea_query::Expr};
use serde_json::json;
use shared::{
    identity::wire::{ACCOUNT_LOCKED, CREDENTIALS_WRONG, Session, StaffSessionRequest},
    ids::StaffId,
    time::Instant,
};
use totp_rs::{Builder, Secret};

use super::{
    Staff, cookies,
    entity::staff,
    sessions::{Sessions, SubjectKind},
};
use crate::{
    platform::{
        Platform,
        audit::{self, Deed},
        idempotency::Actor,
        keys::Field,
    },
    problem::Failure,
};

/// The secret of an account's authenticator.
pub const TOTP_SECRET: Field = Field::new("staff", "totp_secret");

const TRIES: i32 = 5;
const LOCKED_FOR: TimeDelta = TimeDelta::minutes(15);
/// A hash that no password has, verified for unknown names so that they take as long as known ones.
const NOBODYS_HASH: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHRzYWx0c2FsdA$n2x2mRfGOcBSMzzMCNsUZJ7sDmJSnzFQmj9A8SG5aE8";

/// Signs staff in. Which of the three was wrong is not told.
#[utoipa::path(
    tag = "identity",
    security(()),
    request_body = StaffSessionRequest,
    responses((status = 201, body = Session), crate::problem::Refusals),
)]
#[post("/auth/staff-sessions")]
pub async fn staff_sign_in(
    platform: Data<Platform>,
    sessions: Data<Sessions>,
    body: Json<StaffSessionRequest>,
) -> Result<HttpResponse, Failure> {
    let now = platform.clock.now();
    let account = staff::Entity::find()
        .filter(staff::Column::Username.eq(body.username.trim()))
        .one(platform.db.reader())
        .await?;
    if account
        .as_ref()
        .and_then(|account| account.locked_until)
        .is_some_and(|until| until > now)
    {
        return Err(Failure::from(&ACCOUNT_LOCKED));
    }
    let hash = account
        .as_ref()
        .map_or(NOBODYS_HASH, |account| &account.password_hash)
        .to_owned();
    let password = body.password.clone();
    let password_matches = actix_web::web::block(move || verify_password(&hash, &password))
        .await
        .map_err(anyhow::Error::from)?;
    let Some(account) = account else {
        return Err(Failure::from(&CREDENTIALS_WRONG));
    };
    let step = matching_step(&platform, &account, body.totp.trim(), now)?;

    let transaction = platform.db.begin().await?;
    let taken = match (password_matches, step) {
        (true, Some(step)) => take_step(&transaction, &account, step).await?,
        _ => false,
    };
    let deed = |action| Deed {
        actor: Some(Actor {
            kind: "staff",
            id: account.id,
        }),
        action,
        subject_kind: "staff",
        subject_id: Some(account.id),
        reason: None,
        detail: json!({}),
    };
    if !taken {
        count_failure(&transaction, &account, now).await?;
        audit::record(&transaction, now, deed("session.refuse")).await?;
        transaction.commit().await?;
        return Err(Failure::from(&CREDENTIALS_WRONG));
    }
    let (session, begun) = sessions
        .begin(&transaction, &platform, SubjectKind::Staff, account.id, now)
        .await?;
    audit::record(&transaction, now, deed("session.begin")).await?;
    transaction.commit().await?;

    let staff =
        Staff::from_row(&account, session).ok_or_else(|| anyhow!("the role {:?} is not known", account.role))?;
    let mut response = HttpResponse::Created();
    cookies::set(&mut response, &platform.config, SubjectKind::Staff, &begun);
    Ok(response.json(Session {
        access_token: begun.access_token,
        refresh_token: begun.refresh_token,
        expires_at: begun.expires_at,
        resident: None,
        staff: Some(staff.view()),
        device: None,
    }))
}

/// Confirms with a new one-time code that it is still the same member of staff who acts; a code is taken once.
pub async fn confirm_code(
    db: &impl ConnectionTrait,
    platform: &Platform,
    id: StaffId,
    code: &str,
    now: Instant,
) -> Result<bool, Failure> {
    let Some(account) = staff::Entity::find_by_id(id.0).one(db).await? else {
        return Ok(false);
    };
    match matching_step(platform, &account, code.trim(), now)? {
        Some(step) => take_step(db, &account, step).await,
        None => Ok(false),
    }
}

fn verify_password(hash: &str, password: &str) -> bool {
    PasswordHash::new(hash).is_ok_and(|hash| Argon2::default().verify_password(password.as_bytes(), &hash).is_ok())
}

/// The time step to which a one-time code belongs: the present one or a neighbour (RFC 6238, section 5.2).
fn matching_step(
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

/// Uses a time step up, so that a code that was looked over a shoulder is worth nothing.
async fn take_step(db: &impl ConnectionTrait, account: &staff::Model, step: i64) -> Result<bool, Failure> {
    let taken = staff::Entity::update_many()
        .col_expr(staff::Column::LastTotpStep, Expr::value(step))
        .col_expr(staff::Column::Failures, Expr::value(0))
        .filter(staff::Column::Id.eq(account.id))
        .filter(staff::Column::LastTotpStep.lt(step))
        .exec(db)
        .await?;
    Ok(taken.rows_affected == 1)
}

async fn count_failure(db: &impl ConnectionTrait, account: &staff::Model, now: Instant) -> Result<(), Failure> {
    let mut counted = staff::Entity::update_many()
        .col_expr(staff::Column::Failures, Expr::col(staff::Column::Failures).add(1))
        .filter(staff::Column::Id.eq(account.id));
    if (account.failures + 1) % TRIES == 0 {
        counted = counted.col_expr(staff::Column::LockedUntil, Expr::value(now + LOCKED_FOR));
    }
    counted.exec(db).await?;
    Ok(())
}
