//! `PUT /me/phone` and `POST /phone-rebindings`: an account moves to another phone, with the old one or at a counter.

use actix_web::{
    HttpResponse,
    http::StatusCode,
    post, put,
    web::{Data, Json},
};
use sea_orm::{ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter, sea_query::Expr};
use serde_json::json;
use shared::{
    identity::{
        passkeys::Step,
        privacy::{CounterPhoneRequest, PhoneRequest},
        rules::{IdNumber, LoginCode, PersonName, Phone},
        wire::{CODE_WRONG, CodePurpose, IDENTITY_MISMATCH, PHONE_TAKEN, ResidentView},
    },
    ids::ResidentId,
    problem::{self, Problem},
    time::Instant,
};

use super::{
    Clerk, Resident, Sessions,
    account_news::{AccountNews, AccountTexts},
    entity::resident,
    passkeys, proofs,
    sign_in::try_code,
    store::{self, PHONE},
    wechat,
};
use crate::{
    platform::{
        Platform,
        audit::{self, Deed},
        bus::Event,
        db,
        idempotency::Once,
    },
    problem::{Failure, invalid_field},
};

/// The shortest reason that tells a reader anything, in characters.
const SHORTEST_REASON: usize = 4;
/// The longest reason, in characters.
const LONGEST_REASON: usize = 200;

/// Moves the account to another phone. It takes a code from each; every other session of the account ends.
#[utoipa::path(
    tag = "identity",
    security(("resident" = [])),
    request_body = PhoneRequest,
    responses((status = 200, body = ResidentView), crate::problem::Refusals),
)]
#[put("/me/phone")]
pub async fn change_phone(
    resident: Resident,
    once: Once,
    platform: Data<Platform>,
    sessions: Data<Sessions>,
    texts: Data<AccountTexts>,
    body: Json<PhoneRequest>,
) -> Result<HttpResponse, Failure> {
    let now = platform.clock.now();
    let phone = parsed_phone("phone", &body.phone)?;
    let old_phone = parsed_phone("old_phone", &body.old_phone)?;
    let present = store::phone_of(platform.db.reader(), &platform, resident.id).await?;
    if present.is_none_or(|present| present != old_phone) {
        return Err(invalid_field("old_phone", "this is not the account's phone"));
    }
    // A code from the phone is what anyone has who took it; whoever has a passkey shows that as well.
    if passkeys::has_any(platform.db.reader(), resident.id).await? {
        proofs::take(&platform, resident.session, Step::ChangePhone, now).await?;
    }
    judge(
        &platform,
        &old_phone,
        "old_code",
        &body.old_code,
        CodePurpose::OldPhone,
        now,
    )
    .await?;
    judge(&platform, &phone, "code", &body.code, CodePurpose::NewPhone, now).await?;

    let transaction = platform.db.begin().await?;
    move_to(&transaction, &platform, &texts, resident.id, &phone, now).await?;
    let ended = sessions
        .end_all_of(&transaction, resident.id.0, Some(resident.session), now)
        .await?;
    let deed = Deed {
        actor: Some(resident.actor()),
        action: "phone.change",
        subject_kind: "resident",
        subject_id: Some(resident.id.0),
        reason: None,
        detail: json!({}),
    };
    audit::record(&transaction, now, deed).await?;
    let view = store::resident_view(&transaction, &platform, resident.id).await?;
    let response = once.commit(transaction, StatusCode::OK, &view).await?;
    sessions.forget_all(&platform, ended).await;
    platform.bus.publish(Event::Message);
    Ok(response)
}

