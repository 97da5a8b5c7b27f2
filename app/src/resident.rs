//! The residents' client: its pages, and what stands around every page.

use leptos::prelude::*;
use wasm_bindgen::{JsCast, closure::Closure};

use crate::{
    api, appointments, browser, catalog, fines, home, identity,
    language::{followed_language, t, words},
    queue,
    routes::{self, Route},
    ui::{self, View, el, fragment, icon, live},
};

words! {
    RETRYING: "网络不稳定，正在重试…" / "The connection is unstable, trying again…";
    NEW_VERSION: "页面有更新" / "A new version is ready";
    RELOAD: "刷新" / "Reload";
    NO_PAGE: "没有这个页面" / "There is no such page";
    GO_HOME: "回首页" / "Go home";
    NOT_FOUND: "没有找到" / "Not found";
}

/// Mounts the client over the page that is already painted.
pub fn resident() {
    browser::mark_document("elder", identity::elder_mode());
    routes::follow(is_ours);
    ui::mount(shell);
    // What was painted before is replaced in the same frame, so nothing is seen to change.
    for painted in ["painted", "waiting"] {
        if let Some(painted) = document().get_element_by_id(painted) {
            painted.remove();
        }
    }
}

fn is_ours(route: Route) -> bool {
    !matches!(route, Route::Console | Route::Board(_) | Route::Unknown)
}

fn shell() -> View {
    fragment()
        .child(el("div").attr("id", "app").child(live(|| {
            let language = followed_language();
            if let Some(root) = document().document_element() {
                root.set_attribute("lang", language.tag()).ok();
            }
            fragment().child(live(|| show(routes::followed_route())))
        })))
        .child(ui::toasts())
        .child(
            el("div")
                .class("banner-place")
                .attr("role", "status")
                .child(live(|| {
                    api::retrying().then(|| el("p").class("banner").child(t(RETRYING)))
                }))
                .child(update_notice()),
        )
}

fn show(route: Route) -> View {
    if routes::visits() > 0 {
        focus_title();
    }
    match route {
        Route::Home => home::page(),
        Route::Services => catalog::list(),
        Route::Service(id) => catalog::page(id),
        Route::Book(id) => appointments::form(id),
        Route::Appointments => appointments::list(),
        Route::Appointment(id) => appointments::page(id),
        Route::Ticket(id) => queue::ticket(id),
        Route::Fines => fines::list(),
        Route::Fine(id) => fines::page(id),
        Route::Payment(id) => fines::payment(id),
        Route::Login => identity::login(),
        Route::Me => identity::page(),
        Route::Console | Route::Board(_) | Route::Unknown => unknown(),
    }
}

fn unknown() -> View {
    let way_home = el("a").class("button plain").attr("href", "/").child(t(GO_HOME));
    ui::page(t(NOT_FOUND), None, ui::empty(NO_PAGE, Some(way_home)))
}

/// Puts the focus on the title of the page that was gone to, as a browser does on a page that it loads.
fn focus_title() {
    request_animation_frame(|| {
        let title = document().query_selector("#app h1").ok().flatten();
        if let Some(title) = title.and_then(|title| title.dyn_into::<web_sys::HtmlElement>().ok()) {
            title.focus().ok();
        }
    });
}

/// Offers to load the new version that the service worker has fetched.
fn update_notice() -> View {
    let ready = RwSignal::new(false);
    let told = Closure::<dyn FnMut()>::new(move || ready.set(true));
    window()
        .add_event_listener_with_callback("bianmin:update", told.as_ref().unchecked_ref())
        .ok();
    told.forget();
    let reload = |_| {
        window().location().reload().ok();
    };
    live(move || {
        ready.get().then(|| {
            el("p")
                .class("banner")
                .child(icon(ui::Icon::Check))
                .child(t(NEW_VERSION))
                .child(
                    el("button")
                        .attr("type", "button")
                        .class("banner-button")
                        .on("click", reload)
                        .child(t(RELOAD)),
                )
        })
    })
}
