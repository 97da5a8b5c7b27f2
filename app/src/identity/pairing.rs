//! The machines of a hall: a browser becomes one of them by its key, once.

use leptos::prelude::*;
use shared::identity::{
    devices::{DeviceKey, DeviceKind},
    wire::{DeviceSessionRequest, DeviceView, Session},
};

use super::words::{
    DEVICE_KEY, DEVICE_KEY_HINT, DEVICE_KEY_SHAPE, OTHER_DEVICE, PAIR, PAIR_BOARD, PAIR_HOW, PAIR_KIOSK,
};
use crate::{
    api::{ANONYMOUS, DEVICE, Failure},
    language::{Phrase, t},
    routes,
    ui::{self, Deed, Field, Keyboard, Load, Remote, View, el, failed, fragment, live, notice, skeleton},
};

/// The page of a kind of device.
pub const fn page_of(kind: DeviceKind) -> &'static str {
    match kind {
        // A locker runs a program of its own; a browser that took its key is told so by the screen's page.
        DeviceKind::Board | DeviceKind::Locker => "/board",
        DeviceKind::Kiosk => "/kiosk",
    }
}

/// Shows something on a device of this kind, something else where none is paired, and the pairing on any other.
pub fn device_gate(
    kind: DeviceKind,
    show: impl Fn(DeviceView) -> View + 'static,
    without: impl Fn() -> View + 'static,
) -> View {
    let device = Remote::<DeviceView>::fetch(DEVICE, "/auth/device-sessions/current");
    live(move || match device.state.get() {
        Load::Waiting => skeleton(8),
        Load::Ready(device) if device.kind == kind => show(device),
        Load::Ready(_) => form(kind, true),
        Load::Failed(failure) if failure.asks_for_sign_in() => without(),
        Load::Failed(failure) => failed(&failure, move || device.again()),
    })
}

/// The page that pairs: with the key in its address, as the manager's page shows it, or with one that is typed.
pub fn pairing(kind: DeviceKind) -> View {
    let hash = window().location().hash().unwrap_or_default();
    let deed = Deed::new();
    match hash.trim_start_matches('#').parse::<DeviceKey>() {
        Ok(key) => {
            // The key must not stay in the address, where anyone who stands in the hall can read it.
            routes::remember(page_of(kind));
            deed.run(pair(kind, key));
            fragment()
                .child(live(move || deed.is_busy().then(|| skeleton(8))))
                .child(live(move || deed.failed().then(|| form_with(kind, deed, false))))
        }
        Err(_) => form(kind, false),
    }
}

async fn pair(kind: DeviceKind, key: DeviceKey) -> Result<(), Failure> {
    let asked = DeviceSessionRequest { key: key.grouped() };
    let session: Session = ANONYMOUS.post("/auth/device-sessions", &asked).await?;
    let device = session.device.ok_or(Failure::Unreadable)?;
    // A kiosk's key typed on a screen still leads to where it belongs.
    let page = page_of(if device.kind == kind { kind } else { device.kind });
    routes::replace(&format!("{page}/{}", device.hall_id));
    Ok(())
}

fn key_wrong(text: &str) -> Option<Phrase> {
    text.parse::<DeviceKey>().is_err().then_some(DEVICE_KEY_SHAPE)
}

fn form(kind: DeviceKind, other: bool) -> View {
    form_with(kind, Deed::new(), other)
}

fn form_with(kind: DeviceKind, deed: Deed, other: bool) -> View {
    let title = match kind {
        DeviceKind::Board | DeviceKind::Locker => PAIR_BOARD,
        DeviceKind::Kiosk => PAIR_KIOSK,
    };
    document().set_title(t(title));
    let key = Field::new(key_wrong);
    let ready = move || key.is_right();
    let enter = move |event: web_sys::Event| {
        event.prevent_default();
        if let Ok(typed) = key.now().parse::<DeviceKey>() {
            deed.run(pair(kind, typed));
        }
    };
    el("main")
        .class("staff-login")
        .child(el("h1").child(t(title)))
        .child(other.then(|| notice("bad", t(OTHER_DEVICE))))
        .child(el("p").class("lead").child(t(PAIR_HOW)))
        .child(
            el("form")
                .on("submit", enter)
                .child(el("div").class("cells").child(key.view(
                    "device-key",
                    DEVICE_KEY,
                    DEVICE_KEY_HINT,
                    Keyboard::Text { fill: "off" },
                    None,
                )))
                .child(deed.outcome())
                .child(el("div").class("actions").child(ui::submit(PAIR, deed, ready))),
        )
}
