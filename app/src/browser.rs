//! What the browser lends: its storage, its clock, its timers and its voice.

use std::{cell::Cell, pin::Pin, time::Duration};

use chrono::{DateTime, TimeDelta};
use js_sys::{Date, Promise};
use leptos::prelude::*;
use shared::time::Instant;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;
use web_sys::SpeechSynthesis;

fn storage() -> Option<web_sys::Storage> {
    // Private windows may refuse storage; the pages then simply forget.
    window().local_storage().ok().flatten()
}

/// What was kept under this name.
pub fn kept(name: &str) -> Option<String> {
    storage()?.get_item(name).ok().flatten()
}

/// Keeps a value on this device.
pub fn keep(name: &str, value: &str) {
    if let Some(storage) = storage() {
        // A full storage loses a convenience, nothing more.
        storage.set_item(name, value).ok();
    }
}

/// Forgets a value.
pub fn forget(name: &str) {
    if let Some(storage) = storage() {
        storage.remove_item(name).ok();
    }
}

/// Hands a value to whichever page comes next in this tab; nothing takes it back.
pub fn hand_on(name: &str, value: Option<&str>) {
    if let Ok(Some(storage)) = window().session_storage() {
        match value {
            Some(value) => storage.set_item(name, value).ok(),
            None => storage.remove_item(name).ok(),
        };
    }
}

/// What the page before has handed on.
pub fn handed_on(name: &str) -> Option<String> {
    window().session_storage().ok()??.get_item(name).ok()?
}

thread_local! {
    /// How far the server's clock is ahead of this device's.
    static AHEAD: Cell<TimeDelta> = const { Cell::new(TimeDelta::zero()) };
}

fn read(date: &Date) -> Option<Instant> {
    // An invalid date has no text, and asking for it would throw.
    if date.get_time().is_nan() {
        return None;
    }
    let text = String::from(date.to_iso_string());
    DateTime::parse_from_rfc3339(&text).map(|at| at.to_utc()).ok()
}

/// Sets the clock by the `Date` header of an answer: phones are wrong by minutes, and a held seat counts seconds.
pub fn set_clock(header: &str) {
    if let (Some(there), Some(here)) = (read(&Date::new(&JsValue::from_str(header))), read(&Date::new_0())) {
        AHEAD.set(there - here);
    }
}

/// The time, by the server's clock.
pub fn now() -> Instant {
    read(&Date::new_0()).unwrap_or_default() + AHEAD.get()
}

/// Something that goes on beside the page. Every task has this one type: the machinery of a task is then there once.
pub type Task<T> = Pin<Box<dyn Future<Output = T>>>;

/// Lets a task go on beside the page.
pub fn beside(task: Task<()>) {
    leptos::task::spawn_local(task);
}

/// Waits.
pub async fn pause(milliseconds: i32) {
    let promise = Promise::new(&mut |resolve, _| {
        window()
            .set_timeout_with_callback_and_timeout_and_arguments_0(&resolve, milliseconds)
            .ok();
    });
    JsFuture::from(promise).await.ok();
}

/// Does something again and again, until the page that asked for it is left.
pub fn every(milliseconds: u64, action: impl Fn() + 'static) {
    if let Ok(timer) = set_interval_with_handle(action, Duration::from_millis(milliseconds)) {
        on_cleanup(move || timer.clear());
    }
}

/// Hides or shows a class of the whole document, such as larger type.
pub fn mark_document(class: &str, marked: bool) {
    if let Some(root) = document().document_element() {
        root.class_list().toggle_with_force(class, marked).ok();
    }
}

/// The browser's voice; WeChat's engine on some phones has none.
pub fn voice() -> Option<SpeechSynthesis> {
    window().speech_synthesis().ok().filter(|voice| voice.is_truthy())
}

/// Encodes a value for a query.
pub fn encoded(value: &str) -> String {
    js_sys::encode_uri_component(value).into()
}
