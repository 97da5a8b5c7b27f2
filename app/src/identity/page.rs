//! The resident's own page.

use leptos::prelude::*;
use shared::identity::wire::{Me, ResidentView};

use super::{
    binding, family, session,
    words::{
        ACCOUNT, ACCOUNT_SAFETY, CASES, ELDER, ELDER_WHY, FINES, ID_NUMBER, LANGUAGE, ME, MINE, NAME, PERSON, PHONE,
        SETTINGS, SIGN_IN, SIGN_IN_FIRST, SIGN_OUT, SIGNED_OUT, SLIPS, language_name,
    },
};
use crate::{
    api::AUTHORIZED,
    language::{self, Language, Phrase, t},
    routes,
    ui::{
        self, Deed, Load, Remote, Tab, View, actions, button, cells, choice, el, empty, fact, failed, fragment,
        link_cell, live, skeleton, toast, way,
    },
};

/// The page; `record` is what other pages know of a resident whose identity is confirmed.
pub fn page(record: fn() -> View) -> View {
    let content = fragment().child(account(record)).child(settings());
    ui::page(t(ME), Some(Tab::Me), content)
}

fn account(record: fn() -> View) -> View {
    if !session::is_signed_in() {
        return signed_out();
    }
    let me = Remote::<Me>::fetch(AUTHORIZED, "/me?kind=resident");
    live(move || match me.state.get() {
        Load::Waiting => skeleton(3),
        Load::Ready(Me::Resident(resident)) => known(resident, me, record),
        // A member of staff who is signed in on this device is no resident.
        Load::Ready(Me::Staff(_)) => signed_out(),
        Load::Failed(failure) if failure.asks_for_sign_in() => {
            session::forget_sign_in();
            signed_out()
        }
        Load::Failed(failure) => failed(&failure, move || me.again()),
    })
}

fn signed_out() -> View {
    sign_in_first(SIGN_IN_FIRST)
}

/// What stands in place of one's own things while nobody is signed in, so that nothing is asked for in vain.
pub fn sign_in_first(words: Phrase) -> View {
    let here = routes::address();
    empty(words, Some(way("button primary", SIGN_IN, routes::sign_in_for(&here))))
}

fn known(resident: ResidentView, me: Remote<Me>, record: fn() -> View) -> View {
    let leaving = Deed::new();
    let leave = move || {
        leaving.run(async move {
            match AUTHORIZED.delete("/auth/sessions/current?kind=resident").await {
                Err(failure) if !failure.asks_for_sign_in() => return Err(failure),
                _ => {}
            }
            session::forget_sign_in();
            toast(SIGNED_OUT);
            routes::replace("/");
            Ok(())
        });
    };
    let person = match resident.person {
        Some(person) => fragment()
            .child(cells(
                t(PERSON),
                fragment()
                    .child(fact(t(NAME), person.name))
                    .child(fact(t(ID_NUMBER), person.id_number)),
            ))
            .child(family::section())
            .child(record()),
        None => el("section")
            .class("block")
            .child(el("h2").class("cells-title").child(t(PERSON)))
            .child(binding::form(move || me.again())),
    };
    fragment()
        .child(cells(
            t(ACCOUNT),
            fragment()
                .child(fact(t(PHONE), resident.phone))
                .child(link_cell("/account".to_owned(), el("span").child(t(ACCOUNT_SAFETY)))),
        ))
        .child(cells(
            t(MINE),
            fragment().child(
                [("/fines", FINES), ("/cases", CASES), ("/slips", SLIPS)]
                    .map(|(to, words)| link_cell(to.to_owned(), el("span").child(t(words)))),
            ),
        ))
        .child(person)
        .child(leaving.outcome())
        .child(actions(button("button plain", SIGN_OUT, Some(leaving), leave)))
}

fn settings() -> View {
    let languages = [Language::Chinese, Language::English].map(|offered| {
        choice(
            "language",
            move || language::language() == offered,
            move || language::choose(offered),
            el("span").attr("lang", offered.tag()).child(language_name(offered)),
        )
    });
    let elder = ui::switch(ELDER, ELDER_WHY, session::elder_mode, session::toggle_elder_mode);
    fragment()
        .child(
            el("fieldset")
                .class("block")
                .child(el("legend").class("cells-title").child(t(LANGUAGE)))
                .child(el("div").class("cells").child(languages)),
        )
        .child(cells(t(SETTINGS), elder))
}
