//! A whole visit: from the words a resident types to the clerk who finishes.

use serde_json::Value;

use crate::{
    changes::{span, spoken_day},
    support::{Browser, HALL, LOST_CARD, digits, hall, pairing, presence_code, sandbox, service, text_to},
};

const RESIDENT: &str = "13800000001";
const CLERK: &str = "clerk-zhongxin-1";

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn from_a_lost_card_to_the_counter() {
    let phone = Browser::phone("visit").await;
    let (hall, service) = (hall(HALL).await, service(LOST_CARD).await);

    finds_out_what_to_bring(&phone).await;
    phone.presses("预约办理").await;
    phone.presses(HALL).await;
    phone.sees("3. 选择时段").await;
    let window = phone.chooses_window(&hall, &service).await;
    let day = window["day"].as_str().unwrap();
    if !phone.address().await.contains(day) {
        phone.presses_in(".days", "", &spoken_day(&window)).await;
    }
    phone.presses(&span(&window)).await;
    phone.sees("登录并预约").await;
    phone.shows("04-book").await;
    let chosen = phone.address().await;
    assert!(chosen.contains(window["id"].as_str().unwrap()), "{chosen}");

    signs_in_on_the_way(&phone).await;
    assert_eq!(phone.arrives_at("/book/").await, chosen, "the choice was lost");
    phone.sees("占住这个号").await;
    let pressed = phone.reads_in(".time[aria-pressed=true] strong").await;
    assert_eq!(pressed, span(&window));
    phone.shows("06-back-from-login").await;

    phone.sees_no_more("登录成功").await;
    phone.presses("占住这个号").await;
    let left = phone.reads_in(".countdown").await;
    phone
        .waits_for("the countdown to go on", || async {
            phone.reads_in(".countdown").await != left
        })
        .await;
    phone.shows("07-held").await;

    phone.presses("确认预约").await;
    phone.arrives_at("/appointments/").await;
    let code = phone.reads_in(".code strong").await;
    phone.sees_no_more("预约成功").await;
    phone.shows("08-appointment").await;

    let text = text_to(RESIDENT, "appointment-confirmed").await;
    assert!(text.contains(&code) && text.contains(LOST_CARD), "{text}");
    let elsewhere = Browser::phone("visit").await;
    elsewhere.opens(&sandbox()).await;
    elsewhere.sees(&code).await;
    elsewhere.shows("09-text").await;
    elsewhere.leaves().await;

    let wall = Browser::wall("visit").await;
    wall.opens(&pairing("board", &hall).await).await;
    wall.sees("请留意叫号").await;
    let shown = wall.reads_in(".board-code").await.replace(' ', "");
    assert_eq!(shown.len(), 6, "{shown}");
    wall.shows("10-board").await;

    phone.types("presence", &presence_code(&hall).await).await;
    phone.presses("到厅签到").await;
    phone.arrives_at("/tickets/").await;
    let number = phone.reads_in(".number-value").await;
    phone.sees("等候中").await;
    phone.sees("实时更新中").await;
    phone.sees_no_more("签到成功").await;
    phone.shows("11-ticket").await;
    // Whatever the page shows from here on, it was told: this mark would not outlive a reload.
    phone.asks("window.stillTheSamePage = true").await;

    let desk = Browser::desk("visit").await;
    desk.signs_in_as_staff(CLERK).await;
    desk.shows("12-console").await;
    desk.presses_in(".counters li", "1号窗口（", "开始值守").await;
    desk.sees("窗口空闲").await;
    desk.sees(&number).await;
    desk.shows("13-queue").await;
    desk.presses("叫下一位").await;
    desk.sees("开始办理").await;
    desk.shows("14-called").await;

    phone.sees("请到1号窗口").await;
    phone.shows("15-ticket-called").await;
    wall.sees(&number).await;
    assert_eq!(wall.reads_in(".board-now strong").await, number);
    assert_eq!(wall.reads_in(".board-now em").await, "1号窗口");
    wall.shows("16-board-called").await;

    desk.presses("开始办理").await;
    phone.sees("办理中").await;
    phone.shows("17-ticket-serving").await;
    desk.presses("办结").await;
    desk.sees("窗口空闲").await;
    desk.presses("结束值守").await;
    desk.sees("选择窗口开始值守").await;

    phone.sees("已办结").await;
    phone.shows("18-ticket-done").await;
    assert_eq!(
        phone.asks("return window.stillTheSamePage === true").await,
        Value::Bool(true)
    );
    rates(&phone).await;
    phone.presses("返回我的预约").await;
    phone.sees("历史预约").await;
    phone.shows("19-appointments").await;

    for browser in [phone, wall, desk] {
        browser.leaves().await;
    }
}

async fn rates(phone: &Browser) {
    phone.presses("非常满意").await;
    phone.presses("效率高").await;
    phone.types("comment", "窗口同志很耐心").await;
    phone.shows("18-rating").await;
    phone.presses("评价这次办理").await;
    phone.sees("您已评价：非常满意").await;
    phone.sees_no_more("补充说明").await;
    // Also whoever comes back later is not asked again.
    phone.opens(&phone.address().await).await;
    phone.sees("您已评价：非常满意").await;
    assert!(!phone.reads().await.contains("补充说明"));
}

async fn finds_out_what_to_bring(phone: &Browser) {
    phone.opens("/").await;
    phone.sees("您好，想办什么事？").await;
    phone.shows("01-home").await;

    phone.types("[name=q]", "身份证丢了").await;
    phone.presses("搜索").await;
    phone.sees(LOST_CARD).await;
    phone.shows("02-found").await;

    phone.presses(LOST_CARD).await;
    phone.sees("要带的材料").await;
    phone.presses("居民户口簿").await;
    phone.sees("已备齐 1/").await;
    phone.shows("03-service").await;
}

async fn signs_in_on_the_way(phone: &Browser) {
    phone.presses("登录并预约").await;
    phone.arrives_at("/login").await;
    phone.sees("您选好的内容已保留").await;
    phone.types("phone", RESIDENT).await;
    phone.presses("获取验证码").await;
    phone.sees("秒后可重发").await;
    phone
        .types("code", &digits(&text_to(RESIDENT, "login-code").await))
        .await;
    phone.shows("05-login").await;
    phone.presses("登录").await;
}
