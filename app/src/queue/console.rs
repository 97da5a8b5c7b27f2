//! The clerk's console: choosing a counter, and the counter once it is open.

use leptos::prelude::*;
use shared::{
    catalog::wire::{Counter, Group, HallDetail},
    ids::{GroupId, HallId},
    problem::NOT_FOUND,
    queue::wire::CounterSession,
};

use super::{
    counter,
    words::{CHOOSE_COUNTER, COLLECTIVE, CONSOLE, COUNTER, NO_HALL, OPEN, OTHER_COUNTERS, SERVES, SIGN_OUT},
};
use crate::{
    api::{Nothing, STAFF},
    identity,
    language::{filled, t},
    ui::{Deed, Load, Remote, View, button, el, failed, fragment, live, notice, skeleton},
};
use shared::identity::wire::StaffView;

/// The console.
pub fn console() -> View {
    identity::gate(|staff| {
        document().set_title(t(CONSOLE));
        match staff.hall {
            Some(hall) => at_hall(&staff, hall),
            None => el("main")
                .class("console")
                .child(top(&staff, fragment()))
                .child(notice("bad", t(NO_HALL))),
        }
    })
}

/// The bar with who is signed in.
pub fn top(staff: &StaffView, content: View) -> View {
    let leaving = Deed::new();
    fragment()
        .child(
            el("header")
                .class("console-top")
                .child(el("strong").child(t(CONSOLE)))
                .child(content)
                .child(el("a").attr("href", "/admin/collective").child(t(COLLECTIVE)))
                .child(el("span").class("console-who").child(staff.name.clone()))
                .child(button("text-button", SIGN_OUT, Some(leaving), move || {
                    identity::sign_out_staff(leaving);
                })),
        )
        .child(leaving.outcome())
}

fn at_hall(staff: &StaffView, hall: HallId) -> View {
    let detail = Remote::<HallDetail>::fetch(STAFF, format!("/halls/{hall}"));
    let session = Remote::<CounterSession>::fetch(STAFF, "/counters/current");
    let staff = staff.clone();
    let shown = detail.view(8, move |detail| {
        let staff = staff.clone();
        live(move || match session.state.get() {
            Load::Waiting => skeleton(8),
            Load::Ready(open) => counter::open(&staff, &detail, open, session),
            // No session is no failure: the clerk has not opened a counter yet.
            Load::Failed(failure) if failure.is(&NOT_FOUND) => choose(&staff, &detail, session),
            Load::Failed(failure) => failed(&failure, move || session.again()),
        })
    });
    el("main").class("console").child(shown)
}

/// What the groups are called.
pub fn names(groups: &[Group], of: &[GroupId]) -> String {
    groups
        .iter()
        .filter(|group| of.contains(&group.id))
        .map(|group| format!("{} {}", group.prefix, group.name))
        .collect::<Vec<_>>()
        .join(" · ")
}

fn choose(staff: &StaffView, hall: &HallDetail, session: Remote<CounterSession>) -> View {
    let deed = Deed::new();
    let place = el("span").class("console-hall").child(hall.summary.name.clone());
    let mine = |counter: &Counter| staff.counters.is_empty() || staff.counters.contains(&counter.number);
    let (own, others): (Vec<_>, Vec<_>) = hall.counters.iter().cloned().partition(mine);
    let groups = hall.groups.clone();
    let offers = move |counters: &[Counter]| {
        let offers = counters.iter().map(|counter| offer(counter, &groups, deed, session));
        el("ul").class("counters").child(offers.collect::<Vec<_>>())
    };
    // Whoever stands in for a colleague says so first, and so does not open the wrong counter by mistake.
    let standing_in = RwSignal::new(false);
    let own = offers(&own);
    let others = move || match (standing_in.get(), others.is_empty()) {
        (_, true) => fragment(),
        (true, false) => offers(&others),
        (false, false) => button("text-button", OTHER_COUNTERS, None, move || standing_in.set(true)),
    };
    fragment()
        .child(top(staff, place))
        .child(el("h1").class("console-title").child(t(CHOOSE_COUNTER)))
        .child(deed.outcome())
        .child(own)
        .child(live(others))
}

fn offer(counter: &Counter, groups: &[Group], deed: Deed, session: Remote<CounterSession>) -> View {
    let id = counter.id;
    let open = move || {
        deed.run(async move {
            let open: CounterSession = STAFF.post(&format!("/counters/{id}/session"), &Nothing {}).await?;
            session.state.try_set(Load::Ready(open));
            Ok(())
        });
    };
    el("li")
        .child(el("strong").child(filled(COUNTER, &[&counter.number.to_string()])))
        .child(el("span").child(counter.name.clone()))
        .child(el("small").child(filled(SERVES, &[&names(groups, &counter.groups)])))
        .child(button("button primary", OPEN, Some(deed), open))
}
