//! What WeChat tells the account by itself: events, pushed to an address of ours (消息推送).
//!
//! Each push carries a signature over a token, a timestamp and a nonce. In the plain mode the body is under no signature at all; in the
//! safe mode (安全模式) it is encrypted, and a second signature covers it. An account with a key takes encrypted bodies only.

use aws_lc_rs::{
    cipher::{AES_256, AES_CBC_IV_LEN, DecryptingKey, DecryptionContext, UnboundCipherKey},
    constant_time::verify_slices_are_equal,
    digest::{SHA1_FOR_LEGACY_USE_ONLY, digest},
    iv::FixedLength,
};
use base64::{
    Engine, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use chrono::TimeDelta;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

use super::OfficialAccount;

/// How far WeChat's clock may be from ours; what is older may be a recording.
const SKEW: TimeDelta = TimeDelta::minutes(5);
/// The key's length in bytes, and in the letters in which the account's page shows it.
const KEY_LEN: usize = 32;
const KEY_LETTERS: usize = 43;
/// Random bytes stand before the length of a message, so that equal ones look different.
const RANDOM_LEN: usize = 16;
const LENGTH_LEN: usize = 4;
/// The padding fills a block of so many bytes, twice what the cipher needs.
const PADDED_TO: u8 = 32;

/// Base64 as the account's page writes its key: without padding, and with bits left over at the end.
const KEY_ENCODING: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::RequireNone)
        .with_decode_allow_trailing_bits(true),
);

/// The secrets of the account's page (服务器配置).
#[derive(Clone)]
pub struct EventSecrets {
    token: SecretString,
    key: Option<[u8; KEY_LEN]>,
}

impl EventSecrets {
    /// The token, and the `EncodingAESKey` of the safe mode; nothing when that is no such key.
    pub fn new(token: SecretString, key: Option<&SecretString>) -> Option<Self> {
        let key = match key {
            None => None,
            Some(letters) => Some(decoded(letters.expose_secret())?),
        };
        Some(Self { token, key })
    }
}

fn decoded(letters: &str) -> Option<[u8; KEY_LEN]> {
    let key = KEY_ENCODING.decode(letters).ok()?;
    (letters.len() == KEY_LETTERS).then_some(key)?.try_into().ok()
}

/// What stands in the address of a push.
#[derive(Debug, Deserialize)]
pub struct Signed {
    signature: String,
    timestamp: String,
    nonce: String,
    #[serde(default)]
    msg_signature: Option<String>,
}

/// Why a push is not WeChat's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotWechats {
    /// The account receives no events.
    NoSecrets,
    /// A signature does not hold.
    Signature,
    /// The timestamp is not of this moment.
    Stale,
    /// The body is not what its mode says, or cannot be opened.
    Unreadable,
    /// It is for another account.
    AnotherAccount,
}

/// An event about a message that the account sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// Its name, such as `TEMPLATESENDJOBFINISH`.
    pub name: String,
    /// The openid of whom it is about.
    pub openid: String,
    /// WeChat's number of the message.
    pub message: String,
    /// What became of it.
    pub status: String,
}

impl OfficialAccount {
    /// Fails unless an address was signed by WeChat just now.
    pub async fn is_wechats(&self, signed: &Signed) -> Result<(), NotWechats> {
        let account = self.account().await.map_err(|_none| NotWechats::NoSecrets)?;
        let secrets = account.events.as_ref().ok_or(NotWechats::NoSecrets)?;
        self.verify(secrets, signed)
    }

    fn verify(&self, secrets: &EventSecrets, signed: &Signed) -> Result<(), NotWechats> {
        let parts = [secrets.token.expose_secret(), &signed.timestamp, &signed.nonce];
        holds(parts, &signed.signature)?;
        let timestamp: i64 = signed.timestamp.parse().map_err(|_no_number| NotWechats::Stale)?;
        let off = self.clock.now().timestamp().saturating_sub(timestamp);
        if off.unsigned_abs() > SKEW.num_seconds().unsigned_abs() {
            return Err(NotWechats::Stale);
        }
        Ok(())
    }

    /// The event of a push; nothing when it is WeChat's and about something else.
    pub async fn event(&self, signed: &Signed, body: &[u8]) -> Result<Option<Event>, NotWechats> {
        let account = self.account().await.map_err(|_none| NotWechats::NoSecrets)?;
        let secrets = account.events.as_ref().ok_or(NotWechats::NoSecrets)?;
        self.verify(secrets, signed)?;
        let body = std::str::from_utf8(body).map_err(|_no_text| NotWechats::Unreadable)?;
        let Some(key) = &secrets.key else {
            return Ok(read(body));
        };
        let sealed = element(body, "Encrypt").ok_or(NotWechats::Unreadable)?;
        let signature = signed.msg_signature.as_deref().ok_or(NotWechats::Signature)?;
        let token = secrets.token.expose_secret();
        holds([token, &signed.timestamp, &signed.nonce, sealed], signature)?;
        let (message, appid) = open(key, sealed).ok_or(NotWechats::Unreadable)?;
        if appid != account.appid {
            return Err(NotWechats::AnotherAccount);
        }
        Ok(read(&message))
    }
}

