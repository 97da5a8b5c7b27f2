//! AES-256-GCM, HMAC-SHA-256 and Ed25519, by aws-lc.

use aws_lc_rs::{
    aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey},
    hmac,
    signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey},
};

use crate::{Cipher, HASH_LEN, KeyedHash, NONCE_LEN, Refused, SECRET_LEN, Signer, Suite, Unusable};

const NAME: &str = "international";

/// The suite that is always there.
pub const INTERNATIONAL: &dyn Suite = &International;

struct International;

impl Suite for International {
    fn name(&self) -> &'static str {
        NAME
    }

    fn cipher(&self, secret: &[u8; SECRET_LEN]) -> Result<Box<dyn Cipher>, Unusable> {
        let key = UnboundKey::new(&AES_256_GCM, secret).map_err(|_unspecified| Unusable(NAME))?;
        Ok(Box::new(Aes(LessSafeKey::new(key))))
    }

    fn keyed_hash(&self, secret: &[u8; SECRET_LEN]) -> Result<Box<dyn KeyedHash>, Unusable> {
        Ok(Box::new(Hmac(hmac::Key::new(hmac::HMAC_SHA256, secret))))
    }

    fn signer(&self, secret: &[u8; SECRET_LEN]) -> Result<Box<dyn Signer>, Unusable> {
        let pair = Ed25519KeyPair::from_seed_unchecked(secret).map_err(|_rejected| Unusable(NAME))?;
        Ok(Box::new(Ed25519(pair)))
    }
}

struct Aes(LessSafeKey);

impl Cipher for Aes {
    fn seal(&self, nonce: [u8; NONCE_LEN], bound_to: &[u8], plain: &[u8]) -> Result<Vec<u8>, Unusable> {
        let mut body = plain.to_vec();
        self.0
            .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::from(bound_to), &mut body)
            .map_err(|_unspecified| Unusable(NAME))?;
        Ok(body)
    }

    fn open(&self, nonce: [u8; NONCE_LEN], bound_to: &[u8], sealed: &[u8]) -> Result<Vec<u8>, Refused> {
        let mut body = sealed.to_vec();
        let plain = self
            .0
            .open_in_place(Nonce::assume_unique_for_key(nonce), Aad::from(bound_to), &mut body)
            .map_err(|_unspecified| Refused)?
            .len();
        body.truncate(plain);
        Ok(body)
    }
}

struct Hmac(hmac::Key);

impl KeyedHash for Hmac {
    fn hash(&self, parts: &[&[u8]]) -> [u8; HASH_LEN] {
        let mut context = hmac::Context::with_key(&self.0);
        for part in parts {
            context.update(part);
        }
        let mut hash = [0; HASH_LEN];
        for (to, from) in hash.iter_mut().zip(context.sign().as_ref()) {
            *to = *from;
        }
        hash
    }
}

struct Ed25519(Ed25519KeyPair);

impl Signer for Ed25519 {
    fn algorithm(&self) -> &'static str {
        "EdDSA"
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, Unusable> {
        Ok(self.0.sign(message).as_ref().to_vec())
    }

    fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), Refused> {
        UnparsedPublicKey::new(&ED25519, self.0.public_key().as_ref())
            .verify(message, signature)
            .map_err(|_unspecified| Refused)
    }
}
