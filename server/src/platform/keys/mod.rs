//! Keys: one master secret in a file, from which every purpose has a key of its own, and the encryption of single fields.
//!
//! Fields are sealed, tokens signed and audit rows chained with the newest key of their purpose, and each of them names its key. The first
//! key of a purpose follows from the root, which is the master key that a deployment began with; later ones are random. They lie in the
//! database wrapped under the master key ([`keyring`](super::keyring)), and so does the root once the master key was changed.

mod master;
mod ring;
mod token_signer;

use std::{
    path::{Path, PathBuf},
    sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard},
};

use aws_lc_rs::hmac;
use crypto::{Cipher, HASH_LEN, INTERNATIONAL, KeyedHash, NONCE_LEN, Refused, SECRET_LEN, Suite};
use shared::time::Instant;
use uuid::Uuid;

use self::{
    master::expand,
    ring::{FIRST, Ring},
};
pub use self::{
    master::{Master, Place, Secret, random},
    token_signer::TokenSigner,
};

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

impl From<Refused> for CannotOpen {
    fn from(_: Refused) -> Self {
        Self
    }
}

/// What a key that can be changed is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Purpose {
    /// Everything that was never changed follows from it.
    Root,
    /// Seals fields.
    Field,
    /// Signs access tokens.
    Token,
    /// Chains the audit log.
    Audit,
    /// Finds sealed values again.
    Index,
}

impl Purpose {
    /// How it is stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Root => "root",
            Self::Field => "field",
            Self::Token => "token",
            Self::Audit => "audit",
            Self::Index => "index",
        }
    }

    /// The purpose that was stored.
    pub fn stored(text: &str) -> Option<Self> {
        [Self::Root, Self::Field, Self::Token, Self::Audit, Self::Index]
            .into_iter()
            .find(|purpose| purpose.as_str() == text)
    }
}

/// A token's key: its number, and until when tokens were made with it.
pub type TokenKey = (u8, Arc<TokenSigner>, Option<Instant>);

/// The keys of a deployment.
pub struct Keys {
    folder: Option<PathBuf>,
    master: RwLock<Master>,
    root: Secret,
    fields: RwLock<Ring<dyn Cipher>>,
    tokens: RwLock<Ring<TokenSigner>>,
    audit: RwLock<Ring<dyn KeyedHash>>,
    indexes: RwLock<Ring<dyn KeyedHash>>,
    earlier: Box<dyn Cipher>,
    presence: hmac::Key,
    slips: hmac::Key,
}

impl Keys {
    /// The keys of a folder whose master key was never changed; a master key is made when there is none.
    pub fn load_or_create(folder: &Path) -> anyhow::Result<Self> {
        let master = Master::load_or_create(folder)?;
        let root = *master.first_root();
        Ok(Self {
            folder: Some(folder.to_owned()),
            ..Self::with(master, root)?
        })
    }

    /// The keys of a folder whose root lies wrapped in the database.
    pub fn with_root(folder: &Path, root: Secret) -> anyhow::Result<Self> {
        Ok(Self {
            folder: Some(folder.to_owned()),
            ..Self::with(Master::load_or_create(folder)?, root)?
        })
    }

    fn with(master: Master, root: Secret) -> anyhow::Result<Self> {
        let key = |purpose: &str| expand(&root, purpose);
        let hash = |purpose: &str| anyhow::Ok(hmac::Key::new(hmac::HMAC_SHA256, &key(purpose)?));
        Ok(Self {
            folder: None,
            master: RwLock::new(master),
            fields: RwLock::new(Ring::new(INTERNATIONAL.cipher(&key("field encryption")?)?)),
            tokens: RwLock::new(Ring::new(Box::new(TokenSigner::of(
                INTERNATIONAL,
                &key("token signing")?,
            )?))),
            audit: RwLock::new(Ring::new(INTERNATIONAL.keyed_hash(&key("audit chain")?)?)),
            earlier: INTERNATIONAL.cipher(&key("wrapping of field keys")?)?,
            indexes: RwLock::new(Ring::new(INTERNATIONAL.keyed_hash(&key("blind index")?)?)),
            presence: hash("presence")?,
            slips: hash("slips")?,
            root,
        })
    }

