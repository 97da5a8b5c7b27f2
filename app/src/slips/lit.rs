//! Keeping the screen lit while a slip is shown, where the browser can: a counter's scanner needs longer than a phone's patience.

use js_sys::{Function, Promise, Reflect};
use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

use crate::browser;

/// Calls a method of a thing that this browser may not have.
fn called(thing: &JsValue, method: &str, with: Option<&str>) -> Option<JsValue> {
    let function: Function = Reflect::get(thing, &JsValue::from_str(method)).ok()?.dyn_into().ok()?;
    match with {
        Some(text) => function.call1(thing, &JsValue::from_str(text)).ok(),
        None => function.call0(thing).ok(),
    }
}

async fn lock() -> Option<JsValue> {
    let wake_lock = Reflect::get(&window().navigator(), &JsValue::from_str("wakeLock")).ok()?;
    let asked: Promise = called(&wake_lock, "request", Some("screen"))?.dyn_into().ok()?;
    JsFuture::from(asked).await.ok()
}

/// Keeps the screen lit until the page is left.
pub fn keep_lit() {
    let held = StoredValue::new_local(None::<JsValue>);
    browser::beside(Box::pin(async move {
        let Some(lock) = lock().await else { return };
        if held.try_set_value(Some(lock.clone())).is_some() {
            called(&lock, "release", None);
        }
    }));
    on_cleanup(move || {
        if let Some(lock) = held.try_update_value(Option::take).flatten() {
            called(&lock, "release", None);
        }
    });
}
