//! How the resident is told of a case, and what was told.

use leptos::prelude::*;
use shared::{
    cases::wire::{CaseDetail, Subscription},
    list::List,
    notify::wire::{Notification, NotificationStatus},
};

use super::words::{
    BY_TEXT, BY_TEXT_WHY, BY_WECHAT, BY_WECHAT_WHY, DECLINED, DELIVERED, NOT_DELIVERED, SENT, TELL_ME, TEXTS,
    TEXTS_NONE, WAITING,
};
use crate::{
    api::AUTHORIZED,
    dates,
    language::{filled, t},
    ui::{self, Deed, Remote, View, cells, el, fragment},
};

/// The switches for texts and for WeChat.
pub fn switch(case: &CaseDetail) -> View {
    let id = case.id;
    let chosen = RwSignal::new(case.subscription);
    let deed = Deed::new();
    let change = move |wanted: Subscription| {
        let before = chosen.get_untracked();
        deed.run(async move {
            let told = AUTHORIZED
                .put::<Subscription>(&format!("/cases/{id}/subscription"), &wanted)
                .await;
            // What the server has is shown, also when it could not be changed.
            chosen.try_set(*told.as_ref().unwrap_or(&before));
            told.map(drop)
        });
    };
    let by_text = ui::switch(
        BY_TEXT,
        BY_TEXT_WHY,
        move || chosen.get().sms,
        move || {
            let now = chosen.get_untracked();
            change(Subscription { sms: !now.sms, ..now });
        },
    );
    let by_wechat = ui::switch(
        BY_WECHAT,
        BY_WECHAT_WHY,
        move || chosen.get().wechat,
        move || {
            let now = chosen.get_untracked();
            change(Subscription {
                wechat: !now.wechat,
                ..now
            });
        },
    );
    fragment()
        .child(cells(t(TELL_ME), fragment().child(by_text).child(by_wechat)))
        .child(deed.outcome())
}

/// The texts about the case, each with when the phone had it.
pub fn texts(case: &CaseDetail) -> View {
    let told = Remote::<List<Notification>>::fetch(AUTHORIZED, format!("/notifications?about=case/{}", case.id));
    told.view(2, |told| {
        if told.items.is_empty() {
            return cells(t(TEXTS), el("p").class("lead").child(t(TEXTS_NONE)));
        }
        cells(
            t(TEXTS),
            fragment().child(told.items.iter().map(text).collect::<Vec<_>>()),
        )
    })
}

fn text(told: &Notification) -> View {
    let outcome = match (told.status, told.delivered_at) {
        (NotificationStatus::Delivered, Some(at)) => filled(DELIVERED, &[&dates::moment(at)]),
        (NotificationStatus::Delivered | NotificationStatus::Sent, _) => t(SENT).to_owned(),
        (NotificationStatus::Waiting, _) => t(WAITING).to_owned(),
        (NotificationStatus::NotDelivered, _) => t(NOT_DELIVERED).to_owned(),
        (NotificationStatus::Declined, _) => t(DECLINED).to_owned(),
    };
    el("div").class("cell").child(
        el("div")
            .class("cell-body")
            .child(el("span").attr("lang", "zh-CN").child(told.text.clone()))
            .child(el("span").class("cell-note").child(outcome)),
    )
}
