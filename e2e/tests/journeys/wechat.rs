//! WeChat: signing in by it, which is linked the first time and takes one tap from then on, its scanner, and sharing from its menu; and the
//! same pages in a mini-program, which has less of it.

use serde_json::json;

use crate::support::{
    Browser, LOST_CARD, QUIET_HALL, Resident, decide, digits, hall, id_number, presence_code, sandbox, service,
    text_to, texts_to,
};

const PHONE: &str = "13800000061";
const VISITOR: &str = "13800000062";
const IN_MINI_PROGRAM: &str = "13800000049";

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_resident_links_wechat_comes_back_with_one_tap_and_unlinks_it() {
    let phone = Browser::wechat("wechat").await;
    phone.opens(&format!("{}/wechat/people", sandbox())).await;
    phone.types("phone", PHONE).await;
    phone.presses("换成此人 Switch").await;
    phone.sees(&format!("现在是 {PHONE}")).await;

    phone.opens("/login?next=/account").await;
    phone.sees("微信一键登录").await;
    phone.shows("01-login").await;
    phone.presses("微信一键登录").await;
    phone.sees("此微信还没有绑定账号").await;
    assert_eq!(
        phone.address().await,
        "/login?next=%2Faccount",
        "the answer of WeChat does not stay in the address"
    );
    phone.shows("02-not-linked-yet").await;
    phone.types("phone", PHONE).await;
    phone.presses("获取验证码").await;
    phone.types("code", &digits(&text_to(PHONE, "login-code").await)).await;
    phone.presses("登录").await;
    phone.arrives_at("/account").await;
    phone.sees("已绑定，可一键登录").await;
    phone.shows("03-linked").await;
    text_to(PHONE, "wechat-linked").await;

    phone.opens("/me").await;
    phone.presses("退出登录").await;
    phone.sees("您好，想办什么事？").await;
    phone.opens("/login?next=/account").await;
    phone.presses("微信一键登录").await;
    phone.arrives_at("/account").await;
    phone.sees("已绑定，可一键登录").await;
    assert_eq!(
        texts_to(PHONE).await,
        ["login-code", "wechat-linked"],
        "no other text was needed"
    );

    phone.presses("解绑").await;
    phone.sees("未绑定").await;
    phone.leaves().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_resident_checks_in_with_wechats_scanner() {
    let (hall, service) = (hall(QUIET_HALL).await, service(LOST_CARD).await);
    let resident = Resident::signs_in(VISITOR).await;
    let phone = Browser::in_wechat("wechat").await;
    phone.becomes_the_phone_of(&resident).await;
    let window = phone.chooses_window(&hall, &service).await;
    let appointment = resident.books(window["id"].as_str().unwrap(), &service).await;
    phone.opens(&format!("/appointments/{appointment}")).await;

    phone.presses("扫一扫").await;
    phone.types("wx-sandbox-code", "https://example.com/menu").await;
    phone.picture("04-scanner").await;
    phone.presses("扫到了 Scanned").await;
    phone.sees("这不是大厅屏幕上的签到二维码").await;
    phone.presses("扫一扫").await;
    phone.presses("返回 Leave").await;

    checks_in_by_scanning(&phone, &hall).await;
    phone.sees("等候中").await;
    phone.leaves().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_service_is_shared_under_its_name() {
    let page = format!("/services/{}", service(LOST_CARD).await);
    let phone = Browser::in_wechat("wechat").await;
    phone.opens("/services").await;
    phone.presses(LOST_CARD).await;
    phone.arrives_at(&page).await;
    phone
        .waits_for("WeChat to know the page's name", || async {
            let shared = phone.asks("return window.wx?.shared?.updateAppMessageShareData").await;
            shared["title"] == LOST_CARD && shared["link"].as_str().is_some_and(|link| link.ends_with(&page))
        })
        .await;
    phone.presses("分享").await;
    phone.sees("发送给朋友").await;
    phone.shows("05-share").await;
    phone.leaves().await;

    // Elsewhere the link goes to whatever the system shares with, or is copied.
    let phone = Browser::phone("wechat").await;
    phone.opens(&page).await;
    phone.sees("分享").await;
    let instead = "navigator.share = undefined; \
                   Object.defineProperty(navigator, 'clipboard', {value: {writeText: async (text) => { window.copied = text; }}})";
    phone.asks(instead).await;
    phone.presses("分享").await;
    phone.sees("链接已复制").await;
    let copied = phone.asks("return window.copied").await;
    assert!(copied.as_str().is_some_and(|link| link.ends_with(&page)), "{copied}");
    assert_eq!(phone.asks("return typeof window.wx").await, json!("undefined"));
    phone.leaves().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_mini_program_scans_and_leads_to_a_chat_or_another_phone_to_pay() {
    let (hall, service) = (hall(QUIET_HALL).await, service(LOST_CARD).await);
    let phone = Browser::in_mini_program("mini-program").await;
    phone.opens("/login").await;
    phone.sees("获取验证码").await;
    let offered = phone.reads().await;
    assert!(
        !offered.contains("微信一键登录"),
        "WeChat's own page cannot be reached: {offered}"
    );
    phone.shows("01-login").await;

    let resident = Resident::signs_in(IN_MINI_PROGRAM).await;
    phone.is_the_phone_of(&resident).await;
    decide(
        "孔磊",
        &id_number(IN_MINI_PROGRAM),
        "5399900000000491",
        10_000,
        "驾驶机动车违反禁令标志指示",
    )
    .await;
    phone.opens("/fines").await;
    phone.presses("驾驶机动车违反禁令标志指示").await;
    phone.sees("小程序内不能直接付款").await;
    phone.shows("02-fine").await;
    let clipboard = "Object.defineProperty(navigator, 'clipboard', {value: {writeText: async (text) => { window.copied = text; }}})";
    phone.asks(clipboard).await;
    phone.presses("复制链接").await;
    phone.sees("链接已复制").await;
    let copied = phone.asks("return window.copied === location.href").await;
    assert_eq!(copied, true, "the link leads to this fine");
    phone.presses("扫码支付").await;
    phone.arrives_at("/payments/").await;
    phone.sees("请打开另一部手机的微信").await;
    phone.shows("03-code").await;

    let window = phone.chooses_window(&hall, &service).await;
    let appointment = resident.books(window["id"].as_str().unwrap(), &service).await;
    phone.opens(&format!("/appointments/{appointment}")).await;
    checks_in_by_scanning(&phone, &hall).await;
    phone.leaves().await;
}

/// Scans the code on the hall's screen with WeChat's scanner, from the page of an appointment.
async fn checks_in_by_scanning(phone: &Browser, hall: &str) {
    phone.presses("扫一扫").await;
    let shown = format!("/appointments?hall={hall}&presence={}", presence_code(hall).await);
    phone
        .types("wx-sandbox-code", &format!("https://bianmin.example{shown}"))
        .await;
    phone.presses("扫到了 Scanned").await;
    phone.arrives_at("/tickets/").await;
}
