//! What follows from missed appointments, and the appeals on which the hall decides.

use leptos::prelude::*;
use shared::{
    appointments::{
        booking_rules::BookingRules,
        strikes::StrikeKind,
        wire::{DecisionRequest, Strike},
    },
    catalog::wire::Bureau,
    list::List,
};

use super::words::{
    ACCEPT, APPEALS, BOOKED_FOR, DECIDED, DECISION_REASON, LATE_CANCEL, MISSED, NO_APPEALS, REFUSE, STRIKE_RULE,
    STRIKES_HOW,
};
use crate::{
    api::STAFF,
    dates,
    language::{Phrase, filled, t},
    ui::{self, Deed, Remote, View, button, el, empty, fragment},
};

/// The page.
pub fn strikes() -> View {
    let appeals = Remote::<List<Strike>>::fetch(STAFF, "/strikes");
    let bureau = Remote::<Bureau>::fetch(STAFF, "/bureau");
    fragment()
        .child(el("p").class("explain").child(t(STRIKES_HOW)))
        .child(bureau.view(1, |bureau| rule(&bureau.booking)))
        .child(el("h2").child(t(APPEALS)))
        .child(appeals.view(4, move |list| {
            if list.items.is_empty() {
                return empty(NO_APPEALS, None);
            }
            fragment().child(
                list.items
                    .iter()
                    .map(|strike| appeal(strike, appeals))
                    .collect::<Vec<_>>(),
            )
        }))
}

fn rule(rules: &BookingRules) -> View {
    let said = filled(
        STRIKE_RULE,
        &[
            &rules.cancel_hours.to_string(),
            &rules.strike_months.to_string(),
            &rules.strikes.to_string(),
            &rules.restricted_days.to_string(),
        ],
    );
    el("p").class("panel said").child(said)
}

fn appeal(strike: &Strike, appeals: Remote<List<Strike>>) -> View {
    let id = strike.id;
    let reason = RwSignal::new(String::new());
    let deed = Deed::new();
    let decide = move |accept: bool| {
        let typed = reason.get_untracked();
        let asked = DecisionRequest {
            accept,
            reason: (!typed.trim().is_empty()).then_some(typed),
        };
        deed.run(async move {
            let _decided: Strike = STAFF.post(&format!("/strikes/{id}/decision"), &asked).await?;
            ui::toast(DECIDED);
            appeals.refresh();
            Ok(())
        });
    };
    let kind: Phrase = match strike.kind {
        StrikeKind::NoShow => MISSED,
        StrikeKind::LateCancel => LATE_CANCEL,
    };
    let when = format!("{} {}", dates::day(strike.starts_at), dates::clock(strike.starts_at));
    el("article")
        .class("panel appeal")
        .child(el("h3").child(strike.service.clone()))
        .child(
            el("p")
                .class("small")
                .child(format!("{} · {}", t(kind), filled(BOOKED_FOR, &[&when]))),
        )
        .child(el("blockquote").child(strike.appeal.clone().unwrap_or_default()))
        .child(
            el("label")
                .class("input")
                .child(el("span").child(t(DECISION_REASON)))
                .child(
                    el("input")
                        .attr("type", "text")
                        .live_prop("value", move || reason.get())
                        .on("input", move |event| reason.set(event_target_value(&event))),
                ),
        )
        .child(deed.outcome())
        .child(
            el("div")
                .class("form-actions")
                .child(button("button primary", ACCEPT, Some(deed), move || decide(true)))
                .child(button("button plain", REFUSE, Some(deed), move || decide(false))),
        )
}
