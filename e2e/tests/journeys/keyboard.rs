//! A booking by someone who has a keyboard and nothing else.

use thirtyfour::Key;

use crate::{
    changes::span,
    support::{Browser, HALL, LOST_CARD, Resident, hall, service},
};

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_visit_is_booked_without_a_finger_or_a_mouse() {
    let (hall, service) = (hall(HALL).await, service(LOST_CARD).await);
    let desk = Browser::desk("keyboard").await;
    desk.becomes_the_phone_of(&Resident::signs_in("13800000016").await)
        .await;
    desk.opens("/").await;
    desk.tabs_to("搜索事项").await;
    desk.hits(&format!("身份证丢了{}", Key::Enter.value())).await;
    desk.arrives_at("/services?").await;
    desk.sees(LOST_CARD).await;
    desk.tabs_to(LOST_CARD).await;
    desk.shows("01-focus").await;
    desk.hits(Key::Enter).await;
    desk.sees("要带的材料").await;
    desk.tabs_to("预约办理").await;
    desk.hits(Key::Enter).await;
    desk.sees("1. 选择大厅").await;
    // The halls are a group of choices: Tab leads to the group, the arrows from one to the next.
    desk.is_whole().await;
    desk.tabs_to("云").await;
    desk.hits(" ").await;
    desk.goes_down_to(HALL).await;
    desk.sees("3. 选择时段").await;
    let window = desk.chooses_window(&hall, &service).await;
    desk.is_whole().await;
    let day = crate::changes::spoken_day(&window);
    desk.tabs_to(&day).await;
    desk.hits(Key::Enter).await;
    desk.tabs_to(&span(&window)).await;
    desk.hits(Key::Enter).await;
    assert!(
        desk.focus().await.contains(&span(&window)),
        "choosing a time took the focus away"
    );
    desk.tabs_to("占住这个号").await;
    desk.shows("02-chosen").await;
    desk.hits(Key::Enter).await;
    desk.arrives_at("/appointments/").await;
    desk.sees("确认预约").await;
    desk.tabs_to("确认预约").await;
    desk.hits(Key::Enter).await;
    desk.sees("预约码").await;
    // The way back out of a dialog leads to where one was.
    desk.sees_no_more("预约成功").await;
    desk.tabs_to("取消预约").await;
    desk.hits(Key::Enter).await;
    desk.shows("03-dialog").await;
    desk.tabs_to("关闭").await;
    desk.hits(Key::Escape).await;
    desk.waits_for("the dialog to close", || async {
        desk.counts("[role=dialog]").await == 0
    })
    .await;
    assert!(
        desk.focus().await.contains("取消预约"),
        "the focus was lost with the dialog"
    );
    desk.leaves().await;
}
