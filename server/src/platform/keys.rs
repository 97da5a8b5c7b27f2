//! Keys: one master secret in a file, from which every purpose has a key of its own, and the encryption of single fields.

use std::{fs, io::Write, path::Path};

use anyhow::{Context, anyhow, bail};
use aws_lc_rs::{
    aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey},
    hkdf::{HKDF_SHA256, KeyType, Prk, Salt},
    hmac,
    rand::{SecureRandom, SystemRandom},
};
use uuid::Uuid;

const MASTER_LEN: usize = 32;
const VERSION: u8 = 1;
const FILE: &str = "master.key";

/// The place of an encrypted field, bound to its ciphertext so that none can be moved elsewhere.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// The table.
    pub table: &'static str,
    /// The column.
    pub column: &'static str,
}

impl Field {
    /// The field of a table's column.
    pub const fn new(table: &'static str, column: &'static str) -> Self {
        Self { table, column }
    }

    fn associated_data(self, row: Uuid) -> Vec<u8> {
        format!("{}|{row}|{}", self.table, self.column).into_bytes()
    }
}

/// A ciphertext that this deployment's key does not open: another key, another row, or altered bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an encrypted field cannot be opened with this deployment's key")]
pub struct CannotOpen;

/// The keys of a deployment.
pub struct Keys {
    field: LessSafeKey,
    index: hmac::Key,
    token_seed: [u8; MASTER_LEN],
    presence: hmac::Key,
    audit: hmac::Key,
    slips: hmac::Key,
    secret: Prk,
    random: SystemRandom,
}

struct Length(usize);

impl KeyType for Length {
    fn len(&self) -> usize {
        self.0
    }
}

impl Keys {
    /// Reads the master secret of a folder, or makes one that only its owner can read.
    pub fn load_or_create(folder: &Path) -> anyhow::Result<Self> {
        let path = folder.join(FILE);
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => create(folder, &path)?,
            Err(error) => return Err(error).with_context(|| format!("cannot read {}", path.display())),
        };
        let master = hex::decode(text.trim()).with_context(|| format!("{} is not hexadecimal", path.display()))?;
        if master.len() != MASTER_LEN {
            bail!("{} must hold {MASTER_LEN} bytes in hexadecimal", path.display());
        }
        Self::derive(&master)
    }

    fn derive(master: &[u8]) -> anyhow::Result<Self> {
        let secret = Salt::new(HKDF_SHA256, b"bianmin").extract(master);
        let key = |purpose: &str| expand(&secret, purpose);
        let field = UnboundKey::new(&AES_256_GCM, &key("field encryption")?)
            .map_err(|_unspecified| anyhow!("cannot use the key for field encryption"))?;
        Ok(Self {
            field: LessSafeKey::new(field),
            index: hmac::Key::new(hmac::HMAC_SHA256, &key("blind index")?),
            token_seed: key("token signing")?,
            presence: hmac::Key::new(hmac::HMAC_SHA256, &key("presence")?),
            audit: hmac::Key::new(hmac::HMAC_SHA256, &key("audit chain")?),
            slips: hmac::Key::new(hmac::HMAC_SHA256, &key("slips")?),
            secret,
            random: SystemRandom::new(),
        })
    }

    /// The seed of the key that signs tokens.
    pub const fn token_seed(&self) -> &[u8; MASTER_LEN] {
        &self.token_seed
    }

    /// The seed of the key with this id that signs pickup slips; there is another for each id.
    pub fn slip_seed(&self, id: u8) -> anyhow::Result<[u8; MASTER_LEN]> {
        expand(&self.secret, &format!("slip signing {id}"))
    }

    /// A keyed hash of what concerns a pickup slip: its tokens' ids and its codes follow from it.
    pub fn slip_hash(&self, message: &[u8]) -> [u8; MASTER_LEN] {
        let tag = hmac::sign(&self.slips, message);
        let mut hash = [0; MASTER_LEN];
        for (to, from) in hash.iter_mut().zip(tag.as_ref()) {
            *to = *from;
        }
        hash
    }

    /// Fills with random bytes.
    pub fn fill_random(&self, bytes: &mut [u8]) -> anyhow::Result<()> {
        self.random
            .fill(bytes)
            .map_err(|_unspecified| anyhow!("the system gives no random bytes"))
    }

    /// Encrypts a field: a version byte, the nonce, the ciphertext with its tag.
    pub fn seal(&self, field: Field, row: Uuid, plain: &str) -> anyhow::Result<Vec<u8>> {
        let mut nonce = [0; NONCE_LEN];
        self.fill_random(&mut nonce)?;
        let mut sealed = Vec::with_capacity(1 + NONCE_LEN + plain.len() + AES_256_GCM.tag_len());
        sealed.push(VERSION);
        sealed.extend_from_slice(&nonce);
        let mut body = plain.as_bytes().to_vec();
        self.field
            .seal_in_place_append_tag(
                Nonce::assume_unique_for_key(nonce),
                Aad::from(field.associated_data(row)),
                &mut body,
            )
            .map_err(|_unspecified| anyhow!("cannot encrypt a field"))?;
        sealed.extend_from_slice(&body);
        Ok(sealed)
    }

    /// Decrypts a field.
    pub fn open(&self, field: Field, row: Uuid, sealed: &[u8]) -> Result<String, CannotOpen> {
        let (&version, rest) = sealed.split_first().ok_or(CannotOpen)?;
        let (nonce, body) = rest.split_first_chunk::<NONCE_LEN>().ok_or(CannotOpen)?;
        if version != VERSION {
            return Err(CannotOpen);
        }
        let mut body = body.to_vec();
        let plain = self
            .field
            .open_in_place(
                Nonce::assume_unique_for_key(*nonce),
                Aad::from(field.associated_data(row)),
                &mut body,
            )
            .map_err(|_unspecified| CannotOpen)?;
        String::from_utf8(plain.to_vec()).map_err(|_not_text| CannotOpen)
    }

    /// The keyed index by which an encrypted value is found again; the same value in another kind has another index.
    pub fn blind_index(&self, kind: &str, value: &str) -> Vec<u8> {
        let mut context = hmac::Context::with_key(&self.index);
        context.update(kind.as_bytes());
        context.update(&[0]);
        context.update(value.as_bytes());
        context.sign().as_ref().to_vec()
    }

    /// Whether a value has this index, compared in constant time.
    pub fn has_index(&self, kind: &str, value: &str, index: &[u8]) -> bool {
        aws_lc_rs::constant_time::verify_slices_are_equal(&self.blind_index(kind, value), index).is_ok()
    }

    /// The seal of a link of the audit chain.
    pub fn audit_seal(&self, link: &[u8]) -> Vec<u8> {
        hmac::sign(&self.audit, link).as_ref().to_vec()
    }

    /// A six-digit code that follows from a place and a step of time, for proofs of presence.
    pub fn presence_code(&self, place: Uuid, step: i64) -> String {
        let mut context = hmac::Context::with_key(&self.presence);
        context.update(place.as_bytes());
        context.update(&step.to_be_bytes());
        let tag = context.sign();
        let number = tag
            .as_ref()
            .iter()
            .take(8)
            .fold(0u64, |number, byte| (number << 8) | u64::from(*byte));
        format!("{:06}", number % 1_000_000)
    }
}

