//! Keys: one master secret in a file, from which every purpose has a key of its own, and the encryption of single fields.
//!
//! Fields are sealed with the newest of the field keys, and each ciphertext names its key. The first field key follows from the master
//! secret; later ones are random, and lie in the database wrapped under it ([`keyring`](super::keyring)).

use std::{collections::BTreeMap, fs, io::Write, path::Path, sync::PoisonError, sync::RwLock};

use anyhow::{Context, anyhow, bail};
use aws_lc_rs::{
    aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey},
    hkdf::{HKDF_SHA256, KeyType, Prk, Salt},
    hmac,
    rand::{SecureRandom, SystemRandom},
};
use uuid::Uuid;

const MASTER_LEN: usize = 32;
/// The field key that follows from the master secret.
const FIRST: u8 = 1;
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
    fields: RwLock<FieldKeys>,
    wrapping: LessSafeKey,
    index: hmac::Key,
    token_seed: [u8; MASTER_LEN],
    presence: hmac::Key,
    audit: hmac::Key,
    slips: hmac::Key,
    secret: Prk,
    random: SystemRandom,
}

/// The keys of fields by their number, and the number of the one that seals.
struct FieldKeys {
    sealing: u8,
    all: BTreeMap<u8, std::sync::Arc<LessSafeKey>>,
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
        Ok(Self {
            fields: RwLock::new(FieldKeys {
                sealing: FIRST,
                all: BTreeMap::from([(FIRST, cipher(&key("field encryption")?)?.into())]),
            }),
            wrapping: cipher(&key("wrapping of field keys")?)?,
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

    /// Encrypts a field: the number of the key, the nonce, the ciphertext with its tag.
    pub fn seal(&self, field: Field, row: Uuid, plain: &str) -> anyhow::Result<Vec<u8>> {
        let (number, key) = self.sealing_key()?;
        let mut sealed = vec![number];
        sealed.extend(self.enclose(&key, field.associated_data(row), plain.as_bytes())?);
        Ok(sealed)
    }

    /// Decrypts a field.
    pub fn open(&self, field: Field, row: Uuid, sealed: &[u8]) -> Result<String, CannotOpen> {
        let (number, rest) = sealed.split_first().ok_or(CannotOpen)?;
        let key = self.fields().all.get(number).cloned().ok_or(CannotOpen)?;
        let plain = disclose(&key, field.associated_data(row), rest)?;
        String::from_utf8(plain).map_err(|_not_text| CannotOpen)
    }

    /// The number of the field key that seals; a ciphertext begins with the number of its own.
    pub fn sealing(&self) -> u8 {
        self.fields().sealing
    }

    /// Makes a field key, wrapped so that only this deployment's master secret opens it.
    pub fn new_field_key(&self, number: u8) -> anyhow::Result<Vec<u8>> {
        let mut secret = [0; MASTER_LEN];
        self.fill_random(&mut secret)?;
        self.enclose(&self.wrapping, wrapped_data(number), &secret)
    }

    /// Takes a wrapped field key into use for opening.
    pub fn add_field_key(&self, number: u8, wrapped: &[u8]) -> anyhow::Result<()> {
        let secret = disclose(&self.wrapping, wrapped_data(number), wrapped)?;
        let key = cipher(&secret)?;
        let mut fields = self.fields.write().unwrap_or_else(PoisonError::into_inner);
        fields.all.entry(number).or_insert_with(|| key.into());
        Ok(())
    }

    /// Seals with this field key from now on; it must be there.
    pub fn seal_with(&self, number: u8) -> anyhow::Result<()> {
        let mut fields = self.fields.write().unwrap_or_else(PoisonError::into_inner);
        if !fields.all.contains_key(&number) {
            bail!("there is no field key {number}");
        }
        fields.sealing = number;
        Ok(())
    }

    /// Whether a field key is known.
    pub fn has_field_key(&self, number: u8) -> bool {
        self.fields().all.contains_key(&number)
    }

    fn fields(&self) -> std::sync::RwLockReadGuard<'_, FieldKeys> {
        self.fields.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn sealing_key(&self) -> anyhow::Result<(u8, std::sync::Arc<LessSafeKey>)> {
        let fields = self.fields();
        let key = fields.all.get(&fields.sealing).context("the sealing key is missing")?;
        Ok((fields.sealing, std::sync::Arc::clone(key)))
    }

    fn enclose(&self, key: &LessSafeKey, bound_to: Vec<u8>, plain: &[u8]) -> anyhow::Result<Vec<u8>> {
        let mut nonce = [0; NONCE_LEN];
        self.fill_random(&mut nonce)?;
        let mut body = plain.to_vec();
        key.seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::from(bound_to), &mut body)
            .map_err(|_unspecified| anyhow!("cannot encrypt a field"))?;
        Ok([nonce.as_slice(), &body].concat())
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

/// Decrypts a nonce and a ciphertext with its tag.
fn disclose(key: &LessSafeKey, bound_to: Vec<u8>, sealed: &[u8]) -> Result<Vec<u8>, CannotOpen> {
    let (nonce, body) = sealed.split_first_chunk::<NONCE_LEN>().ok_or(CannotOpen)?;
    let mut body = body.to_vec();
    let plain = key
        .open_in_place(Nonce::assume_unique_for_key(*nonce), Aad::from(bound_to), &mut body)
        .map_err(|_unspecified| CannotOpen)?;
    Ok(plain.to_vec())
}

/// What a wrapped field key is bound to: its number.
fn wrapped_data(number: u8) -> Vec<u8> {
    format!("field key|{number}").into_bytes()
}

fn cipher(secret: &[u8]) -> anyhow::Result<LessSafeKey> {
    let key =
        UnboundKey::new(&AES_256_GCM, secret).map_err(|_unspecified| anyhow!("cannot use a key for encryption"))?;
    Ok(LessSafeKey::new(key))
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
    fn what_one_key_has_sealed_opens_after_another_seals_and_only_where_that_is_known() {
        let (keys, other) = (Keys::derive(&[7; 32]).unwrap(), Keys::derive(&[7; 32]).unwrap());
        let row = Uuid::from_u128(1);
        let before = keys.seal(PHONE, row, "13800000001").unwrap();
        let wrapped = keys.new_field_key(2).unwrap();
        assert!(keys.seal_with(2).is_err(), "a key is known before it seals");
        keys.add_field_key(2, &wrapped).unwrap();
        keys.seal_with(2).unwrap();
        let after = keys.seal(PHONE, row, "13800000001").unwrap();
        assert_eq!((before[0], after[0]), (1, 2));
        for sealed in [&before, &after] {
            assert_eq!(keys.open(PHONE, row, sealed).unwrap(), "13800000001");
        }
        assert_eq!(other.open(PHONE, row, &after), Err(CannotOpen));
        other.add_field_key(2, &wrapped).unwrap();
        assert_eq!(other.open(PHONE, row, &after).unwrap(), "13800000001");
        assert!(
            other.add_field_key(3, &wrapped).is_err(),
            "a wrapped key is bound to its number"
        );
        assert!(Keys::derive(&[8; 32]).unwrap().add_field_key(2, &wrapped).is_err());
    }

    #[test]
    fn the_same_text_is_sealed_differently_and_indexed_alike() {
        let keys = Keys::derive(&[7; 32]).unwrap();
        let row = Uuid::from_u128(1);
        assert_ne!(keys.seal(PHONE, row, "x").unwrap(), keys.seal(PHONE, row, "x").unwrap());
        assert_eq!(keys.blind_index("phone", "x"), keys.blind_index("phone", "x"));
        assert_ne!(keys.blind_index("phone", "x"), keys.blind_index("id", "x"));
    }

    proptest::proptest! {
        #[test]
        fn no_octets_open_that_were_not_sealed(octets: Vec<u8>, number: u8) {
            let keys = Keys::derive(&[7; 32]).unwrap();
            let row = Uuid::from_u128(1);
            proptest::prop_assert_eq!(keys.open(PHONE, row, &octets), Err(CannotOpen));
            proptest::prop_assert_eq!(keys.open(PHONE, row, &[&[1], octets.as_slice()].concat()), Err(CannotOpen));
            proptest::prop_assert!(keys.add_field_key(number, &octets).is_err());
        }
    }
}
