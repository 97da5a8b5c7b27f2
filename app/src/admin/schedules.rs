//! The hall's timetable: weekly pattern, seasons, and hours that are added at peak times.

use leptos::prelude::*;
use shared::{
    catalog::arrangements::{QuotaEffect, ScheduleKind, ScheduleRequest, ScheduleView},
    ids::ScheduleId,
    list::List,
};

use super::{
    editors::{adding, below, edit, save},
    inputs::{
        checks, filled_with, form, group_options, input, number_of, optional, row, select, table, weekday_name,
        weekday_options, words,
    },
    shell::Hall,
    words::{
        ACTIONS, ADD_SCHEDULE, ALL_YEAR, APPLY_QUOTA, CLOSES, FROM_TO, GROUP, HOURS, KIND, ONLINE_PERCENT, OPENS, PEAK,
        QUOTA, QUOTA_EFFECT, QUOTA_SAME, REGULAR, REMOVE, REMOVED, SAVE, SAVED, SCHEDULES_HOW, SEASON, SEATS, SPLIT,
        VALID_FROM, VALID_UNTIL, WEEKDAYS, WINDOW_MINUTES, WINDOWS_OF,
    },
};
use crate::{
    api::STAFF,
    language::{filled, t},
    ui::{self, Deed, Remote, View, button, el, fragment, live},
};

/// The page.
pub fn schedules(hall: Hall) -> View {
    let schedules = Remote::<List<ScheduleView>>::fetch(STAFF, "/admin/schedules");
    let deed = Deed::new();
    fragment()
        .child(el("p").class("explain").child(t(SCHEDULES_HOW)))
        .child(adding(ADD_SCHEDULE, move |open| editor(hall, None, schedules, open)))
        .child(deed.outcome())
        .child(schedules.view(10, move |list| {
            let rows = list.items.iter().map(|entry| line(hall, entry, schedules, deed));
            table(&[GROUP, WEEKDAYS, HOURS, SEATS, SEASON, ACTIONS], rows.collect())
        }))
}

fn line(hall: Hall, view: &ScheduleView, schedules: Remote<List<ScheduleView>>, deed: Deed) -> View {
    let entry = &view.entry;
    let id = view.id;
    let editing = RwSignal::new(false);
    let days: Vec<&str> = entry.weekdays.iter().map(|day| weekday_name(day)).collect();
    let peak = (entry.kind == ScheduleKind::Peak).then(|| el("span").class("tag good").child(t(PEAK)));
    let season = match (entry.valid_from, entry.valid_until) {
        (None, None) => t(ALL_YEAR).to_owned(),
        (from, until) => {
            let said = |day: Option<chrono::NaiveDate>| day.map(|day| day.to_string()).unwrap_or_default();
            filled(FROM_TO, &[&said(from), &said(until)])
        }
    };
    let remove = move || {
        deed.run(async move {
            STAFF.delete(&format!("/admin/schedules/{id}")).await?;
            ui::toast(REMOVED);
            schedules.refresh();
            Ok(())
        });
    };
    let apply = move || apply_quota(id, deed);
    let known = view.clone();
    let group = entry.group_id;
    fragment()
        .child(row(vec![
            live(move || hall.name_of(group)),
            words(days.join(" ")),
            el("span")
                .child(format!("{}–{} ", entry.opens, entry.closes))
                .child(peak),
            words(filled(
                WINDOWS_OF,
                &[
                    &entry.window_minutes.to_string(),
                    &entry.quota.to_string(),
                    &entry.online_percent.to_string(),
                ],
            )),
            words(season),
            el("span")
                .class("row-actions")
                .child(edit(editing))
                .child(button("text-button", APPLY_QUOTA, Some(deed), apply))
                .child(button("text-button", REMOVE, Some(deed), remove)),
        ]))
        .child(below("6", editing, move || {
            editor(hall, Some(&known), schedules, editing)
        }))
}

