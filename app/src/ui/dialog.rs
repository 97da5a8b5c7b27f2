//! The half-screen dialog.

use leptos::{html, prelude::*};

use crate::language::{t, words};

words! {
    CLOSE: "关闭" / "Close";
}

/// A dialog over the lower half of the page. It takes the focus, and Escape or the backdrop close it.
pub fn dialog(title: String, close: impl Fn() + Send + Sync + Clone + 'static, content: AnyView) -> AnyView {
    let sheet = NodeRef::<html::Div>::new();
    Effect::new(move |_| {
        if let Some(sheet) = sheet.get() {
            sheet.focus().ok();
        }
    });
    let name = title.clone();
    let by_key = close.clone();
    let by_backdrop = close.clone();
    view! {
        <div class="backdrop" on:click=move |_| by_backdrop()></div>
        <div
            class="sheet"
            role="dialog"
            aria-modal="true"
            aria-label=name
            tabindex="-1"
            node_ref=sheet
            on:keydown=move |event| {
                if event.key() == "Escape" {
                    by_key();
                }
            }
        >
            <div class="sheet-top">
                <h2>{title}</h2>
                <button type="button" class="sheet-close" aria-label=t(CLOSE) on:click=move |_| close()>"×"</button>
            </div>
            {content}
        </div>
    }
    .into_any()
}
