//! `POST /me/passkey-questions` and `POST /me/passkeys`: a resident adds a passkey, after a fresh proof.

use actix_web::{
    HttpResponse,
    http::StatusCode,
    post,
    web::{Data, Json},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use sea_orm::{ActiveValue::Set, EntityTrait};
use shared::identity::passkeys::{
    LONGEST_PASSKEY_NAME, MOST_PASSKEYS, PASSKEY_INVALID, PASSKEY_KNOWN, PASSKEYS_FULL, Passkey, PasskeyOffer,
    PasskeyRequest, Step,
};
use uuid::Uuid;

use super::{Ceremony, NAME, answered, ask, count, credentials_of, decoded, deed, made_here, octets};
use crate::{
    identity::{
        AccountNews, AccountTexts, Resident,
        entity::passkey,
        proofs,
        store::{self, lock_resident},
    },
    platform::{Platform, audit, bus::Event, db, idempotency::Once},
    problem::{Failure, invalid_field},
};

/// Begins adding a passkey. It takes a fresh proof; what is answered can be used for five minutes.
#[utoipa::path(
    tag = "identity",
    security(("resident" = [])),
    responses((status = 201, body = PasskeyOffer), crate::problem::Refusals),
)]
#[post("/me/passkey-questions")]
pub async fn offer_passkey(resident: Resident, once: Once, platform: Data<Platform>) -> Result<HttpResponse, Failure> {
    let now = platform.clock.now();
    let transaction = platform.db.begin().await?;
    let credentials = credentials_of(&transaction, resident.id).await?;
    if credentials.len() >= MOST_PASSKEYS {
        return Err(Failure::from(&PASSKEYS_FULL));
    }
    proofs::take_in(&transaction, resident.session, Step::AddPasskey, now).await?;
    let asker = resident.session.to_string();
    let question = ask(
        &transaction,
        &platform,
        &asker,
        Step::AddPasskey.as_str(),
        credentials,
        now,
    )
    .await?;
    let account = store::resident_view(&transaction, &platform, resident.id).await?;
    let offer = PasskeyOffer {
        question,
        user_id: URL_SAFE_NO_PAD.encode(resident.id.0.as_bytes()),
        user_name: account.map(|account| account.phone).unwrap_or_default(),
        algorithms: octets::ALGORITHMS.to_vec(),
    };
    once.commit(transaction, StatusCode::CREATED, &offer).await
}

/// Adds the passkey that the device has made. The account's owner is told by a text.
#[utoipa::path(
    tag = "identity",
    security(("resident" = [])),
    request_body = PasskeyRequest,
    responses((status = 201, body = Passkey), crate::problem::Refusals),
)]
#[post("/me/passkeys")]
pub async fn add_passkey(
    resident: Resident,
    once: Once,
    platform: Data<Platform>,
    texts: Data<AccountTexts>,
    body: Json<PasskeyRequest>,
) -> Result<HttpResponse, Failure> {
    let now = platform.clock.now();
    let name = fit_name(&body.name)?;
    let asker = resident.session.to_string();
    let client_data = decoded(&body.client_data)?;
    let purpose = Step::AddPasskey.as_str();
    answered(&platform, &client_data, Ceremony::Create, &asker, purpose, now).await?;
    let data = octets::AuthenticatorData::read_attested(&decoded(&body.attestation)?)?;
    made_here(&platform.config, &data)?;
    let made = data.made.ok_or(&PASSKEY_INVALID)?;
    octets::PublicKey::read(&made.public_key)?;

    let transaction = platform.db.begin().await?;
    // One after the other, so that the number of an account's passkeys is known.
    lock_resident(&transaction, resident.id).await?;
    if count(&transaction, resident.id).await? >= MOST_PASSKEYS as u64 {
        return Err(Failure::from(&PASSKEYS_FULL));
    }
    let id = Uuid::now_v7();
    let row = passkey::ActiveModel {
        id: Set(id),
        resident_id: Set(resident.id.0),
        credential_id: Set(made.credential_id),
        public_key: Set(made.public_key),
        counter: Set(i64::from(data.counter)),
        name: Set(platform.keys.seal(NAME, id, name)?),
        created_at: Set(now),
        used_at: Set(None),
    };
    match passkey::Entity::insert(row).exec_without_returning(&transaction).await {
        Err(error) if db::is_duplicate(&error) => return Err(Failure::from(&PASSKEY_KNOWN)),
        inserted => inserted?,
    };
    audit::record(&transaction, now, deed(resident.id, "passkey.add", id)).await?;
    let news = AccountNews::PasskeyAdded { resident: resident.id };
    texts.0(&transaction, &platform, now, news).await?;
    let view = Passkey {
        id: id.into(),
        name: name.to_owned(),
        created_at: now,
        used_at: None,
    };
    let response = once.commit(transaction, StatusCode::CREATED, &view).await?;
    platform.bus.publish(Event::Message);
    Ok(response)
}

/// A name that its owner can read in a list.
pub fn fit_name(text: &str) -> Result<&str, Failure> {
    let name = text.trim();
    if (1..=LONGEST_PASSKEY_NAME).contains(&name.chars().count()) && !name.chars().any(char::is_control) {
        Ok(name)
    } else {
        Err(invalid_field("name", "a name has one to 20 characters"))
    }
}
