//! The master key: one secret in a file, under which every other key lies wrapped in the database.

use std::{fs, io::Write, path::Path};

use anyhow::{Context, anyhow, bail};
use aws_lc_rs::{
    hkdf::{HKDF_SHA256, KeyType, Prk},
    hmac,
    rand::{SecureRandom, SystemRandom},
};
use crypto::{NONCE_LEN, SECRET_LEN, Suite};

use super::{CannotOpen, Purpose};

/// The file within the folder of keys.
const FILE: &str = "master.key";
/// How many octets tell one master key from another.
const NAMED_BY: usize = 8;

/// A secret of which keys follow or by which they are wrapped.
pub type Secret = [u8; SECRET_LEN];

/// The secret of a file, ready for use.
#[derive(Clone)]
pub struct Master {
    secret: Secret,
    id: String,
}

/// A key as it lies in the database.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    /// What the key is for.
    pub purpose: Purpose,
    /// Which one of that purpose it is.
    pub number: u8,
    /// The algorithms that it is used with.
    pub suite: &'static str,
}

impl Place {
    /// What a wrapped key is bound to, so that none can be put in the place of another.
    fn bound_to(self) -> Vec<u8> {
        format!(
            "deployment key|{}|{}|{}",
            self.purpose.as_str(),
            self.number,
            self.suite
        )
        .into_bytes()
    }
}

impl Master {
    /// Reads the master key of a folder, or makes one that only its owner can read.
    pub fn load_or_create(folder: &Path) -> anyhow::Result<Self> {
        fs::create_dir_all(folder).with_context(|| format!("cannot create the keys folder {}", folder.display()))?;
        Self::at(&folder.join(FILE))
    }

    /// Reads a file, or makes one that only its owner can read.
    pub fn at(path: &Path) -> anyhow::Result<Self> {
        let text = match fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => create(path)?,
            Err(error) => return Err(error).with_context(|| format!("cannot read {}", path.display())),
        };
        let octets = hex::decode(text.trim()).with_context(|| format!("{} is not hexadecimal", path.display()))?;
        let octets: Secret = octets
            .try_into()
            .map_err(|_length| anyhow!("{} must hold {SECRET_LEN} bytes in hexadecimal", path.display()))?;
        Self::of(&octets)
    }

    /// A master key of these octets.
    pub fn of(octets: &Secret) -> anyhow::Result<Self> {
        let secret = hashed(b"bianmin", octets);
        let name = expand(&secret, "name of the master key")?;
        Ok(Self {
            secret,
            id: hex::encode(name.get(..NAMED_BY).unwrap_or_default()),
        })
    }

    /// What the master key is known by; nothing follows from it.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The root of a deployment whose master key was never changed.
    pub(super) const fn first_root(&self) -> &Secret {
        &self.secret
    }

    /// Wraps a key.
    pub fn wrap(&self, place: Place, suite: &dyn Suite, secret: &Secret) -> anyhow::Result<Vec<u8>> {
        let mut nonce = [0; NONCE_LEN];
        random(&mut nonce)?;
        let wrapped = self.wrapping(suite)?.seal(nonce, &place.bound_to(), secret)?;
        Ok([nonce.as_slice(), &wrapped].concat())
    }

    /// The key that was wrapped.
    pub fn unwrap(&self, place: Place, suite: &dyn Suite, wrapped: &[u8]) -> anyhow::Result<Secret> {
        let (nonce, body) = wrapped.split_first_chunk::<NONCE_LEN>().ok_or(CannotOpen)?;
        let secret = self.wrapping(suite)?.open(*nonce, &place.bound_to(), body)?;
        Ok(secret.try_into().map_err(|_length| CannotOpen)?)
    }

    fn wrapping(&self, suite: &dyn Suite) -> anyhow::Result<Box<dyn crypto::Cipher>> {
        let secret = expand(&self.secret, &format!("wrapping of keys|{}", suite.name()))?;
        Ok(suite.cipher(&secret)?)
    }
}

struct Length(usize);

impl KeyType for Length {
    fn len(&self) -> usize {
        self.0
    }
}

/// The key of a purpose that follows from a secret.
pub fn expand(secret: &Secret, purpose: &str) -> anyhow::Result<Secret> {
    let mut key = [0; SECRET_LEN];
    Prk::new_less_safe(HKDF_SHA256, secret)
        .expand(&[purpose.as_bytes()], Length(SECRET_LEN))
        .and_then(|okm| okm.fill(&mut key))
        .map_err(|_unspecified| anyhow!("cannot derive the key for {purpose}"))?;
    Ok(key)
}

/// HKDF's extraction.
fn hashed(salt: &[u8], octets: &[u8]) -> Secret {
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, salt), octets);
    let mut hash = [0; SECRET_LEN];
    for (to, from) in hash.iter_mut().zip(tag.as_ref()) {
        *to = *from;
    }
    hash
}

/// Fills with random octets.
pub fn random(octets: &mut [u8]) -> anyhow::Result<()> {
    SystemRandom::new()
        .fill(octets)
        .map_err(|_unspecified| anyhow!("the system gives no random bytes"))
}

fn create(path: &Path) -> anyhow::Result<String> {
    let mut octets = [0; SECRET_LEN];
    random(&mut octets)?;
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Ok(mut file) => {
            let text = hex::encode(octets);
            file.write_all(text.as_bytes())
                .and_then(|()| file.sync_all())
                .context("cannot write the master key")?;
            Ok(text)
        }
        // Another process of this deployment was faster; its key is the deployment's.
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
            let text = fs::read_to_string(path)?;
            if text.is_empty() {
                bail!("{} is being written at this moment", path.display());
            }
            Ok(text)
        }
        Err(error) => Err(error).with_context(|| format!("cannot create {}", path.display())),
    }
}
