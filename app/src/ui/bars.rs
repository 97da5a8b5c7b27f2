//! The bar at the top of a page and the tabs at its foot.

use super::view::{View, el, fragment};
use leptos::prelude::*;

use super::{Icon, aloud, icon};
use crate::{
    language::{Phrase, t, words},
    routes,
};

words! {
    BACK: "返回" / "Back";
    HOME: "首页" / "Home";
    SERVICES: "办事" / "Services";
    APPOINTMENTS: "预约" / "Bookings";
    ME: "我的" / "Me";
    MAIN_MENU: "主导航" / "Main menu";
    PRODUCT: "便民" / "Bianmin";
}

/// A tab of the bar at the foot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tab {
    Home,
    Services,
    Appointments,
    Me,
}

/// A page with its title, the way back, and what it shows.
pub fn page(title: impl Into<String>, tab: Option<Tab>, content: View) -> View {
    let title = title.into();
    document().set_title(&format!("{title} · {}", t(PRODUCT)));
    let way_back = tab.is_none().then(|| {
        el("button")
            .attr("type", "button")
            .class("top-back")
            .attr("aria-label", t(BACK))
            .on("click", |_| routes::back())
            .child(icon(Icon::Back))
    });
    fragment()
        .child(
            el("header")
                .class("top")
                .child(way_back)
                .child(el("h1").attr("tabindex", "-1").child(title))
                .child(aloud()),
        )
        .child(el("main").class("page").child(content))
        .child(tab.map(tab_bar))
}

/// The tabs.
pub fn tab_bar(current: Tab) -> View {
    let tab = |tab: Tab, to: &'static str, picture: Icon, words: Phrase| {
        el("a")
            .class("tab")
            .attr("href", to)
            .attr("aria-current", (tab == current).then_some("page"))
            .child(icon(picture))
            .child(el("span").child(t(words)))
    };
    el("nav").class("tabs").attr("aria-label", t(MAIN_MENU)).child([
        tab(Tab::Home, "/", Icon::Home, HOME),
        tab(Tab::Services, "/services", Icon::List, SERVICES),
        tab(Tab::Appointments, "/appointments", Icon::Calendar, APPOINTMENTS),
        tab(Tab::Me, "/me", Icon::Person, ME),
    ])
}
