//! A key that signs access tokens (JWT, RFC 7519).
//!
//! With `EdDSA` (RFC 8037) the library writes and reads them. JOSE names no SM2, so with a suite of its own the parts are put together here,
//! and a header is not interpreted: it is the one that this key writes, octet for octet, or the token is refused.

use anyhow::{Context, anyhow};
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use crypto::{INTERNATIONAL, Signer, Suite};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, decode_header, encode};
use serde::{Serialize, de::DeserializeOwned};

use super::Secret;

/// A key that signs tokens and tells which it has signed.
pub enum TokenSigner {
    /// With `EdDSA`.
    Jose {
        /// The private key.
        signing: EncodingKey,
        /// The public key.
        verifying: DecodingKey,
    },
    /// With the signature of another suite.
    Suite(Box<dyn Signer>),
}

impl TokenSigner {
    /// The key that a suite makes of a secret.
    pub fn of(suite: &dyn Suite, secret: &Secret) -> anyhow::Result<Self> {
        if suite.name() != INTERNATIONAL.name() {
            return Ok(Self::Suite(suite.signer(secret)?));
        }
        let pair = Ed25519KeyPair::from_seed_unchecked(secret)
            .map_err(|error| anyhow!("the token key cannot be used: {error}"))?;
        let document = pair
            .to_pkcs8v1()
            .map_err(|_unspecified| anyhow!("the token key cannot be encoded"))?;
        Ok(Self::Jose {
            signing: EncodingKey::from_ed_der(document.as_ref()),
            verifying: DecodingKey::from_ed_der(pair.public_key().as_ref()),
        })
    }

    /// A token with these claims, which names its key by the number.
    pub fn sign(&self, number: u8, claims: &impl Serialize) -> anyhow::Result<String> {
        match self {
            Self::Jose { signing, .. } => {
                let header = Header {
                    kid: Some(number.to_string()),
                    ..Header::new(Algorithm::EdDSA)
                };
                encode(&header, claims, signing).context("a token cannot be signed")
            }
            Self::Suite(signer) => {
                let body = URL_SAFE_NO_PAD.encode(serde_json::to_vec(claims)?);
                let signed = format!("{}.{body}", header(number, signer.algorithm()));
                let signature = URL_SAFE_NO_PAD.encode(signer.sign(signed.as_bytes())?);
                Ok(format!("{signed}.{signature}"))
            }
        }
    }

    /// What a token claims, if this key has signed it under this number. Issuer, audience and times are the caller's to judge.
    pub fn claims<C: DeserializeOwned>(&self, number: u8, token: &str) -> Option<C> {
        match self {
            Self::Jose { verifying, .. } => {
                let header = decode_header(token).ok()?;
                if header.kid != Some(number.to_string()) {
                    return None;
                }
                // The one algorithm is pinned, whatever the header says.
                let mut validation = Validation::new(Algorithm::EdDSA);
                validation.required_spec_claims.clear();
                (
                    validation.validate_exp,
                    validation.validate_nbf,
                    validation.validate_aud,
                ) = (false, false, false);
                decode(token, verifying, &validation).ok().map(|decoded| decoded.claims)
            }
            Self::Suite(signer) => {
                let (signed, signature) = token.rsplit_once('.')?;
                let (written, body) = signed.split_once('.')?;
                if written != header(number, signer.algorithm()) {
                    return None;
                }
                let signature = URL_SAFE_NO_PAD.decode(signature).ok()?;
                signer.verify(signed.as_bytes(), &signature).ok()?;
                serde_json::from_slice(&URL_SAFE_NO_PAD.decode(body).ok()?).ok()
            }
        }
    }
}

/// The header of every token that a suite's key signs.
fn header(number: u8, algorithm: &str) -> String {
    URL_SAFE_NO_PAD.encode(format!(r#"{{"typ":"JWT","alg":"{algorithm}","kid":"{number}"}}"#))
}
