//! What authenticators write, read without trust: `authenticatorData`, `attestationObject` and COSE keys (W3C Web Authentication, level 3,
//! §6.1 and §6.5; RFC 9052, RFC 9053).
//!
//! How a passkey was made is not asked (attestation `none`): the bureau has no list of devices to trust, and a statement would tell two
//! people's devices apart. So the statement is not read.

use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1, ED25519, ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents,
};
use ciborium::{Value, de::from_reader_with_recursion_limit};

/// The kinds of keys that are taken, the preferred first: ES256, `EdDSA`, RS256.
pub const ALGORITHMS: [i64; 3] = [ES256, EDDSA, RS256];
const ES256: i64 = -7;
const EDDSA: i64 = -8;
const RS256: i64 = -257;

/// The longest name of a passkey that an authenticator may give it, in octets (§4, Credential ID).
const LONGEST_CREDENTIAL_ID: usize = 1023;
/// More levels than anything has that is read here.
const DEEPEST: usize = 8;
/// The moduli of RSA that are taken, in octets.
const MODULUS: std::ops::RangeInclusive<usize> = 256..=512;

/// `authenticatorData`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuthenticatorData {
    /// The hash of the site's name.
    pub rp_id_hash: [u8; 32],
    /// Whether somebody was there.
    pub present: bool,
    /// Whether the device made sure who it was.
    pub verified: bool,
    /// How often the passkey has signed; always nothing for one that lives on several devices.
    pub counter: u32,
    /// The passkey, where one was made.
    pub made: Option<MadePasskey>,
}

/// A passkey that was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MadePasskey {
    /// What the authenticator calls it.
    pub credential_id: Vec<u8>,
    /// The public key, as the authenticator wrote it.
    pub public_key: Vec<u8>,
}

/// A passkey's public key.
#[derive(Debug)]
pub enum PublicKey {
    /// On the curve P-256, or Edwards' 25519.
    Curve(ParsedPublicKey),
    /// RSA.
    Rsa(RsaPublicKeyComponents<Vec<u8>>),
}

/// Why octets are no passkey's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unfit {
    /// They cannot be read.
    Unreadable,
    /// They are a key of a kind that is not taken.
    Kind,
}

impl AuthenticatorData {
    /// Reads them.
    pub fn read(octets: &[u8]) -> Result<Self, Unfit> {
        const PRESENT: u8 = 0x01;
        const VERIFIED: u8 = 0x04;
        const MADE: u8 = 0x40;
        const EXTENDED: u8 = 0x80;
        let (rp_id_hash, rest) = octets.split_first_chunk::<32>().ok_or(Unfit::Unreadable)?;
        let (flags, rest) = rest.split_first().ok_or(Unfit::Unreadable)?;
        let (counter, mut rest) = rest.split_first_chunk::<4>().ok_or(Unfit::Unreadable)?;
        let made = if flags & MADE == 0 {
            None
        } else {
            Some(MadePasskey::read(&mut rest)?)
        };
        if flags & EXTENDED != 0 {
            value(&mut rest)?;
        }
        if !rest.is_empty() {
            return Err(Unfit::Unreadable);
        }
        Ok(Self {
            rp_id_hash: *rp_id_hash,
            present: flags & PRESENT != 0,
            verified: flags & VERIFIED != 0,
            counter: u32::from_be_bytes(*counter),
            made,
        })
    }

    /// Reads those inside an `attestationObject`.
    pub fn read_attested(octets: &[u8]) -> Result<Self, Unfit> {
        let mut rest = octets;
        let object = value(&mut rest)?;
        if !rest.is_empty() {
            return Err(Unfit::Unreadable);
        }
        let members = object.as_map().ok_or(Unfit::Unreadable)?;
        let found = members.iter().find(|(name, _)| name.as_text() == Some("authData"));
        let data = found.and_then(|(_, data)| data.as_bytes()).ok_or(Unfit::Unreadable)?;
        Self::read(data)
    }
}

impl MadePasskey {
    /// Reads it, and leaves what follows: the model of the authenticator (16 octets, not looked at), the name, the key.
    fn read(rest: &mut &[u8]) -> Result<Self, Unfit> {
        let (_model, after) = rest.split_first_chunk::<16>().ok_or(Unfit::Unreadable)?;
        let (length, after) = after.split_first_chunk::<2>().ok_or(Unfit::Unreadable)?;
        let length = usize::from(u16::from_be_bytes(*length));
        if !(1..=LONGEST_CREDENTIAL_ID).contains(&length) {
            return Err(Unfit::Unreadable);
        }
        let (credential_id, key) = after.split_at_checked(length).ok_or(Unfit::Unreadable)?;
        *rest = key;
        value(rest)?;
        let (public_key, _) = key.split_at_checked(key.len() - rest.len()).ok_or(Unfit::Unreadable)?;
        Ok(Self {
            credential_id: credential_id.to_owned(),
            public_key: public_key.to_owned(),
        })
    }
}

