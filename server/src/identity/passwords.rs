//! Passwords of staff: hashed with Argon2id, tried at most five times before the account locks for a while.

use std::{sync::LazyLock, time::Duration};

use anyhow::anyhow;
use argon2::{Algorithm, Argon2, Params, PasswordHash, PasswordHasher, PasswordVerifier, Version};
use chrono::TimeDelta;
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, ExprTrait, QueryFilter, sea_query::Expr};
use serde_json::json;
use shared::{
    identity::wire::{ACCOUNT_LOCKED, CREDENTIALS_WRONG},
    problem,
    time::Instant,
};
use tokio::{sync::Semaphore, time::timeout};

use super::entity::staff;
use crate::{
    platform::{
        Platform,
        audit::{self, Deed},
        idempotency::Actor,
        keys::Keys,
    },
    problem::Failure,
};

/// The longest that a sign-in waits for a core.
const LONGEST_WAIT: Duration = Duration::from_secs(5);
const TRIES: i32 = 5;
const LOCKED_FOR: TimeDelta = TimeDelta::minutes(15);
/// A hash that no password has, verified for unknown names so that they take as long as known ones.
const NOBODYS_HASH: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHRzYWx0c2FsdA$n2x2mRfGOcBSMzzMCNsUZJ7sDmJSnzFQmj9A8SG5aE8";

/// Hashes a password with Argon2id at the cost that OWASP names first: 19 MiB, two passes.
pub fn hash_password(password: &str) -> anyhow::Result<String> {
    let params = Params::new(19 * 1024, 2, 1, None).map_err(|error| anyhow!("{error}"))?;
    let hash = Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password(password.as_bytes())
        .map_err(|error| anyhow!("a password cannot be hashed: {error}"))?;
    Ok(hash.to_string())
}

/// The same, on a thread where it holds up no request.
pub async fn hash_apart(password: String) -> Result<String, Failure> {
    Ok(apart(move || hash_password(&password)).await??)
}

/// Does what takes a core and 19 MiB on a thread of its own, as many at once as there are cores: names that nobody has are tried as often as
/// anyone likes, and must not fill the memory. Whoever would wait too long is told to come again.
async fn apart<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Failure> {
    static CORES: LazyLock<Semaphore> =
        LazyLock::new(|| Semaphore::new(std::thread::available_parallelism().map_or(1, usize::from)));
    let Ok(Ok(_core)) = timeout(LONGEST_WAIT, CORES.acquire()).await else {
        return Err(Failure::from(&problem::UNAVAILABLE));
    };
    Ok(actix_web::web::block(work).await.map_err(anyhow::Error::from)?)
}

/// A password with which an account begins: three groups of five letters and digits, 75 random bits.
pub fn initial_password(keys: &Keys) -> anyhow::Result<String> {
    const ALPHABET: &[u8; 32] = b"23456789ABCDEFGHJKLMNPQRSTUVWXYZ";
    let mut random = [0; 15];
    keys.fill_random(&mut random)?;
    let characters = random
        .iter()
        .filter_map(|byte| ALPHABET.get(usize::from(*byte) % ALPHABET.len()).copied());
    let all: String = characters.map(char::from).collect();
    let groups = [all.get(..5), all.get(5..10), all.get(10..)];
    Ok(groups.into_iter().flatten().collect::<Vec<_>>().join("-"))
}

/// The account with this name, if the password is its own.
///
/// Whoever succeeds with everything that is asked for sets the count of tries back.
pub async fn account_with(
    platform: &Platform,
    username: &str,
    password: &str,
    now: Instant,
) -> Result<staff::Model, Failure> {
    let db = platform.db.begin().await?;
    let account = count_try(&db, staff::Column::Username.eq(username.trim()), now).await?;
    db.commit().await?;
    if account.is_none() && is_known(platform, username).await? {
        return Err(Failure::from(&ACCOUNT_LOCKED));
    }
    let hash = account
        .as_ref()
        .map_or(NOBODYS_HASH, |account| &account.password_hash)
        .to_owned();
    let password = password.to_owned();
    let matches = apart(move || verify_password(&hash, &password)).await?;
    match account {
        Some(account) if matches => Ok(account),
        Some(account) => Err(refused(platform, &account, now).await?),
        None => Err(Failure::from(&CREDENTIALS_WRONG)),
    }
}

