//! Lists of cells.

use leptos::prelude::*;

/// A group of cells under its title.
pub fn cells(title: &str, content: AnyView) -> AnyView {
    let title = (!title.is_empty()).then(|| view! { <h2 class="cells-title">{title.to_owned()}</h2> });
    view! { <section class="block">{title}<div class="cells">{content}</div></section> }.into_any()
}

/// A cell with a name and a value.
pub fn fact(name: &str, value: impl Into<String>) -> AnyView {
    let value: String = value.into();
    view! { <div class="cell fact"><span class="fact-name">{name.to_owned()}</span><span class="fact-value">{value}</span></div> }
        .into_any()
}

/// A cell that leads somewhere.
pub fn link_cell(to: String, content: AnyView) -> AnyView {
    view! { <a class="cell link" href=to><div class="cell-body">{content}</div></a> }.into_any()
}

/// A cell of which one in its group is chosen.
pub fn choice(
    group: &'static str,
    chosen: impl Fn() -> bool + Send + Sync + 'static,
    choose: impl Fn() + Send + Sync + 'static,
    content: AnyView,
) -> AnyView {
    view! {
        <label class="cell choice">
            <input type="radio" name=group prop:checked=chosen on:change=move |_| choose()/>
            <div class="cell-body">{content}</div>
        </label>
    }
    .into_any()
}
