//! WeChat's JSSDK: its scanner, and how its menu shares a page.

use js_sys::Promise;
use shared::wechat::{PageSignature, PageSignatureRequest};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

use super::Card;
use crate::api::ANONYMOUS;

#[wasm_bindgen(module = "/src/wechat/jssdk.js")]
extern "C" {
    fn address() -> String;
    #[wasm_bindgen(js_name = isOpen)]
    fn is_open(page: &str) -> bool;
    fn show(page: &str, script: &str, app_id: &str, timestamp: f64, nonce: &str, signature: &str) -> Promise;
    #[wasm_bindgen(js_name = scan)]
    fn ask_scanner() -> Promise;
    fn name(title: &str, text: &str, link: &str, picture: &str);
}

/// What became of scanning.
pub enum Scanned {
    /// What the code says.
    Text(String),
    /// The user has left the scanner.
    Left,
    /// WeChat's scanner cannot be used on this page.
    NoScanner,
}

/// Opens WeChat's scanner, and waits for what it reads.
pub async fn scan() -> Scanned {
    if !opened().await {
        return Scanned::NoScanner;
    }
    match JsFuture::from(ask_scanner()).await {
        Ok(said) => said.as_string().map_or(Scanned::Left, Scanned::Text),
        Err(_refused) => Scanned::NoScanner,
    }
}

/// Lets WeChat's menu share this page by its card.
pub(super) async fn name_page(card: &Card) {
    if opened().await {
        name(&card.title, &card.text, &card.link, &card.picture);
    }
}

/// Whether this page may use the JSSDK, after it has shown its signature.
async fn opened() -> bool {
    let page = address();
    if is_open(&page) {
        return true;
    }
    let asked = PageSignatureRequest { page: page.clone() };
    let Ok(signed) = ANONYMOUS.post::<PageSignature>("/wechat/page-signatures", &asked).await else {
        return false;
    };
    // Seconds since 1970 are exact in a float.
    #[allow(clippy::cast_precision_loss, reason = "they are far below 2^53")]
    let timestamp = signed.timestamp as f64;
    let shown = show(
        &page,
        &signed.script,
        &signed.app_id,
        timestamp,
        &signed.nonce_str,
        &signed.signature,
    );
    JsFuture::from(shown).await.is_ok()
}
