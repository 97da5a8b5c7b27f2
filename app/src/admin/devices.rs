//! The hall's screens, kiosks and lockers: registering one shows its key, this once.

use leptos::prelude::*;
use shared::{
    identity::{
        devices::DeviceKind,
        wire::{DeviceRequest, DeviceView, RegisteredDevice},
    },
    list::List,
};

use super::{
    inputs::{filled_with, form, input, row, select, table, words},
    words::{
        ACTIONS, BOARD, DEVICE_KEY, DEVICE_NAME, DEVICES_HOW, KEY_ONCE, KIND, KIOSK, LOCKER, NEVER, PAIR_ADDRESS,
        PAIRED, REGISTER, REVOKE, REVOKE_ASK, REVOKED,
    },
};
use crate::{
    api::STAFF,
    dates,
    language::{Phrase, t},
    ui::{self, Deed, Remote, View, button, el, fragment, live},
};

const fn kind_name(kind: DeviceKind) -> Phrase {
    match kind {
        DeviceKind::Board => BOARD,
        DeviceKind::Kiosk => KIOSK,
        DeviceKind::Locker => LOCKER,
    }
}

/// The page.
pub fn devices() -> View {
    let devices = Remote::<List<DeviceView>>::fetch(STAFF, "/admin/devices");
    let (kind, name) = (filled_with("board"), filled_with(""));
    let made = RwSignal::new(None::<RegisteredDevice>);
    let (deed, revoking) = (Deed::new(), Deed::new());
    let send = move || {
        let asked = DeviceRequest {
            kind: kind.get_untracked().parse().unwrap_or(DeviceKind::Board),
            name: name.get_untracked(),
        };
        deed.run(async move {
            let device: RegisteredDevice = STAFF.post("/admin/devices", &asked).await?;
            made.try_set(Some(device));
            name.try_set(String::new());
            devices.refresh();
            Ok(())
        });
    };
    let kinds = DeviceKind::ALL
        .iter()
        .map(|kind| (kind.as_str().to_owned(), t(kind_name(*kind)).to_owned()));
    let fields = vec![select(KIND, kinds.collect(), kind), input("text", DEVICE_NAME, name)];
    fragment()
        .child(el("p").class("explain").child(t(DEVICES_HOW)))
        .child(form(fields, REGISTER, deed, None, send))
        .child(live(move || made.get().map(|device| key(&device))))
        .child(revoking.outcome())
        .child(devices.view(4, move |list| {
            let rows = list.items.iter().map(|device| line(device, devices, revoking));
            table(&[KIND, DEVICE_NAME, PAIRED, ACTIONS], rows.collect())
        }))
}

fn key(device: &RegisteredDevice) -> View {
    let fact = |name: Phrase, value: String| {
        fragment()
            .child(el("dt").child(t(name)))
            .child(el("dd").child(el("code").child(value)))
    };
    el("div")
        .class("panel key")
        .attr("role", "status")
        .child(el("p").child(t(KEY_ONCE)))
        .child(
            el("dl")
                .child(fact(DEVICE_KEY, device.key.clone()))
                .child(device.pairing_url.clone().map(|address| fact(PAIR_ADDRESS, address))),
        )
}

fn line(device: &DeviceView, devices: Remote<List<DeviceView>>, deed: Deed) -> View {
    let id = device.id;
    let paired = match device.paired_at {
        Some(at) => format!("{} {}", dates::day(at), dates::clock(at)),
        None => t(NEVER).to_owned(),
    };
    let revoked = move || {
        deed.run(async move {
            STAFF.delete(&format!("/admin/devices/{id}")).await?;
            ui::toast(REVOKED);
            devices.refresh();
            Ok(())
        });
    };
    let revoke = move || ui::confirm(t(REVOKE_ASK), "button danger", REVOKE, revoked);
    row(vec![
        words(t(kind_name(device.kind))),
        words(device.name.clone()),
        words(paired),
        button("text-button", REVOKE, Some(deed), revoke),
    ])
}
