//! Lists of cells.

use super::{
    quoted,
    view::{View, el},
};
use crate::language::{Phrase, t};

/// A group of cells under its title.
pub fn cells(title: &str, content: View) -> View {
    let title = (!title.is_empty()).then(|| el("h2").class("cells-title").child(title.to_owned()));
    el("section")
        .class("block")
        .child(title)
        .child(el("div").class("cells").child(content))
}

/// A cell with a name and a value.
pub fn fact(name: &str, value: impl Into<String>) -> View {
    el("div")
        .class("cell fact")
        .child(el("span").class("fact-name").child(name.to_owned()))
        .child(el("span").class("fact-value").child(quoted(value)))
}

/// A cell that leads somewhere.
pub fn link_cell(to: String, content: View) -> View {
    el("a")
        .class("cell link")
        .attr("href", to)
        .child(el("div").class("cell-body").child(content))
}

/// A cell of which one in its group is chosen.
pub fn choice(
    group: &'static str,
    chosen: impl Fn() -> bool + 'static,
    choose: impl Fn() + 'static,
    content: View,
) -> View {
    el("label")
        .class("cell choice")
        .child(
            el("input")
                .attr("type", "radio")
                .attr("name", group)
                .live_prop("checked", chosen)
                .on("change", move |_| choose()),
        )
        .child(el("div").class("cell-body").child(content))
}

/// A cell that is on or off, with what that means under it.
pub fn switch(words: Phrase, note: Phrase, on: impl Fn() -> bool + 'static, flip: impl Fn() + 'static) -> View {
    el("label")
        .class("cell choice")
        .child(
            el("div")
                .class("cell-body")
                .child(t(words))
                .child(el("span").class("cell-note").child(t(note))),
        )
        .child(
            el("input")
                .attr("type", "checkbox")
                .class("switch")
                .attr("role", "switch")
                .live_prop("checked", on)
                .on("change", move |_| flip()),
        )
}
