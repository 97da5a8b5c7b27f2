//! What a member of staff is told of the account after signing in: what was changed since the time before.

use leptos::prelude::*;
use shared::{
    identity::accounts::{AccountChange, ChangedPart},
    list::List,
};

use super::words::{
    ACCOUNT_CHANGED, AUTHENTICATOR_CHANGED, CHANGES_KNOWN, CHANGES_NOT_MINE, PASSWORD_CHANGED, RESET_CHANGED,
};
use crate::{
    api::STAFF,
    browser, dates,
    language::{Phrase, filled, t},
    ui::{Remote, View, button, el, live},
};

/// Under which name the tab remembers until when changes were seen.
const SEEN: &str = "account-changes-seen";

const fn words(what: ChangedPart) -> Phrase {
    match what {
        ChangedPart::Password => PASSWORD_CHANGED,
        ChangedPart::Authenticator => AUTHENTICATOR_CHANGED,
        ChangedPart::Reset => RESET_CHANGED,
    }
}

/// The changes, until they were seen.
pub fn told() -> View {
    let changes = Remote::<List<AccountChange>>::fetch(STAFF, "/me/account-changes");
    let seen = RwSignal::new(browser::kept(SEEN));
    live(move || {
        let items = changes.ready()?.items;
        let latest = items.first()?.at.to_rfc3339();
        if seen.get().as_ref() == Some(&latest) {
            return None;
        }
        let lines = items.iter().fold(el("ul"), |list, change| {
            list.child(el("li").child(filled(words(change.what), &[&dates::moment(change.at)])))
        });
        let close = move || {
            browser::keep(SEEN, &latest);
            seen.set(Some(latest.clone()));
        };
        Some(
            el("section")
                .class("account-changes")
                .attr("role", "status")
                .child(el("strong").child(t(ACCOUNT_CHANGED)))
                .child(lines)
                .child(el("p").child(t(CHANGES_NOT_MINE)))
                .child(button("button plain", CHANGES_KNOWN, None, close)),
        )
    })
}
