//! Passkeys (通行密钥): registered by their owners, they sign in and prove who takes a sensitive step, which no copied code can do.
//!
//! A question is random octets of which the hash is kept. It is answered once, within five minutes, for one purpose, and from the browser
//! or the session that asked; it is used up before the answer is judged. An answer counts when it was made for this site (origin and the
//! hash of its name), by somebody whom the device has verified, and is signed by the key that was registered.

pub mod begin;
pub mod mine;
mod octets;
mod question;
pub mod register;
pub mod sign_in;

use aws_lc_rs::digest::{SHA256, digest};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DatabaseTransaction, EntityTrait, PaginatorTrait, QueryFilter,
    sea_query::Expr,
};
use serde_json::json;
use shared::{
    identity::passkeys::{
        PASSKEY_COPIED, PASSKEY_FOREIGN, PASSKEY_INVALID, PASSKEY_KIND, PASSKEY_QUESTION, PASSKEY_UNKNOWN,
        PASSKEY_UNVERIFIED, PasskeyAnswer,
    },
    ids::ResidentId,
    problem::ProblemType,
    time::Instant,
};
use uuid::Uuid;

use self::octets::{AuthenticatorData, PublicKey, Unfit};
pub use self::question::{ask, credentials_of};
use super::entity::passkey;
use crate::{
    config::Config,
    platform::{Platform, audit::Deed, idempotency::Actor, keys::Field},
    problem::Failure,
};

/// What its owner calls a passkey.
const NAME: Field = Field::new("passkeys", "name");

/// What is done with a passkey, as `clientDataJSON` names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ceremony {
    Create,
    Get,
}

/// Whether the account has a passkey.
pub async fn has_any(db: &impl ConnectionTrait, account: ResidentId) -> Result<bool, Failure> {
    Ok(count(db, account).await? > 0)
}

/// How many passkeys the account has.
async fn count(db: &impl ConnectionTrait, account: ResidentId) -> Result<u64, Failure> {
    let theirs = passkey::Entity::find().filter(passkey::Column::ResidentId.eq(account.0));
    Ok(theirs.count(db).await?)
}

/// Takes every passkey from an account.
pub async fn remove_all(db: &impl ConnectionTrait, account: ResidentId) -> Result<(), Failure> {
    passkey::Entity::delete_many()
        .filter(passkey::Column::ResidentId.eq(account.0))
        .exec(db)
        .await?;
    Ok(())
}

/// What a passkey has signed, brought by who was asked. Its question is used up, so that a wrong answer cannot be tried again.
pub struct Brought<'a> {
    answer: &'a PasskeyAnswer,
    client_data: Vec<u8>,
}

/// Uses up the question that is answered, if this asker was asked it for this purpose. It is committed by itself, before anything is judged.
pub async fn bring<'a>(
    platform: &Platform,
    answer: &'a PasskeyAnswer,
    asker: &str,
    purpose: &str,
    now: Instant,
) -> Result<Brought<'a>, Failure> {
    let client_data = decoded(&answer.client_data)?;
    answered(platform, &client_data, Ceremony::Get, asker, purpose, now).await?;
    Ok(Brought { answer, client_data })
}

