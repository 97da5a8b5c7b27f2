//! The hall itself: its ticket machine, its screen, and its manager.

use crate::support::{Browser, LOST_CARD, QUIET_HALL, Resident, hall, pairing, service, text_to, windows};

const MANAGER: &str = "manager-yuntai";
/// A valid number that nobody in the demonstration bureau has.
const STRANGER: &str = "11010519491231002X";
const RESIDENT: &str = "13800000066";

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_ticket_from_the_machine_waits_on_the_screen() {
    let (hall, wall, kiosk) = (
        hall(QUIET_HALL).await,
        Browser::wall("hall").await,
        Browser::wall("hall").await,
    );
    wall.opens(&pairing("board", &hall).await).await;
    wall.sees("请留意叫号").await;

    kiosk.becomes(1080, 1920, true).await;
    kiosk.opens(&pairing("kiosk", &hall).await).await;
    kiosk.sees("没有预约，现场取号").await;
    assert!(!kiosk.address().await.contains('#'), "the key stays in the address");
    kiosk.shows("kiosk-start").await;
    kiosk.presses("没有预约，现场取号").await;
    kiosk.presses("居民身份证").await;
    kiosk.presses(LOST_CARD).await;
    for key in STRANGER.chars() {
        kiosk.presses(&key.to_string()).await;
    }
    kiosk.shows("kiosk-identify").await;
    kiosk.presses("取号").await;
    let number = kiosk.reads_in(".paper-number").await;
    assert!(number.starts_with('A'), "{number}");
    kiosk.shows("kiosk-paper").await;
    wall.waits_for("the screen to count the ticket", || async {
        // Others may wait in this hall, too.
        wall.reads_in(".board-groups")
            .await
            .contains(|digit| ('1'..='9').contains(&digit))
    })
    .await;

    kiosk.presses("完成").await;
    kiosk.sees("没有预约，现场取号").await;
    assert!(!kiosk.reads().await.contains("1949"), "what was typed is forgotten");
    for browser in [wall, kiosk] {
        browser.leaves().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_day_that_is_closed_is_told_to_whoever_booked() {
    let (hall, service) = (hall(QUIET_HALL).await, service(LOST_CARD).await);
    let resident = Resident::signs_in(RESIDENT).await;
    let offered = windows(&hall, &service).await;
    let last = offered.last().unwrap();
    let booked = resident.books(last["id"].as_str().unwrap(), &service).await;
    let day = last["day"].as_str().unwrap();

    let desk = Browser::desk("hall").await;
    desk.signs_in_at("/admin/closures", MANAGER).await;
    desk.sees("查看影响").await;
    for field in ["input[type=date]", ".inputs label:nth-child(3) input[type=date]"] {
        desk.asks_with(
            "const field = document.querySelector(arguments[0]); field.value = arguments[1]; \
             field.dispatchEvent(new Event('input', {bubbles: true}));",
            vec![field.into(), day.into()],
        )
        .await;
    }
    desk.types("input[type=text]", "设备检修").await;
    desk.presses("查看影响").await;
    desk.sees("取消1个预约").await;
    desk.presses("确认停办").await;
    desk.sees("1位预约居民将收到短信").await;
    desk.shows("manager-closed").await;
    desk.presses("受影响的人").await;
    desk.sees("尚未另约").await;
    desk.shows("manager-who-was-affected").await;
    let text = text_to(RESIDENT, "hall-closed").await;
    assert!(text.contains(LOST_CARD), "{text}");

    // It is asked whether that is meant; whoever thinks better of it changes nothing.
    desk.presses("恢复开放").await;
    desk.sees("重新开放这些时段").await;
    desk.shows("manager-is-asked").await;
    desk.presses_in("[role=dialog] .actions", "", "取消").await;
    desk.sees_no_more("重新开放这些时段").await;
    desk.sees("受影响的人").await;
    let focused = desk.asks("return document.activeElement.innerText").await;
    assert_eq!(focused, "恢复开放", "the focus comes back to what asked");
    desk.presses("恢复开放").await;
    desk.presses_in("[role=dialog] .actions", "", "恢复开放").await;
    desk.sees("没有停办安排").await;
    desk.leaves().await;

    let phone = Browser::phone("hall").await;
    phone.becomes_the_phone_of(&resident).await;
    phone.opens(&format!("/appointments/{booked}")).await;
    phone.sees("可以改到这些时段").await;
    phone.shows("closed-what-else").await;
    phone.presses(QUIET_HALL).await;
    phone.presses("改到").await;
    phone
        .waits_for("the page of the moved appointment", || async {
            let address = phone.address().await;
            address.starts_with("/appointments/") && !address.contains(&booked)
        })
        .await;
    phone.sees("已预约").await;
    phone.shows("closed-and-moved").await;
    phone.leaves().await;
}
