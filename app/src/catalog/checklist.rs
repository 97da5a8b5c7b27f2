//! The checklist of what to bring, whose ticks this phone keeps.

use crate::ui::{View, el, live};
use std::collections::BTreeSet;

use leptos::prelude::*;
use shared::{catalog::wire::Material, ids::ServiceId};

use super::words::{COPIES, IF_APPLIES, MATERIALS, MATERIALS_KEPT, MATERIALS_NONE, MATERIALS_READY, ORIGINAL};
use crate::{
    browser,
    language::{filled, t},
};

fn place(service: ServiceId) -> String {
    format!("materials:{service}")
}

/// The checklist. Ticks are kept by position, so they hold in both languages.
pub fn checklist(service: ServiceId, materials: Vec<Material>) -> View {
    if materials.is_empty() {
        return el("section")
            .class("block")
            .child(el("h2").class("cells-title").child(t(MATERIALS)))
            .child(el("p").class("small").child(t(MATERIALS_NONE)));
    }
    let kept: BTreeSet<usize> = browser::kept(&place(service))
        .unwrap_or_default()
        .split(',')
        .filter_map(|index| index.parse().ok())
        .collect();
    let ticked = RwSignal::new(kept);
    let total = materials.len().to_string();
    let progress = move || filled(MATERIALS_READY, &[&ticked.with(BTreeSet::len).to_string(), &total]);
    let rows = materials
        .into_iter()
        .enumerate()
        .map(|(index, material)| row(service, index, material, ticked))
        .collect::<Vec<_>>();
    el("section")
        .class("block")
        .child(
            el("div")
                .class("cells-head")
                .child(el("h2").class("cells-title").child(t(MATERIALS)))
                .child(
                    el("span")
                        .class("progress")
                        .attr("role", "status")
                        .child(live(progress)),
                ),
        )
        .child(el("div").class("cells").child(rows))
        .child(el("p").class("small").child(t(MATERIALS_KEPT)))
}

fn row(service: ServiceId, index: usize, material: Material, ticked: RwSignal<BTreeSet<usize>>) -> View {
    let toggle = move |_| {
        ticked.update(|ticked| {
            if !ticked.remove(&index) {
                ticked.insert(index);
            }
            let kept: Vec<String> = ticked.iter().map(ToString::to_string).collect();
            browser::keep(&place(service), &kept.join(","));
        });
    };
    let mut needs = Vec::new();
    if material.original {
        needs.push(t(ORIGINAL).to_owned());
    }
    if material.copies > 0 {
        needs.push(filled(COPIES, &[&material.copies.to_string()]));
    }
    if !material.always {
        needs.push(t(IF_APPLIES).to_owned());
    }
    let tags = needs
        .into_iter()
        .map(|need| el("span").class("tag").child(need))
        .collect::<Vec<_>>();
    el("label")
        .class("cell choice")
        .child(
            el("input")
                .attr("type", "checkbox")
                .live_prop("checked", move || ticked.with(|ticked| ticked.contains(&index)))
                .on("change", toggle),
        )
        .child(
            el("div")
                .class("cell-body")
                .child(material.name)
                .child(material.note.map(|note| el("span").class("cell-note").child(note)))
                .child(el("span").class("tags").child(tags)),
        )
}
