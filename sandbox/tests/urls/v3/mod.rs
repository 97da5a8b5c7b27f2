//! `/v3/…`: the test plays a merchant's client, from the public documents and `/wechat/merchant.json` alone.

mod bill;
mod certificates;
mod pay;
mod refund;

use aws_lc_rs::{
    aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey},
    rand::SystemRandom,
    rsa::KeyPair,
    signature::{RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256, UnparsedPublicKey},
};
use base64::{Engine, prelude::BASE64_STANDARD};
use reqwest::{Method, header::HeaderMap};
use sandbox::{clock::Clock, crypto::random_hex};
use serde_json::{Value, json};

use crate::support::{Received, Rig};

/// A merchant's client.
pub struct Merchant {
    pub published: Value,
    key: KeyPair,
    pub mchid: String,
    pub seconds_late: i64,
    /// Asks for the platform public key.
    pub public_key: bool,
}

/// An answer whose signature can be looked at.
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

fn der(pem: &str) -> Vec<u8> {
    BASE64_STANDARD
        .decode(
            pem.lines()
                .filter(|line| !line.starts_with("-----"))
                .collect::<String>(),
        )
        .unwrap()
}

/// The subject public key inside a certificate: what follows the key's algorithm identifier up to its own length.
fn public_key_of_certificate(certificate: &[u8]) -> Vec<u8> {
    let marker = [
        0x30, 0x82, 0x01, 0x22, 0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01,
    ];
    let at = certificate
        .windows(marker.len())
        .position(|window| window == marker)
        .unwrap();
    certificate[at..at + 4 + 0x122].to_vec()
}

impl Merchant {
    pub async fn of(rig: &Rig) -> Self {
        let published = rig.get("/wechat/merchant.json").await;
        let key = KeyPair::from_pkcs8(&der(published["private_key"].as_str().unwrap())).unwrap();
        let mchid = published["mchid"].as_str().unwrap().to_owned();
        Self {
            published,
            key,
            mchid,
            seconds_late: 0,
            public_key: false,
        }
    }

    pub fn text(&self, name: &str) -> &str {
        self.published[name].as_str().unwrap()
    }

    pub fn sign(&self, message: &str) -> String {
        let mut signature = vec![0; self.key.public_modulus_len()];
        self.key
            .sign(
                &RSA_PKCS1_SHA256,
                &SystemRandom::new(),
                message.as_bytes(),
                &mut signature,
            )
            .unwrap();
        BASE64_STANDARD.encode(signature)
    }

    pub async fn call(&self, rig: &Rig, method: Method, path: &str, body: Option<&Value>) -> Answer {
        let body = body.map(Value::to_string).unwrap_or_default();
        let timestamp = Clock::new(1).unix() - self.seconds_late;
        let nonce = random_hex();
        let signature = self.sign(&format!("{method}\n{path}\n{timestamp}\n{nonce}\n{body}\n"));
        let authorization = format!(
            "WECHATPAY2-SHA256-RSA2048 mchid=\"{}\",nonce_str=\"{nonce}\",signature=\"{signature}\",timestamp=\"{timestamp}\",serial_no=\"{}\"",
            self.mchid,
            self.text("serial")
        );
        let mut request = rig
            .http
            .request(method, format!("{}{path}", rig.base))
            .header("authorization", authorization)
            .header("accept", "application/json")
            .header("user-agent", "bianmin-test")
            .header("content-type", "application/json");
        if self.public_key {
            request = request.header("wechatpay-serial", self.text("platform_public_key_id"));
        }
        let answer = request.body(body).send().await.unwrap();
        Answer {
            status: answer.status().as_u16(),
            headers: answer.headers().clone(),
            body: answer.bytes().await.unwrap().to_vec(),
        }
    }

