//! The resident's own page.

use leptos::prelude::*;
use shared::identity::wire::{Me, ResidentView};

use super::{
    binding, family, session,
    words::{
        ACCOUNT, ELDER, ELDER_WHY, ID_NUMBER, LANGUAGE, ME, NAME, PERSON, PHONE, SETTINGS, SIGN_IN, SIGN_IN_FIRST,
        SIGN_OUT, SIGNED_OUT, language_name,
    },
};
use crate::{
    api::AUTHORIZED,
    language::{self, Language, t},
    routes,
    ui::{self, Deed, Load, Remote, Tab, button, cells, choice, empty, fact, failed, skeleton, toast},
};

/// The page.
pub fn page() -> AnyView {
    let content = view! { {account()} {settings()} }.into_any();
    ui::page(t(ME), Some(Tab::Me), content)
}

fn account() -> AnyView {
    if !session::is_signed_in() {
        return signed_out();
    }
    let me = Remote::<Me>::fetch(AUTHORIZED, "/me?kind=resident");
    (move || match me.state.get() {
        Load::Waiting => skeleton(3),
        Load::Ready(Me::Resident(resident)) => known(resident, me),
        // A member of staff who is signed in on this device is no resident.
        Load::Ready(Me::Staff(_)) => signed_out(),
        Load::Failed(failure) if failure.asks_for_sign_in() => {
            session::forget_sign_in();
            signed_out()
        }
        Load::Failed(failure) => failed(&failure, move || me.again()),
    })
    .into_any()
}

fn signed_out() -> AnyView {
    let here = routes::address();
    let way_on = view! { <a class="button primary" href=routes::sign_in_for(&here)>{t(SIGN_IN)}</a> }.into_any();
    empty(SIGN_IN_FIRST, Some(way_on))
}

fn known(resident: ResidentView, me: Remote<Me>) -> AnyView {
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
        Some(person) => view! {
            {cells(
                t(PERSON),
                view! { {fact(t(NAME), person.name)} {fact(t(ID_NUMBER), person.id_number)} }.into_any(),
            )}
            {family::section()}
        }
        .into_any(),
        None => view! {
            <section class="block"><h2 class="cells-title">{t(PERSON)}</h2>{binding::form(move || me.again())}</section>
        }
        .into_any(),
    };
    view! {
        {cells(t(ACCOUNT), fact(t(PHONE), resident.phone))}
        {person}
        {leaving.outcome()}
        <div class="actions">{button("button plain", SIGN_OUT, Some(leaving), leave)}</div>
    }
    .into_any()
}

fn settings() -> AnyView {
    let languages = [Language::Chinese, Language::English].map(|offered| {
        choice(
            "language",
            move || language::language() == offered,
            move || language::choose(offered),
            view! { <span lang=offered.tag()>{language_name(offered)}</span> }.into_any(),
        )
    });
    let elder = view! {
        <label class="cell choice">
            <div class="cell-body">{t(ELDER)}<span class="cell-note">{t(ELDER_WHY)}</span></div>
            <input type="checkbox" class="switch" role="switch" prop:checked=session::elder_mode() on:change=|_| session::toggle_elder_mode()/>
        </label>
    }
    .into_any();
    view! {
        <fieldset class="block"><legend class="cells-title">{t(LANGUAGE)}</legend><div class="cells">{languages}</div></fieldset>
        {cells(t(SETTINGS), elder)}
    }
    .into_any()
}