    /// The master key.
    pub fn master(&self) -> Master {
        read(&self.master).clone()
    }

    /// Reads the master key's file again: it may have been changed.
    pub fn reload_master(&self) -> anyhow::Result<()> {
        if let Some(folder) = &self.folder {
            let master = Master::load_or_create(folder)?;
            *write(&self.master) = master;
        }
        Ok(())
    }

    /// The root.
    pub const fn root(&self) -> &Secret {
        &self.root
    }

    /// The seed of the key with this id that signs pickup slips; there is another for each id.
    pub fn slip_seed(&self, id: u8) -> anyhow::Result<Secret> {
        expand(&self.root, &format!("slip signing {id}"))
    }

    /// A keyed hash of what concerns a pickup slip: its tokens' ids and its codes follow from it.
    pub fn slip_hash(&self, message: &[u8]) -> Secret {
        let tag = hmac::sign(&self.slips, message);
        let mut hash = [0; SECRET_LEN];
        for (to, from) in hash.iter_mut().zip(tag.as_ref()) {
            *to = *from;
        }
        hash
    }

    /// Fills with random bytes.
    pub fn fill_random(&self, bytes: &mut [u8]) -> anyhow::Result<()> {
        random(bytes)
    }

    /// Encrypts a field: the number of the key, the nonce, the ciphertext with its tag.
    pub fn seal(&self, field: Field, row: Uuid, plain: &str) -> anyhow::Result<Vec<u8>> {
        let (number, key) = read(&self.fields).using();
        let mut nonce = [0; NONCE_LEN];
        random(&mut nonce)?;
        let body = key.seal(nonce, &field.associated_data(row), plain.as_bytes())?;
        Ok([&[number], nonce.as_slice(), &body].concat())
    }

    /// Decrypts a field.
    pub fn open(&self, field: Field, row: Uuid, sealed: &[u8]) -> Result<String, CannotOpen> {
        let (number, rest) = sealed.split_first().ok_or(CannotOpen)?;
        let key = read(&self.fields).get(*number).ok_or(CannotOpen)?;
        let plain = disclose(&*key, &field.associated_data(row), rest)?;
        String::from_utf8(plain).map_err(|_not_text| CannotOpen)
    }

    /// The number of the field key that seals; a ciphertext begins with the number of its own.
    pub fn sealing(&self) -> u8 {
        read(&self.fields).using().0
    }

    /// Whether a key is known.
    pub fn has(&self, purpose: Purpose, number: u8) -> bool {
        match purpose {
            Purpose::Root => number == FIRST,
            Purpose::Field => read(&self.fields).has(number),
            Purpose::Token => read(&self.tokens).has(number),
            Purpose::Audit => read(&self.audit).has(number),
            Purpose::Index => read(&self.indexes).has(number),
        }
    }

    /// The highest number of a purpose that is known.
    pub fn highest(&self, purpose: Purpose) -> u8 {
        match purpose {
            Purpose::Root => FIRST,
            Purpose::Field => read(&self.fields).highest(),
            Purpose::Token => read(&self.tokens).highest(),
            Purpose::Audit => read(&self.audit).highest(),
            Purpose::Index => read(&self.indexes).highest(),
        }
    }

    /// Takes a key in, which is used from an instant on that is the same for every instance.
    pub fn add(
        &self,
        purpose: Purpose,
        number: u8,
        suite: &dyn Suite,
        secret: &Secret,
        from: Instant,
    ) -> anyhow::Result<()> {
        match purpose {
            Purpose::Root => {}
            Purpose::Field => write(&self.fields).add(number, suite.cipher(secret)?, from),
            Purpose::Token => write(&self.tokens).add(number, Box::new(TokenSigner::of(suite, secret)?), from),
            Purpose::Audit => write(&self.audit).add(number, suite.keyed_hash(secret)?, from),
            Purpose::Index => write(&self.indexes).add(number, suite.keyed_hash(secret)?, from),
        }
        Ok(())
    }