/// Whose passkey has signed. `only` names the account whose passkeys may. The counter and the time of use are written.
pub async fn judge(
    db: &DatabaseTransaction,
    platform: &Platform,
    brought: Brought<'_>,
    only: Option<ResidentId>,
    now: Instant,
) -> Result<ResidentId, Failure> {
    let Brought { answer, client_data } = brought;
    let whose = Condition::all()
        .add(passkey::Column::CredentialId.eq(decoded(&answer.credential)?))
        .add_option(only.map(|account| passkey::Column::ResidentId.eq(account.0)));
    let known = passkey::Entity::find().filter(whose).one(db).await?;
    let known = known.ok_or(&PASSKEY_UNKNOWN)?;
    // The passkey says for which account it was made; one that says another was not made here.
    let user = answer.user.as_deref().map(decoded).transpose()?;
    if user.is_some_and(|user| user != known.resident_id.as_bytes()) {
        return Err(Failure::from(&PASSKEY_UNKNOWN));
    }
    let octets = decoded(&answer.authenticator_data)?;
    let data = AuthenticatorData::read(&octets)?;
    made_here(&platform.config, &data)?;
    let signed = [octets.as_slice(), digest(&SHA256, &client_data).as_ref()].concat();
    if !PublicKey::read(&known.public_key)?.has_signed(&signed, &decoded(&answer.signature)?) {
        return Err(Failure::from(&PASSKEY_INVALID));
    }
    // A counter that stands at nothing counts nothing; one that counts must go up.
    let counter = i64::from(data.counter);
    let goes_up = Condition::any().add(passkey::Column::Counter.lt(counter)).add(
        Condition::all()
            .add(passkey::Column::Counter.eq(0))
            .add(Expr::value(counter == 0)),
    );
    let used = passkey::Entity::update_many()
        .col_expr(passkey::Column::Counter, Expr::value(counter))
        .col_expr(passkey::Column::UsedAt, Expr::value(now))
        .filter(passkey::Column::Id.eq(known.id))
        .filter(goes_up)
        .exec(db)
        .await?;
    if used.rows_affected == 0 {
        return Err(Failure::from(&PASSKEY_COPIED));
    }
    Ok(ResidentId(known.resident_id))
}

/// Uses up the question that the browser's words answer, and makes sure that they were said on a page of this service.
async fn answered(
    platform: &Platform,
    client_data: &[u8],
    ceremony: Ceremony,
    asker: &str,
    purpose: &str,
    now: Instant,
) -> Result<(), Failure> {
    /// `clientDataJSON`; browsers add members as they like.
    #[derive(serde::Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct ClientData {
        r#type: String,
        challenge: String,
        origin: String,
        #[serde(default)]
        cross_origin: bool,
    }
    let said: ClientData = serde_json::from_slice(client_data).map_err(|_unreadable| &PASSKEY_INVALID)?;
    let kind = match ceremony {
        Ceremony::Create => "webauthn.create",
        Ceremony::Get => "webauthn.get",
    };
    if !question::take(platform, &decoded(&said.challenge)?, asker, purpose, now).await? {
        return Err(Failure::from(&PASSKEY_QUESTION));
    }
    if said.r#type != kind {
        return Err(Failure::from(&PASSKEY_INVALID));
    }
    if said.origin != origin(&platform.config) || said.cross_origin {
        return Err(Failure::from(&PASSKEY_FOREIGN));
    }
    Ok(())
}

/// Makes sure that the authenticator meant this site, and that somebody was there whom it verified.
fn made_here(config: &Config, data: &AuthenticatorData) -> Result<(), &'static ProblemType> {
    if data.rp_id_hash != digest(&SHA256, rp_id(config).as_bytes()).as_ref() {
        return Err(&PASSKEY_FOREIGN);
    }
    if !(data.present && data.verified) {
        return Err(&PASSKEY_UNVERIFIED);
    }
    Ok(())
}

/// The origin of the service's pages: scheme, host and port of `BIANMIN_PUBLIC_URL`, without a path.
fn origin(config: &Config) -> String {
    let url = reqwest::Url::parse(&config.public_url);
    url.map_or_else(|_| config.public_url.clone(), |url| url.origin().ascii_serialization())
}

/// The name of the site for which passkeys are made: its host.
fn rp_id(config: &Config) -> String {
    let url = reqwest::Url::parse(&config.public_url).ok();
    let host = url.as_ref().and_then(reqwest::Url::host_str);
    host.unwrap_or_default().to_owned()
}

fn decoded(text: &str) -> Result<Vec<u8>, &'static ProblemType> {
    let text = text.trim_end_matches('=');
    URL_SAFE_NO_PAD.decode(text).map_err(|_no_base64| &PASSKEY_INVALID)
}

impl From<Unfit> for Failure {
    fn from(unfit: Unfit) -> Self {
        match unfit {
            Unfit::Unreadable => Self::from(&PASSKEY_INVALID),
            Unfit::Kind => Self::from(&PASSKEY_KIND),
        }
    }
}

/// Something that an account's owner did with a passkey.
fn deed(account: ResidentId, action: &'static str, passkey: Uuid) -> Deed<'static> {
    Deed {
        actor: Some(Actor::resident(account)),
        action,
        subject_kind: "passkey",
        subject_id: Some(passkey),
        reason: None,
        detail: json!({}),
    }
}
