//! Access tokens: short-lived JWTs, signed with Ed25519 (RFC 8037), bound to a session that can be revoked.

use anyhow::anyhow;
use aws_lc_rs::{
    digest::{SHA256, SHA256_OUTPUT_LEN, digest},
    signature::{Ed25519KeyPair, KeyPair},
};
use chrono::{DateTime, TimeDelta};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, decode_header, encode};
use moka::sync::Cache;
use serde::{Deserialize, Serialize};
use shared::{ids::SessionId, time::Instant};
use uuid::Uuid;

use crate::platform::keys::Keys;

/// How long an access token lasts.
pub const ACCESS_LIFE: TimeDelta = TimeDelta::minutes(10);

const ISSUER: &str = "bianmin";
const AUDIENCE: &str = "bianmin-api";
const KEY_ID: &str = "1";
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
    signing: EncodingKey,
    verifying: DecodingKey,
    validation: Validation,
    /// What a token says, by its digest: a signature that was good stays good, and a page asks many times with the same token.
    good: Cache<[u8; SHA256_OUTPUT_LEN], Claims>,
}

impl Tokens {
    /// The tokens of a deployment's keys.
    pub fn new(keys: &Keys) -> anyhow::Result<Self> {
        let pair = Ed25519KeyPair::from_seed_unchecked(keys.token_seed())
            .map_err(|error| anyhow!("the token key cannot be used: {error}"))?;
        let document = pair
            .to_pkcs8v1()
            .map_err(|_unspecified| anyhow!("the token key cannot be encoded"))?;
        let mut validation = Validation::new(Algorithm::EdDSA);
        validation.set_issuer(&[ISSUER]);
        validation.set_audience(&[AUDIENCE]);
        validation.set_required_spec_claims(&["exp", "nbf", "iss", "aud", "sub"]);
        // Times are judged below, by the platform's clock.
        validation.validate_exp = false;
        validation.validate_nbf = false;
        Ok(Self {
            signing: EncodingKey::from_ed_der(document.as_ref()),
            verifying: DecodingKey::from_ed_der(pair.public_key().as_ref()),
            validation,
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
        let header = Header {
            kid: Some(KEY_ID.into()),
            ..Header::new(Algorithm::EdDSA)
        };
        Ok((encode(&header, &claims, &self.signing)?, expires_at))
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
        let header = decode_header(token).map_err(|_any| NotAccepted)?;
        if header.alg != Algorithm::EdDSA || header.kid.as_deref() != Some(KEY_ID) {
            return Err(NotAccepted);
        }
        let claims = decode::<Claims>(token, &self.verifying, &self.validation)
            .map_err(|_any| NotAccepted)?
            .claims;
        self.good.insert(digest, claims.clone());
        Ok(claims)
    }
}

#[cfg(test)]
mod tests {
    use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn tokens(name: &str) -> Tokens {
        let folder = tempfile::tempdir().unwrap();
        Tokens::new(&Keys::load_or_create(&folder.path().join(name)).unwrap()).unwrap()
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

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]

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
