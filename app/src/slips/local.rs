//! What a console keeps in the browser: the keys and the list of its site, and what it handed over without a connection.

use shared::slips::wire::{OfflineRedemption, SlipKeys, Waiting};

use leptos::prelude::*;
use wasm_bindgen_futures::JsFuture;

use crate::{api, browser};

const KEYS: &str = "slip-keys";
const UNSENT: &str = "slip-unsent";
const CONFLICTS: &str = "slip-conflicts";

/// The keys and the list, as they were last read and without what was handed over since.
pub fn keys() -> Option<SlipKeys> {
    api::read(&browser::kept(KEYS)?).ok()
}

fn write(name: &str, value: &impl serde::Serialize) {
    if let Ok(text) = serde_json::to_string(value) {
        browser::keep(name, &text);
    }
}

/// Keeps what was read. What is handed over and not sent yet does not wait again because the server has not heard of it.
pub fn keep_keys(mut keys: SlipKeys) {
    if let Some(before) = keys_gone() {
        keys.waiting
            .retain(|one| !one.tokens.iter().any(|token| before.contains(token)));
    }
    write(KEYS, &keys);
}

/// The ids of tokens that were handed over and not sent yet.
fn keys_gone() -> Option<Vec<String>> {
    let unsent = unsent();
    (!unsent.is_empty()).then(|| {
        unsent
            .iter()
            .filter_map(|done| super::verify::id_of(&done.token))
            .collect()
    })
}

/// Lets the service worker keep this page and its program, so that the console opens without a connection too.
pub fn keep_page() {
    browser::beside(Box::pin(async {
        let worker = window().navigator().service_worker();
        // Outside HTTPS there is none, and asking it would throw.
        if worker.is_undefined() || JsFuture::from(worker.register("/sw.js")).await.is_err() {
            return;
        }
        let Ok(ready) = worker.ready() else { return };
        if JsFuture::from(ready).await.is_ok() {
            // It takes a moment until the worker stands between this page and the network.
            browser::pause(1_000).await;
            JsFuture::from(window().fetch_with_str("/redeem")).await.ok();
        }
    }));
}

/// What was handed over and not sent yet, the earliest first.
pub fn unsent() -> Vec<OfflineRedemption> {
    browser::kept(UNSENT)
        .and_then(|text| api::read(&text).ok())
        .unwrap_or_default()
}

/// Logs something that is handed over now, before it is. It no longer waits.
pub fn log(done: OfflineRedemption, waiting: &Waiting) {
    let mut log = unsent();
    log.push(done);
    write(UNSENT, &log);
    if let Some(mut keys) = keys() {
        keys.waiting.retain(|one| one.tokens != waiting.tokens);
        write(KEYS, &keys);
    }
}

/// Forgets what the server has answered, and counts what it did not agree with.
pub fn sent(nonces: &[String], refused: usize) {
    let mut log = unsent();
    log.retain(|done| !nonces.contains(&done.nonce));
    write(UNSENT, &log);
    if refused > 0 {
        browser::keep(CONFLICTS, &(conflicts() + refused).to_string());
    }
}

/// How many redemptions the server did not agree with.
pub fn conflicts() -> usize {
    browser::kept(CONFLICTS)
        .and_then(|text| text.parse().ok())
        .unwrap_or_default()
}
