//! Access tokens: short-lived JWTs (RFC 7519), bound to a session that can be revoked.
//!
//! No token chooses how it is verified. Each names its key; after another key came into use, an older one is good for what it has signed
//! before.

use std::sync::Arc;

use aws_lc_rs::digest::{SHA256, SHA256_OUTPUT_LEN, digest};
use chrono::{DateTime, TimeDelta};
use moka::sync::Cache;
use serde::{Deserialize, Serialize};
use shared::{ids::SessionId, time::Instant};
use uuid::Uuid;

use crate::platform::keys::Keys;

/// How long an access token lasts.
pub const ACCESS_LIFE: TimeDelta = TimeDelta::minutes(10);

const ISSUER: &str = "bianmin";
const AUDIENCE: &str = "bianmin-api";
/// By how much the clocks of two instances may differ.
const SKEW: TimeDelta = TimeDelta::seconds(30);
/// Tokens whose signature was found good and need not be verified again while they last.
const REMEMBERED: u64 = 50_000;

/// What a token says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claims {
    iss: String,
    aud: String,
    /// The account.
    pub sub: Uuid,
    /// The session.
    pub sid: SessionId,
    iat: i64,
    nbf: i64,
    exp: i64,
}

/// A token that is not accepted; why is nobody's business.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the token is not accepted")]
pub struct NotAccepted;

/// Signs and verifies tokens.
pub struct Tokens {
    keys: Arc<Keys>,
    /// What a token says, by its digest: a signature that was good stays good, and a page asks many times with the same token.
    good: Cache<[u8; SHA256_OUTPUT_LEN], Claims>,
}

impl Tokens {
    /// The tokens of a deployment's keys.
    pub fn new(keys: &Arc<Keys>) -> anyhow::Result<Self> {
        Ok(Self {
            keys: Arc::clone(keys),
            good: Cache::builder()
                .max_capacity(REMEMBERED)
                .time_to_live(ACCESS_LIFE.to_std()?)
                .build(),
        })
    }

    /// Signs a token and tells when it ends.
    pub fn issue(&self, account: Uuid, session: SessionId, now: Instant) -> anyhow::Result<(String, Instant)> {
        let expires_at = now + ACCESS_LIFE;
        let claims = Claims {
            iss: ISSUER.into(),
            aud: AUDIENCE.into(),
            sub: account,
            sid: session,
            iat: now.timestamp(),
            nbf: now.timestamp(),
            exp: expires_at.timestamp(),
        };
        let (number, key) = self.keys.token_signer();
        Ok((key.sign(number, &claims)?, expires_at))
    }

    /// Verifies a token: its signature once, its times always.
    pub fn verify(&self, token: &str, now: Instant) -> Result<Claims, NotAccepted> {
        let claims = self.signed(token)?;
        let at = |seconds| DateTime::from_timestamp(seconds, 0).ok_or(NotAccepted);
        let (begins, ends) = (at(claims.nbf.max(claims.iat))?, at(claims.exp)?);
        if now + SKEW < begins || now >= ends || ends - begins > ACCESS_LIFE {
            return Err(NotAccepted);
        }
        Ok(claims)
    }

    fn signed(&self, token: &str) -> Result<Claims, NotAccepted> {
        let digest: [u8; SHA256_OUTPUT_LEN] = digest(&SHA256, token.as_bytes())
            .as_ref()
            .try_into()
            .map_err(|_length| NotAccepted)?;
        if let Some(claims) = self.good.get(&digest) {
            return Ok(claims);
        }
        let (claims, until) = self
            .keys
            .token_keys()
            .into_iter()
            .find_map(|(number, key, until)| Some((key.claims::<Claims>(number, token)?, until)))
            .ok_or(NotAccepted)?;
        let late = until.is_some_and(|until| claims.iat > (until + SKEW).timestamp());
        if claims.iss != ISSUER || claims.aud != AUDIENCE || late {
            return Err(NotAccepted);
        }
        self.good.insert(digest, claims.clone());
        Ok(claims)
    }
}

#[cfg(test)]
mod tests {
    use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
    use crypto::{INTERNATIONAL, SECRET_LEN};
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::platform::keys::Purpose;

