//! One development key for each system, the same in every run.

use std::io;

use actix_web::{HttpResponse, web};
use aws_lc_rs::{
    digest,
    signature::{Ed25519KeyPair, KeyPair},
};
use base64::{Engine, prelude::BASE64_STANDARD};
use serde_json::{Value, json};

use crate::Sandbox;

/// The systems that push.
pub const SYSTEMS: [&str; 3] = ["traffic-police", "case-system", "document-system"];

/// What stands before 32 octets of key in the DER of an Ed25519 public key.
const SPKI: [u8; 12] = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];

/// A system with its key.
#[derive(Debug)]
pub struct System {
    /// What `X-System` says.
    pub name: &'static str,
    pair: Ed25519KeyPair,
}

impl System {
    /// The key comes from the name alone; it protects nothing but demonstrations.
    pub fn named(name: &'static str) -> io::Result<Self> {
        let seed = digest::digest(&digest::SHA256, format!("bianmin sandbox {name}").as_bytes());
        let pair = Ed25519KeyPair::from_seed_unchecked(seed.as_ref()).map_err(io::Error::other)?;
        Ok(Self { name, pair })
    }

    /// The base64 of an Ed25519 signature.
    pub fn sign(&self, message: &[u8]) -> String {
        BASE64_STANDARD.encode(self.pair.sign(message))
    }

    fn published(&self) -> Value {
        let raw = self.pair.public_key().as_ref();
        let der: Vec<u8> = SPKI.iter().chain(raw).copied().collect();
        json!({
            "system": self.name,
            "algorithm": "Ed25519",
            "public_key": BASE64_STANDARD.encode(raw),
            "public_key_pem":
                format!("-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n", BASE64_STANDARD.encode(der)),
        })
    }
}

/// `GET /police/keys.json`.
pub fn routes(config: &mut web::ServiceConfig) {
    config.route("/police/keys.json", web::get().to(list));
}

async fn list(sandbox: web::Data<Sandbox>) -> HttpResponse {
    let items: Vec<Value> = sandbox.police.systems.iter().map(System::published).collect();
    HttpResponse::Ok().json(json!({ "items": items }))
}
