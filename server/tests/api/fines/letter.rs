//! Notifications as WeChat Pay would write them, or as somebody else would.

use aws_lc_rs::{
    aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey},
    rand::SystemRandom,
    rsa::KeyPair,
    signature::RSA_PKCS1_SHA256,
};
use base64::{Engine, prelude::BASE64_STANDARD};
use reqwest::Method;
use serde_json::{Value, json};
use server::platform::clock::Clock;

use crate::support::{Answer, TestApp};

const API_V3_KEY: &[u8] = b"bianmin-sandbox-api-v3-key-00001";
const KEY: &str = include_str!("../../../../sandbox/keys/platform-first-private.pem");
const SERIAL: &str = "5B1A4D0E7C3F2A6980D1E2F3A4B5C6D7E8F90111";

/// A notification with its headers.
#[derive(Clone)]
pub struct Letter {
    pub timestamp: i64,
    pub serial: String,
    pub signature: String,
    pub body: String,
}

impl Letter {
    /// That a transaction was paid, written and signed at this moment.
    pub fn paid(app: &TestApp, transaction: &Value) -> Self {
        Self::at(app.clock.now().timestamp(), transaction)
    }

    /// The same, at another moment.
    pub fn at(timestamp: i64, transaction: &Value) -> Self {
        let nonce = [7; 12].map(|octet: u8| char::from(octet + b'0'));
        let nonce: String = nonce.iter().collect();
        let key = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, API_V3_KEY).unwrap());
        let mut sealed = transaction.to_string().into_bytes();
        let once = Nonce::try_assume_unique_for_key(nonce.as_bytes()).unwrap();
        key.seal_in_place_append_tag(once, Aad::from(b"transaction"), &mut sealed)
            .unwrap();
        let body = json!({
            "id": "EV-2026112308000000001", "create_time": "2026-11-23T08:00:00+08:00",
            "resource_type": "encrypt-resource", "event_type": "TRANSACTION.SUCCESS", "summary": "支付成功",
            "resource": {
                "original_type": "transaction", "algorithm": "AEAD_AES_256_GCM", "associated_data": "transaction",
                "nonce": nonce, "ciphertext": BASE64_STANDARD.encode(sealed),
            },
        });
        let body = body.to_string();
        Self {
            timestamp,
            serial: SERIAL.into(),
            signature: sign(&format!("{timestamp}\nletter\n{body}\n")),
            body,
        }
    }

    /// Delivers it.
    pub async fn deliver(&self, app: &TestApp) -> Answer {
        let request = app
            .anyone()
            .request(Method::POST, "/wechat-pay/notify")
            .header("Content-Type", "application/json")
            .header("Wechatpay-Timestamp", self.timestamp)
            .header("Wechatpay-Nonce", "letter")
            .header("Wechatpay-Serial", &self.serial)
            .header("Wechatpay-Signature", &self.signature)
            .body(self.body.clone());
        Answer::of(request).await
    }
}

fn sign(message: &str) -> String {
    let body: String = KEY.lines().filter(|line| !line.starts_with("-----")).collect();
    let pair = KeyPair::from_pkcs8(&BASE64_STANDARD.decode(body).unwrap()).unwrap();
    let mut signature = vec![0; pair.public_modulus_len()];
    pair.sign(
        &RSA_PKCS1_SHA256,
        &SystemRandom::new(),
        message.as_bytes(),
        &mut signature,
    )
    .unwrap();
    BASE64_STANDARD.encode(signature)
}
