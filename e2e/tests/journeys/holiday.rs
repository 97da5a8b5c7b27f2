//! A holiday that is declared after people have booked: the operator imports it beside the running server, who booked is told and moves,
//! and the hall's manager sees whom it hit.

use crate::support::{Browser, LOST_CARD, Resident, declares_a_holiday, hall, service, text_to, windows};

const HALL: &str = "滨河派出所户籍窗口";
const MANAGER: &str = "manager-binhe";
const RESIDENT: &str = "13800000050";

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_declared_holiday_tells_who_had_booked_and_shows_the_manager_whom_it_hit() {
    let (hall, service) = (hall(HALL).await, service(LOST_CARD).await);
    let resident = Resident::signs_in(RESIDENT).await;
    // The last day that is published: nobody else's journey goes so far.
    let last = windows(&hall, &service).await.pop().unwrap();
    let appointment = resident.books(last["id"].as_str().unwrap(), &service).await;

    declares_a_holiday(last["day"].as_str().unwrap(), "建市纪念日").await;
    let text = text_to(RESIDENT, "hall-closed").await;
    assert!(text.contains("改约"), "{text}");
    let phone = Browser::phone("holiday").await;
    phone.becomes_the_phone_of(&resident).await;
    phone.opens(&format!("/appointments/{appointment}")).await;
    phone.sees("大厅取消").await;
    phone.shows("01-cancelled").await;

    let desk = Browser::desk("holiday").await;
    desk.signs_in_at("/admin/closures", MANAGER).await;
    desk.sees("预约后才公布的假日").await;
    desk.sees("建市纪念日").await;
    desk.presses_in("tr", "建市纪念日", "受影响的人").await;
    desk.sees("侯**").await;
    desk.shows("02-whom-it-hit").await;
    for browser in [phone, desk] {
        browser.leaves().await;
    }
}