impl PublicKey {
    /// Reads a COSE key, and makes sure that it is one: a point that lies on its curve, a modulus that is long enough.
    pub fn read(octets: &[u8]) -> Result<Self, Unfit> {
        const KIND: i64 = 1;
        const ALGORITHM: i64 = 3;
        // What stands behind the negative names depends on the kind: curve, x, y; or modulus and exponent.
        const FIRST: i64 = -1;
        const SECOND: i64 = -2;
        const THIRD: i64 = -3;
        const OCTET_PAIR: i64 = 1;
        const POINT: i64 = 2;
        const RSA: i64 = 3;
        const P256: i64 = 1;
        const ED25519_CURVE: i64 = 6;

        let mut rest = octets;
        let key = value(&mut rest)?;
        if !rest.is_empty() {
            return Err(Unfit::Unreadable);
        }
        let number = |name| member(&key, name).and_then(integer).ok_or(Unfit::Unreadable);
        let bytes = |name| member(&key, name).and_then(Value::as_bytes).ok_or(Unfit::Unreadable);
        let curve = |algorithm, point: Vec<u8>| {
            ParsedPublicKey::new(algorithm, point)
                .map(Self::Curve)
                .map_err(|_rejected| Unfit::Unreadable)
        };
        match (number(KIND)?, number(ALGORITHM)?) {
            (POINT, ES256) if number(FIRST)? == P256 => {
                let (x, y) = (bytes(SECOND)?, bytes(THIRD)?);
                if x.len() != 32 || y.len() != 32 {
                    return Err(Unfit::Unreadable);
                }
                curve(&ECDSA_P256_SHA256_ASN1, [&[4], x.as_slice(), y.as_slice()].concat())
            }
            (OCTET_PAIR, EDDSA) if number(FIRST)? == ED25519_CURVE => curve(&ED25519, bytes(SECOND)?.clone()),
            (RSA, RS256) => {
                let (n, e) = (bytes(FIRST)?.clone(), bytes(SECOND)?.clone());
                if MODULUS.contains(&n.len()) && (1..=4).contains(&e.len()) {
                    Ok(Self::Rsa(RsaPublicKeyComponents { n, e }))
                } else {
                    Err(Unfit::Kind)
                }
            }
            _ => Err(Unfit::Kind),
        }
    }

    /// Whether this key signed the message.
    pub fn has_signed(&self, message: &[u8], signature: &[u8]) -> bool {
        match self {
            Self::Curve(key) => key.verify_sig(message, signature).is_ok(),
            Self::Rsa(key) => key.verify(&RSA_PKCS1_2048_8192_SHA256, message, signature).is_ok(),
        }
    }
}

/// The value at the beginning; what follows it is left.
fn value(rest: &mut &[u8]) -> Result<Value, Unfit> {
    from_reader_with_recursion_limit(rest, DEEPEST).map_err(|_broken| Unfit::Unreadable)
}

fn member(key: &Value, name: i64) -> Option<&Value> {
    let members = key.as_map()?;
    let found = members.iter().find(|(known, _)| integer(known) == Some(name))?;
    Some(&found.1)
}

fn integer(value: &Value) -> Option<i64> {
    i64::try_from(i128::from(value.as_integer()?)).ok()
}

#[cfg(test)]
mod tests {
    use aws_lc_rs::{
        rand::SystemRandom,
        rsa::KeySize,
        signature::{
            ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair, RSA_PKCS1_SHA256, RsaKeyPair,
        },
    };
    use proptest::prelude::*;

    use super::*;

    fn written(members: Vec<(i64, Value)>) -> Vec<u8> {
        let members = members
            .into_iter()
            .map(|(name, value)| (Value::from(name), value))
            .collect();
        let mut octets = Vec::new();
        ciborium::into_writer(&Value::Map(members), &mut octets).unwrap();
        octets
    }

    fn point(key: &EcdsaKeyPair, curve: i64) -> Vec<u8> {
        let (x, y) = key.public_key().as_ref()[1..].split_at(32);
        written(vec![
            (1, 2.into()),
            (3, ES256.into()),
            (-1, curve.into()),
            (-2, Value::Bytes(x.to_owned())),
            (-3, Value::Bytes(y.to_owned())),
        ])
    }

