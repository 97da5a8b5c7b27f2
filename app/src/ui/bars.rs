//! The bar at the top of a page and the tabs at its foot.

use leptos::prelude::*;

use super::{Icon, icon};
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
pub fn page(title: impl Into<String>, tab: Option<Tab>, content: AnyView) -> AnyView {
    let title = title.into();
    document().set_title(&format!("{title} · {}", t(PRODUCT)));
    let way_back = tab.is_none().then(|| {
        view! {
            <button type="button" class="top-back" aria-label=t(BACK) on:click=|_| routes::back()>
                {icon(Icon::Back)}
            </button>
        }
        .into_any()
    });
    view! {
        <header class="top">{way_back}<h1 tabindex="-1">{title}</h1></header>
        <main class="page">{content}</main>
        {tab.map(tab_bar)}
    }
    .into_any()
}

/// The tabs.
pub fn tab_bar(current: Tab) -> AnyView {
    let tab = |tab: Tab, to: &'static str, picture: Icon, words: Phrase| {
        view! {
            <a class="tab" href=to aria-current=(tab == current).then_some("page")>{icon(picture)}<span>{t(words)}</span></a>
        }
        .into_any()
    };
    view! {
        <nav class="tabs" aria-label=t(MAIN_MENU)>
            {[
                tab(Tab::Home, "/", Icon::Home, HOME),
                tab(Tab::Services, "/services", Icon::List, SERVICES),
                tab(Tab::Appointments, "/appointments", Icon::Calendar, APPOINTMENTS),
                tab(Tab::Me, "/me", Icon::Person, ME),
            ]}
        </nav>
    }
    .into_any()
}
