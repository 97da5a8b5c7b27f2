//! The residents' four programs, and what stands around every page of them.
//!
//! Whoever comes for the first time wants to find and book: those pages are the first program, which is loaded first and kept small.
//! What one has, such as appointments, tickets and one's own data, is the second, what one pays, collects and
//! follows the third, and the account the fourth; each is loaded when one goes there.

use leptos::prelude::*;
use wasm_bindgen::{JsCast, closure::Closure};

use crate::{
    api, appointments, browser, cases, catalog, fines, home, identity,
    language::{followed_language, t, words},
    queue,
    routes::{self, Route},
    slips,
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

/// A program: its page for an address, if it has one.
type Program = fn(Route) -> Option<View>;

/// Mounts the program in which one finds a service and books.
pub fn finding() {
    let ours = |route| {
        matches!(
            route,
            Route::Home | Route::Services | Route::Service(_) | Route::Book(_) | Route::Login
        )
    };
    start(ours, |route| {
        Some(match route {
            Route::Home => home::page(),
            Route::Services => catalog::list(),
            Route::Service(id) => catalog::page(id),
            Route::Book(id) => appointments::form(id),
            Route::Login => identity::login(),
            _ => return None,
        })
    });
}

/// Mounts the program of what a resident has.
pub fn affairs() {
    let ours = |route| {
        matches!(
            route,
            Route::Appointments
                | Route::Appointment(_)
                | Route::Reschedule(_)
                | Route::Ticket(_)
                | Route::Me
                | Route::Login
        )
    };
    start(ours, |route| {
        Some(match route {
            Route::Appointments => appointments::list(),
            Route::Appointment(id) => appointments::page(id),
            Route::Reschedule(id) => appointments::reschedule(id),
            Route::Ticket(id) => queue::ticket(id),
            Route::Me => identity::page(appointments::strikes),
            Route::Login => identity::login(),
            _ => return None,
        })
    });
}

/// Mounts the program in which one pays, collects and follows one's cases.
pub fn papers() {
    let ours = |route| {
        matches!(
            route,
            Route::Fines
                | Route::Fine(_)
                | Route::Payment(_)
                | Route::Slips
                | Route::Slip(_)
                | Route::Cases
                | Route::Case(_)
                | Route::CaseSteps
                | Route::Found
                | Route::Login
        )
    };
    start(ours, |route| {
        Some(match route {
            Route::Fines => fines::list(),
            Route::Fine(id) => fines::page(id),
            Route::Payment(id) => fines::payment(id),
            Route::Slips => slips::list(),
            Route::Slip(id) => slips::page(id),
            Route::Cases => cases::list(),
            Route::Case(id) => cases::page(id),
            Route::CaseSteps => cases::steps(),
            Route::Found => cases::found(),
            Route::Login => identity::login(),
            _ => return None,
        })
    });
}

/// Mounts the program of the account.
pub fn account() {
    let ours = |route| matches!(route, Route::Account | Route::Passkey | Route::Login);
    start(ours, |route| {
        Some(match route {
            Route::Account => identity::account(),
            Route::Passkey => identity::passkey_sign_in(),
            Route::Login => identity::login(),
            _ => return None,
        })
    });
}

/// Mounts a program over the page that is already painted.
fn start(ours: fn(Route) -> bool, program: Program) {
    browser::mark_document("elder", identity::elder_mode());
    routes::follow(ours);
    ui::mount(move || shell(program));
    // What was painted before is replaced in the same frame, so nothing is seen to change.
    for painted in ["painted", "waiting"] {
        if let Some(painted) = document().get_element_by_id(painted) {
            painted.remove();
        }
    }
}

fn shell(program: Program) -> View {
    fragment()
        .child(el("div").attr("id", "app").child(live(move || {
            let language = followed_language();
            if let Some(root) = document().document_element() {
                root.set_attribute("lang", language.tag()).ok();
            }
            fragment().child(live(move || show(program, routes::followed_route())))
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

fn show(program: Program, route: Route) -> View {
    if routes::visits() > 0 {
        focus_title();
    }
    program(route).unwrap_or_else(unknown)
}

fn unknown() -> View {
    ui::page(
        t(NOT_FOUND),
        None,
        ui::empty(NO_PAGE, Some(ui::way("button plain", GO_HOME, "/"))),
    )
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
    let told_before = document()
        .document_element()
        .is_some_and(|root| root.class_list().contains("updated"));
    let ready = RwSignal::new(told_before);
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