    /// Uses the newest key of each purpose whose time has come.
    pub fn turn(&self, now: Instant) {
        write(&self.fields).turn(now);
        write(&self.tokens).turn(now);
        write(&self.audit).turn(now);
        write(&self.indexes).turn(now);
    }

    /// A field key from before keys of every purpose lay in one table: it is wrapped under a key of the root.
    pub fn unwrap_earlier(&self, number: u8, wrapped: &[u8]) -> Result<Secret, CannotOpen> {
        let secret = disclose(&*self.earlier, format!("field key|{number}").as_bytes(), wrapped)?;
        secret.try_into().map_err(|_length| CannotOpen)
    }

    /// The key that signs tokens, and its number.
    pub fn token_signer(&self) -> (u8, Arc<TokenSigner>) {
        read(&self.tokens).using()
    }

    /// The keys that have signed tokens.
    pub fn token_keys(&self) -> Vec<TokenKey> {
        read(&self.tokens).with_ends()
    }

    /// The newest key of the audit chain, and its number.
    pub fn audit_newest(&self) -> (u8, Arc<dyn KeyedHash>) {
        read(&self.audit).using()
    }

    /// A key of the audit chain.
    pub fn audit_key(&self, number: u8) -> Option<Arc<dyn KeyedHash>> {
        read(&self.audit).get(number)
    }

    /// The keyed index of a value under the first key, which stays: for what is looked up for days at most, or compared. The same value in
    /// another kind has another index.
    pub fn blind_index(&self, kind: &str, value: &str) -> Vec<u8> {
        let first = read(&self.indexes).get(FIRST);
        first.map_or_else(Vec::new, |key| {
            key.hash(&[kind.as_bytes(), &[0], value.as_bytes()]).to_vec()
        })
    }

    /// The keyed index under the key in use: what is written where rows change keys.
    pub fn index(&self, kind: &str, value: &str) -> Vec<u8> {
        self.reindexed(&self.blind_index(kind, value))
    }

    /// The indexes under every key that is known: what is looked for where rows change keys.
    pub fn indexes(&self, kind: &str, value: &str) -> Vec<Vec<u8>> {
        let ring = read(&self.indexes);
        let mut all = vec![self.blind_index(kind, value)];
        for number in FIRST + 1..=ring.highest() {
            if let (Some(last), Some(key)) = (all.last(), ring.get(number)) {
                all.push(next_index(number, &*key, last));
            }
        }
        all
    }

    /// The index under the key in use that follows from one under an older key. An index names its key by a first octet, but for the first
    /// key; each is the keyed hash of the one before, so that the value is not needed, and whoever has older keys alone finds nothing.
    pub fn reindexed(&self, index: &[u8]) -> Vec<u8> {
        let ring = read(&self.indexes);
        let number = match index.split_first() {
            Some((number, hash)) if hash.len() == HASH_LEN => *number,
            _ => FIRST,
        };
        let mut index = index.to_vec();
        for number in number.saturating_add(1)..=ring.using().0 {
            if let Some(key) = ring.get(number) {
                index = next_index(number, &*key, &index);
            }
        }
        index
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

fn next_index(number: u8, key: &dyn KeyedHash, last: &[u8]) -> Vec<u8> {
    [[number].as_slice(), &key.hash(&[last])].concat()
}

/// Decrypts a nonce and a ciphertext with its tag.
fn disclose(key: &dyn Cipher, bound_to: &[u8], sealed: &[u8]) -> Result<Vec<u8>, CannotOpen> {
    let (nonce, body) = sealed.split_first_chunk::<NONCE_LEN>().ok_or(CannotOpen)?;
    Ok(key.open(*nonce, bound_to, body)?)
}

fn read<T>(lock: &RwLock<T>) -> RwLockReadGuard<'_, T> {
    lock.read().unwrap_or_else(PoisonError::into_inner)
}

fn write<T>(lock: &RwLock<T>) -> RwLockWriteGuard<'_, T> {
    lock.write().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
