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
    words::{CHOOSE_COUNTER, CONSOLE, COUNTER, NO_HALL, OPEN, SERVES, SIGN_OUT},
};
use crate::{
    api::{Nothing, STAFF},
    identity,
    language::{filled, t},
    ui::{Deed, Load, Remote, button, failed, notice, skeleton},
};
use shared::identity::wire::StaffView;

/// The console.
pub fn console() -> AnyView {
    identity::gate(|staff| {
        document().set_title(t(CONSOLE));
        match staff.hall {
            Some(hall) => at_hall(&staff, hall),
            None => view! {
                <main class="console">{top(&staff, ().into_any())}{notice("bad", t(NO_HALL))}</main>
            }
            .into_any(),
        }
    })
}

/// The bar with who is signed in.
pub fn top(staff: &StaffView, content: AnyView) -> AnyView {
    let leaving = Deed::new();
    view! {
        <header class="console-top">
            <strong>{t(CONSOLE)}</strong>
            {content}
            <span class="console-who">{staff.name.clone()}</span>
            {button("text-button", SIGN_OUT, Some(leaving), move || identity::sign_out_staff(leaving))}
        </header>
        {leaving.outcome()}
    }
    .into_any()
}

fn at_hall(staff: &StaffView, hall: HallId) -> AnyView {
    let detail = Remote::<HallDetail>::fetch(STAFF, format!("/halls/{hall}"));
    let session = Remote::<CounterSession>::fetch(STAFF, "/counters/current");
    let staff = staff.clone();
    let shown = detail.view(8, move |detail| {
        let staff = staff.clone();
        (move || match session.state.get() {
            Load::Waiting => skeleton(8),
            Load::Ready(open) => counter::open(&staff, &detail, open, session),
            // No session is no failure: the clerk has not opened a counter yet.
            Load::Failed(failure) if failure.is(&NOT_FOUND) => choose(&staff, &detail, session),
            Load::Failed(failure) => failed(&failure, move || session.again()),
        })
        .into_any()
    });
    view! { <main class="console">{shown}</main> }.into_any()
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

fn choose(staff: &StaffView, hall: &HallDetail, session: Remote<CounterSession>) -> AnyView {
    let deed = Deed::new();
    let place = view! { <span class="console-hall">{hall.summary.name.clone()}</span> }.into_any();
    view! {
        {top(staff, place)}
        <h1 class="console-title">{t(CHOOSE_COUNTER)}</h1>
        {deed.outcome()}
        <ul class="counters">{hall.counters.iter().map(|counter| offer(counter, &hall.groups, deed, session)).collect_view()}</ul>
    }
    .into_any()
}

fn offer(counter: &Counter, groups: &[Group], deed: Deed, session: Remote<CounterSession>) -> AnyView {
    let id = counter.id;
    let open = move || {
        deed.run(async move {
            let open: CounterSession = STAFF.post(&format!("/counters/{id}/session"), &Nothing {}).await?;
            session.state.try_set(Load::Ready(open));
            Ok(())
        });
    };
    view! {
        <li>
            <strong>{filled(COUNTER, &[&counter.number.to_string()])}</strong>
            <span>{counter.name.clone()}</span>
            <small>{filled(SERVES, &[&names(groups, &counter.groups)])}</small>
            {button("button primary", OPEN, Some(deed), open)}
        </li>
    }
    .into_any()
}
