//! For whom: oneself or a family member.

use leptos::prelude::*;
use shared::{
    identity::wire::{FamilyMember, Me, PersonView},
    list::List,
};

use super::{
    form::Choice,
    words::{ADD_FAMILY, MYSELF},
};
use crate::{
    api::AUTHORIZED,
    identity,
    language::t,
    ui::{Load, Remote, choice, failed, link_cell, skeleton},
};

/// Those for whom can be booked.
#[derive(Clone, Copy)]
pub struct Persons {
    me: Option<(Remote<Me>, Remote<List<FamilyMember>>)>,
}

impl Persons {
    /// Asks who they are, when someone is signed in.
    pub fn fetch() -> Self {
        Self {
            me: identity::is_signed_in().then(|| {
                (
                    Remote::fetch(AUTHORIZED, "/me?kind=resident"),
                    Remote::fetch(AUTHORIZED, "/me/family"),
                )
            }),
        }
    }

    /// Whether nobody is signed in.
    pub fn signed_out(self) -> bool {
        self.me.is_none_or(|(me, _)| match me.state.get() {
            Load::Failed(failure) => failure.asks_for_sign_in(),
            Load::Ready(Me::Staff(_)) => true,
            Load::Ready(Me::Resident(_)) | Load::Waiting => false,
        })
    }

    /// Whether whoever is signed in has not bound an identity yet.
    pub fn unbound(self) -> bool {
        self.me.is_some_and(
            |(me, _)| matches!(me.state.get(), Load::Ready(Me::Resident(resident)) if resident.person.is_none()),
        )
    }

    /// The name of the one who was chosen.
    pub fn name(self, form: Choice) -> String {
        let chosen = form.person.get_untracked();
        self.me
            .and_then(|(me, family)| match (chosen, me.ready()?) {
                (None, Me::Resident(resident)) => Some(resident.person?.name),
                (Some(id), _) => family
                    .ready()?
                    .items
                    .into_iter()
                    .find(|member| member.person.id == id)
                    .map(|member| member.person.name),
                (None, Me::Staff(_)) => None,
            })
            .unwrap_or_default()
    }

    /// The choice.
    pub fn view(self, form: Choice) -> AnyView {
        let Some((me, family)) = self.me else {
            return oneself(None, form);
        };
        (move || match me.state.get() {
            Load::Waiting => skeleton(2),
            Load::Failed(failure) if !failure.asks_for_sign_in() => failed(&failure, move || me.again()),
            Load::Ready(Me::Resident(resident)) => match resident.person {
                Some(person) => everyone(person, family, form),
                None => oneself(None, form),
            },
            Load::Failed(_) | Load::Ready(Me::Staff(_)) => oneself(None, form),
        })
        .into_any()
    }
}

fn oneself(person: Option<&PersonView>, form: Choice) -> AnyView {
    let name = person
        .map(|person| view! { <span class="cell-note">{person.name.clone()}" "{person.id_number.clone()}</span> });
    let content = choice(
        "person",
        move || form.person.get().is_none(),
        move || form.person.set(None),
        view! { {t(MYSELF)}{name} }.into_any(),
    );
    if person.is_some() {
        content
    } else {
        view! { <div class="cells">{content}</div> }.into_any()
    }
}

fn everyone(me: PersonView, family: Remote<List<FamilyMember>>, form: Choice) -> AnyView {
    let members = move || {
        family.ready().map(|family| {
            family
                .items
                .into_iter()
                .map(|member| {
                    let id = member.person.id;
                    choice(
                        "person",
                        move || form.person.get() == Some(id),
                        move || form.person.set(Some(id)),
                        view! {
                            {member.person.name}" "<span class="tag">{member.relation}</span>
                            <span class="cell-note">{member.person.id_number}</span>
                        }
                        .into_any(),
                    )
                })
                .collect_view()
                .into_any()
        })
    };
    view! {
        <div class="cells">
            {oneself(Some(&me), form)}
            {members}
            {move || link_cell(form.bind_address(), view! { <span class="cell-link">{t(ADD_FAMILY)}</span> }.into_any())}
        </div>
    }
    .into_any()
}