/// Moves somebody's account to another phone, for a clerk who has seen the ID card. Every session of the account ends.
#[utoipa::path(
    tag = "identity",
    security(("clerk" = [])),
    request_body = CounterPhoneRequest,
    responses((status = 204, description = "The account has the new phone."), crate::problem::Refusals),
)]
#[post("/phone-rebindings")]
pub async fn rebind_phone(
    clerk: Clerk,
    once: Once,
    platform: Data<Platform>,
    sessions: Data<Sessions>,
    texts: Data<AccountTexts>,
    body: Json<CounterPhoneRequest>,
) -> Result<HttpResponse, Failure> {
    let now = platform.clock.now();
    let name: PersonName = body.name.parse().map_err(|error| invalid_field("name", error))?;
    let id_number: IdNumber = body
        .id_number
        .parse()
        .map_err(|error| invalid_field("id_number", error))?;
    let phone = parsed_phone("phone", &body.phone)?;
    let reason = body.reason.trim();
    if !(SHORTEST_REASON..=LONGEST_REASON).contains(&reason.chars().count()) {
        return Err(invalid_field("reason", "a reason has 4 to 200 characters"));
    }
    judge(&platform, &phone, "code", &body.code, CodePurpose::NewPhone, now).await?;

    let transaction = platform.db.begin().await?;
    let not_found = || Failure::from(&problem::NOT_FOUND);
    let id = store::person_with(&transaction, &platform, &id_number)
        .await?
        .ok_or_else(not_found)?;
    let person = store::person(&transaction, &platform, id)
        .await?
        .ok_or_else(not_found)?;
    if person.name != name {
        return Err(Failure::from(&IDENTITY_MISMATCH));
    }
    let account = store::residents_of(&transaction, [id]).await?;
    let account = *account.first().ok_or_else(not_found)?;
    move_to(&transaction, &platform, &texts, account, &phone, now).await?;
    // Whoever has the lost phone may have its WeChat as well, and the passkeys on it.
    wechat::unlink(&transaction, account).await?;
    passkeys::remove_all(&transaction, account).await?;
    let ended = sessions.end_all_of(&transaction, account.0, None, now).await?;
    let deed = Deed {
        actor: Some(clerk.actor()),
        action: "phone.rebind",
        subject_kind: "resident",
        subject_id: Some(account.0),
        reason: Some(reason),
        detail: json!({}),
    };
    audit::record(&transaction, now, deed).await?;
    let response = once.commit(transaction, StatusCode::NO_CONTENT, &()).await?;
    sessions.forget_all(&platform, ended).await;
    platform.bus.publish(Event::Message);
    Ok(response)
}

fn parsed_phone(field: &str, text: &str) -> Result<Phone, Failure> {
    text.parse().map_err(|error| invalid_field(field, error))
}

/// Judges a code. The try is committed by itself: it counts even when what follows fails.
async fn judge(
    platform: &Platform,
    phone: &Phone,
    field: &str,
    code: &str,
    purpose: CodePurpose,
    now: Instant,
) -> Result<(), Failure> {
    let code: LoginCode = code.parse().map_err(|()| Problem::new(&CODE_WRONG).on_field(field))?;
    let counting = platform.db.begin().await?;
    let verdict = try_code(&counting, platform, phone, &code, purpose.as_str(), now).await?;
    counting.commit().await?;
    verdict.map_err(|error| Problem::from(error).on_field(field).into())
}

/// Moves the account, and tells the phone until now.
async fn move_to(
    db: &DatabaseTransaction,
    platform: &Platform,
    texts: &AccountTexts,
    account: ResidentId,
    phone: &Phone,
    now: Instant,
) -> Result<(), Failure> {
    let old = store::phone_of(db, platform, account).await?;
    // While keys of indexes change, the unique key alone does not see an account that is found by an older one.
    if store::resident_of_phone(db, platform, phone)
        .await?
        .is_some_and(|holder| holder != account)
    {
        return Err(Failure::from(&PHONE_TAKEN));
    }
    let moved = resident::Entity::update_many()
        .col_expr(
            resident::Column::Phone,
            Expr::value(platform.keys.seal(PHONE, account.0, phone.expose())?),
        )
        .col_expr(
            resident::Column::PhoneIndex,
            Expr::value(store::phone_index(platform, phone)),
        )
        .filter(resident::Column::Id.eq(account.0))
        .exec(db)
        .await;
    match moved {
        Err(error) if db::is_duplicate(&error) => Err(Failure::from(&PHONE_TAKEN)),
        Err(error) => Err(error.into()),
        Ok(moved) if moved.rows_affected == 0 => Err(Failure::from(&problem::NOT_FOUND)),
        Ok(_) => match old.filter(|old| old != phone) {
            Some(old) => {
                let news = AccountNews::PhoneChanged {
                    resident: account,
                    old,
                    new: phone.clone(),
                };
                texts.0(db, platform, now, news).await
            }
            None => Ok(()),
        },
    }
}
