//! The keys that WeChat Pay signs with: its public key, its certificates, or both while a merchant moves from one to the other.

use std::{
    collections::HashMap,
    sync::{PoisonError, RwLock},
};

use chrono::TimeDelta;
use secrecy::ExposeSecret;
use serde::Deserialize;
use shared::time::Instant;
use wechat_pay_rust_sdk::pay::{PayNotifyTrait, WechatPay};

use super::account::{Account, certificate_key};

/// An unknown serial number asks for the certificates at most this often, so that forged ones do not make us ask.
const ASK_EVERY: TimeDelta = TimeDelta::seconds(30);
/// And this long after a question that had no answer.
const ASK_SOON: TimeDelta = TimeDelta::seconds(2);

/// Sealed content, as notifications and certificates carry it.
#[derive(Clone, Debug, Deserialize)]
pub struct Sealed {
    ciphertext: String,
    nonce: String,
    #[serde(default)]
    associated_data: String,
}

impl Sealed {
    /// Opens it with the `APIv3` key.
    pub fn open(&self, account: &Account) -> Option<Vec<u8>> {
        // The SDK's type holds the one key that decryption needs, and no other secret.
        let opener = WechatPay::new("", "", "", "", account.api_v3_key.expose_secret(), "");
        opener
            .decrypt_bytes(&self.ciphertext, &self.nonce, &self.associated_data)
            .ok()
    }
}

/// The certificates, as WeChat Pay lists them.
#[derive(Deserialize)]
pub struct Listed {
    #[serde(default)]
    data: Vec<ListedCertificate>,
}

#[derive(Deserialize)]
struct ListedCertificate {
    serial_no: String,
    encrypt_certificate: Sealed,
}

/// The keys that are known.
#[derive(Debug)]
pub struct PlatformKeys {
    known: RwLock<HashMap<String, Vec<u8>>>,
    ask_after: RwLock<Option<Instant>>,
}

impl PlatformKeys {
    /// The public key of the account, when it has one.
    pub fn of(account: &Account) -> Self {
        Self {
            known: RwLock::new(account.public_key.clone().into_iter().collect()),
            ask_after: RwLock::default(),
        }
    }

    /// The key with this serial number.
    pub fn find(&self, serial: &str) -> Option<Vec<u8>> {
        self.known
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .get(serial)
            .cloned()
    }

    /// Whether the certificates may be asked for now; the one who is told yes asks.
    pub fn may_ask(&self, now: Instant) -> bool {
        let mut ask_after = self.ask_after.write().unwrap_or_else(PoisonError::into_inner);
        // A clock that was set back does not keep us from asking.
        if ask_after.is_some_and(|at| now < at && at - now <= ASK_EVERY) {
            return false;
        }
        *ask_after = Some(now + ASK_EVERY);
        true
    }

    /// The question had no answer: it may be asked again soon.
    pub fn ask_soon(&self, now: Instant) {
        *self.ask_after.write().unwrap_or_else(PoisonError::into_inner) = Some(now + ASK_SOON);
    }

    /// The keys of listed certificates. Only WeChat Pay can seal them with the `APIv3` key, so they vouch for themselves.
    pub fn opened(listed: &Listed, account: &Account) -> Vec<(String, Vec<u8>)> {
        listed
            .data
            .iter()
            .filter_map(|certificate| {
                let pem = certificate.encrypt_certificate.open(account)?;
                Some((certificate.serial_no.clone(), certificate_key(&pem).ok()?))
            })
            .collect()
    }

    /// Adds keys; earlier ones stay, since signatures of both are seen while one replaces the other.
    pub fn add(&self, keys: Vec<(String, Vec<u8>)>) {
        self.known.write().unwrap_or_else(PoisonError::into_inner).extend(keys);
    }
}
