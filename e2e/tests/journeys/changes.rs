//! What happens to appointments between booking and the visit: moved, waited for, cancelled too late.

use serde_json::Value;

use crate::support::{Browser, HALL, LOST_CARD, QUIET_HALL, Resident, VISA, hall, service, text_to, windows};

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn an_appointment_moves_to_another_day_in_one_step() {
    let number = "13800000021";
    let (hall, service) = (hall(QUIET_HALL).await, service(LOST_CARD).await);
    let all = windows(&hall, &service).await;
    let resident = Resident::signs_in(number).await;
    let booked = resident.books(id(&all[100]), &service).await;
    let target = &all[200];

    let phone = Browser::phone("reschedule").await;
    phone.becomes_the_phone_of(&resident).await;
    phone.opens(&format!("/appointments/{booked}")).await;
    phone.sees("前可以改期或取消").await;
    phone.shows("01-appointment").await;
    let code = phone.reads_in(".code strong").await;
    phone.presses("改期").await;
    phone.sees("现在约的是").await;
    phone.presses(&spoken_day(target)).await;
    phone.presses(&span(target)).await;
    phone.shows("02-another-time").await;
    phone.presses("改到").await;
    phone
        .waits_for("the page of the moved appointment", || async {
            let address = phone.address().await;
            address.starts_with("/appointments/") && !address.contains(&booked)
        })
        .await;
    phone.sees(&span(target)).await;
    assert_eq!(phone.reads_in(".code strong").await, code, "the code stays");
    phone.shows("03-moved").await;
    text_to(number, "appointment-rescheduled").await;
    phone.opens(&format!("/appointments/{booked}")).await;
    phone.sees("已改期").await;
    phone.leaves().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_seat_that_is_given_back_goes_to_whoever_waits_for_it() {
    let number = "13800000022";
    let (hall, service) = (hall(HALL).await, service(VISA).await);
    let all = windows(&hall, &service).await;
    let free = |window: &&Value| window["remaining"] == 1;
    let window = all[all.len() / 2..].iter().find(free).unwrap();
    let owner = Resident::signs_in("13800000023").await;
    let seat = owner.books(id(window), &service).await;

    let phone = Browser::phone("waitlist").await;
    let resident = Resident::signs_in(number).await;
    phone.becomes_the_phone_of(&resident).await;
    let day = window["day"].as_str().unwrap();
    phone.opens(&format!("/book/{service}?hall={hall}&day={day}")).await;
    phone.presses(&format!("{} 满·可候补", span(window))).await;
    phone.sees("已约满，可以候补").await;
    phone.shows("01-full").await;
    phone.presses("候补这个时段").await;
    phone.arrives_at("/appointments").await;
    phone.sees("您排在第一位").await;
    phone.shows("02-waiting").await;

    owner.cancels(&seat).await;
    text_to(number, "waitlist-offer").await;
    phone.opens("/").await;
    phone.sees("已为您占号").await;
    phone.shows("03-offered").await;
    phone.presses("待确认").await;
    phone.sees("已为您占号，请在").await;
    // A page that is loaded anew has not lost the seat.
    let offer = phone.arrives_at("/appointments/").await;
    phone.opens(&offer).await;
    phone.shows("04-offer").await;
    phone.presses("确认预约").await;
    phone.sees("预约码").await;
    phone.sees_no_more("预约成功").await;
    phone.shows("05-claimed").await;
    phone.opens("/appointments").await;
    phone.sees("即将办理").await;
    assert!(!phone.reads().await.contains("候补中"));
    phone.leaves().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_late_cancellation_is_told_before_counted_after_and_can_be_appealed() {
    let (hall, service) = (hall(QUIET_HALL).await, service(LOST_CARD).await);
    let resident = Resident::signs_in("13800000024").await;
    let phone = Browser::phone("strike").await;
    phone.becomes_the_phone_of(&resident).await;
    let window = phone.chooses_window(&hall, &service).await;
    let booked = resident.books(id(&window), &service).await;

    phone.opens(&format!("/appointments/{booked}")).await;
    phone.presses("取消预约").await;
    phone.sees("现在取消会记一次爽约").await;
    phone.shows("01-too-late").await;
    phone.presses("取消预约").await;
    phone.sees("已取消").await;

    phone.opens("/me").await;
    phone.sees("逾期取消").await;
    phone.shows("02-strike").await;
    phone.presses("申诉").await;
    let said = "路上遇到事故，交警可以证明";
    phone.types("appeal", said).await;
    phone.shows("03-appeal").await;
    phone.presses("提交申诉").await;
    phone.sees("申诉中").await;
    phone.sees(said).await;
    phone.sees_no_more("提交申诉").await;
    phone.shows("04-appealed").await;
    phone.leaves().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn what_was_typed_outlives_a_change_of_language() {
    let resident = Resident::signs_in("13800000025").await;
    let phone = Browser::phone("typed").await;
    phone.becomes_the_phone_of(&resident).await;
    phone.opens("/me").await;
    phone.presses("添加家庭成员").await;
    phone.types("family-name", "林小满").await;
    phone.presses("English").await;
    phone.presses("Add a family member").await;
    phone.sees("Relation").await;
    let kept = phone.asks("return document.querySelector('#family-name').value").await;
    assert_eq!(kept, "林小满");
    phone.leaves().await;
}

fn id(window: &Value) -> &str {
    window["id"].as_str().unwrap()
}

/// From when to when a window lasts, as pages say it.
pub fn span(window: &Value) -> String {
    let clock = |end: &str| window[end].as_str().unwrap()[11..16].to_owned();
    format!("{}–{}", clock("starts_at"), clock("ends_at"))
}

/// A window's day, as the calendar says it.
pub fn spoken_day(window: &Value) -> String {
    let day = window["day"].as_str().unwrap();
    let number = |range: std::ops::Range<usize>| day[range].trim_start_matches('0').to_owned();
    format!("{}月{}日", number(5..7), number(8..10))
}