    fn pair() -> EcdsaKeyPair {
        EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING).unwrap()
    }

    fn data(flags: u8, made: &[u8]) -> Vec<u8> {
        [[7; 32].as_slice(), &[flags], &[0, 0, 1, 2], made].concat()
    }

    fn made(key: &[u8]) -> Vec<u8> {
        [[0; 16].as_slice(), &[0, 3], b"abc", key].concat()
    }

    #[test]
    fn what_an_authenticator_writes_is_read_to_the_last_octet() {
        let key = point(&pair(), 1);
        let read = AuthenticatorData::read(&data(0x45, &made(&key))).unwrap();
        assert!(read.present && read.verified);
        assert_eq!((read.rp_id_hash, read.counter), ([7; 32], 258));
        let passkey = read.made.unwrap();
        assert_eq!(
            (passkey.credential_id.as_slice(), passkey.public_key),
            (b"abc".as_slice(), key.clone())
        );

        let extended = [made(&key), written(vec![])].concat();
        assert!(AuthenticatorData::read(&data(0xc5, &extended)).is_ok());
        assert_eq!(AuthenticatorData::read(&data(0x45, &extended)), Err(Unfit::Unreadable));
        let bare = AuthenticatorData::read(&data(0x00, &[])).unwrap();
        assert!(!bare.present && !bare.verified && bare.made.is_none());
        assert_eq!(AuthenticatorData::read(&data(0x05, &[1])), Err(Unfit::Unreadable));
        let nameless = [[0; 18].as_slice(), &key].concat();
        assert_eq!(AuthenticatorData::read(&data(0x45, &nameless)), Err(Unfit::Unreadable));
    }

    #[test]
    fn a_key_tells_its_own_signatures_from_others() {
        let (ours, theirs) = (pair(), pair());
        let sign = |pair: &EcdsaKeyPair| pair.sign(&SystemRandom::new(), b"message").unwrap();
        let key = PublicKey::read(&point(&ours, 1)).unwrap();
        assert!(key.has_signed(b"message", sign(&ours).as_ref()));
        assert!(!key.has_signed(b"massage", sign(&ours).as_ref()));
        assert!(!key.has_signed(b"message", sign(&theirs).as_ref()));

        let edwards = Ed25519KeyPair::generate().unwrap();
        let x = Value::Bytes(edwards.public_key().as_ref().to_owned());
        let octets = written(vec![(1, 1.into()), (3, EDDSA.into()), (-1, 6.into()), (-2, x)]);
        let key = PublicKey::read(&octets).unwrap();
        assert!(key.has_signed(b"message", edwards.sign(b"message").as_ref()));
        assert!(!key.has_signed(b"massage", edwards.sign(b"message").as_ref()));

        let rsa = RsaKeyPair::generate(KeySize::Rsa2048).unwrap();
        let mut signature = vec![0; rsa.public_modulus_len()];
        rsa.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), b"message", &mut signature)
            .unwrap();
        // A sequence of two integers: 256 octets behind a zero, and 65537.
        let public = rsa.public_key().as_ref();
        let (modulus, exponent) = (public[9..265].to_owned(), public[267..].to_owned());
        let octets = written(vec![
            (1, 3.into()),
            (3, RS256.into()),
            (-1, Value::Bytes(modulus)),
            (-2, Value::Bytes(exponent)),
        ]);
        let key = PublicKey::read(&octets).unwrap();
        assert!(key.has_signed(b"message", &signature));
        assert!(!key.has_signed(b"massage", &signature));
    }

    #[test]
    fn keys_of_other_kinds_and_points_off_their_curve_are_refused() {
        assert_eq!(PublicKey::read(&point(&pair(), 2)).err(), Some(Unfit::Kind));
        let off = written(vec![
            (1, 2.into()),
            (3, ES256.into()),
            (-1, 1.into()),
            (-2, Value::Bytes(vec![1; 32])),
            (-3, Value::Bytes(vec![1; 32])),
        ]);
        assert_eq!(PublicKey::read(&off).err(), Some(Unfit::Unreadable));
        let short = written(vec![
            (1, 3.into()),
            (3, RS256.into()),
            (-1, Value::Bytes(vec![1; 128])),
            (-2, Value::Bytes(vec![1, 0, 1])),
        ]);
        assert_eq!(
            PublicKey::read(&short).err(),
            Some(Unfit::Kind),
            "1024 bits are not enough"
        );
    }

    proptest! {
        #[test]
        fn no_octets_make_the_reader_fall(octets: Vec<u8>) {
            drop(AuthenticatorData::read(&octets));
            drop(AuthenticatorData::read_attested(&octets));
            drop(PublicKey::read(&octets));
        }

        #[test]
        fn an_altered_attestation_is_read_or_refused(at in 0_usize..200, octet: u8, keep in 0_usize..220) {
            let inner = data(0x45, &made(&point(&pair(), 1)));
            let object = Value::Map(vec![
                ("fmt".into(), "none".into()),
                ("attStmt".into(), Value::Map(vec![])),
                ("authData".into(), Value::Bytes(inner)),
            ]);
            let mut octets = Vec::new();
            ciborium::into_writer(&object, &mut octets).unwrap();
            prop_assert!(AuthenticatorData::read_attested(&octets).is_ok());
            let at = at % octets.len();
            octets[at] = octet;
            octets.truncate(keep);
            if let Ok(read) = AuthenticatorData::read_attested(&octets)
                && let Some(made) = read.made
            {
                drop(PublicKey::read(&made.public_key));
            }
        }
    }
}
