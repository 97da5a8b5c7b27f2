//! The merchant's account, checked before anything is sent with it.

use std::{fmt, fs, path::Path, time::Duration};

use anyhow::{Context, bail, ensure};
use aws_lc_rs::{
    rand::SystemRandom,
    rsa::KeyPair,
    signature::{RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256, UnparsedPublicKey},
};
use base64::{Engine, prelude::BASE64_STANDARD};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use wechat_pay_rust_sdk::util::x509_to_pem;

use crate::config::WechatPaySettings;

/// How long the sandbox may take to tell its account.
const ANSWER_WITHIN: Duration = Duration::from_secs(5);

/// The account.
pub struct Account {
    /// The address of the API.
    pub url: String,
    /// The merchant.
    pub mchid: String,
    /// The official account.
    pub appid: String,
    /// The serial number of the merchant's certificate.
    pub serial: String,
    /// Decrypts notifications.
    pub api_v3_key: SecretString,
    /// WeChat Pay's public key: its id, and its DER.
    pub public_key: Option<(String, Vec<u8>)>,
    key: KeyPair,
}

impl fmt::Debug for Account {
    /// Names the account and none of its secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Account")
            .field("mchid", &self.mchid)
            .field("appid", &self.appid)
            .finish_non_exhaustive()
    }
}

/// What the sandbox tells of its merchant.
#[derive(Deserialize)]
struct SandboxMerchant {
    mchid: String,
    appid: String,
    serial: String,
    private_key: SecretString,
    api_v3_key: SecretString,
    platform_public_key: String,
    platform_public_key_id: String,
}

impl Account {
    /// Reads the files that the settings name. An error names the setting.
    pub fn load(settings: &WechatPaySettings) -> anyhow::Result<Self> {
        let private_key = read(&settings.private_key).context("BIANMIN_WECHAT_PAY_PRIVATE_KEY")?;
        let key = private_key_of(&private_key).context("BIANMIN_WECHAT_PAY_PRIVATE_KEY")?;
        if let Some(file) = &settings.certificate {
            let certificate = read(file).context("BIANMIN_WECHAT_PAY_CERTIFICATE")?;
            let public = certificate_key(certificate.as_bytes()).context("BIANMIN_WECHAT_PAY_CERTIFICATE")?;
            ensure!(
                belong_together(&key, &public),
                "BIANMIN_WECHAT_PAY_PRIVATE_KEY: the key does not belong to the certificate of \
                 BIANMIN_WECHAT_PAY_CERTIFICATE; take both from the same download"
            );
        }
        ensure!(
            settings.api_v3_key.expose_secret().len() == 32,
            "BIANMIN_WECHAT_PAY_API_V3_KEY: it has 32 characters; copy it from the merchant platform"
        );
        ensure!(
            settings.serial.len() >= 8 && settings.serial.bytes().all(|byte| byte.is_ascii_hexdigit()),
            "BIANMIN_WECHAT_PAY_SERIAL: expected the hexadecimal serial number of the merchant's certificate"
        );
        let public_key = match &settings.public_key {
            None => None,
            Some((id, file)) => {
                let pem = read(file).context("BIANMIN_WECHAT_PAY_PUBLIC_KEY")?;
                let der = der_of(&pem, "PUBLIC KEY").context("BIANMIN_WECHAT_PAY_PUBLIC_KEY")?;
                Some((id.clone(), der))
            }
        };
        Ok(Self {
            url: settings.url.clone(),
            mchid: settings.mchid.clone(),
            appid: settings.appid.clone(),
            serial: settings.serial.clone(),
            api_v3_key: settings.api_v3_key.clone(),
            public_key,
            key,
        })
    }

    /// The public account of the sandbox at this address.
    pub async fn of_sandbox(url: &str) -> anyhow::Result<Self> {
        let client = reqwest::Client::builder().no_proxy().timeout(ANSWER_WITHIN).build()?;
        let answer = client
            .get(format!("{url}/wechat/merchant.json"))
            .send()
            .await?
            .error_for_status()?;
        let merchant: SandboxMerchant = answer.json().await?;
        Ok(Self {
            url: url.to_owned(),
            key: private_key_of(merchant.private_key.expose_secret())?,
            public_key: Some((
                merchant.platform_public_key_id,
                der_of(&merchant.platform_public_key, "PUBLIC KEY")?,
            )),
            mchid: merchant.mchid,
            appid: merchant.appid,
            serial: merchant.serial,
            api_v3_key: merchant.api_v3_key,
        })
    }

    /// The base64 of the merchant's signature.
    pub fn sign(&self, message: &[u8]) -> anyhow::Result<String> {
        sign(&self.key, message).map(|signature| BASE64_STANDARD.encode(signature))
    }
}

fn sign(key: &KeyPair, message: &[u8]) -> anyhow::Result<Vec<u8>> {
    let mut signature = vec![0; key.public_modulus_len()];
    key.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message, &mut signature)
        .map_err(|_unspecified| anyhow::anyhow!("a request cannot be signed"))?;
    Ok(signature)
}

fn belong_together(key: &KeyPair, public: &[u8]) -> bool {
    let probe = b"do these two belong together";
    sign(key, probe).is_ok_and(|signature| {
        UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, public)
            .verify(probe, &signature)
            .is_ok()
    })
}

fn read(file: &Path) -> anyhow::Result<String> {
    fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))
}

/// The private key of a PEM; a key in the older form is told apart, because it is the usual mistake.
fn private_key_of(pem: &str) -> anyhow::Result<KeyPair> {
    if pem.contains("BEGIN RSA PRIVATE KEY") {
        bail!("the key is PKCS#1 and must be PKCS#8: openssl pkcs8 -topk8 -nocrypt -in old.pem -out apiclient_key.pem");
    }
    let der = der_of(pem, "PRIVATE KEY")?;
    KeyPair::from_pkcs8(&der)
        .map_err(|rejected| anyhow::anyhow!("the key is no RSA key of 2048 bits or more: {rejected}"))
}

/// The octets of the first block of this kind in a PEM.
fn der_of(pem: &str, kind: &str) -> anyhow::Result<Vec<u8>> {
    let (begin, end) = (format!("-----BEGIN {kind}-----"), format!("-----END {kind}-----"));
    let body = pem
        .split_once(&begin)
        .and_then(|(_, rest)| rest.split_once(&end))
        .map(|(body, _)| body)
        .with_context(|| format!("expected a PEM with {begin}"))?;
    let text: String = body.split_whitespace().collect();
    BASE64_STANDARD.decode(text).context("the PEM is no base64")
}

/// The public key, as DER, of a certificate in PEM.
pub fn certificate_key(certificate: &[u8]) -> anyhow::Result<Vec<u8>> {
    let pem = x509_to_pem(certificate).map_err(|error| anyhow::anyhow!("the certificate cannot be read: {error}"))?;
    der_of(&pem, "PUBLIC KEY")
}
