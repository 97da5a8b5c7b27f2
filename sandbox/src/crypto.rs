//! Digests, keyed digests and unguessable strings, in the encodings that the protocols share.

use aws_lc_rs::{digest, hmac};
use uuid::Uuid;

/// Lower-case hexadecimal SHA-256.
pub fn sha256_hex(data: &[u8]) -> String {
    hex::encode(digest::digest(&digest::SHA256, data))
}

/// Lower-case hexadecimal SHA-1, which WeChat's bills still use.
pub fn sha1_hex(data: &[u8]) -> String {
    hex::encode(digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, data))
}

/// HMAC-SHA256 as bytes, for key derivations.
pub fn hmac_sha256(key: &[u8], data: &[u8]) -> Vec<u8> {
    hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), data)
        .as_ref()
        .to_vec()
}

/// Whether `signature` (hexadecimal, either case) is the HMAC-SHA256 of `data`.
pub fn hmac_sha256_matches(key: &[u8], data: &[u8], signature: &str) -> bool {
    hex::decode(signature).is_ok_and(|tag| hmac::verify(&hmac::Key::new(hmac::HMAC_SHA256, key), data, &tag).is_ok())
}

/// A random identifier of 32 lower-case hexadecimal digits.
pub fn random_hex() -> String {
    Uuid::new_v4().simple().to_string()
}

/// A request id the way the cloud providers write it.
pub fn request_id() -> String {
    Uuid::new_v4().to_string().to_uppercase()
}

/// `length` random decimal digits.
pub fn random_digits(length: usize) -> String {
    let mut digits = String::new();
    while digits.len() < length {
        digits.push_str(&Uuid::new_v4().as_u128().to_string());
    }
    digits.truncate(length);
    digits
}
