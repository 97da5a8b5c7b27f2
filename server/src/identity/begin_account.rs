//! `POST /auth/staff-enrolments` and `POST /auth/staff-passwords`: a member of staff sets up an authenticator and chooses a password.

use actix_web::{
    HttpRequest, HttpResponse, post,
    web::{Data, Json},
};
use anyhow::anyhow;
use qrcode::{QrCode, render::svg};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, sea_query::Expr};
use shared::{
    identity::{
        accounts::{ChangedPart, Enrolment, EnrolmentRequest, PasswordError, PasswordRequest, check_password},
        wire::{ACCOUNT_STATE, PASSWORD_UNFIT, Session},
    },
    problem::Problem,
    time::Instant,
};
use totp_rs::Secret;

use super::{
    Sessions, account_changes,
    entity::staff,
    passwords::{account_with, deed, hash_apart, is_guessable, refused},
    staff_sign_in::{TOTP_SECRET, begin, is_usable, matching_step, take_step},
};
use crate::{
    platform::{Platform, audit},
    problem::Failure,
};

/// How many octets a secret has (RFC 4226, section 4: at least 128 bits, 160 recommended).
const SECRET_LENGTH: usize = 20;

/// Sets an authenticator up for an account that begins. Asked again, it gives another secret, and the one before is worth nothing.
#[utoipa::path(
    tag = "identity",
    security(()),
    request_body = EnrolmentRequest,
    responses((status = 201, body = Enrolment), crate::problem::Refusals),
)]
#[post("/auth/staff-enrolments")]
pub async fn enrol(platform: Data<Platform>, body: Json<EnrolmentRequest>) -> Result<HttpResponse, Failure> {
    let now = platform.clock.now();
    let account = account_with(&platform, &body.username, &body.password, now).await?;
    if !is_usable(&account) || account.initial_until.is_some_and(|until| until <= now) {
        return Err(refused(&platform, &account, now).await?);
    }
    let mut random = [0; SECRET_LENGTH];
    platform.keys.fill_random(&mut random)?;
    let secret = Secret::from(random.as_slice()).to_base32();
    let transaction = platform.db.begin().await?;
    let set = staff::Entity::update_many()
        .col_expr(
            staff::Column::TotpSecret,
            Expr::value(platform.keys.seal(TOTP_SECRET, account.id, &secret)?),
        )
        .col_expr(staff::Column::Failures, Expr::value(0))
        .col_expr(staff::Column::LockedUntil, Expr::value(None::<Instant>))
        .filter(staff::Column::Id.eq(account.id))
        .filter(staff::Column::PasswordHash.eq(account.password_hash.clone()))
        .filter(staff::Column::InitialUntil.is_not_null())
        .exec(&transaction)
        .await?;
    if set.rows_affected == 0 {
        return Err(Failure::from(&ACCOUNT_STATE));
    }
    account_changes::note(&transaction, account.id, ChangedPart::Authenticator, now).await?;
    audit::record(&transaction, now, deed(&account, "staff.enrol")).await?;
    transaction.commit().await?;
    let url = format!(
        "otpauth://totp/Bianmin:{}?secret={secret}&issuer=Bianmin",
        account.username
    );
    let code = QrCode::new(&url).map_err(|error| anyhow!("an address does not fit into a code: {error}"))?;
    Ok(HttpResponse::Created().json(Enrolment {
        qr_svg: code.render::<svg::Color<'_>>().min_dimensions(240, 240).build(),
        secret,
        url,
    }))
}

/// Chooses another password, at the first sign-in or later, and signs in with it; every other session of the account ends.
#[utoipa::path(
    tag = "identity",
    security(()),
    request_body = PasswordRequest,
    responses((status = 201, body = Session), crate::problem::Refusals),
)]
#[post("/auth/staff-passwords")]
pub async fn change_password(
    request: HttpRequest,
    platform: Data<Platform>,
    sessions: Data<Sessions>,
    body: Json<PasswordRequest>,
) -> Result<HttpResponse, Failure> {
    let now = platform.clock.now();
    let unfit = |reason: String| {
        Problem::new(&PASSWORD_UNFIT)
            .on_field("new_password")
            .with("reason", reason)
    };
    if body.new_password == body.password {
        return Err(unfit("the password is the old one".to_owned()).into());
    }
    check_password(&body.new_password, body.username.trim()).map_err(|error| unfit(error.to_string()))?;
    let known = vec![body.username.trim().to_owned(), "bianmin".to_owned(), "便民".to_owned()];
    if is_guessable(body.new_password.clone(), known).await? {
        return Err(unfit(PasswordError::Guessed.to_string()).into());
    }
    let account = account_with(&platform, &body.username, &body.password, now).await?;
    let begins_late = account.initial_until.is_some_and(|until| until <= now);
    if !is_usable(&account) || begins_late {
        return Err(refused(&platform, &account, now).await?);
    }
    let hash = hash_apart(body.new_password.clone()).await?;
    let step = matching_step(&platform, &account, body.totp.trim(), now)?;
    let transaction = platform.db.begin().await?;
    let taken = match step {
        Some(step) => take_step(&transaction, &account, step).await?,
        None => false,
    };
    let changed = staff::Entity::update_many()
        .col_expr(staff::Column::PasswordHash, Expr::value(hash))
        .col_expr(staff::Column::InitialUntil, Expr::value(None::<Instant>))
        .filter(staff::Column::Id.eq(account.id))
        .filter(staff::Column::PasswordHash.eq(account.password_hash.clone()))
        .exec(&transaction)
        .await?;
    if !taken || changed.rows_affected == 0 {
        transaction.rollback().await?;
        return Err(refused(&platform, &account, now).await?);
    }
    let ended = sessions.end_all_of(&transaction, account.id, None, now).await?;
    account_changes::note(&transaction, account.id, ChangedPart::Password, now).await?;
    audit::record(&transaction, now, deed(&account, "staff.choose-password")).await?;
    let response = begin(&request, &platform, &sessions, transaction, &account, now).await?;
    sessions.forget_all(&platform, ended).await;
    Ok(response)
}