/// The key of a purpose.
fn expand(secret: &Prk, purpose: &str) -> anyhow::Result<[u8; MASTER_LEN]> {
    let mut bytes = [0; MASTER_LEN];
    secret
        .expand(&[purpose.as_bytes()], Length(MASTER_LEN))
        .and_then(|okm| okm.fill(&mut bytes))
        .map_err(|_unspecified| anyhow!("cannot derive the key for {purpose}"))?;
    Ok(bytes)
}

fn create(folder: &Path, path: &Path) -> anyhow::Result<String> {
    fs::create_dir_all(folder).with_context(|| format!("cannot create the keys folder {}", folder.display()))?;
    let mut master = [0; MASTER_LEN];
    SystemRandom::new()
        .fill(&mut master)
        .map_err(|_unspecified| anyhow!("the system gives no random bytes"))?;
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Ok(mut file) => {
            let text = hex::encode(master);
            file.write_all(text.as_bytes())
                .and_then(|()| file.sync_all())
                .context("cannot write the master key")?;
            Ok(text)
        }
        // Another process of this deployment was faster; its key is the deployment's.
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(fs::read_to_string(path)?),
        Err(error) => Err(error).with_context(|| format!("cannot create {}", path.display())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PHONE: Field = Field::new("residents", "phone");

    #[test]
    fn a_field_opens_only_in_its_own_row_and_column() {
        let keys = Keys::derive(&[7; 32]).unwrap();
        let row = Uuid::from_u128(1);
        let sealed = keys.seal(PHONE, row, "13800000001").unwrap();
        assert_eq!(keys.open(PHONE, row, &sealed).unwrap(), "13800000001");
        assert_eq!(keys.open(PHONE, Uuid::from_u128(2), &sealed), Err(CannotOpen));
        assert_eq!(
            keys.open(Field::new("residents", "name"), row, &sealed),
            Err(CannotOpen)
        );
        assert_eq!(
            Keys::derive(&[8; 32]).unwrap().open(PHONE, row, &sealed),
            Err(CannotOpen)
        );
    }

    #[test]
    fn altered_and_shortened_ciphertexts_are_refused() {
        let keys = Keys::derive(&[7; 32]).unwrap();
        let row = Uuid::from_u128(1);
        let sealed = keys.seal(PHONE, row, "13800000001").unwrap();
        for at in 0..sealed.len() {
            let mut altered = sealed.clone();
            altered[at] ^= 1;
            assert_eq!(keys.open(PHONE, row, &altered), Err(CannotOpen), "byte {at}");
            assert_eq!(keys.open(PHONE, row, &sealed[..at]), Err(CannotOpen), "cut at {at}");
        }
    }

    #[test]
    fn the_same_text_is_sealed_differently_and_indexed_alike() {
        let keys = Keys::derive(&[7; 32]).unwrap();
        let row = Uuid::from_u128(1);
        assert_ne!(keys.seal(PHONE, row, "x").unwrap(), keys.seal(PHONE, row, "x").unwrap());
        assert_eq!(keys.blind_index("phone", "x"), keys.blind_index("phone", "x"));
        assert_ne!(keys.blind_index("phone", "x"), keys.blind_index("id", "x"));
    }
}