    fn tokens(name: &str) -> Tokens {
        let folder = tempfile::tempdir().unwrap();
        Tokens::new(&Arc::new(Keys::load_or_create(&folder.path().join(name)).unwrap())).unwrap()
    }

    fn session() -> SessionId {
        SessionId(Uuid::from_u128(2))
    }

    const NOW: Instant = Instant::UNIX_EPOCH;

    #[test]
    fn a_token_is_accepted_for_ten_minutes() {
        let tokens = tokens("a");
        let (token, ends) = tokens.issue(Uuid::from_u128(1), session(), NOW).unwrap();
        assert_eq!(tokens.verify(&token, NOW).unwrap().sid, session());
        assert!(tokens.verify(&token, ends - TimeDelta::seconds(1)).is_ok());
        assert_eq!(tokens.verify(&token, ends), Err(NotAccepted));
        assert_eq!(tokens.verify(&token, NOW - TimeDelta::minutes(1)), Err(NotAccepted));
    }

    #[test]
    fn no_other_key_algorithm_or_content_is_accepted() {
        let ours = tokens("a");
        let (token, _) = ours.issue(Uuid::from_u128(1), session(), NOW).unwrap();
        let (foreign, _) = tokens("b").issue(Uuid::from_u128(1), session(), NOW).unwrap();
        assert_eq!(ours.verify(&foreign, NOW), Err(NotAccepted));

        let [_, body, signature] = token.split('.').collect::<Vec<_>>().try_into().unwrap();
        for header in [
            json!({"alg": "none", "typ": "JWT", "kid": "1"}),
            json!({"alg": "HS256", "typ": "JWT", "kid": "1"}),
            json!({"alg": "RS256", "typ": "JWT", "kid": "1"}),
            json!({"alg": "EdDSA", "typ": "JWT", "kid": "0"}),
            json!({"alg": "EdDSA", "typ": "JWT"}),
        ] {
            let header = URL_SAFE_NO_PAD.encode(header.to_string());
            assert_eq!(
                ours.verify(&format!("{header}.{body}.{signature}"), NOW),
                Err(NotAccepted)
            );
            assert_eq!(ours.verify(&format!("{header}.{body}."), NOW), Err(NotAccepted));
        }
    }

    #[test]
    fn an_older_key_is_good_for_what_it_has_signed_and_for_nothing_later() {
        let tokens = tokens("a");
        let (before, ends) = tokens.issue(Uuid::from_u128(1), session(), NOW).unwrap();
        let switch = NOW + TimeDelta::minutes(1);
        tokens
            .keys
            .add(Purpose::Token, 2, INTERNATIONAL, &[9; SECRET_LEN], switch)
            .unwrap();
        // Whoever has the older key goes on signing with it.
        let (stolen, _) = tokens.issue(Uuid::from_u128(1), session(), switch + SKEW * 2).unwrap();
        tokens.keys.turn(switch);
        let (after, _) = tokens.issue(Uuid::from_u128(1), session(), switch).unwrap();
        assert_ne!(before.split_once('.').unwrap().0, after.split_once('.').unwrap().0);
        assert!(tokens.verify(&after, switch).is_ok());
        assert!(tokens.verify(&before, ends - TimeDelta::seconds(1)).is_ok());
        assert_eq!(tokens.verify(&before, ends), Err(NotAccepted));
        assert_eq!(tokens.verify(&stolen, switch + SKEW * 2), Err(NotAccepted));
    }

    proptest! {
        #[test]
        fn no_text_and_no_altered_token_is_accepted(text in ".{0,300}", at in 0_usize..200, octet: u8) {
            let tokens = tokens("a");
            prop_assert_eq!(tokens.verify(&text, NOW), Err(NotAccepted));
            let (token, _) = tokens.issue(Uuid::from_u128(1), session(), NOW).unwrap();
            let mut altered = token.clone().into_bytes();
            let place = at % altered.len();
            altered[place] = octet;
            // The last characters of a part may say bits that nobody reads.
            if let Ok(altered) = String::from_utf8(altered)
                && let Ok(claims) = tokens.verify(&altered, NOW)
            {
                prop_assert_eq!(claims, tokens.verify(&token, NOW).unwrap());
            }
        }
    }
}
