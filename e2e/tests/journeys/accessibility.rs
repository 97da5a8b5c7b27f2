//! Pages that everyone can use, as far as a program can tell: axe-core finds nothing.

use crate::support::{Axe, Browser, Place};

/// Language, colours and large type, so that any two of them are judged together.
const LOOKS: [(&str, &str, bool); 4] = [
    ("zh-CN", "light", false),
    ("zh-CN", "dark", true),
    ("en", "dark", false),
    ("en", "light", true),
];

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn no_page_keeps_anyone_out() {
    let Some(axe) = Axe::from_npm() else {
        return;
    };
    let phone = Browser::phone("accessibility").await;
    let place = Place::of_a_visitor(&phone, "13800000011").await;
    let mut faults = Vec::new();
    for (language, colours, large) in LOOKS {
        phone.prefers(colours).await;
        phone.keeps("language", Some(language)).await;
        phone.keeps("elder", large.then_some("1")).await;
        for (name, address, words) in place.pages() {
            phone.opens(&address).await;
            if language == "zh-CN" {
                phone.sees(words).await;
            }
            phone.is_whole().await;
            let look = if large { "large" } else { "usual" };
            faults.extend(
                axe.judges(&phone, &format!("{name}, {language}, {colours}, {look}"))
                    .await,
            );
        }
    }
    assert!(faults.is_empty(), "{faults:#?}");
    phone.leaves().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn nor_does_a_page_of_the_staff() {
    let Some(axe) = Axe::from_npm() else {
        return;
    };
    let desk = Browser::desk("accessibility").await;
    let mut faults = Vec::new();
    desk.opens("/console").await;
    desk.sees("工作人员登录").await;
    faults.extend(axe.judges(&desk, "staff sign-in").await);
    desk.signs_in_as_staff("clerk-zhongxin-2").await;
    faults.extend(axe.judges(&desk, "choosing a counter").await);
    desk.presses_in(".counters li", "2号窗口（", "开始值守").await;
    desk.sees("窗口空闲").await;
    faults.extend(axe.judges(&desk, "counter").await);
    desk.presses("结束值守").await;
    desk.sees("选择窗口开始值守").await;
    let hall = crate::support::hall(crate::support::HALL).await;
    desk.opens(&format!("/board/{hall}")).await;
    desk.sees("扫码签到").await;
    faults.extend(axe.judges(&desk, "board").await);
    assert!(faults.is_empty(), "{faults:#?}");
    desk.leaves().await;
}
