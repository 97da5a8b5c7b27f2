//! The staff's client: counters and hall screens.

use leptos::prelude::*;

use crate::{
    api,
    language::{self, followed_language, t, words},
    queue,
    routes::{self, Route},
    ui::{self, empty},
};

words! {
    RETRYING: "网络不稳定，正在重试…" / "The connection is unstable, trying again…";
    NO_PAGE: "没有这个页面" / "There is no such page";
    TO_CONSOLE: "去叫号台" / "Go to the console";
}

/// Mounts the client.
pub fn staff() {
    routes::follow(is_ours);
    leptos::mount::mount_to_body(shell);
    if let Some(painted) = document().get_element_by_id("waiting") {
        painted.remove();
    }
}

fn is_ours(route: Route) -> bool {
    matches!(route, Route::Console | Route::Board(_))
}

fn shell() -> AnyView {
    view! {
        <div id="app">
            {|| {
                if let Some(root) = document().document_element() {
                    root.set_attribute("lang", followed_language().tag()).ok();
                }
                view! { {|| show(routes::followed_route())} }.into_any()
            }}
        </div>
        {ui::toasts()}
        <div class="banner-place" role="status">
            {|| api::retrying().then(|| view! { <p class="banner">{t(RETRYING)}</p> }.into_any())}
        </div>
    }
    .into_any()
}

fn show(route: Route) -> AnyView {
    match route {
        Route::Console => view! { {queue::console()} {switch()} }.into_any(),
        Route::Board(hall) => queue::board(hall),
        _ => {
            let way_on = view! { <a class="button plain" href="/console">{t(TO_CONSOLE)}</a> }.into_any();
            empty(NO_PAGE, Some(way_on))
        }
    }
}

/// The switch between the languages, in a corner where it is in nobody's way.
fn switch() -> AnyView {
    let other = language::other();
    view! {
        <button type="button" class="language-switch" lang=other.tag() on:click=move |_| language::choose(other)>
            {crate::identity::language_name(other)}
        </button>
    }
    .into_any()
}
