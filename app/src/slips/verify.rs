//! Judging a slip without a connection: by the public keys, the revocations and the list of the site.

use ed25519_dalek::{Signature, VerifyingKey};
use shared::{
    problem::Problem,
    slips::{
        problems::SLIP_REVOKED,
        token::{SIGNATURE, Signed, SlipKind},
        wire::{SlipKeys, Waiting},
    },
    time::Instant,
};

/// Why nothing is handed over without a connection.
pub enum Refusal {
    /// The slip itself speaks against it.
    Problem(Box<Problem>),
    /// It is on no list of this site.
    NotListed,
    /// Property is signed for, which needs the server.
    Property,
}

impl<E: Into<Problem>> From<E> for Refusal {
    fn from(error: E) -> Self {
        Self::Problem(Box::new(error.into()))
    }
}

fn octets<const N: usize>(hex: &str) -> Option<[u8; N]> {
    let mut octets = [0; N];
    if hex.len() != 2 * N || !hex.is_ascii() {
        return None;
    }
    for (at, octet) in octets.iter_mut().enumerate() {
        *octet = u8::from_str_radix(hex.get(2 * at..2 * at + 2)?, 16).ok()?;
    }
    Some(octets)
}

/// The id of a token, whoever signed it.
pub fn id_of(token: &str) -> Option<String> {
    let signed = Signed::read(token).ok()?;
    let claims = signed.verified(|_, _, _| Some(true)).ok()?;
    Some(claims.id.hex())
}

/// What waits for this token here and now.
pub fn judge(token: &str, keys: &SlipKeys, now: Instant) -> Result<Waiting, Refusal> {
    let signed = Signed::read(token)?;
    let claims = signed.verified(|id, message, signature: &[u8; SIGNATURE]| {
        let key = keys.keys.iter().find(|key| key.id == id)?;
        let key = VerifyingKey::from_bytes(&octets(&key.public_key)?).ok()?;
        Some(key.verify_strict(message, &Signature::from_bytes(signature)).is_ok())
    })?;
    claims.accepted_at(keys.site.into(), now)?;
    let id = claims.id.hex();
    if keys.revoked.contains(&id) {
        return Err(Problem::new(&SLIP_REVOKED).into());
    }
    if claims.kind == SlipKind::Property {
        return Err(Refusal::Property);
    }
    keys.waiting
        .iter()
        .find(|one| one.tokens.contains(&id))
        .cloned()
        .ok_or(Refusal::NotListed)
}
