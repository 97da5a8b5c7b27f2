//! Whether somebody is at the screen: a page that asks again and again by itself does not keep a session open.

use std::cell::Cell;

use leptos::prelude::*;
use shared::time::Instant;

use crate::{api, browser};

/// For so many seconds after a key or a touch somebody is taken to be there.
const LASTS: i64 = 60;

thread_local! {
    static TOUCHED: Cell<Option<Instant>> = const { Cell::new(None) };
}

/// Follows what is pressed and touched, and lets calls tell.
pub fn follow() {
    for event in ["pointerdown", "keydown", "wheel"] {
        window_event_listener_untyped(event, |_| TOUCHED.set(Some(browser::now())));
    }
    api::tell_whether_attended(|| {
        TOUCHED
            .get()
            .is_some_and(|at| (browser::now() - at).num_seconds() < LASTS)
    });
}
