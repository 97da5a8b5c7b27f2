//! The hall's counters, and what they serve.

use leptos::prelude::*;
use shared::{
    catalog::arrangements::{CounterRequest, CounterView},
    language::Text,
    list::List,
};

use super::{
    groups,
    inputs::{checks, filled_with, form, input, number_of, row, select, table, words},
    shell::Hall,
    words::{
        ADD_COUNTER, COUNTER_NAME_EN, COUNTER_NAME_ZH, COUNTERS_HOW, EDIT, GROUPS, IN_USE, NUMBER, OUT_OF_USE, SAVE,
        SAVED, STATE,
    },
};
use crate::{
    api::STAFF,
    language::{Phrase, filled, t},
    ui::{self, Deed, Remote, View, button, el, fragment, live},
};

/// The page.
pub fn counters(hall: Hall) -> View {
    let counters = Remote::<List<CounterView>>::fetch(STAFF, "/admin/counters");
    let adding = RwSignal::new(false);
    fragment()
        .child(el("p").class("explain").child(t(COUNTERS_HOW)))
        .child(counters.view(8, move |list| {
            let rows = list.items.iter().map(|counter| line(hall, counter, counters));
            table(&[NUMBER, COUNTER_NAME_ZH, GROUPS, STATE, EDIT], rows.collect())
        }))
        .child(live(move || {
            if adding.get() {
                editor(hall, None, counters, adding)
            } else {
                el("p")
                    .class("form-actions")
                    .child(button("button plain", ADD_COUNTER, None, move || adding.set(true)))
            }
        }))
        .child(groups::groups(hall))
}

fn line(hall: Hall, view: &CounterView, counters: Remote<List<CounterView>>) -> View {
    let counter = &view.counter;
    let editing = RwSignal::new(false);
    let names: Vec<String> = counter.groups.iter().map(|group| hall.name_of(*group)).collect();
    let (state, class) = if counter.active {
        (IN_USE, "tag good")
    } else {
        (OUT_OF_USE, "tag bad")
    };
    let known = view.clone();
    fragment()
        .child(row(vec![
            words(counter.number.to_string()),
            words(counter.name.zh.clone()),
            words(names.join(" · ")),
            el("span").class(class).child(t(state)),
            button("text-button", EDIT, None, move || editing.update(|open| *open = !*open)),
        ]))
        .child(live(move || {
            editing.get().then(|| {
                el("tr")
                    .class("editor")
                    .child(
                        el("td")
                            .attr("colspan", "5")
                            .child(editor(hall, Some(&known), counters, editing)),
                    )
            })
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
        deed.run(async move {
            let _kept: CounterView = match id {
                Some(id) => STAFF.put(&format!("/admin/counters/{id}"), &asked).await?,
                None => STAFF.post("/admin/counters", &asked).await?,
            };
            ui::toast(SAVED);
            open.try_set(false);
            counters.refresh();
            hall.groups.refresh();
            Ok(())
        });
    };
    let states =
        [("yes", IN_USE), ("no", OUT_OF_USE)].map(|(key, words): (&str, Phrase)| (key.into(), t(words).into()));
    let every = live(move || {
        let groups_of_bureau = hall.groups.ready().map(|list| list.items).unwrap_or_default();
        let usable = groups_of_bureau.into_iter().filter(|group| group.arranged.active);
        let named = usable.map(|group| {
            (
                group.id.to_string(),
                filled(
                    Phrase {
                        zh: "{} {}",
                        en: "{} {}",
                    },
                    &[&group.prefix, &group.name],
                ),
            )
        });
        checks(GROUPS, named.collect(), groups)
    });
    let fields = vec![
        input("number", NUMBER, number),
        input("text", COUNTER_NAME_ZH, zh),
        input("text", COUNTER_NAME_EN, en),
        select(STATE, states.to_vec(), active),
        every,
    ];
    form(fields, SAVE, deed, Some(open), send)
}
