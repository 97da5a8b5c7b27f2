//! The field in which a recipient signs with a finger, a pen or a mouse.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement, PointerEvent};

use super::desk_words::{SIGN, SIGN_AGAIN};
use crate::{
    language::t,
    ui::{View, button, el},
};

const FIELD: &str = "signature";

fn canvas() -> Option<HtmlCanvasElement> {
    document().get_element_by_id(FIELD)?.dyn_into().ok()
}

fn pen() -> Option<CanvasRenderingContext2d> {
    canvas()?.get_context("2d").ok()??.dyn_into().ok()
}

/// The field; it says whether something was drawn.
pub fn field(drawn: RwSignal<bool>) -> View {
    let down = RwSignal::new(false);
    let place = |event: &web_sys::Event| {
        let event: &PointerEvent = event.unchecked_ref();
        (f64::from(event.offset_x()), f64::from(event.offset_y()))
    };
    let begin = move |event: web_sys::Event| {
        let (Some(pen), (x, y)) = (pen(), place(&event)) else {
            return;
        };
        pen.set_line_width(3.0);
        pen.begin_path();
        pen.move_to(x, y);
        down.set(true);
    };
    let draw = move |event: web_sys::Event| {
        let (Some(pen), (x, y)) = (pen().filter(|_| down.get_untracked()), place(&event)) else {
            return;
        };
        pen.line_to(x, y);
        pen.stroke();
        drawn.set(true);
    };
    let clear = move || {
        if let (Some(canvas), Some(pen)) = (canvas(), pen()) {
            pen.clear_rect(0.0, 0.0, f64::from(canvas.width()), f64::from(canvas.height()));
        }
        drawn.set(false);
    };
    el("div")
        .class("signature")
        .child(el("p").child(t(SIGN)))
        .child(
            el("canvas")
                .attr("id", FIELD)
                .attr("width", "480")
                .attr("height", "160")
                .attr("aria-label", t(SIGN))
                .on("pointerdown", begin)
                .on("pointermove", draw)
                .on("pointerup", move |_| down.set(false))
                .on("pointerleave", move |_| down.set(false)),
        )
        .child(button("text-button", SIGN_AGAIN, None, clear))
}

/// What was drawn, as PNG in base64.
pub fn drawing() -> Option<String> {
    let text = canvas()?.to_data_url().ok()?;
    text.split_once(',').map(|(_, picture)| picture.to_owned())
}
