//! The reasons for which a ticket may go first, and which of them the hall grants.

use shared::{catalog::arrangements::HallPolicy, queue::rules::PriorityReason};

use super::{
    inputs::{row, table, words},
    words::{
        CODE, GRANTED, LAW_DISABLED, LAW_ELDERLY, LAW_EMERGENCY, LAW_FIREFIGHTER, LAW_MILITARY, LAW_PREGNANT,
        PRIORITIES_HOW, PRIORITY, PRIORITY_DISABLED, PRIORITY_ELDERLY, PRIORITY_EMERGENCY, PRIORITY_FIREFIGHTER,
        PRIORITY_MILITARY, PRIORITY_PREGNANT, SAVED, WHY,
    },
};
use crate::{
    api::STAFF,
    language::{Phrase, t},
    ui::{self, Deed, Remote, View, el, fragment},
};

/// What a reason is called, and what it rests on.
const fn described(reason: PriorityReason) -> (Phrase, Phrase) {
    match reason {
        PriorityReason::Military => (PRIORITY_MILITARY, LAW_MILITARY),
        PriorityReason::Disabled => (PRIORITY_DISABLED, LAW_DISABLED),
        PriorityReason::Elderly => (PRIORITY_ELDERLY, LAW_ELDERLY),
        PriorityReason::Pregnant => (PRIORITY_PREGNANT, LAW_PREGNANT),
        PriorityReason::Firefighter => (PRIORITY_FIREFIGHTER, LAW_FIREFIGHTER),
        PriorityReason::Emergency => (PRIORITY_EMERGENCY, LAW_EMERGENCY),
    }
}

/// The page.
pub fn priorities() -> View {
    let policy = Remote::<HallPolicy>::fetch(STAFF, "/admin/policy");
    let deed = Deed::new();
    fragment()
        .child(el("p").class("explain").child(t(PRIORITIES_HOW)))
        .child(deed.outcome())
        .child(policy.view(6, move |known| {
            let rows = PriorityReason::ALL.map(|reason| {
                let (name, law) = described(reason);
                let granted = known.priorities.contains(&reason);
                let mut changed = known.clone();
                if granted {
                    changed.priorities.retain(|other| *other != reason);
                } else {
                    changed.priorities.push(reason);
                }
                let toggle = move || {
                    let asked = changed.clone();
                    deed.run(async move {
                        let outcome = STAFF.put::<HallPolicy>("/admin/policy", &asked).await;
                        policy.refresh();
                        outcome?;
                        ui::toast(SAVED);
                        Ok(())
                    });
                };
                row(vec![
                    words(t(name)),
                    words(t(law)),
                    el("code").child(reason.as_str()),
                    el("input")
                        .attr("type", "checkbox")
                        .class("switch")
                        .attr("role", "switch")
                        .attr("aria-label", t(name))
                        .live_prop("checked", move || granted)
                        .on("change", move |_| toggle()),
                ])
            });
            table(&[PRIORITY, WHY, CODE, GRANTED], rows.to_vec())
        }))
}
