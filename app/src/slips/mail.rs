//! Having a document posted, or not after all.

use leptos::prelude::*;
use shared::{
    identity::rules::{PersonName, Phone},
    slips::{
        rules::{Action, SlipStatus},
        wire::{MailRequest, Slip},
    },
};

use super::words::{
    ADDRESS, MAIL, MAIL_ADDRESS, MAIL_ADDRESS_HINT, MAIL_CHOSEN, MAIL_SEND, MAIL_WHY, PHONE, PICKUP, PROXY_NAME_HINT,
    PROXY_PHONE_HINT, RECIPIENT, TRACKING, WRONG,
};
use crate::{
    api::AUTHORIZED,
    language::{Phrase, t},
    ui::{self, Deed, Field, Keyboard, Load, Remote, View, button, cells, el, fact, fragment, toast},
};

fn name_wrong(text: &str) -> Option<Phrase> {
    text.parse::<PersonName>().is_err().then_some(WRONG)
}

fn phone_wrong(text: &str) -> Option<Phrase> {
    text.parse::<Phone>().is_err().then_some(WRONG)
}

fn address_wrong(text: &str) -> Option<Phrase> {
    (!(6..=120).contains(&text.trim().chars().count())).then_some(WRONG)
}

/// The form while it can be chosen, and what was chosen after that.
pub fn section(slip: &Slip, remote: Remote<Slip>) -> View {
    match &slip.mail {
        Some(mail) => {
            let facts = fragment()
                .child(fact(t(RECIPIENT), mail.recipient.clone()))
                .child(fact(t(ADDRESS), mail.address.clone()))
                .child(mail.tracking.clone().map(|tracking| fact(t(TRACKING), tracking)));
            let back = (slip.status == SlipStatus::ToMail).then(|| pickup(slip, remote));
            fragment().child(cells(t(MAIL), facts)).child(back)
        }
        None if slip.status.after(Action::ChooseMail, slip.kind).is_ok() => form(slip, remote),
        None => fragment(),
    }
}

fn pickup(slip: &Slip, remote: Remote<Slip>) -> View {
    let (deed, id) = (Deed::new(), slip.id);
    let send = move || {
        deed.run(async move {
            AUTHORIZED.delete(&format!("/slips/{id}/mail")).await?;
            remote.refresh();
            Ok(())
        });
    };
    el("div")
        .class("actions")
        .child(deed.outcome())
        .child(button("button plain", PICKUP, Some(deed), send))
}

fn form(slip: &Slip, remote: Remote<Slip>) -> View {
    let (recipient, phone, address) = (
        Field::new(name_wrong),
        Field::new(phone_wrong),
        Field::new(address_wrong),
    );
    let (deed, id) = (Deed::new(), slip.id);
    let ready = move || recipient.is_right() && phone.is_right() && address.is_right();
    let send = move |event: web_sys::Event| {
        event.prevent_default();
        if !ready() {
            return;
        }
        deed.run(async move {
            let wish = MailRequest {
                recipient: recipient.now(),
                phone: phone.now(),
                address: address.now(),
            };
            let slip = AUTHORIZED.put::<Slip>(&format!("/slips/{id}/mail"), &wish).await?;
            remote.state.try_set(Load::Ready(slip));
            toast(MAIL_CHOSEN);
            Ok(())
        });
    };
    let text = |fill| Keyboard::Text { fill };
    let fields = fragment()
        .child(recipient.view("recipient", RECIPIENT, PROXY_NAME_HINT, text("name"), None))
        .child(phone.view("mail-phone", PHONE, PROXY_PHONE_HINT, Keyboard::Phone, None))
        .child(address.view("address", MAIL_ADDRESS, MAIL_ADDRESS_HINT, text("street-address"), None));
    el("details")
        .class("block more")
        .child(el("summary").child(t(MAIL)))
        .child(
            el("form")
                .on("submit", send)
                .child(el("p").class("small").child(t(MAIL_WHY)))
                .child(el("div").class("cells").child(fields))
                .child(deed.outcome())
                .child(el("div").class("actions").child(ui::submit(MAIL_SEND, deed, ready))),
        )
}
