//! SM4 in GCM, HMAC over SM3, and SM2 signatures (GB/T 32907, 32905 and 32918), by the crates of RustCrypto.

use aes_gcm::{
    AesGcm, KeyInit,
    aead::{Aead, Payload, array::typenum::U12},
};
use hmac::{Hmac, Mac};
use sm2::{
    SecretKey,
    dsa::{
        Signature, SigningKey,
        signature::{Signer as _, Verifier as _},
    },
};
use sm3::Sm3;
use sm4::Sm4;

use crate::{Cipher, HASH_LEN, KeyedHash, NONCE_LEN, Refused, SECRET_LEN, Signer, Suite, Unusable};

const NAME: &str = "sm";
/// How long a key of SM4 is.
const KEY_LEN: usize = 16;
/// Whose signature it is where nobody else was agreed upon (GB/T 35276).
const SIGNER: &str = "1234567812345678";

/// The commercial cryptography of the GB/T standards.
pub const SM: &dyn Suite = &Shangmi;

struct Shangmi;

impl Suite for Shangmi {
    fn name(&self) -> &'static str {
        NAME
    }

    fn cipher(&self, secret: &[u8; SECRET_LEN]) -> Result<Box<dyn Cipher>, Unusable> {
        let key = secret.first_chunk::<KEY_LEN>().ok_or(Unusable(NAME))?;
        Ok(Box::new(Sm4Gcm(AesGcm::new(key.into()))))
    }

    fn keyed_hash(&self, secret: &[u8; SECRET_LEN]) -> Result<Box<dyn KeyedHash>, Unusable> {
        Ok(Box::new(Sm3Hmac(
            Hmac::new_from_slice(secret).map_err(|_length| Unusable(NAME))?,
        )))
    }

    fn signer(&self, secret: &[u8; SECRET_LEN]) -> Result<Box<dyn Signer>, Unusable> {
        // Of 2³² secrets one is no number below the order of the curve; its hash is taken then.
        let key = SecretKey::from_slice(secret)
            .or_else(|_out_of_range| {
                let hash = Hmac::<Sm3>::new_from_slice(secret).map(|key| key.finalize().into_bytes());
                SecretKey::from_slice(&hash.unwrap_or_default())
            })
            .map_err(|_out_of_range| Unusable(NAME))?;
        let key = SigningKey::new(SIGNER, &key).map_err(|_rejected| Unusable(NAME))?;
        Ok(Box::new(Sm2(key)))
    }
}

struct Sm4Gcm(AesGcm<Sm4, U12>);

impl Cipher for Sm4Gcm {
    fn seal(&self, nonce: [u8; NONCE_LEN], bound_to: &[u8], plain: &[u8]) -> Result<Vec<u8>, Unusable> {
        let payload = Payload {
            msg: plain,
            aad: bound_to,
        };
        self.0.encrypt(&nonce.into(), payload).map_err(|_opaque| Unusable(NAME))
    }

    fn open(&self, nonce: [u8; NONCE_LEN], bound_to: &[u8], sealed: &[u8]) -> Result<Vec<u8>, Refused> {
        let payload = Payload {
            msg: sealed,
            aad: bound_to,
        };
        self.0.decrypt(&nonce.into(), payload).map_err(|_opaque| Refused)
    }
}

struct Sm3Hmac(Hmac<Sm3>);

impl KeyedHash for Sm3Hmac {
    fn hash(&self, parts: &[&[u8]]) -> [u8; HASH_LEN] {
        let mut hash = self.0.clone();
        for part in parts {
            hash.update(part);
        }
        hash.finalize().into_bytes().into()
    }
}

struct Sm2(SigningKey);

impl Signer for Sm2 {
    fn algorithm(&self) -> &'static str {
        "SM2"
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, Unusable> {
        let signature: Signature = self.0.try_sign(message).map_err(|_opaque| Unusable(NAME))?;
        Ok(signature.to_bytes().to_vec())
    }

    fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), Refused> {
        let signature = Signature::from_slice(signature).map_err(|_opaque| Refused)?;
        self.0
            .verifying_key()
            .verify(message, &signature)
            .map_err(|_opaque| Refused)
    }
}

