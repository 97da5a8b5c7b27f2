//! The cryptography of a deployment's keys: sealing of fields, keyed hashes and signatures, each in one of the [suites](Suite) that a
//! bureau may choose.
//!
//! A [`Suite`] makes three kinds of key of 32 random octets. [`INTERNATIONAL`] is always there; `SM`, the commercial cryptography of the
//! GB/T standards (商用密码), is compiled in by the feature `sm`. A suite whose keys never leave a module (密码机) is one more implementation:
//! the octets are then what that module knows its key by.
//!
//! Whether a system's use of commercial cryptography is in order (密评) is assessed on certified modules. This crate is none.

mod international;
#[cfg(feature = "sm")]
mod sm;

pub use international::INTERNATIONAL;
#[cfg(feature = "sm")]
pub use sm::SM;

/// How long the secret is of which a key is made.
pub const SECRET_LEN: usize = 32;
/// How long a nonce is, of which no two may be alike under one key.
pub const NONCE_LEN: usize = 12;
/// How long a keyed hash is.
pub const HASH_LEN: usize = 32;

/// Octets that this key did not make, or not for this.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this was not made with this key, or not for this place")]
pub struct Refused;

/// A key that cannot be made or used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a key of the suite {0} cannot be used")]
pub struct Unusable(pub &'static str);

/// A family of algorithms that go together.
pub trait Suite: Send + Sync {
    /// The name under which it is kept beside each of its keys, for ever.
    fn name(&self) -> &'static str;

    /// A key that seals and opens.
    fn cipher(&self, secret: &[u8; SECRET_LEN]) -> Result<Box<dyn Cipher>, Unusable>;

    /// A key of hashes.
    fn keyed_hash(&self, secret: &[u8; SECRET_LEN]) -> Result<Box<dyn KeyedHash>, Unusable>;

    /// A key that signs.
    fn signer(&self, secret: &[u8; SECRET_LEN]) -> Result<Box<dyn Signer>, Unusable>;
}

/// Seals and opens, so that whatever was altered is refused.
pub trait Cipher: Send + Sync {
    /// The ciphertext with its tag.
    fn seal(&self, nonce: [u8; NONCE_LEN], bound_to: &[u8], plain: &[u8]) -> Result<Vec<u8>, Unusable>;

    /// What was sealed with this nonce and bound to this.
    fn open(&self, nonce: [u8; NONCE_LEN], bound_to: &[u8], sealed: &[u8]) -> Result<Vec<u8>, Refused>;
}

/// Hashes that nobody without the key can compute.
pub trait KeyedHash: Send + Sync {
    /// The hash of all parts, one after the other.
    fn hash(&self, parts: &[&[u8]]) -> [u8; HASH_LEN];
}

/// Signs, and tells what it has signed.
pub trait Signer: Send + Sync {
    /// What the algorithm is called in a token's header.
    fn algorithm(&self) -> &'static str;

    /// Signs a message.
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, Unusable>;

    /// Whether this key has signed the message.
    fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), Refused>;
}

/// The suite with this name, if it is compiled in.
pub fn suite(name: &str) -> Option<&'static dyn Suite> {
    SUITES.iter().copied().find(|suite| suite.name() == name)
}

/// Every suite that is compiled in.
pub const SUITES: &[&dyn Suite] = &[
    INTERNATIONAL,
    #[cfg(feature = "sm")]
    SM,
];

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: [u8; SECRET_LEN] = [7; SECRET_LEN];

    #[test]
    fn what_is_sealed_opens_at_its_own_place_only() {
        for suite in SUITES {
            let key = suite.cipher(&SECRET).unwrap();
            let nonce = [1; NONCE_LEN];
            let sealed = key.seal(nonce, b"residents|phone", b"13800000001").unwrap();
            assert_eq!(key.open(nonce, b"residents|phone", &sealed).unwrap(), b"13800000001");
            assert_eq!(
                key.open(nonce, b"residents|name", &sealed),
                Err(Refused),
                "{}",
                suite.name()
            );
            assert_eq!(key.open([2; NONCE_LEN], b"residents|phone", &sealed), Err(Refused));
            let other = suite.cipher(&[8; SECRET_LEN]).unwrap();
            assert_eq!(other.open(nonce, b"residents|phone", &sealed), Err(Refused));
            for at in 0..sealed.len() {
                let mut altered = sealed.clone();
                altered[at] ^= 1;
                assert_eq!(
                    key.open(nonce, b"residents|phone", &altered),
                    Err(Refused),
                    "octet {at}"
                );
                assert_eq!(
                    key.open(nonce, b"residents|phone", &sealed[..at]),
                    Err(Refused),
                    "cut at {at}"
                );
            }
        }
    }

    #[test]
    fn a_hash_is_of_the_whole_message_and_of_one_key() {
        for suite in SUITES {
            let key = suite.keyed_hash(&SECRET).unwrap();
            assert_eq!(key.hash(&[b"phone", b"138"]), key.hash(&[b"phone138"]));
            assert_ne!(key.hash(&[b"phone138"]), key.hash(&[b"phone139"]));
            assert_ne!(
                key.hash(&[b"x"]),
                suite.keyed_hash(&[8; SECRET_LEN]).unwrap().hash(&[b"x"])
            );
        }
    }

    #[test]
    fn a_signature_is_of_one_key_and_one_message() {
        for suite in SUITES {
            let key = suite.signer(&SECRET).unwrap();
            let signature = key.sign(b"message").unwrap();
            assert_eq!(suite.signer(&SECRET).unwrap().verify(b"message", &signature), Ok(()));
            assert_eq!(key.verify(b"massage", &signature), Err(Refused));
            assert_eq!(
                suite.signer(&[8; SECRET_LEN]).unwrap().verify(b"message", &signature),
                Err(Refused)
            );
            for at in 0..signature.len() {
                let mut altered = signature.clone();
                altered[at] ^= 1;
                assert_eq!(key.verify(b"message", &altered), Err(Refused), "octet {at}");
                assert_eq!(key.verify(b"message", &signature[..at]), Err(Refused), "cut at {at}");
            }
        }
    }

    #[test]
    fn suites_are_found_by_their_names() {
        assert_eq!(suite("international").map(Suite::name), Some("international"));
        assert_eq!(suite("sm").is_some(), cfg!(feature = "sm"));
        assert!(suite("none").is_none());
    }
}
