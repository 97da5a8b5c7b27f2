//! The keys of both sides: the merchant's, two platform certificates and the platform public key.

use std::io;

use aws_lc_rs::{
    aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey},
    rand::SystemRandom,
    rsa::KeyPair,
    signature::{KeyPair as _, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256, UnparsedPublicKey},
};
use base64::{Engine, prelude::BASE64_STANDARD};

use super::API_V3_KEY;
use crate::crypto;

/// The merchant's private key, PKCS#8.
pub const MERCHANT_PRIVATE_KEY: &str = include_str!("../../keys/merchant-private.pem");

/// A key that WeChat Pay signs with.
#[derive(Debug)]
pub struct PlatformKey {
    /// What `Wechatpay-Serial` says.
    pub serial: &'static str,
    /// The certificate or the public key.
    pub pem: &'static str,
    pair: KeyPair,
}

impl PlatformKey {
    fn read(serial: &'static str, pem: &'static str, private: &str) -> io::Result<Self> {
        Ok(Self {
            serial,
            pem,
            pair: pair(private)?,
        })
    }

    /// The base64 of an RSA PKCS#1 v1.5 signature with SHA-256.
    pub fn sign(&self, message: &[u8]) -> String {
        sign(&self.pair, message)
    }
}

/// Every key that takes part.
#[derive(Debug)]
pub struct Keys {
    merchant: KeyPair,
    /// The platform certificate in use.
    pub first: PlatformKey,
    /// The platform certificate that replaces it.
    pub second: PlatformKey,
    /// The platform public key.
    pub public: PlatformKey,
}

impl Keys {
    /// The keys that are compiled in.
    pub fn read() -> io::Result<Self> {
        Ok(Self {
            merchant: pair(MERCHANT_PRIVATE_KEY)?,
            first: PlatformKey::read(
                "5B1A4D0E7C3F2A6980D1E2F3A4B5C6D7E8F90111",
                include_str!("../../keys/platform-first-certificate.pem"),
                include_str!("../../keys/platform-first-private.pem"),
            )?,
            second: PlatformKey::read(
                "5B1A4D0E7C3F2A6980D1E2F3A4B5C6D7E8F90222",
                include_str!("../../keys/platform-second-certificate.pem"),
                include_str!("../../keys/platform-second-private.pem"),
            )?,
            public: PlatformKey::read(
                "PUB_KEY_ID_0119000001092026010100000000000001",
                include_str!("../../keys/platform-public-key.pem"),
                include_str!("../../keys/platform-public-key-private.pem"),
            )?,
        })
    }

    /// Whether the merchant signed a message.
    pub fn is_merchants(&self, message: &[u8], signature: &str) -> bool {
        let key = UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, self.merchant.public_key().as_ref());
        BASE64_STANDARD
            .decode(signature)
            .is_ok_and(|signature| key.verify(message, &signature).is_ok())
    }
}

fn pair(pem: &str) -> io::Result<KeyPair> {
    let body: String = pem.lines().filter(|line| !line.starts_with("-----")).collect();
    let der = BASE64_STANDARD.decode(body).map_err(io::Error::other)?;
    KeyPair::from_pkcs8(&der).map_err(io::Error::other)
}

fn sign(pair: &KeyPair, message: &[u8]) -> String {
    let mut signature = vec![0; pair.public_modulus_len()];
    // Signing fails only without randomness, and a missing signature is then the honest answer.
    match pair.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message, &mut signature) {
        Ok(()) => BASE64_STANDARD.encode(signature),
        Err(error) => {
            tracing::error!(%error, "nothing could be signed");
            String::new()
        }
    }
}

/// What WeChat Pay encrypts with the `APIv3` key: the nonce and the base64 of the sealed text.
pub fn seal(plain: &[u8], associated_data: &str) -> io::Result<(String, String)> {
    let nonce: String = crypto::random_hex().chars().take(NONCE_LEN).collect();
    let key = UnboundKey::new(&AES_256_GCM, API_V3_KEY.as_bytes()).map_err(io::Error::other)?;
    let mut sealed = plain.to_vec();
    LessSafeKey::new(key)
        .seal_in_place_append_tag(
            Nonce::try_assume_unique_for_key(nonce.as_bytes()).map_err(io::Error::other)?,
            Aad::from(associated_data.as_bytes()),
            &mut sealed,
        )
        .map_err(io::Error::other)?;
    Ok((nonce, BASE64_STANDARD.encode(sealed)))
}