#[cfg(test)]
mod tests {
    use sm3::Digest;
    use sm4::cipher::{BlockCipherDecrypt, BlockCipherEncrypt, KeyInit as _};

    use super::*;

    fn octets<const N: usize>(text: &str) -> [u8; N] {
        hex::decode(text).unwrap().try_into().unwrap()
    }

    #[test]
    fn sm3_hashes_as_the_standard_shows() {
        // GB/T 32905-2016, appendix A.
        let hash: [u8; 32] = Sm3::digest(b"abc").into();
        assert_eq!(
            hash,
            octets("66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0")
        );
        let hash: [u8; 32] = Sm3::digest(b"abcd".repeat(16)).into();
        assert_eq!(
            hash,
            octets("debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732")
        );
    }

    #[test]
    fn sm4_encrypts_as_the_standard_shows() {
        // GB/T 32907-2016, appendix A: once, and a million times.
        let key = Sm4::new(&octets::<16>("0123456789abcdeffedcba9876543210").into());
        let plain = octets::<16>("0123456789abcdeffedcba9876543210");
        let mut block = plain.into();
        key.encrypt_block(&mut block);
        assert_eq!(block[..], octets::<16>("681edf34d206965e86b3e94f536e4246"));
        key.decrypt_block(&mut block);
        assert_eq!(block[..], plain);
        for _ in 0..1_000_000 {
            key.encrypt_block(&mut block);
        }
        assert_eq!(block[..], octets::<16>("595298c7c6fd271f0402f804c33d3f66"));
    }

    #[test]
    fn sm4_seals_in_gcm_as_rfc_8998_shows() {
        // RFC 8998, appendix A.1.
        let mut secret = [0; SECRET_LEN];
        secret[..KEY_LEN].copy_from_slice(&octets::<16>("0123456789abcdeffedcba9876543210"));
        let key = SM.cipher(&secret).unwrap();
        let nonce = octets("00001234567800000000abcd");
        let bound_to = octets::<20>("feedfacedeadbeeffeedfacedeadbeefabaddad2");
        let plain = octets::<64>(
            "aaaaaaaaaaaaaaaabbbbbbbbbbbbbbbbccccccccccccccccddddddddddddddddeeeeeeeeeeeeeeeeffffffffffffffffeeeeeeeeeeeeeeeeaaaaaaaaaaaaaaaa",
        );
        let sealed = octets::<80>(
            "17f399f08c67d5ee19d0dc9969c4bb7d5fd46fd3756489069157b282bb200735d82710ca5c22f0ccfa7cbf93d496ac15a56834cbcf98c397b4024a2691233b8d\
             83de3541e4c2b58177e065a9bf7b62ec",
        );
        assert_eq!(key.seal(nonce, &bound_to, &plain).unwrap(), sealed);
        assert_eq!(key.open(nonce, &bound_to, &sealed).unwrap(), plain);
    }

    #[test]
    fn sm2_knows_the_signature_that_the_standard_shows() {
        // GB/T 32918.5-2017, appendix A.2.
        let secret = octets("3945208f7b2144b13f36e38ac6d39f95889393692860b51a42fb81ef4df7c5b8");
        let key = SM.signer(&secret).unwrap();
        let signature = octets::<64>(
            "f5a03b0648d2c4630eeac513e1bb81a15944da3827d5b74143ac7eaceee720b3b1b6aa29df212fd8763182bc0d421ca1bb9038fd1f7f42d4840b69c485bbc1aa",
        );
        assert_eq!(key.verify(b"message digest", &signature), Ok(()));
        assert_eq!(key.verify(b"message digests", &signature), Err(Refused));
    }

    #[test]
    fn every_secret_signs_also_one_above_the_order_of_the_curve() {
        let key = SM.signer(&[0xFF; SECRET_LEN]).unwrap();
        let signature = key.sign(b"message").unwrap();
        assert_eq!(key.verify(b"message", &signature), Ok(()));
    }
}
