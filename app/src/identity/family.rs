//! The family members for whom a resident may act.

use leptos::prelude::*;
use shared::{
    identity::wire::{FamilyMember, FamilyRequest},
    list::List,
};

use super::{
    binding::{id_number_wrong, name_wrong},
    words::{
        CANCEL, FAMILY, FAMILY_ADD, FAMILY_ADDED, FAMILY_REMOVE, FAMILY_REMOVE_ASK, FAMILY_REMOVED, FAMILY_WHY,
        ID_NUMBER, ID_NUMBER_HINT, NAME, NAME_HINT, RELATION, RELATION_HINT, RELATION_WRONG,
    },
};
use crate::{
    api::{AUTHORIZED, Anything},
    language::{Phrase, filled, t},
    ui::{self, Deed, Field, Keyboard, Remote, View, button, cells, dialog, el, fragment, live, side_by_side, toast},
};

fn relation_wrong(text: &str) -> Option<Phrase> {
    (!(1..=10).contains(&text.trim().chars().count())).then_some(RELATION_WRONG)
}

/// The list, with adding and removing.
pub fn section() -> View {
    let family = Remote::<List<FamilyMember>>::fetch(AUTHORIZED, "/me/family");
    let adding = RwSignal::new(false);
    let removing = RwSignal::new(None::<FamilyMember>);
    let members = family.view(2, move |family| {
        let rows: Vec<View> = family.items.into_iter().map(|member| row(member, removing)).collect();
        fragment().child(rows)
    });
    let content = fragment().child(members).child(live(move || {
        if adding.get() {
            add(family, adding)
        } else {
            button("cell add", FAMILY_ADD, None, move || adding.set(true))
        }
    }));
    fragment()
        .child(cells(t(FAMILY), content))
        .child(el("p").class("small").child(t(FAMILY_WHY)))
        .child(live(move || removing.get().map(|member| ask(member, removing, family))))
}

fn row(member: FamilyMember, removing: RwSignal<Option<FamilyMember>>) -> View {
    let person = member.person.clone();
    el("div")
        .class("cell")
        .child(
            el("div")
                .class("cell-body")
                .child(el("strong").child(person.name))
                .child(" ")
                .child(el("span").class("tag").child(member.relation.clone()))
                .child(el("span").class("cell-note").child(person.id_number)),
        )
        .child(
            el("button")
                .attr("type", "button")
                .class("text-button")
                .on("click", move |_| removing.set(Some(member.clone())))
                .child(t(FAMILY_REMOVE)),
        )
}

fn ask(member: FamilyMember, removing: RwSignal<Option<FamilyMember>>, family: Remote<List<FamilyMember>>) -> View {
    let deed = Deed::new();
    let id = member.person.id;
    let remove = move || {
        deed.run(async move {
            AUTHORIZED.delete(&format!("/me/family/{id}")).await?;
            removing.try_set(None);
            toast(FAMILY_REMOVED);
            family.refresh();
            Ok(())
        });
    };
    let close = move || removing.set(None);
    let content = fragment()
        .child(el("p").child(filled(FAMILY_REMOVE_ASK, &[&member.person.name])))
        .child(deed.outcome())
        .child(side_by_side(
            button("button plain", CANCEL, None, close),
            button("button danger", FAMILY_REMOVE, Some(deed), remove),
        ));
    dialog(t(FAMILY_REMOVE).to_owned(), close, content)
}

fn add(family: Remote<List<FamilyMember>>, adding: RwSignal<bool>) -> View {
    let name = Field::new(name_wrong);
    let number = Field::new(id_number_wrong);
    let relation = Field::new(relation_wrong);
    let deed = Deed::new();
    let ready = move || name.is_right() && number.is_right() && relation.is_right();
    let send = move |event: web_sys::Event| {
        event.prevent_default();
        if !ready() {
            return;
        }
        deed.run(async move {
            let asked = FamilyRequest {
                name: name.now(),
                id_number: number.now(),
                relation: relation.now(),
            };
            AUTHORIZED.post::<Anything>("/me/family", &asked).await?;
            ui::forget_drafts();
            adding.try_set(false);
            toast(FAMILY_ADDED);
            family.refresh();
            Ok(())
        });
    };
    el("form")
        .class("inset")
        .on("submit", send)
        .child(name.view("family-name", NAME, NAME_HINT, Keyboard::Text { fill: "off" }, None))
        .child(number.view(
            "family-id-number",
            ID_NUMBER,
            ID_NUMBER_HINT,
            Keyboard::Text { fill: "off" },
            None,
        ))
        .child(relation.view(
            "relation",
            RELATION,
            RELATION_HINT,
            Keyboard::Text { fill: "off" },
            None,
        ))
        .child(deed.outcome())
        .child(side_by_side(
            button("button plain", CANCEL, None, move || adding.set(false)),
            ui::submit(FAMILY_ADD, deed, ready),
        ))
}
