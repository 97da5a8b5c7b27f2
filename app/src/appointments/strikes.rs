//! Missed appointments (爽约记录): when they were, what follows from them, and what the resident says against one.

use leptos::prelude::*;
use shared::appointments::{
    strikes::{StrikeKind, StrikeStatus},
    wire::{AppealRequest, Strike, Strikes},
};

use super::words::{
    APPEAL, APPEAL_HINT, APPEAL_SEND, APPEAL_SENT, APPEAL_TEXT, APPEAL_WRONG, KIND_LATE_CANCEL, KIND_NO_SHOW,
    STRIKE_APPEALED, STRIKE_COUNTED, STRIKE_UPHELD, STRIKE_WAIVED, STRIKES, STRIKES_NONE, STRIKES_RESTRICT,
    STRIKES_RULE,
};
use crate::{
    api::{AUTHORIZED, Anything},
    dates,
    language::{Phrase, filled, t},
    ui::{
        self, Deed, Field, Keyboard, Remote, View, button, cells, dialog, el, forget_drafts, fragment, live, notice,
        toast,
    },
};

/// The longest appeal that the server takes, in characters.
const LONGEST: usize = 500;

/// The list, with appealing.
pub fn section() -> View {
    let strikes = Remote::<Strikes>::fetch(AUTHORIZED, "/me/strikes");
    let appealing = RwSignal::new(None::<Strike>);
    fragment()
        .child(strikes.view(1, move |strikes| show(strikes, appealing)))
        .child(live(move || {
            appealing.get().map(|strike| appeal(&strike, appealing, strikes))
        }))
}

fn show(strikes: Strikes, appealing: RwSignal<Option<Strike>>) -> View {
    let restricted = strikes
        .restricted_until
        .map(|until| notice("bad", filled(STRIKES_RESTRICT, &[&dates::moment(until)])));
    let rules = strikes.rules;
    let rule = filled(
        STRIKES_RULE,
        &[
            &rules.strike_months.to_string(),
            &rules.strikes.to_string(),
            &rules.restricted_days.to_string(),
        ],
    );
    let rows: Vec<View> = if strikes.items.is_empty() {
        vec![el("p").class("cell").child(t(STRIKES_NONE))]
    } else {
        strikes.items.into_iter().map(|strike| row(strike, appealing)).collect()
    };
    fragment()
        .child(restricted)
        .child(cells(t(STRIKES), fragment().child(rows)))
        .child(el("p").class("small").child(rule))
}

fn row(strike: Strike, appealing: RwSignal<Option<Strike>>) -> View {
    let (class, status) = match strike.status {
        StrikeStatus::Counted => ("tag bad", STRIKE_COUNTED),
        StrikeStatus::Appealed => ("tag", STRIKE_APPEALED),
        StrikeStatus::Upheld => ("tag bad", STRIKE_UPHELD),
        StrikeStatus::Waived => ("tag good", STRIKE_WAIVED),
    };
    let kind = match strike.kind {
        StrikeKind::NoShow => KIND_NO_SHOW,
        StrikeKind::LateCancel => KIND_LATE_CANCEL,
    };
    let body = el("div")
        .class("cell-body")
        .child(el("strong").child(strike.service.clone()))
        .child(" ")
        .child(el("span").class(class).child(t(status)))
        .child(el("span").class("cell-note").child(format!(
            "{} · {} · {}",
            dates::moment(strike.starts_at),
            t(kind),
            strike.person
        )))
        .child(
            strike
                .appeal
                .clone()
                .map(|said| el("span").class("cell-note").child(said)),
        );
    let may_appeal = strike.status.appeal().is_ok();
    el("div")
        .class("cell")
        .child(body)
        .child(may_appeal.then(|| button("text-button", APPEAL, None, move || appealing.set(Some(strike.clone())))))
}

fn appeal_wrong(text: &str) -> Option<Phrase> {
    let length = text.trim().chars().count();
    (!(1..=LONGEST).contains(&length)).then_some(APPEAL_WRONG)
}

fn appeal(strike: &Strike, appealing: RwSignal<Option<Strike>>, strikes: Remote<Strikes>) -> View {
    let said = Field::new(appeal_wrong);
    let deed = Deed::new();
    let id = strike.id;
    let send = move |event: web_sys::Event| {
        event.prevent_default();
        if !said.is_right() {
            return;
        }
        deed.run(async move {
            let asked = AppealRequest { text: said.now() };
            AUTHORIZED
                .post::<Anything>(&format!("/me/strikes/{id}/appeal"), &asked)
                .await?;
            forget_drafts();
            toast(APPEAL_SENT);
            appealing.try_set(None);
            strikes.refresh();
            Ok(())
        });
    };
    let form = el("form")
        .on("submit", send)
        .child(
            el("p")
                .class("lead")
                .child(format!("{} · {}", strike.service, dates::moment(strike.starts_at))),
        )
        .child(said.view("appeal", APPEAL_TEXT, APPEAL_HINT, Keyboard::Lines, None))
        .child(deed.outcome())
        .child(ui::actions(ui::submit(APPEAL_SEND, deed, move || said.is_right())));
    dialog(t(APPEAL).to_owned(), move || appealing.set(None), form)
}
