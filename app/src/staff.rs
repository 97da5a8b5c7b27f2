//! The staff's client: counters and hall screens.

use leptos::prelude::*;

use crate::{
    admin, api, identity,
    language::{self, followed_language, t, words},
    presence, queue,
    routes::{self, Route},
    slips,
    ui::{self, View, el, empty, fragment, live},
};

words! {
    RETRYING: "网络不稳定，正在重试…" / "The connection is unstable, trying again…";
    NO_PAGE: "没有这个页面" / "There is no such page";
    TO_CONSOLE: "去叫号台" / "Go to the console";
}

/// Mounts the client.
pub fn staff() {
    routes::follow(Route::is_of_staff);
    presence::follow();
    ui::mount(shell);
    if let Some(painted) = document().get_element_by_id("waiting") {
        painted.remove();
    }
}

fn shell() -> View {
    fragment()
        .child(el("div").attr("id", "app").child(live(|| {
            if let Some(root) = document().document_element() {
                root.set_attribute("lang", followed_language().tag()).ok();
            }
            fragment().child(live(|| show(routes::followed_route())))
        })))
        .child(ui::toasts())
        .child(el("div").class("banner-place").attr("role", "status").child(live(|| {
            api::retrying().then(|| el("p").class("banner").child(t(RETRYING)))
        })))
}

fn show(route: Route) -> View {
    match route {
        Route::Console => fragment().child(queue::console()).child(switch()),
        Route::Redeem => fragment().child(slips::console()).child(switch()),
        Route::Shelf => fragment().child(slips::shelf()).child(switch()),
        Route::Admin(page) => admin::admin(page),
        Route::Board(hall) => queue::board(hall),
        Route::Kiosk(hall) => queue::kiosk(hall),
        Route::Pairing(kind) => identity::pairing(kind),
        _ => {
            let way_on = el("a")
                .class("button plain")
                .attr("href", "/console")
                .child(t(TO_CONSOLE));
            empty(NO_PAGE, Some(way_on))
        }
    }
}

/// The switch between the languages, in a corner where it is in nobody's way.
fn switch() -> View {
    let other = language::other();
    el("button")
        .attr("type", "button")
        .class("language-switch")
        .attr("lang", other.tag())
        .on("click", move |_| language::choose(other))
        .child(crate::identity::language_name(other))
}
