//! Questions to passkeys: made, and used up.

use aws_lc_rs::digest::{SHA256, digest};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect};
use shared::{
    identity::passkeys::{PASSKEY_QUESTION_LIFE, PasskeyQuestion},
    ids::ResidentId,
    time::Instant,
};

use super::rp_id;
use crate::{
    identity::entity::{passkey, passkey_question},
    platform::Platform,
    problem::Failure,
};

/// Asks: 32 random octets, to be signed for a purpose and brought by the asker, a browser's mark or a session.
pub async fn ask(
    db: &impl ConnectionTrait,
    platform: &Platform,
    asker: &str,
    purpose: &str,
    credentials: Vec<String>,
    now: Instant,
) -> Result<PasskeyQuestion, Failure> {
    let mut challenge = [0; 32];
    platform.keys.fill_random(&mut challenge)?;
    let row = passkey_question::ActiveModel {
        challenge_hash: Set(hash(&challenge)),
        asker_hash: Set(hash(asker.as_bytes())),
        purpose: Set(purpose.to_owned()),
        asked_at: Set(now),
    };
    passkey_question::Entity::insert(row).exec_without_returning(db).await?;
    Ok(PasskeyQuestion {
        challenge: URL_SAFE_NO_PAD.encode(challenge),
        rp_id: rp_id(&platform.config),
        credentials,
    })
}

/// Uses a question up; whether it was open, this asker's, and for this purpose.
pub async fn take(
    platform: &Platform,
    challenge: &[u8],
    asker: &str,
    purpose: &str,
    now: Instant,
) -> Result<bool, Failure> {
    let transaction = platform.db.begin().await?;
    let taken = passkey_question::Entity::delete_many()
        .filter(passkey_question::Column::ChallengeHash.eq(hash(challenge)))
        .filter(passkey_question::Column::AskerHash.eq(hash(asker.as_bytes())))
        .filter(passkey_question::Column::Purpose.eq(purpose))
        .filter(passkey_question::Column::AskedAt.gt(now - PASSKEY_QUESTION_LIFE))
        .exec(&transaction)
        .await?;
    transaction.commit().await?;
    Ok(taken.rows_affected > 0)
}

/// An account's passkeys, as authenticators call them.
pub async fn credentials_of(db: &impl ConnectionTrait, account: ResidentId) -> Result<Vec<String>, Failure> {
    let ids: Vec<Vec<u8>> = passkey::Entity::find()
        .filter(passkey::Column::ResidentId.eq(account.0))
        .select_only()
        .column(passkey::Column::CredentialId)
        .into_tuple()
        .all(db)
        .await?;
    Ok(ids.into_iter().map(|id| URL_SAFE_NO_PAD.encode(id)).collect())
}

fn hash(octets: &[u8]) -> Vec<u8> {
    digest(&SHA256, octets).as_ref().to_vec()
}