/// Counts a try at an account before it is judged, so that many at once are no more tries than one after the other. The last that is
/// allowed locks the account. Nothing when there is no such account, or when it is locked.
pub async fn count_try(db: &impl ConnectionTrait, whose: Expr, now: Instant) -> Result<Option<staff::Model>, Failure> {
    let counted = staff::Entity::update_many()
        .col_expr(staff::Column::Failures, Expr::col(staff::Column::Failures).add(1))
        .filter(whose)
        .filter(
            Condition::any()
                .add(staff::Column::LockedUntil.is_null())
                .add(staff::Column::LockedUntil.lte(now)),
        )
        .exec_with_returning(db)
        .await?;
    let account = counted.into_iter().next();
    if let Some(account) = &account
        && account.failures % TRIES == 0
    {
        staff::Entity::update_many()
            .col_expr(staff::Column::LockedUntil, Expr::value(now + LOCKED_FOR))
            .filter(staff::Column::Id.eq(account.id))
            .exec(db)
            .await?;
    }
    Ok(account)
}

/// Sets the count of tries back for an account that begins: there is no second factor yet that could be guessed at.
pub async fn count_anew(platform: &Platform, account: &staff::Model) -> Result<(), Failure> {
    let db = platform.db.begin().await?;
    staff::Entity::update_many()
        .col_expr(staff::Column::Failures, Expr::value(0))
        .col_expr(staff::Column::LockedUntil, Expr::value(None::<Instant>))
        .filter(staff::Column::Id.eq(account.id))
        .filter(staff::Column::InitialUntil.is_not_null())
        .exec(&db)
        .await?;
    Ok(db.commit().await?)
}

async fn is_known(platform: &Platform, username: &str) -> Result<bool, Failure> {
    let found = staff::Entity::find()
        .filter(staff::Column::Username.eq(username.trim()))
        .one(platform.db.reader())
        .await?;
    Ok(found.is_some())
}

/// Records that somebody was refused at an account. What was wrong is not told.
pub async fn refused(platform: &Platform, account: &staff::Model, now: Instant) -> Result<Failure, Failure> {
    let db = platform.db.begin().await?;
    audit::record(&db, now, deed(account, "session.refuse")).await?;
    db.commit().await?;
    Ok(Failure::from(&CREDENTIALS_WRONG))
}

/// Something that an account's owner did to the account.
pub fn deed(account: &staff::Model, action: &'static str) -> Deed<'static> {
    Deed {
        actor: Some(Actor {
            kind: "staff",
            id: account.id,
        }),
        action,
        subject_kind: "staff",
        subject_id: Some(account.id),
        reason: None,
        detail: json!({}),
    }
}

/// Whether a password is worth trying early: fewer than a hundred million guesses lead to it, by the lists of common passwords, names and
/// words, and the dates, repetitions and keyboard runs, that guessers begin with. `known` is what they know of the account.
pub async fn is_guessable(password: String, known: Vec<String>) -> Result<bool, Failure> {
    apart(move || {
        let known: Vec<&str> = known.iter().map(String::as_str).collect();
        zxcvbn::zxcvbn(&password, &known).score() < zxcvbn::Score::Three
    })
    .await
}

fn verify_password(hash: &str, password: &str) -> bool {
    PasswordHash::new(hash).is_ok_and(|hash| Argon2::default().verify_password(password.as_bytes(), &hash).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[actix_web::test]
    async fn what_guessers_begin_with_is_known_in_many_disguises() {
        let known = || vec!["clerk-1".to_owned(), "安娜".to_owned(), "bianmin".to_owned()];
        for guessable in [
            "passwordpassword",
            "P@ssw0rd12345",
            "letmein123456",
            "qazwsxedcrfv",
            "football1234",
            "abcd1234abcd1234",
            "jordan231987",
            "sunshine2024!",
            "iloveyou1314520",
            "1234567890qwerty",
            "clerk-1clerk-1",
        ] {
            assert!(is_guessable(guessable.into(), known()).await.unwrap(), "{guessable}");
        }
        for own in ["正确的马电池订书钉今天下雨", "correct horse battery", "x7#Kp2!vQ9mZ"] {
            assert!(!is_guessable(own.into(), known()).await.unwrap(), "{own}");
        }
    }
}
