//! The fields of the manager's forms: one line each, with its label.

use leptos::prelude::*;
use shared::ids::GroupId;

use super::{
    shell::Hall,
    words::{CANCEL, GROUP, WEEKDAY_NAMES, WHOLE_HALL},
};
use crate::{
    language::{Phrase, t},
    ui::{Deed, View, button, el, live, submit},
};

/// The names of weekdays on the wire.
pub const WEEKDAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// What a weekday is called.
pub fn weekday_name(name: &str) -> &'static str {
    let at = WEEKDAYS.iter().position(|known| *known == name);
    at.and_then(|at| WEEKDAY_NAMES.get(at).copied())
        .map(t)
        .unwrap_or_default()
}

/// A field of one of the browser's kinds: `text`, `number`, `date`, `time`.
pub fn input(kind: &'static str, label: Phrase, value: RwSignal<String>) -> View {
    el("label").class("input").child(el("span").child(t(label))).child(
        el("input")
            .attr("type", kind)
            .attr("autocomplete", "off")
            .live_prop("value", move || value.get())
            .on("input", move |event| value.set(event_target_value(&event))),
    )
}

/// A field of several lines.
pub fn area(label: Phrase, value: RwSignal<String>) -> View {
    el("label").class("input wide").child(el("span").child(t(label))).child(
        el("textarea")
            .attr("rows", "3")
            .live_prop("value", move || value.get())
            .on("input", move |event| value.set(event_target_value(&event))),
    )
}

/// A choice of one.
pub fn select(label: Phrase, options: Vec<(String, String)>, value: RwSignal<String>) -> View {
    let chosen = value.get_untracked();
    let options = options.into_iter().map(|(key, name)| {
        el("option")
            .attr("selected", key == chosen)
            .attr("value", key)
            .child(name)
    });
    el("label").class("input").child(el("span").child(t(label))).child(
        el("select")
            .on("change", move |event| value.set(event_target_value(&event)))
            .child(options.collect::<Vec<_>>()),
    )
}

/// A choice of any.
pub fn checks(label: Phrase, options: Vec<(String, String)>, chosen: RwSignal<Vec<String>>) -> View {
    // Many are found by the eye when they stand in columns.
    let class = if options.len() > 20 { "checks many" } else { "checks" };
    let boxes = options.into_iter().map(|(key, name)| {
        let (shown, toggled) = (key.clone(), key);
        el("label")
            .class("check")
            .child(
                el("input")
                    .attr("type", "checkbox")
                    .live_prop("checked", move || chosen.with(|all| all.contains(&shown)))
                    .on("change", move |_| {
                        chosen.update(|all| match all.iter().position(|known| *known == toggled) {
                            Some(at) => {
                                all.remove(at);
                            }
                            None => all.push(toggled.clone()),
                        });
                    }),
            )
            .child(name)
    });
    el("fieldset")
        .class("input wide")
        .child(el("legend").child(t(label)))
        .child(el("div").class(class).child(boxes.collect::<Vec<_>>()))
}

/// The weekdays to choose from.
pub fn weekday_options() -> Vec<(String, String)> {
    WEEKDAYS
        .map(|name| (name.to_owned(), weekday_name(name).to_owned()))
        .to_vec()
}

/// The groups that the hall serves.
pub fn group_options(hall: Hall) -> Vec<(String, String)> {
    let named = |group: shared::catalog::arrangements::GroupView| {
        (group.id.to_string(), format!("{} {}", group.prefix, group.name))
    };
    hall.served().into_iter().map(named).collect()
}

/// A choice between the whole hall and one of its groups.
pub fn whole_or_group(hall: Hall, value: RwSignal<String>) -> View {
    live(move || {
        let whole = (String::new(), t(WHOLE_HALL).to_owned());
        let options = std::iter::once(whole).chain(group_options(hall)).collect();
        select(GROUP, options, value)
    })
}

/// The group that was chosen.
pub fn group_of(value: RwSignal<String>) -> Option<GroupId> {
    value.get_untracked().parse().ok()
}

/// A whole number; zero for anything else, which the server then refuses by its rules.
pub fn number_of(value: RwSignal<String>) -> i32 {
    value.get_untracked().trim().parse().unwrap_or_default()
}

/// A value that was left out.
pub fn optional<T: std::str::FromStr>(value: RwSignal<String>) -> Option<T> {
    value.get_untracked().trim().parse().ok()
}

/// A field that begins with a value.
pub fn filled_with(value: impl Into<String>) -> RwSignal<String> {
    RwSignal::new(value.into())
}

/// A form with its fields, how it failed, and its buttons.
pub fn form(
    fields: Vec<View>,
    save: Phrase,
    deed: Deed,
    cancel: Option<RwSignal<bool>>,
    send: impl Fn() + 'static,
) -> View {
    let cancel = cancel.map(|open| button("button plain", CANCEL, None, move || open.set(false)));
    el("form")
        .class("panel form")
        .on("submit", move |event| {
            event.prevent_default();
            send();
        })
        .child(el("div").class("inputs").child(fields))
        .child(deed.outcome())
        .child(
            el("div")
                .class("form-actions")
                .child(submit(save, deed, || true))
                .child(cancel),
        )
}

/// A table with its head.
pub fn table(head: &[Phrase], rows: Vec<View>) -> View {
    let head = head.iter().map(|words| el("th").attr("scope", "col").child(t(*words)));
    el("div").class("panel").child(
        el("table")
            .child(el("thead").child(el("tr").child(head.collect::<Vec<_>>())))
            .child(el("tbody").child(rows)),
    )
}

/// A row of a table, whose first cell names it.
pub fn row(cells: Vec<View>) -> View {
    let mut cells = cells.into_iter();
    let first = cells.next().map(|cell| el("th").attr("scope", "row").child(cell));
    el("tr")
        .child(first)
        .child(cells.map(|cell| el("td").child(cell)).collect::<Vec<_>>())
}

/// Words in a cell.
pub fn words(text: impl Into<String>) -> View {
    el("span").child(text.into())
}
