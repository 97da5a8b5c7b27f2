//! The half-screen dialog.

use super::view::{View, el, fragment};
use wasm_bindgen::JsCast;
use web_sys::KeyboardEvent;

use crate::language::{t, words};

words! {
    CLOSE: "关闭" / "Close";
}

/// A dialog over the lower half of the page. It takes the focus, and Escape or the backdrop close it.
pub fn dialog(title: String, close: impl Fn() + Clone + 'static, content: View) -> View {
    let name = title.clone();
    let by_key = close.clone();
    let by_backdrop = close.clone();
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
                .on("keydown", move |event| {
                    if event.unchecked_ref::<KeyboardEvent>().key() == "Escape" {
                        by_key();
                    }
                })
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
