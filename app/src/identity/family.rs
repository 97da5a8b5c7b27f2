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
    ui::{self, Deed, Field, Keyboard, Remote, button, cells, dialog, toast},
};

fn relation_wrong(text: &str) -> Option<Phrase> {
    (!(1..=10).contains(&text.trim().chars().count())).then_some(RELATION_WRONG)
}

/// The list, with adding and removing.
pub fn section() -> AnyView {
    let family = Remote::<List<FamilyMember>>::fetch(AUTHORIZED, "/me/family");
    let adding = RwSignal::new(false);
    let removing = RwSignal::new(None::<FamilyMember>);
    let members = family.view(2, move |family| {
        family
            .items
            .into_iter()
            .map(|member| row(member, removing))
            .collect_view()
            .into_any()
    });
    let content = view! {
        {members}
        {move || {
            if adding.get() {
                add(family, adding)
            } else {
                button("cell add", FAMILY_ADD, None, move || adding.set(true))
            }
        }}
    }
    .into_any();
    view! {
        {cells(t(FAMILY), content)}
        <p class="small">{t(FAMILY_WHY)}</p>
        {move || removing.get().map(|member| ask(member, removing, family))}
    }
    .into_any()
}

fn row(member: FamilyMember, removing: RwSignal<Option<FamilyMember>>) -> AnyView {
    let person = member.person.clone();
    view! {
        <div class="cell">
            <div class="cell-body">
                <strong>{person.name}</strong>" "<span class="tag">{member.relation.clone()}</span>
                <span class="cell-note">{person.id_number}</span>
            </div>
            <button type="button" class="text-button" on:click=move |_| removing.set(Some(member.clone()))>{t(FAMILY_REMOVE)}</button>
        </div>
    }
    .into_any()
}

fn ask(member: FamilyMember, removing: RwSignal<Option<FamilyMember>>, family: Remote<List<FamilyMember>>) -> AnyView {
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
    let content = view! {
        <p>{filled(FAMILY_REMOVE_ASK, &[&member.person.name])}</p>
        {deed.outcome()}
        <div class="actions side">
            {button("button plain", CANCEL, None, close)}
            {button("button danger", FAMILY_REMOVE, Some(deed), remove)}
        </div>
    }
    .into_any();
    dialog(t(FAMILY_REMOVE).to_owned(), close, content)
}

fn add(family: Remote<List<FamilyMember>>, adding: RwSignal<bool>) -> AnyView {
    let name = Field::new(name_wrong);
    let number = Field::new(id_number_wrong);
    let relation = Field::new(relation_wrong);
    let deed = Deed::new();
    let ready = move || name.is_right() && number.is_right() && relation.is_right();
    let send = move |event: web_sys::SubmitEvent| {
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
            adding.try_set(false);
            toast(FAMILY_ADDED);
            family.refresh();
            Ok(())
        });
    };
    view! {
        <form class="inset" on:submit=send>
            {name.view("family-name", NAME, NAME_HINT, Keyboard::Text { fill: "off" }, None)}
            {number.view("family-id-number", ID_NUMBER, ID_NUMBER_HINT, Keyboard::Text { fill: "off" }, None)}
            {relation.view("relation", RELATION, RELATION_HINT, Keyboard::Text { fill: "off" }, None)}
            {deed.outcome()}
            <div class="actions side">
                {button("button plain", CANCEL, None, move || adding.set(false))}
                {ui::submit(FAMILY_ADD, deed, ready)}
            </div>
        </form>
    }
    .into_any()
}
