//! For whom: oneself or a family member.

use leptos::prelude::*;
use shared::{
    identity::wire::{FamilyMember, Me, PersonView},
    list::List,
};

use super::{
    choice::Choice,
    words::{ADD_FAMILY, MYSELF},
};
use crate::{
    api::AUTHORIZED,
    identity,
    language::t,
    ui::{Load, Remote, View, choice, el, failed, fragment, link_cell, live, quoted, skeleton},
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

    /// The choice.
    pub fn view(self, form: Choice) -> View {
        let Some((me, family)) = self.me else {
            return oneself(None, form);
        };
        live(move || match me.state.get() {
            Load::Waiting => skeleton(2),
            Load::Failed(failure) if !failure.asks_for_sign_in() => failed(&failure, move || me.again()),
            Load::Ready(Me::Resident(resident)) => match resident.person {
                Some(person) => everyone(person, family, form),
                None => oneself(None, form),
            },
            Load::Failed(_) | Load::Ready(Me::Staff(_)) => oneself(None, form),
        })
    }
}

fn oneself(person: Option<&PersonView>, form: Choice) -> View {
    let name = person.map(|person| {
        el("span")
            .class("cell-note")
            .child(quoted(person.name.clone()))
            .child(" ")
            .child(person.id_number.clone())
    });
    let content = choice(
        "person",
        move || form.person.get().is_none(),
        move || form.person.set(None),
        fragment().child(t(MYSELF)).child(name),
    );
    if person.is_some() {
        content
    } else {
        el("div").class("cells").child(content)
    }
}

fn everyone(me: PersonView, family: Remote<List<FamilyMember>>, form: Choice) -> View {
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
                        fragment()
                            .child(quoted(member.person.name))
                            .child(" ")
                            .child(el("span").class("tag").child(member.relation))
                            .child(el("span").class("cell-note").child(member.person.id_number)),
                    )
                })
                .collect::<Vec<_>>()
        })
    };
    el("div")
        .class("cells")
        .child(oneself(Some(&me), form))
        .child(live(members))
        .child(live(move || {
            link_cell(form.bind_address(), el("span").class("cell-link").child(t(ADD_FAMILY)))
        }))
}
