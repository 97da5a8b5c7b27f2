//! The groups of services at the hall: what they are called, the letters of their tickets, and what belongs to them.

use leptos::prelude::*;
use shared::{
    catalog::arrangements::{GroupRequest, GroupView},
    language::Text,
};

use super::{
    editors::{adding, below, edit, save, state, state_field},
    inputs::{checks, filled_with, form, input, row, table, words},
    shell::Hall,
    words::{
        ADD_GROUP, COUNTER_NAME_EN, COUNTER_NAME_ZH, EDIT, GROUP, GROUP_SERVICES, GROUPS, GROUPS_HOW, LETTER, SAVE,
        SERVED_BY, STATE,
    },
};
use crate::{
    language::t,
    ui::{Deed, View, el, fragment, live},
};

/// The part of the counters' page.
pub fn groups(hall: Hall) -> View {
    fragment()
        .child(el("h2").child(t(GROUPS)))
        .child(el("p").class("explain").child(t(GROUPS_HOW)))
        .child(hall.groups.view(6, move |groups| {
            let rows = groups.items.iter().map(|group| line(hall, group));
            table(&[GROUP, GROUP_SERVICES, SERVED_BY, STATE, EDIT], rows.collect())
        }))
        .child(adding(ADD_GROUP, move |open| editor(hall, None, open)))
}

fn line(hall: Hall, group: &GroupView) -> View {
    let editing = RwSignal::new(false);
    let numbers: Vec<String> = group.counters.iter().map(ToString::to_string).collect();
    let known = group.clone();
    fragment()
        .child(row(vec![
            words(format!("{} {}", group.prefix, group.name)),
            words(group.services.join("、")),
            words(if numbers.is_empty() {
                "—".to_owned()
            } else {
                numbers.join("、")
            }),
            state(group.arranged.active),
            edit(editing),
        ]))
        .child(below("5", editing, move || editor(hall, Some(&known), editing)))
}

fn editor(hall: Hall, known: Option<&GroupView>, open: RwSignal<bool>) -> View {
    let id = known.map(|group| group.id);
    let arranged = known.map(|group| group.arranged.clone());
    let of = |read: fn(&GroupRequest) -> &str| filled_with(arranged.as_ref().map(read).unwrap_or_default());
    let (zh, en) = (of(|group| &group.name.zh), of(|group| &group.name.en));
    let prefix = of(|group| &group.prefix);
    let in_use = arranged.as_ref().is_none_or(|group| group.active);
    let active = filled_with(if in_use { "yes" } else { "no" });
    let chosen = arranged.map(|group| group.services.iter().map(ToString::to_string).collect::<Vec<_>>());
    let services = RwSignal::new(chosen.unwrap_or_default());
    let deed = Deed::new();
    let send = move || {
        let asked = GroupRequest {
            name: Text {
                zh: zh.get_untracked(),
                en: en.get_untracked(),
            },
            prefix: prefix.get_untracked().trim().to_uppercase(),
            services: services
                .get_untracked()
                .iter()
                .filter_map(|service| service.parse().ok())
                .collect(),
            active: active.get_untracked() == "yes",
        };
        save(deed, open, "/admin/groups", id, &asked, move || hall.groups.refresh());
    };
    // Every service is in one group of the hall: those of all groups are all that can be chosen.
    let every = live(move || {
        let groups = hall.groups.ready().map(|list| list.items).unwrap_or_default();
        let named = groups.into_iter().flat_map(|group| {
            let ids = group.arranged.services.into_iter().map(|id| id.to_string());
            ids.zip(group.services).collect::<Vec<_>>()
        });
        checks(GROUP_SERVICES, named.collect(), services)
    });
    let fields = vec![
        input("text", LETTER, prefix),
        input("text", COUNTER_NAME_ZH, zh),
        input("text", COUNTER_NAME_EN, en),
        state_field(active),
        every,
    ];
    form(fields, SAVE, deed, Some(open), send)
}