/// Whether a signature is that of these parts: they are sorted, joined and hashed.
fn holds<const N: usize>(mut parts: [&str; N], signature: &str) -> Result<(), NotWechats> {
    parts.sort_unstable();
    let expected = hex::encode(digest(&SHA1_FOR_LEGACY_USE_ONLY, parts.concat().as_bytes()));
    verify_slices_are_equal(expected.as_bytes(), signature.as_bytes()).map_err(|_differs| NotWechats::Signature)
}

/// The message in an encrypted body, and the account that it is for.
fn open(key: &[u8; KEY_LEN], sealed: &str) -> Option<(String, String)> {
    let mut bytes = base64::prelude::BASE64_STANDARD.decode(sealed).ok()?;
    // The beginning of the key is the first block's vector.
    let vector: [u8; AES_CBC_IV_LEN] = key.get(..AES_CBC_IV_LEN)?.try_into().ok()?;
    let cipher = UnboundCipherKey::new(&AES_256, key).and_then(DecryptingKey::cbc).ok()?;
    let context = DecryptionContext::Iv128(FixedLength::from(vector));
    let plain = cipher.decrypt(&mut bytes, context).ok()?;
    let padding = *plain.last()?;
    if !(1..=PADDED_TO).contains(&padding) {
        return None;
    }
    let plain = plain.get(RANDOM_LEN..plain.len().checked_sub(padding.into())?)?;
    let (length, rest) = plain.split_at_checked(LENGTH_LEN)?;
    let length = usize::try_from(u32::from_be_bytes(length.try_into().ok()?)).ok()?;
    let (message, appid) = rest.split_at_checked(length)?;
    let text = |bytes: &[u8]| std::str::from_utf8(bytes).ok().map(ToOwned::to_owned);
    Some((text(message)?, text(appid)?))
}

/// An event in WeChat's XML, which has neither attributes nor depth where we read it.
fn read(xml: &str) -> Option<Event> {
    let text = |name: &str| element(xml, name).map(ToOwned::to_owned);
    Some(Event {
        name: text("Event")?,
        openid: text("FromUserName")?,
        // The name of the element differs by the kind of event.
        message: text("MsgID").or_else(|| text("MsgId"))?,
        status: text("Status")?,
    })
}

/// The text of an element, with or without `CDATA` around it.
fn element<'a>(xml: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = xml.split_once(&format!("<{name}>"))?;
    let (text, _) = rest.split_once(&format!("</{name}>"))?;
    let text = text.trim();
    let inner = text.strip_prefix("<![CDATA[").and_then(|text| text.strip_suffix("]]>"));
    Some(inner.unwrap_or(text))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The example of WeChat's own document.
    #[test]
    fn a_finished_message_is_read_as_wechat_writes_it() {
        let event = read(
            "<xml><ToUserName><![CDATA[gh_7f083739789a]]></ToUserName>
            <FromUserName><![CDATA[oia2TjuEGTNoeX76QEjQNrcURxG8]]></FromUserName>
            <CreateTime>1395658920</CreateTime><MsgType><![CDATA[event]]></MsgType>
            <Event><![CDATA[TEMPLATESENDJOBFINISH]]></Event><MsgID>200163836</MsgID>
            <Status><![CDATA[failed:user block]]></Status></xml>",
        );
        let event = event.unwrap();
        assert_eq!(
            (event.name.as_str(), event.message.as_str(), event.status.as_str()),
            ("TEMPLATESENDJOBFINISH", "200163836", "failed:user block")
        );
    }

    #[test]
    fn a_key_has_forty_three_letters() {
        let key = |letters: &str| decoded(letters).is_some();
        assert!(key("abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"));
        assert!(!key("abcdefghijklmnopqrstuvwxyz0123456789ABCDEF"));
        assert!(!key("abcdefghijklmnopqrstuvwxyz0123456789ABCDE=="));
    }

    proptest! {
        #[test]
        fn nothing_makes_the_reader_panic(
            body in prop::collection::vec(any::<u8>(), 0..400), text in "\\PC{0,80}", key: [u8; KEY_LEN],
        ) {
            if let Ok(body) = std::str::from_utf8(&body) {
                drop(read(body));
            }
            drop(read(&format!("<xml><Event>{text}</Event><MsgID><![CDATA[{text}</MsgID><Status>{text}")));
            drop(open(&key, &text));
            drop(open(&key, &base64::prelude::BASE64_STANDARD.encode(&body)));
            let whole = body.len() / 16 * 16;
            drop(open(&key, &base64::prelude::BASE64_STANDARD.encode(&body[..whole])));
        }
    }
}
