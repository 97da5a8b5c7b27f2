//! The browser's own reader of codes.

use js_sys::Promise;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::HtmlCanvasElement;

use super::Decoder;

#[wasm_bindgen(module = "/src/scanning/browsers.js")]
extern "C" {
    fn has() -> bool;
    fn read(picture: &HtmlCanvasElement) -> Promise;
}

/// The browser's reader, if it has one.
pub fn browsers() -> Option<Decoder> {
    has().then_some(|picture: HtmlCanvasElement| {
        Box::pin(async move { JsFuture::from(read(&picture)).await.ok()?.as_string() })
    })
}
