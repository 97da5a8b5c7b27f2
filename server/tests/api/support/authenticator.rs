//! A device with a passkey, as software: it makes one, and signs what it is asked.

use aws_lc_rs::{
    digest::{SHA256, digest},
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use ciborium::Value as Cbor;
use serde_json::{Value, json};

use super::{Answer, Client, TestApp};

/// Somebody was there, and the device verified who.
const VERIFIED: u8 = 0x05;
/// A passkey was made.
const MADE: u8 = 0x40;

pub struct Authenticator {
    key: EcdsaKeyPair,
    pub id: Vec<u8>,
    /// How often it has signed; it stays at nothing for one that does not count.
    pub counter: u32,
    /// What it says of who is there.
    pub flags: u8,
    /// The page on which the browser says that it is.
    pub origin: String,
    /// The site for which it signs.
    pub rp_id: String,
    /// The account, once a passkey was made for it.
    user: Option<String>,
}

impl Authenticator {
    pub fn of(app: &TestApp) -> Self {
        Self {
            key: EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING).unwrap(),
            id: uuid::Uuid::now_v7().as_bytes().to_vec(),
            counter: 0,
            flags: VERIFIED,
            origin: app.address.clone(),
            rp_id: "127.0.0.1".into(),
            user: None,
        }
    }

    /// What the browser sends after making a passkey.
    pub fn make(&mut self, offer: &Value) -> Value {
        self.user = offer["user_id"].as_str().map(ToOwned::to_owned);
        let point = &self.key.public_key().as_ref()[1..];
        let (x, y) = point.split_at(32);
        let key = map([
            (Cbor::from(1), Cbor::from(2)),
            (Cbor::from(3), Cbor::from(-7)),
            (Cbor::from(-1), Cbor::from(1)),
            (Cbor::from(-2), Cbor::Bytes(x.to_owned())),
            (Cbor::from(-3), Cbor::Bytes(y.to_owned())),
        ]);
        let length = u16::try_from(self.id.len()).unwrap().to_be_bytes();
        let made = [[0; 16].as_slice(), &length, &self.id, &written(&key)].concat();
        let data = self.data(MADE, &made);
        let object = map([
            (Cbor::from("fmt"), Cbor::from("none")),
            (Cbor::from("attStmt"), map([])),
            (Cbor::from("authData"), Cbor::Bytes(data)),
        ]);
        json!({
            "name": "我的手机",
            "client_data": encoded(&self.client_data("webauthn.create", &offer["question"])),
            "attestation": encoded(&written(&object)),
        })
    }

    /// What the browser sends after the passkey has signed.
    pub fn sign(&self, question: &Value) -> Value {
        let client_data = self.client_data("webauthn.get", question);
        let data = self.data(0, &[]);
        let signed = [data.as_slice(), digest(&SHA256, &client_data).as_ref()].concat();
        let signature = self.key.sign(&SystemRandom::new(), &signed).unwrap();
        json!({
            "credential": encoded(&self.id),
            "client_data": encoded(&client_data),
            "authenticator_data": encoded(&data),
            "signature": encoded(signature.as_ref()),
            "user": self.user,
        })
    }

    /// Adds a passkey to the account of a resident who has none yet.
    pub async fn register(&mut self, app: &TestApp, resident: &Client, number: usize) -> Value {
        app.prove(resident, number, "add-passkey").await;
        let offer = resident.post("/me/passkey-questions", json!({})).await.expect(201);
        resident.post("/me/passkeys", self.make(&offer)).await.expect(201)
    }

    /// Answers the question for a step, and gives the proof.
    pub async fn prove(&self, resident: &Client, step: &str) -> Answer {
        let asked = resident
            .post("/me/proof-questions", json!({ "step": step }))
            .await
            .expect(201);
        let proof = json!({ "step": step, "proof": { "passkey": self.sign(&asked["passkey"]) } });
        resident.post("/me/proofs", proof).await
    }

    fn client_data(&self, kind: &str, question: &Value) -> Vec<u8> {
        let said = json!({ "type": kind, "challenge": question["challenge"], "origin": self.origin });
        said.to_string().into_bytes()
    }

    fn data(&self, flag: u8, made: &[u8]) -> Vec<u8> {
        let site = digest(&SHA256, self.rp_id.as_bytes());
        let flags = [self.flags | flag];
        [site.as_ref(), &flags, &self.counter.to_be_bytes(), made].concat()
    }
}

fn map<const N: usize>(members: [(Cbor, Cbor); N]) -> Cbor {
    Cbor::Map(members.into())
}

fn written(value: &Cbor) -> Vec<u8> {
    let mut octets = Vec::new();
    ciborium::into_writer(value, &mut octets).unwrap();
    octets
}

fn encoded(octets: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(octets)
}