/// Gives the windows that residents see already the entry's quota, after it was said how many those are.
fn apply_quota(id: ScheduleId, deed: Deed) {
    deed.run(async move {
        let path = format!("/admin/schedules/{id}/quota");
        let found: QuotaEffect = STAFF.post(&format!("{path}/effect"), &()).await?;
        if found.changed == 0 {
            ui::toast(QUOTA_SAME);
            return Ok(());
        }
        let said = [found.windows, found.changed, found.limited].map(|count| count.to_string());
        let question = filled(QUOTA_EFFECT, &said.each_ref().map(String::as_str));
        ui::confirm(question, "button primary", APPLY_QUOTA, move || {
            let path = path.clone();
            deed.run(async move {
                let _made: QuotaEffect = STAFF.post(&path, &()).await?;
                ui::toast(SAVED);
                Ok(())
            });
        });
        Ok(())
    });
}

fn editor(
    hall: Hall,
    known: Option<&ScheduleView>,
    schedules: Remote<List<ScheduleView>>,
    open: RwSignal<bool>,
) -> View {
    let id = known.map(|view| view.id);
    let entry = known.map(|view| view.entry.clone());
    let of = |read: fn(&ScheduleRequest) -> String, usual: &str| {
        filled_with(entry.as_ref().map_or_else(|| usual.to_owned(), read))
    };
    let first = hall
        .served()
        .first()
        .map(|group| group.id.to_string())
        .unwrap_or_default();
    let group = of(|entry| entry.group_id.to_string(), &first);
    let kind = of(|entry| entry.kind.as_str().to_owned(), "regular");
    let (opens, closes) = (
        of(|entry| entry.opens.clone(), "17:00"),
        of(|entry| entry.closes.clone(), "19:00"),
    );
    let minutes = of(|entry| entry.window_minutes.to_string(), "30");
    let quota = of(|entry| entry.quota.to_string(), "8");
    let percent = of(|entry| entry.online_percent.to_string(), "50");
    let day = |day: Option<chrono::NaiveDate>| day.map(|day| day.to_string()).unwrap_or_default();
    let from = filled_with(day(entry.as_ref().and_then(|entry| entry.valid_from)));
    let until = filled_with(day(entry.as_ref().and_then(|entry| entry.valid_until)));
    let weekdays = RwSignal::new(entry.map(|entry| entry.weekdays).unwrap_or_default());
    let deed = Deed::new();
    let asked = move || ScheduleRequest {
        group_id: group.get().parse().unwrap_or(shared::ids::GroupId(uuid::Uuid::nil())),
        kind: kind.get().parse().unwrap_or(ScheduleKind::Regular),
        weekdays: weekdays.get(),
        opens: opens.get(),
        closes: closes.get(),
        window_minutes: number_of(minutes),
        quota: number_of(quota),
        online_percent: number_of(percent),
        valid_from: optional(from),
        valid_until: optional(until),
    };
    let send = move || {
        let asked = untrack(asked);
        save(deed, open, "/admin/schedules", id, &asked, move || schedules.refresh());
    };
    // The split is shown as it will be, by the rule by which it is made.
    let split = live(move || {
        let (seats, hundredths) = (
            quota.get().trim().parse::<i32>().unwrap_or_default(),
            percent.get().trim().parse::<i32>().unwrap_or_default(),
        );
        let online = (seats.saturating_mul(hundredths) + 99) / 100;
        el("p")
            .class("input wide small")
            .child(filled(SPLIT, &[&online.to_string(), &(seats - online).to_string()]))
    });
    let kinds = vec![
        ("regular".to_owned(), t(REGULAR).to_owned()),
        ("peak".to_owned(), t(PEAK).to_owned()),
    ];
    let fields = vec![
        select(GROUP, group_options(hall), group),
        select(KIND, kinds, kind),
        input("time", OPENS, opens),
        input("time", CLOSES, closes),
        input("number", WINDOW_MINUTES, minutes),
        input("number", QUOTA, quota),
        input("number", ONLINE_PERCENT, percent),
        input("date", VALID_FROM, from),
        input("date", VALID_UNTIL, until),
        checks(WEEKDAYS, weekday_options(), weekdays),
        split,
    ];
    form(fields, SAVE, deed, Some(open), send)
}
