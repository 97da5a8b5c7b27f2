//! When seats appear, what residents see or will see, and how many seats a window has.

use leptos::prelude::*;
use shared::{
    appointments::wire::{PlannedWindow, QuotaRequest, WindowQuota},
    catalog::arrangements::HallPolicy,
    ids::WindowId,
    list::List,
    time::day_of,
};

use super::{
    inputs::{filled_with, form, input, number_of, row, table, words},
    shell::Hall,
    words::{
        ACTIONS, DAYS_AHEAD, GROUP, HOURS, NO_WINDOWS, NOT_YET, ONLINE, ONSITE, OPENS_AT, PREVIEW, PREVIEW_DAY,
        PUBLICATION_HOW, PUBLICATION_SAID, PUBLISHED, QUOTA_HOW, SAVE, SAVED, STATE, TAKEN, TARGET_LATER,
    },
};
use crate::{
    api::STAFF,
    dates,
    language::{filled, t},
    ui::{self, Deed, Remote, View, button, el, fragment, live, notice},
};

/// The page.
pub fn publication(hall: Hall) -> View {
    let policy = Remote::<HallPolicy>::fetch(STAFF, "/admin/policy");
    let day = filled_with(dates::today().to_string());
    let preview = Remote::<List<PlannedWindow>>::idle(STAFF);
    Effect::new(move |_| {
        let day = day.get();
        preview.load(format!("/admin/preview?from={day}&to={day}"));
    });
    fragment()
        .child(el("p").class("explain").child(t(PUBLICATION_HOW)))
        .child(policy.view(2, move |known| policy_form(&known, policy, preview)))
        .child(el("h2").child(t(PREVIEW)))
        .child(
            el("div")
                .class("panel inputs")
                .child(input("date", PREVIEW_DAY, day))
                .child(el("p").class("input wide small").child(t(QUOTA_HOW))),
        )
        .child(preview.view(8, move |list| {
            if list.items.is_empty() {
                return notice("bad", t(NO_WINDOWS));
            }
            let rows = list.items.iter().map(|window| line(hall, window, preview));
            table(&[HOURS, GROUP, STATE, TAKEN, ONLINE, ONSITE, ACTIONS], rows.collect())
        }))
}

fn policy_form(known: &HallPolicy, policy: Remote<HallPolicy>, preview: Remote<List<PlannedWindow>>) -> View {
    let ahead = filled_with(known.days_ahead.to_string());
    let opens = filled_with(known.opens_at.clone());
    let priorities = known.priorities.clone();
    let deed = Deed::new();
    let send = move || {
        let asked = HallPolicy {
            days_ahead: number_of(ahead),
            opens_at: opens.get_untracked(),
            priorities: priorities.clone(),
        };
        deed.run(async move {
            let _kept: HallPolicy = STAFF.put("/admin/policy", &asked).await?;
            ui::toast(SAVED);
            policy.refresh();
            preview.refresh();
            Ok(())
        });
    };
    let said = live(move || {
        el("p")
            .class("input wide said")
            .child(filled(PUBLICATION_SAID, &[&opens.get(), &ahead.get()]))
    });
    form(
        vec![input("number", DAYS_AHEAD, ahead), input("time", OPENS_AT, opens), said],
        SAVE,
        deed,
        None,
        send,
    )
}

fn line(hall: Hall, window: &PlannedWindow, preview: Remote<List<PlannedWindow>>) -> View {
    let group = window.service_group;
    let quota = filled_with(window.online_quota.to_string());
    let (state, class) = if window.published {
        (PUBLISHED, "tag good")
    } else {
        (NOT_YET, "tag")
    };
    let day = day_of(window.starts_at);
    let hours = el("time")
        .attr("datetime", day.to_string())
        .child(dates::span(window.starts_at, window.ends_at));
    let online = match window.window_id {
        Some(_) => el("input")
            .class("quota")
            .attr("type", "number")
            .attr("min", "0")
            .attr("aria-label", t(ONLINE))
            .live_prop("value", move || quota.get())
            .on("input", move |event| quota.set(event_target_value(&event))),
        None => words(window.online_quota.to_string()),
    };
    row(vec![
        hours,
        live(move || hall.name_of(group)),
        el("span").class(class).child(t(state)),
        words(window.taken.map(|taken| taken.to_string()).unwrap_or_default()),
        online,
        words(window.onsite_quota.to_string()),
        fragment().child(window.window_id.map(|id| change(id, quota, preview))),
    ])
}

/// Changes the quota of a published window, and says what follows when more is taken already.
fn change(id: WindowId, quota: RwSignal<String>, preview: Remote<List<PlannedWindow>>) -> View {
    let deed = Deed::new();
    let later = RwSignal::new(None::<(i32, i32)>);
    let send = move || {
        let asked = QuotaRequest {
            online_quota: number_of(quota),
        };
        deed.run(async move {
            let now: WindowQuota = STAFF.put(&format!("/admin/windows/{id}/quota"), &asked).await?;
            ui::toast(SAVED);
            match now.target {
                // The sentence stays until it was read: the list is not built anew.
                Some(target) => {
                    later.try_set(Some((now.taken, target)));
                }
                None => preview.refresh(),
            }
            Ok(())
        });
    };
    fragment()
        .child(button("text-button", SAVE, Some(deed), send))
        .child(deed.outcome())
        .child(live(move || {
            later
                .get()
                .map(|(taken, target)| notice("bad", filled(TARGET_LATER, &[&taken.to_string(), &target.to_string()])))
        }))
}
