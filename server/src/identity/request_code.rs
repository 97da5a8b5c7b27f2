//! `POST /auth/sms-codes`: texts a login code. The answer is the same for a known and an unknown number.

use super::{entity::login_code, store};
use crate::{
    platform::{
        Platform,
        bus::Event,
        idempotency::Once,
        limits::{self, Rule},
    },
    problem::{Failure, invalid_field},
};
use actix_web::{
    HttpResponse,
    http::StatusCode,
    post,
    web::{Data, Json},
};
use futures::future::BoxFuture;
use sea_orm::{ActiveValue::Set, DatabaseTransaction, EntityTrait, sea_query::OnConflict};
use shared::{
    identity::{
        rules::{CODE_LIFE, LoginCode, Phone},
        wire::{SmsCodeRequest, SmsCodeSent},
    },
    problem::{self, Problem},
    time::Instant,
};

/// Writes the text with a code into the outbox, in the transaction that stores the code.
pub type TextCode =
    for<'a> fn(&'a DatabaseTransaction, &'a Platform, Instant, Phone, LoginCode) -> BoxFuture<'a, Result<(), Failure>>;

/// How codes are texted. Everyone calls identity, so it is given this rather than calling the texts itself.
#[derive(Clone, Copy)]
pub struct CodeTexts(pub TextCode);

const AN_HOUR: Rule = Rule {
    name: "sms-code-hour",
    times: 5,
    seconds: 3_600,
};
const A_DAY: Rule = Rule {
    name: "sms-code-day",
    times: 10,
    seconds: 86_400,
};

/// Texts to one number, against bombing (短信轰炸).
pub const LIMITS: &[Rule] = &[
    Rule {
        name: "sms-code-minute",
        times: 1,
        seconds: 60,
    },
    AN_HOUR,
    A_DAY,
];

/// The same where the number's owner is signed in: they need not wait a minute after signing in, but have no more texts for it.
pub(super) const LIMITS_OF_OWNERS: &[Rule] = &[
    Rule {
        name: "sms-proof-minute",
        times: 1,
        seconds: 60,
    },
    AN_HOUR,
    A_DAY,
];

/// Texts a login code to a phone.
#[utoipa::path(
    tag = "identity",
    security(()),
    request_body = SmsCodeRequest,
    responses((status = 202, body = SmsCodeSent), crate::problem::Refusals),
)]
#[post("/auth/sms-codes")]
pub async fn request_code(
    platform: Data<Platform>,
    texts: Data<CodeTexts>,
    once: Once,
    body: Json<SmsCodeRequest>,
) -> Result<HttpResponse, Failure> {
    let phone: Phone = body.phone.parse().map_err(|error| invalid_field("phone", error))?;
    let now = platform.clock.now();
    let transaction = platform.db.begin().await?;
    let sent = text_code(
        &transaction,
        &platform,
        &texts,
        phone,
        (body.purpose.as_str(), LIMITS),
        now,
    )
    .await?;
    let response = once.commit(transaction, StatusCode::ACCEPTED, &sent).await?;
    platform.bus.publish(Event::Message);
    Ok(response)
}

/// Texts a code to a phone, as often as the limits allow. It is good for this purpose only, in the place of one that was texted before.
pub(super) async fn text_code(
    db: &DatabaseTransaction,
    platform: &Platform,
    texts: &CodeTexts,
    phone: Phone,
    (purpose, limits): (&str, &[Rule]),
    now: Instant,
) -> Result<SmsCodeSent, Failure> {
    let index = store::code_index(platform, &phone);
    if let Err(exceeded) = limits::count(db, &index, limits, now).await? {
        return Err(Problem::new(&problem::RATE_LIMITED)
            .with("retry_after", exceeded.retry_after)
            .into());
    }
    let mut random = [0; 4];
    platform.keys.fill_random(&mut random)?;
    let code = LoginCode::from_number(u32::from_be_bytes(random));
    let row = login_code::ActiveModel {
        phone_index: Set(index),
        purpose: Set(purpose.to_owned()),
        code_hash: Set(code_hash(platform, &phone, purpose, &code)),
        tries: Set(0),
        issued_at: Set(now),
    };
    let mut newest_wins = OnConflict::columns([login_code::Column::PhoneIndex, login_code::Column::Purpose]);
    newest_wins.update_columns([
        login_code::Column::CodeHash,
        login_code::Column::Tries,
        login_code::Column::IssuedAt,
    ]);
    login_code::Entity::insert(row)
        .on_conflict(newest_wins)
        .exec_without_returning(db)
        .await?;
    texts.0(db, platform, now, phone, code).await?;
    Ok(SmsCodeSent {
        expires_at: now + CODE_LIFE,
        retry_after: 60,
    })
}

/// A code is stored as a keyed hash, bound to its phone and purpose.
pub fn code_hash(platform: &Platform, phone: &Phone, purpose: &str, code: &LoginCode) -> Vec<u8> {
    platform.keys.blind_index(
        "login-code",
        &format!("{}|{}|{}", phone.expose(), purpose, code.expose()),
    )
}