    pub async fn post(&self, rig: &Rig, path: &str, body: &Value) -> (u16, Value) {
        let answer = self.call(rig, Method::POST, path, Some(body)).await;
        assert!(
            self.verifies(&answer),
            "an unsigned answer: {}",
            String::from_utf8_lossy(&answer.body)
        );
        (
            answer.status,
            serde_json::from_slice(&answer.body).unwrap_or(Value::Null),
        )
    }

    pub async fn get(&self, rig: &Rig, path: &str) -> (u16, Value) {
        let answer = self.call(rig, Method::GET, path, None).await;
        assert!(
            self.verifies(&answer),
            "an unsigned answer: {}",
            String::from_utf8_lossy(&answer.body)
        );
        (
            answer.status,
            serde_json::from_slice(&answer.body).unwrap_or(Value::Null),
        )
    }

    /// Whether a platform key that is known from `merchant.json` signed these headers and this body.
    pub fn holds(&self, header: impl Fn(&str) -> String, body: &[u8]) -> bool {
        let serial = header("wechatpay-serial");
        let key = if serial == self.text("platform_public_key_id") {
            der(self.text("platform_public_key"))
        } else if serial == self.text("platform_certificate_serial") {
            public_key_of_certificate(&der(self.text("platform_certificate")))
        } else if serial == self.text("second_platform_certificate_serial") {
            public_key_of_certificate(&der(self.text("second_platform_certificate")))
        } else {
            return false;
        };
        let mut message = format!("{}\n{}\n", header("wechatpay-timestamp"), header("wechatpay-nonce")).into_bytes();
        message.extend(body);
        message.push(b'\n');
        let Ok(signature) = BASE64_STANDARD.decode(header("wechatpay-signature")) else {
            return false;
        };
        UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, key)
            .verify(&message, &signature)
            .is_ok()
    }

    pub fn verifies(&self, answer: &Answer) -> bool {
        let header = |name: &str| {
            answer
                .headers
                .get(name)
                .map_or("", |value| value.to_str().unwrap())
                .to_owned()
        };
        self.holds(header, &answer.body)
    }

    pub fn verifies_push(&self, push: &Received) -> bool {
        self.holds(|name| push.header(name).to_owned(), &push.body)
    }

    /// The clear text of an encrypted resource.
    pub fn open(&self, resource: &Value) -> Vec<u8> {
        let field = |name: &str| resource[name].as_str().unwrap();
        let key = UnboundKey::new(&AES_256_GCM, self.text("api_v3_key").as_bytes()).unwrap();
        let mut sealed = BASE64_STANDARD.decode(field("ciphertext")).unwrap();
        let nonce = Nonce::try_assume_unique_for_key(field("nonce").as_bytes()).unwrap();
        let aad = Aad::from(field("associated_data").as_bytes());
        LessSafeKey::new(key)
            .open_in_place(nonce, aad, &mut sealed)
            .unwrap()
            .to_vec()
    }

    /// An order as `/v3/pay/transactions/jsapi` wants it.
    pub fn order(&self, rig: &Rig, number: &str, total: i64) -> Value {
        json!({
            "appid": self.text("appid"),
            "mchid": self.mchid,
            "description": "罚款缴纳",
            "out_trade_no": number,
            "notify_url": format!("{}/api/v1/wechat-pay/notify", rig.server.base),
            "amount": { "total": total, "currency": "CNY" },
            "payer": { "openid": "oBianminSandbox_13800000001_" },
        })
    }

    /// An order that is paid.
    pub async fn paid(&self, rig: &Rig, number: &str, total: i64) -> String {
        let (status, answer) = self
            .post(rig, "/v3/pay/transactions/jsapi", &self.order(rig, number, total))
            .await;
        assert_eq!(status, 200, "{answer}");
        let (status, paid) = rig
            .post("/wechat/payer/pay", json!({ "prepay_id": answer["prepay_id"] }))
            .await;
        assert_eq!((status, &paid["result"]), (200, &json!("ok")));
        paid["transaction_id"].as_str().unwrap().to_owned()
    }
}
