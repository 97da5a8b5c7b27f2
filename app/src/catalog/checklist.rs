//! The checklist of what to bring, whose ticks this phone keeps.

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
pub fn checklist(service: ServiceId, materials: Vec<Material>) -> AnyView {
    if materials.is_empty() {
        return view! { <section class="block"><h2 class="cells-title">{t(MATERIALS)}</h2><p class="small">{t(MATERIALS_NONE)}</p></section> }
            .into_any();
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
        .collect_view();
    view! {
        <section class="block">
            <div class="cells-head"><h2 class="cells-title">{t(MATERIALS)}</h2><span class="progress" role="status">{progress}</span></div>
            <div class="cells">{rows}</div>
            <p class="small">{t(MATERIALS_KEPT)}</p>
        </section>
    }
    .into_any()
}

fn row(service: ServiceId, index: usize, material: Material, ticked: RwSignal<BTreeSet<usize>>) -> AnyView {
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
        .map(|need| view! { <span class="tag">{need}</span> }.into_any())
        .collect_view();
    view! {
        <label class="cell choice">
            <input type="checkbox" prop:checked=move || ticked.with(|ticked| ticked.contains(&index)) on:change=toggle/>
            <div class="cell-body">
                {material.name}
                {material.note.map(|note| view! { <span class="cell-note">{note}</span> })}
                <span class="tags">{tags}</span>
            </div>
        </label>
    }
    .into_any()
}
