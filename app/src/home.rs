//! The home page. `parts/painted.html` paints the same markup before the program is there: change them together.

use leptos::prelude::*;
use shared::{appointments::wire::Appointment, catalog::rules::Family, list::List};

use crate::{
    api::AUTHORIZED,
    appointments, browser, identity,
    language::{self, Phrase, t, words},
    routes,
    ui::{self, Icon, Load, Remote, Tab, View, el, fragment, icon, live, skeleton, tab_bar},
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
    FINES: "交通罚款" / "Traffic fines";
    FINES_HINT: "处理、缴款" / "Handle, pay";
    CASES: "案件进展" / "My cases";
    CASES_HINT: "报案后到哪一步" / "Where they stand";
    SLIPS: "领取凭证" / "Pickup slips";
    SLIPS_HINT: "凭码取证件" / "Collect with a code";
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
    LARGER_SAID: "大字模式" / "Aa+ larger type";
}

/// The home page.
pub fn page() -> View {
    document().set_title(t(TITLE));
    fragment()
        .child(
            el("header")
                .class("home-top")
                .child(
                    el("p")
                        .class("brand")
                        .child(icon(Icon::Shield))
                        .child(el("strong").child(t(PRODUCT)))
                        .child(el("span").child(t(PRODUCT_LONG))),
                )
                .child(
                    el("button")
                        .attr("type", "button")
                        .class("pill")
                        .attr("aria-label", t(LARGER_SAID))
                        .on("click", |_| identity::toggle_elder_mode())
                        .child(t(LARGER)),
                )
                .child(
                    el("button")
                        .attr("type", "button")
                        .class("pill")
                        .attr("lang", language::other().tag())
                        .on("click", |_| language::choose(language::other()))
                        .child(identity::language_name(language::other())),
                ),
        )
        .child(
            el("main")
                .class("page home")
                .child(el("h1").attr("tabindex", "-1").child(t(GREETING)))
                .child(ui::aloud())
                .child(search())
                .child(
                    el("div")
                        .class("entrances")
                        .child(entrance("/services", "entrance go", Icon::Calendar, BOOK, BOOK_HINT))
                        .child(entrance("/appointments", "entrance", Icon::Clock, MINE, MINE_HINT)),
                )
                .child(el("section").class("next").attr("aria-label", t(NEXT)).child(next()))
                .child(
                    el("div")
                        .class("errands")
                        .child(entrance("/fines", "errand", Icon::Car, FINES, FINES_HINT))
                        .child(entrance("/cases", "errand", Icon::List, CASES, CASES_HINT))
                        .child(entrance("/slips", "errand", Icon::Inbox, SLIPS, SLIPS_HINT)),
                )
                .child(browse()),
        )
        .child(tab_bar(Tab::Home))
}

/// What one can look through without hurry; with larger type the page keeps to what one came for.
fn browse() -> View {
    el("div")
        .class("browse")
        .child(el("h2").class("cells-title").child(t(FAMILIES)))
        .child(el("div").class("families").child(Family::ALL.map(family)))
        .child(el("h2").class("cells-title").child(t(HOW)))
        .child(
            el("ol")
                .class("how")
                .child([HOW_CHOOSE, HOW_BOOK, HOW_CHECK_IN, HOW_WAIT].map(|step| el("li").child(t(step)))),
        )
}

fn search() -> View {
    let asked = RwSignal::new(String::new());
    let send = move |event: web_sys::Event| {
        event.prevent_default();
        let asked = asked.get_untracked();
        let asked = Some(asked.trim().to_owned()).filter(|asked| !asked.is_empty());
        routes::go(&routes::with_query("/services", &[("q", asked)]));
    };
    el("form")
        .class("search")
        .attr("role", "search")
        .attr("action", "/services")
        .on("submit", send)
        .child(icon(Icon::Search))
        .child(
            el("input")
                .attr("type", "search")
                .attr("name", "q")
                .attr("aria-label", t(SEARCH))
                .attr("placeholder", t(SEARCH_HINT))
                .attr("enterkeyhint", "search")
                .on("input", move |event| asked.set(event_target_value(&event))),
        )
        .child(el("button").attr("type", "submit").child(t(SEARCH_BUTTON)))
}

fn entrance(to: &'static str, class: &'static str, picture: Icon, name: Phrase, hint: Phrase) -> View {
    el("a")
        .class(class)
        .attr("href", to)
        .child(icon(picture))
        .child(el("strong").child(t(name)))
        .child(el("span").child(t(hint)))
}

fn family(family: Family) -> View {
    let (picture, hint) = match family {
        Family::Household => (Icon::Card, HOUSEHOLD_HINT),
        Family::ExitEntry => (Icon::Globe, EXIT_ENTRY_HINT),
        Family::Traffic => (Icon::Car, TRAFFIC_HINT),
        Family::PublicOrder => (Icon::Shield, PUBLIC_ORDER_HINT),
    };
    let to = format!("/services?category={}", family.as_str());
    el("a")
        .class("family")
        .attr("href", to)
        .child(icon(picture))
        .child(el("strong").child(t(family.name())))
        .child(el("span").child(t(hint)))
}

/// The next appointment and what happens next, or one line in its place.
fn next() -> View {
    if !identity::is_signed_in() {
        return line(routes::sign_in_for("/"), NEXT_SIGNED_OUT);
    }
    let mine = Remote::<List<Appointment>>::fetch(AUTHORIZED, "/appointments");
    live(move || match mine.state.get() {
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
}

fn line(to: String, words: Phrase) -> View {
    el("a")
        .class("next-line")
        .attr("href", to)
        .child(icon(Icon::Calendar))
        .child(el("span").child(t(words)))
}
