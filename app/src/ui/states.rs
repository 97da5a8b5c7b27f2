//! What a page shows while it waits, when there is nothing, and when something failed.

use leptos::prelude::Set;
use shared::problem::NOT_FOUND;

use super::{
    Icon, button, icon,
    view::{View, el},
    way,
};
use crate::{
    api::{self, Failure},
    language::{Phrase, filled, t, words},
    routes,
};

words! {
    LOADING: "正在加载" / "Loading";
    TRY_AGAIN: "重试" / "Try again";
    TO_LIST: "返回列表" / "Go to the list";
    SIGN_IN: "去登录" / "Sign in";
    REFERENCE: "请求编号 {}" / "Request id {}";
}

/// Grey lines where content will stand.
pub fn skeleton(lines: usize) -> View {
    el("div")
        .class("skeletons")
        .attr("role", "status")
        .attr("aria-label", t(LOADING))
        .child((0..lines).map(|_| el("div").class("skeleton")).collect::<Vec<_>>())
}

/// There is nothing, and what one can do about it.
pub fn empty(words: Phrase, way_on: Option<View>) -> View {
    el("div")
        .class("state")
        .child(el("div").class("state-icon").child(icon(Icon::Inbox)))
        .child(el("p").child(t(words)))
        .child(way_on)
}

/// A sentence set apart.
pub fn notice(kind: &'static str, words: impl Into<String>) -> View {
    let words: String = words.into();
    let picture = if kind == "good" { Icon::Check } else { Icon::Alert };
    el("p")
        .class(&format!("notice {kind}"))
        .child(icon(picture))
        .child(el("span").child(words))
}

/// The failure in one block above a button.
pub fn failed_line(failure: &Failure) -> View {
    let reference = failure
        .reference()
        .map(|id| el("small").class("reference").child(filled(REFERENCE, &[id])));
    let way_on = failure.asks_for_sign_in().then(|| sign_in("notice-way"));
    el("div").class("notice bad").child(icon(Icon::Alert)).child(
        el("span")
            .child(el("strong").child(failure.title()))
            .child(el("br"))
            .child(failure.advice())
            .child(reference)
            .child(way_on),
    )
}

/// The way to the sign-in, which is a page of the residents' and lies over the staff's.
fn sign_in(class: &'static str) -> View {
    if routes::here().is_of_staff() {
        return button(class, SIGN_IN, None, || api::signed_out().set(true));
    }
    way(class, SIGN_IN, routes::sign_in_for(&routes::address()))
}

/// The failure in place of the content, with the way on.
pub fn failed(failure: &Failure, again: impl Fn() + 'static) -> View {
    let list = routes::list_of(routes::here()).filter(|_| failure.is(&NOT_FOUND));
    let way_on = match list {
        _ if failure.asks_for_sign_in() => sign_in("button primary"),
        Some(list) => way("button plain", TO_LIST, list),
        None => button("button plain", TRY_AGAIN, None, again),
    };
    let reference = failure
        .reference()
        .map(|id| el("small").class("reference").child(filled(REFERENCE, &[id])));
    el("div")
        .class("state")
        .attr("role", "alert")
        .child(el("div").class("state-icon").child(icon(Icon::Alert)))
        .child(el("p").child(el("strong").child(failure.title())))
        .child(el("p").child(failure.advice()))
        .child(reference)
        .child(way_on)
}
