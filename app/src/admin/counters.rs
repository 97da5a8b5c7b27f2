//! The hall's counters, and what they serve.

use leptos::prelude::*;
use shared::{
    catalog::arrangements::{CounterRequest, CounterView},
    language::Text,
    list::List,
};

use super::{
    editors::{adding, below, edit, save, state, state_field},
    groups,
    inputs::{checks, filled_with, form, input, number_of, row, table, words},
    shell::Hall,
    words::{ADD_COUNTER, COUNTER_NAME_EN, COUNTER_NAME_ZH, COUNTERS_HOW, EDIT, GROUPS, NUMBER, SAVE, STATE},
};
use crate::{
    api::STAFF,
    language::t,
    ui::{Deed, Remote, View, el, fragment, live},
};

/// The page.
pub fn counters(hall: Hall) -> View {
    let counters = Remote::<List<CounterView>>::fetch(STAFF, "/admin/counters");
    fragment()
        .child(el("p").class("explain").child(t(COUNTERS_HOW)))
        .child(counters.view(8, move |list| {
            let rows = list.items.iter().map(|counter| line(hall, counter, counters));
            table(&[NUMBER, COUNTER_NAME_ZH, GROUPS, STATE, EDIT], rows.collect())
        }))
        .child(adding(ADD_COUNTER, move |open| editor(hall, None, counters, open)))
        .child(groups::groups(hall))
}

fn line(hall: Hall, view: &CounterView, counters: Remote<List<CounterView>>) -> View {
    let counter = &view.counter;
    let editing = RwSignal::new(false);
    let names: Vec<String> = counter.groups.iter().map(|group| hall.name_of(*group)).collect();
    let known = view.clone();
    fragment()
        .child(row(vec![
            words(counter.number.to_string()),
            words(counter.name.zh.clone()),
            words(names.join(" · ")),
            state(counter.active),
            edit(editing),
        ]))
        .child(below("5", editing, move || {
            editor(hall, Some(&known), counters, editing)
        }))
}

fn editor(hall: Hall, known: Option<&CounterView>, counters: Remote<List<CounterView>>, open: RwSignal<bool>) -> View {
    let id = known.map(|view| view.id);
    let counter = known.map(|view| view.counter.clone());
    let of = |read: fn(&CounterRequest) -> String| filled_with(counter.as_ref().map(read).unwrap_or_default());
    let number = of(|counter| counter.number.to_string());
    let (zh, en) = (
        of(|counter| counter.name.zh.clone()),
        of(|counter| counter.name.en.clone()),
    );
    let in_use = counter.as_ref().is_none_or(|counter| counter.active);
    let active = filled_with(if in_use { "yes" } else { "no" });
    let chosen = counter.map(|counter| counter.groups.iter().map(ToString::to_string).collect::<Vec<_>>());
    let groups = RwSignal::new(chosen.unwrap_or_default());
    let deed = Deed::new();
    let send = move || {
        let asked = CounterRequest {
            number: number_of(number),
            name: Text {
                zh: zh.get_untracked(),
                en: en.get_untracked(),
            },
            groups: groups
                .get_untracked()
                .iter()
                .filter_map(|group| group.parse().ok())
                .collect(),
            active: active.get_untracked() == "yes",
        };
        save(deed, open, "/admin/counters", id, &asked, move || {
            counters.refresh();
            hall.groups.refresh();
        });
    };
    let every = live(move || {
        let groups_of_bureau = hall.groups.ready().map(|list| list.items).unwrap_or_default();
        let usable = groups_of_bureau.into_iter().filter(|group| group.arranged.active);
        let named = usable.map(|group| (group.id.to_string(), format!("{} {}", group.prefix, group.name)));
        checks(GROUPS, named.collect(), groups)
    });
    let fields = vec![
        input("number", NUMBER, number),
        input("text", COUNTER_NAME_ZH, zh),
        input("text", COUNTER_NAME_EN, en),
        state_field(active),
        every,
    ];
    form(fields, SAVE, deed, Some(open), send)
}
