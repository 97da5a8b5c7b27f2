//! What WeChat tells the official account by itself: what became of each template message (`TEMPLATESENDJOBFINISH`).
//!
//! The address carries a signature over the account's token; in the safe mode the body is encrypted and signed besides.

use std::time::Duration;

use actix_web::{HttpResponse, web};
use aws_lc_rs::{
    cipher::{AES_256, AES_CBC_IV_LEN, EncryptingKey, EncryptionContext, UnboundCipherKey},
    iv::FixedLength,
};
use base64::{
    Engine, alphabet,
    engine::{GeneralPurpose, GeneralPurposeConfig, general_purpose::NO_PAD},
    prelude::BASE64_STANDARD,
};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::{
    Sandbox, crypto,
    faults::Kind,
    push::{self, Push},
    wechat_pay::APPID,
};

/// The token of the account's page.
pub const TOKEN: &str = "bianmin-sandbox-events";
/// The key of the safe mode, as the account's page shows it.
pub const AES_KEY: &str = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG";
/// The system that faults are aimed at.
const TARGET: &str = "wechat-event";
/// WeChat tells about this long after it took a message.
const TELLS_AFTER: Duration = Duration::from_secs(1);
/// A push that is not answered with 200 is repeated, three times in all.
const RETRY_AFTER: &[u64] = &[5, 5];

/// How events are pushed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    /// Encrypted (安全模式).
    #[default]
    Aes,
    /// As they are (明文模式).
    Plain,
}

/// How events are pushed, and whether each message has one.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// How.
    pub mode: Mode,
    /// Without it only what a test wants told is told.
    pub of_every_message: bool,
    /// The address that the account registered; otherwise the server's own.
    pub url: Option<String>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            mode: Mode::default(),
            of_every_message: true,
            url: None,
        }
    }
}

/// `GET`, `PUT` and `POST /wechat/events`.
pub fn control(config: &mut web::ServiceConfig) {
    config.service(
        web::resource("/wechat/events")
            .route(web::get().to(settings))
            .route(web::put().to(set))
            .route(web::post().to(tell)),
    );
}

async fn settings(sandbox: web::Data<Sandbox>) -> HttpResponse {
    HttpResponse::Ok().json(sandbox.wechat.events())
}

async fn set(sandbox: web::Data<Sandbox>, settings: web::Json<Settings>) -> HttpResponse {
    let settings = settings.into_inner();
    sandbox.wechat.lock().events = settings.clone();
    HttpResponse::Ok().json(settings)
}

/// What a test wants told.
#[derive(Debug, Deserialize)]
struct Wanted {
    msgid: u64,
    status: String,
    openid: String,
}

/// Tells at once, and answers with what was sent, so that a test can send it again or spoil it.
async fn tell(sandbox: web::Data<Sandbox>, wanted: web::Json<Wanted>) -> HttpResponse {
    let Some(push) = event(&sandbox, wanted.msgid, &wanted.openid, &wanted.status) else {
        return HttpResponse::InternalServerError().finish();
    };
    let status = push::send(&sandbox, &push).await;
    let body = String::from_utf8_lossy(&push.body).into_owned();
    HttpResponse::Ok().json(json!({ "url": push.url, "body": body, "status": status }))
}

/// Tells in a moment what became of a message. The fault `undelivered` makes it one that its recipient refused.
pub fn announce(sandbox: &web::Data<Sandbox>, msgid: u64, openid: String) {
    if !sandbox.wechat.events().of_every_message {
        return;
    }
    let sandbox = sandbox.clone();
    tokio::spawn(async move {
        sandbox.clock.pause(TELLS_AFTER).await;
        let refused = sandbox.faults.strike(TARGET, Kind::Undelivered).is_some();
        let status = if refused { "failed:user block" } else { "success" };
        if let Some(push) = event(&sandbox, msgid, &openid, status) {
            push::until_accepted(&sandbox, push, RETRY_AFTER);
        }
    });
}

fn event(sandbox: &Sandbox, msgid: u64, openid: &str, status: &str) -> Option<Push> {
    let Settings { mode, url, .. } = sandbox.wechat.events();
    let url = url.unwrap_or_else(|| format!("{}/api/v1/wechat/events", sandbox.config.server_url));
    let time = sandbox.clock.unix();
    let xml = format!(
        "<xml><ToUserName><![CDATA[gh_bianmin]]></ToUserName><FromUserName><![CDATA[{openid}]]></FromUserName>\
         <CreateTime>{time}</CreateTime><MsgType><![CDATA[event]]></MsgType>\
         <Event><![CDATA[TEMPLATESENDJOBFINISH]]></Event><MsgID>{msgid}</MsgID><Status><![CDATA[{status}]]></Status></xml>"
    );
    let (timestamp, nonce) = (time.to_string(), crypto::random_digits(10));
    let signature = sign([TOKEN, &timestamp, &nonce]);
    let mut query = format!("signature={signature}&timestamp={timestamp}&nonce={nonce}&openid={openid}");
    let body = match mode {
        Mode::Plain => xml,
        Mode::Aes => {
            let sealed = seal(&xml)?;
            let signature = sign([TOKEN, &timestamp, &nonce, &sealed]);
            query = format!("{query}&encrypt_type=aes&msg_signature={signature}");
            format!("<xml><ToUserName><![CDATA[gh_bianmin]]></ToUserName><Encrypt><![CDATA[{sealed}]]></Encrypt></xml>")
        }
    };
    Some(Push {
        target: TARGET,
        url: format!("{url}?{query}"),
        headers: vec![("Content-Type", "text/xml".into())],
        body: body.into_bytes(),
    })
}

/// The parts sorted, joined and hashed.
fn sign<const N: usize>(mut parts: [&str; N]) -> String {
    parts.sort_unstable();
    crypto::sha1_hex(parts.concat().as_bytes())
}

/// The message between random bytes, its length and the account, filled up to a multiple of 32 bytes and encrypted.
fn seal(message: &str) -> Option<String> {
    let letters = GeneralPurpose::new(&alphabet::STANDARD, allowing_left_over_bits());
    let key = letters.decode(AES_KEY).ok()?;
    let mut plain = crypto::random_hex().into_bytes();
    plain.truncate(16);
    plain.extend(u32::try_from(message.len()).ok()?.to_be_bytes());
    plain.extend(message.as_bytes());
    plain.extend(APPID.as_bytes());
    let padding = 32 - plain.len() % 32;
    plain.extend(std::iter::repeat_n(u8::try_from(padding).ok()?, padding));
    let vector: [u8; AES_CBC_IV_LEN] = key.get(..AES_CBC_IV_LEN)?.try_into().ok()?;
    let cipher = UnboundCipherKey::new(&AES_256, &key)
        .and_then(EncryptingKey::cbc)
        .ok()?;
    let context = EncryptionContext::Iv128(FixedLength::from(vector));
    cipher.less_safe_encrypt(&mut plain, context).ok()?;
    Some(BASE64_STANDARD.encode(plain))
}

const fn allowing_left_over_bits() -> GeneralPurposeConfig {
    NO_PAD.with_decode_allow_trailing_bits(true)
}
