//! The half-screen dialog.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, KeyboardEvent};

use super::view::{View, el, fragment};
use crate::language::{t, words};

words! {
    CLOSE: "关闭" / "Close";
}

/// What takes the focus in a dialog.
const STOPS: &str = ".sheet a[href], .sheet button:not(:disabled), .sheet input, .sheet textarea";

/// A dialog over the lower half of the page. It takes the focus, keeps it, and gives it back; Escape or the backdrop close it.
pub fn dialog(title: String, close: impl Fn() + Clone + 'static, content: View) -> View {
    let name = title.clone();
    let by_key = close.clone();
    let by_backdrop = close.clone();
    let before = StoredValue::new_local(focus());
    on_cleanup(move || {
        before.try_with_value(|before| give_focus(before.as_ref()));
    });
    let pressed = move |event: web_sys::Event| {
        let key = event.unchecked_ref::<KeyboardEvent>();
        match key.key().as_str() {
            "Escape" => by_key(),
            "Tab" => go_round(key),
            _ => {}
        }
    };
    fragment()
        .child(el("div").class("backdrop").on("click", move |_| by_backdrop()))
        .child(
            el("div")
                .class("sheet")
                .attr("role", "dialog")
                .attr("aria-modal", "true")
                .attr("aria-label", name)
                .attr("tabindex", "-1")
                .focused()
                .on("keydown", pressed)
                .child(
                    el("div").class("sheet-top").child(el("h2").child(title)).child(
                        el("button")
                            .attr("type", "button")
                            .class("sheet-close")
                            .attr("aria-label", t(CLOSE))
                            .on("click", move |_| close())
                            .child("×"),
                    ),
                )
                .child(content),
        )
}

fn focus() -> Option<Element> {
    document().active_element()
}

fn give_focus(to: Option<&Element>) {
    if let Some(to) = to.and_then(|to| to.dyn_ref::<HtmlElement>()) {
        to.focus().ok();
    }
}

/// Leads from the last stop to the first and back, so that Tab does not get behind the dialog.
fn go_round(key: &KeyboardEvent) {
    let Ok(stops) = document().query_selector_all(STOPS) else {
        return;
    };
    let stop = |at: u32| stops.get(at).and_then(|stop| stop.dyn_into::<Element>().ok());
    let (first, last) = (stop(0), stop(stops.length().saturating_sub(1)));
    let here = focus();
    let to = if key.shift_key() {
        // The dialog itself has the focus when it opens.
        (here == first || here.is_some_and(|here| here.get_attribute("role").is_some())).then_some(last)
    } else {
        (here == last).then_some(first)
    };
    if let Some(to) = to {
        key.prevent_default();
        give_focus(to.as_ref());
    }
}
