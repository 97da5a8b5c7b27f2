//! Pulling a page down at its top, which in WeChat means: show me how it is now.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Event, TouchEvent};

use super::view::{View, el, live};
use crate::{
    browser::{self, Task},
    language::{t, words},
};

words! {
    PULL: "下拉刷新" / "Pull to refresh";
    LET_GO: "松开刷新" / "Let go to refresh";
    REFRESHING: "正在刷新…" / "Refreshing…";
}

/// So many pixels down, letting go refreshes. The page follows the finger half as fast.
const FAR: i32 = 56;
/// The page gives way no further.
const FARTHEST: i32 = 96;

/// How far a page is pulled.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Pull {
    /// Not at all.
    None,
    /// So many pixels.
    Down(i32),
    /// It was, and is being fetched.
    Refreshing,
}

impl Pull {
    const fn height(self) -> i32 {
        match self {
            Self::None => 0,
            Self::Down(pixels) => pixels,
            Self::Refreshing => FAR,
        }
    }
}

/// Content that does something again when it is pulled down.
pub fn pulled(content: View, again: impl Fn() -> Task<()> + 'static) -> View {
    let pull = RwSignal::new(Pull::None);
    let begun = StoredValue::new(None::<i32>);
    let begin = move |event: Event| {
        let at_top = window().scroll_y().is_ok_and(|down| down <= 0.0);
        let free = pull.get_untracked() == Pull::None && !dialog_is_open();
        begun.set_value(finger(&event).filter(|_| at_top && free));
    };
    let follow = move |event: Event| {
        let (Some(from), Some(at)) = (begun.get_value(), finger(&event)) else {
            return;
        };
        let down = ((at - from) / 2).clamp(0, FARTHEST);
        // The browser's own answer to the same gesture is to load everything anew.
        if down > 0 && event.cancelable() {
            event.prevent_default();
        }
        pull.set(if down > 0 { Pull::Down(down) } else { Pull::None });
    };
    let let_go = move |_| {
        begun.set_value(None);
        let Pull::Down(down) = pull.get_untracked() else {
            return;
        };
        if down < FAR {
            pull.set(Pull::None);
            return;
        }
        pull.set(Pull::Refreshing);
        let again = again();
        browser::beside(Box::pin(async move {
            again.await;
            // The page may have been left meanwhile.
            pull.try_set(Pull::None);
        }));
    };
    let words = move || match pull.get() {
        Pull::None => None,
        Pull::Down(down) if down < FAR => Some(t(PULL)),
        Pull::Down(_) => Some(t(LET_GO)),
        Pull::Refreshing => Some(t(REFRESHING)),
    };
    el("div")
        .class("pulled")
        .on("touchstart", begin)
        .on("touchmove", follow)
        .on("touchend", let_go)
        .child(
            el("p")
                .class("pull")
                .attr("role", "status")
                .live_prop("style", move || format!("height:{}px", pull.get().height()))
                .child(live(words)),
        )
        .child(content)
}

/// How far down the one finger is that touches the screen.
fn finger(event: &Event) -> Option<i32> {
    let touches = event.unchecked_ref::<TouchEvent>().touches();
    let only = touches.get(0).filter(|_| touches.length() == 1)?;
    Some(only.client_y())
}

fn dialog_is_open() -> bool {
    document()
        .query_selector("[role=dialog]")
        .is_ok_and(|found| found.is_some())
}
