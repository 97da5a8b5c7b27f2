//! The home page. `shell.html` paints the same markup before the program is there: change them together.

use leptos::prelude::*;
use shared::{appointments::wire::Appointment, catalog::rules::Family, list::List};

use crate::{
    api::AUTHORIZED,
    appointments, browser, identity,
    language::{self, Phrase, t, words},
    routes,
    ui::{Icon, Load, Remote, Tab, icon, skeleton, tab_bar},
};

words! {
    TITLE: "便民 · 公安窗口服务" / "Bianmin · police counter services";
    PRODUCT: "便民" / "Bianmin";
    PRODUCT_LONG: "公安窗口服务" / "Police counter services";
    GREETING: "您好，想办什么事？" / "Hello. What do you need?";
    SEARCH: "搜索事项" / "Search services";
    SEARCH_HINT: "身份证丢了怎么办" / "My ID card is lost";
    SEARCH_BUTTON: "搜索" / "Search";
    BOOK: "预约办事" / "Book a visit";
    BOOK_HINT: "选大厅和时间" / "Choose hall and time";
    MINE: "我的预约" / "My bookings";
    MINE_HINT: "签到、排队、取消" / "Check in, queue, cancel";
    NEXT: "下一个预约" / "Next booking";
    NEXT_SIGNED_OUT: "登录后，这里显示您的下一个预约" / "Sign in to see your next booking here";
    NEXT_NONE: "您还没有预约" / "You have no bookings yet";
    NEXT_FAILED: "暂时无法显示，点按查看全部预约" / "Not available now. Tap for all bookings";
    FAMILIES: "办事大类" / "Services by area";
    HOUSEHOLD_HINT: "身份证、户口簿" / "ID card, hukou, residence";
    EXIT_ENTRY_HINT: "护照、港澳台、签证" / "Passport, permits, visas";
    TRAFFIC_HINT: "驾驶证、车辆、号牌" / "Licence, vehicle, plates";
    PUBLIC_ORDER_HINT: "证明、备案、许可" / "Certificates, permits";
    HOW: "怎么办理" / "How it works";
    HOW_CHOOSE: "选事项，备材料" / "Choose, prepare";
    HOW_BOOK: "选时间，约号" / "Pick a time";
    HOW_CHECK_IN: "到大厅，扫码签到" / "Check in there";
    HOW_WAIT: "手机看号，叫到再去" / "Watch the queue";
    LARGER: "大字" / "Aa+";
    LARGER_SAID: "大字模式" / "Larger type";
}

/// The home page.
pub fn page() -> AnyView {
    document().set_title(t(TITLE));
    view! {
        <header class="home-top">
            <p class="brand">{icon(Icon::Shield)}<strong>{t(PRODUCT)}</strong><span>{t(PRODUCT_LONG)}</span></p>
            <button type="button" class="pill" aria-label=t(LARGER_SAID) on:click=|_| identity::toggle_elder_mode()>{t(LARGER)}</button>
            <button type="button" class="pill" lang=language::other().tag() on:click=|_| language::choose(language::other())>
                {identity::language_name(language::other())}
            </button>
        </header>
        <main class="page home">
            <h1 tabindex="-1">{t(GREETING)}</h1>
            {search()}
            <div class="entrances">
                {entrance("/services", "entrance go", Icon::Calendar, BOOK, BOOK_HINT)}
                {entrance("/appointments", "entrance", Icon::Clock, MINE, MINE_HINT)}
            </div>
            <section class="next" aria-label=t(NEXT)>{next()}</section>
            <h2 class="cells-title">{t(FAMILIES)}</h2>
            <div class="families">{Family::ALL.map(family)}</div>
            <h2 class="cells-title">{t(HOW)}</h2>
            <ol class="how">{[HOW_CHOOSE, HOW_BOOK, HOW_CHECK_IN, HOW_WAIT].map(|step| view! { <li>{t(step)}</li> }.into_any())}</ol>
        </main>
        {tab_bar(Tab::Home)}
    }
    .into_any()
}

fn search() -> AnyView {
    let asked = RwSignal::new(String::new());
    let send = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        let asked = asked.get_untracked();
        let asked = Some(asked.trim().to_owned()).filter(|asked| !asked.is_empty());
        routes::go(&routes::with_query("/services", &[("q", asked)]));
    };
    view! {
        <form class="search" role="search" action="/services" on:submit=send>
            {icon(Icon::Search)}
            <input
                type="search"
                name="q"
                aria-label=t(SEARCH)
                placeholder=t(SEARCH_HINT)
                enterkeyhint="search"
                on:input=move |event| asked.set(event_target_value(&event))
            />
            <button type="submit">{t(SEARCH_BUTTON)}</button>
        </form>
    }
    .into_any()
}

fn entrance(to: &'static str, class: &'static str, picture: Icon, name: Phrase, hint: Phrase) -> AnyView {
    view! { <a class=class href=to>{icon(picture)}<strong>{t(name)}</strong><span>{t(hint)}</span></a> }.into_any()
}

fn family(family: Family) -> AnyView {
    let (picture, hint) = match family {
        Family::Household => (Icon::Card, HOUSEHOLD_HINT),
        Family::ExitEntry => (Icon::Globe, EXIT_ENTRY_HINT),
        Family::Traffic => (Icon::Car, TRAFFIC_HINT),
        Family::PublicOrder => (Icon::Shield, PUBLIC_ORDER_HINT),
    };
    let to = format!("/services?category={}", family.as_str());
    view! { <a class="family" href=to>{icon(picture)}<strong>{t(family.name())}</strong><span>{t(hint)}</span></a> }
        .into_any()
}

/// The next appointment and what happens next, or one line in its place.
fn next() -> AnyView {
    if !identity::is_signed_in() {
        return line(routes::sign_in_for("/"), NEXT_SIGNED_OUT);
    }
    let mine = Remote::<List<Appointment>>::fetch(AUTHORIZED, "/appointments");
    (move || match mine.state.get() {
        Load::Waiting => skeleton(1),
        Load::Failed(failure) if failure.asks_for_sign_in() => {
            identity::forget_sign_in();
            line(routes::sign_in_for("/"), NEXT_SIGNED_OUT)
        }
        Load::Failed(_) => line("/appointments".to_owned(), NEXT_FAILED),
        Load::Ready(mine) => match appointments::next_of(&mine.items, browser::now()) {
            Some(next) => appointments::card(next),
            None => line("/services".to_owned(), NEXT_NONE),
        },
    })
    .into_any()
}

fn line(to: String, words: Phrase) -> AnyView {
    view! { <a class="next-line" href=to>{icon(Icon::Calendar)}<span>{t(words)}</span></a> }.into_any()
}
