//! What a page shows while it waits, when there is nothing, and when something failed.

use leptos::prelude::*;

use super::{Icon, icon};
use crate::{
    api::Failure,
    language::{Phrase, filled, t, words},
    routes,
};

words! {
    LOADING: "正在加载" / "Loading";
    TRY_AGAIN: "重试" / "Try again";
    SIGN_IN: "去登录" / "Sign in";
    REFERENCE: "请求编号 {}" / "Request id {}";
}

/// Grey lines where content will stand.
pub fn skeleton(lines: usize) -> AnyView {
    view! {
        <div class="skeletons" role="status" aria-label=t(LOADING)>
            {(0..lines).map(|_| view! { <div class="skeleton"></div> }.into_any()).collect::<Vec<_>>()}
        </div>
    }
    .into_any()
}

/// There is nothing, and what one can do about it.
pub fn empty(words: Phrase, way_on: Option<AnyView>) -> AnyView {
    view! { <div class="state"><div class="state-icon">{icon(Icon::Inbox)}</div><p>{t(words)}</p>{way_on}</div> }
        .into_any()
}

/// A sentence set apart.
pub fn notice(kind: &'static str, words: impl Into<String>) -> AnyView {
    let words: String = words.into();
    let picture = if kind == "good" { Icon::Check } else { Icon::Alert };
    view! { <p class=format!("notice {kind}")>{icon(picture)}<span>{words}</span></p> }.into_any()
}

/// The failure in one block above a button.
pub fn failed_line(failure: &Failure) -> AnyView {
    let reference = failure
        .reference()
        .map(|id| view! { <small class="reference">{filled(REFERENCE, &[id])}</small> });
    view! {
        <div class="notice bad">
            {icon(Icon::Alert)}<span><strong>{failure.title()}</strong><br/>{failure.advice()}{reference}</span>
        </div>
    }
    .into_any()
}

/// The failure in place of the content, with the way on.
pub fn failed(failure: &Failure, again: impl Fn() + Send + Sync + 'static) -> AnyView {
    let way_on = if failure.asks_for_sign_in() {
        view! { <a class="button primary" href=routes::sign_in_for(&routes::address())>{t(SIGN_IN)}</a> }.into_any()
    } else {
        view! { <button type="button" class="button plain" on:click=move |_| again()>{t(TRY_AGAIN)}</button> }
            .into_any()
    };
    let reference = failure
        .reference()
        .map(|id| view! { <small class="reference">{filled(REFERENCE, &[id])}</small> });
    view! {
        <div class="state" role="alert">
            <div class="state-icon">{icon(Icon::Alert)}</div>
            <p><strong>{failure.title()}</strong></p>
            <p>{failure.advice()}</p>
            {reference}
            {way_on}
        </div>
    }
    .into_any()
}
