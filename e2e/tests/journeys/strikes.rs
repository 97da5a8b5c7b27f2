//! Missed appointments: what follows from several, the appeal, and booking again once the hall has accepted it.

use crate::support::{Browser, LOST_CARD, QUIET_HALL, Resident, hall, service};

const RESIDENT: &str = "13800000172";
const OTHER: &str = "13800000173";
const MANAGER: &str = "manager-yuntai";
/// Three services of one group, so that one window takes an appointment for each.
const SERVICES: [&str; 3] = [LOST_CARD, "居民身份证换领", "居民身份证首次申领"];

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn three_late_cancellations_suspend_booking_until_an_appeal_is_accepted() {
    let resident = Resident::signs_in(RESIDENT).await;
    let phone = Browser::phone("strikes").await;
    phone.becomes_the_phone_of(&resident).await;
    let (hall, lost) = (hall(QUIET_HALL).await, service(LOST_CARD).await);
    let window = phone.chooses_window(&hall, &lost).await;
    let (window, day) = (window["id"].as_str().unwrap(), window["day"].as_str().unwrap());
    for name in SERVICES {
        let booked = resident.books(window, &service(name).await).await;
        resident.cancels(&booked).await;
    }
    phone.opens("/me").await;
    phone.sees("前不能网上预约，可到大厅取现场号").await;
    phone.shows("01-suspended").await;
    let book = format!("/book/{lost}?hall={hall}&day={day}&window={window}");
    phone.opens(&book).await;
    phone.sees("占住这个号").await;
    phone.presses("占住这个号").await;
    phone.sees("因爽约暂停网上预约").await;
    phone.sees("可到大厅取现场号，或在“我的爽约记录”中申诉").await;
    phone.shows("02-refused").await;

    phone.opens("/me").await;
    phone.presses("申诉").await;
    phone.types("appeal", "当天送老人急诊").await;
    phone.presses("提交申诉").await;
    phone.sees("申诉中").await;
    phone.shows("03-appealed").await;

    let desk = Browser::desk("strikes").await;
    desk.signs_in_at("/admin/strikes", MANAGER).await;
    desk.sees("当天送老人急诊").await;
    desk.shows("04-appeal").await;
    desk.presses_in("article.appeal", "当天送老人急诊", "撤销爽约").await;
    desk.sees("已处理").await;
    desk.leaves().await;

    phone.opens("/me").await;
    phone.sees("爽约记录").await;
    phone.is_whole().await;
    assert!(!phone.reads().await.contains("前不能网上预约"));
    phone.opens(&book).await;
    phone.presses("占住这个号").await;
    phone.sees("确认预约").await;
    phone.shows("05-booked-again").await;
    phone.leaves().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn an_appointment_goes_into_the_phones_calendar() {
    let resident = Resident::signs_in(OTHER).await;
    let phone = Browser::phone("strikes").await;
    phone.becomes_the_phone_of(&resident).await;
    let (hall, service) = (hall(QUIET_HALL).await, service(LOST_CARD).await);
    let window = phone.chooses_window(&hall, &service).await;
    let booked = resident.books(window["id"].as_str().unwrap(), &service).await;
    phone.opens(&format!("/appointments/{booked}")).await;
    phone.sees("加入手机日历").await;
    // What the button leads to is what the browser would hand to the calendar.
    let file = phone
        .asks_and_waits(&format!(
            "const done = arguments[arguments.length - 1]; \
             fetch('/api/v1/appointments/{booked}.ics').then(async answer => \
             done([answer.status, answer.headers.get('content-type'), await answer.text()]));"
        ))
        .await;
    assert_eq!(file[0], 200, "{file}");
    assert!(file[1].as_str().unwrap().starts_with("text/calendar"), "{file}");
    let text = file[2].as_str().unwrap();
    assert!(text.contains("BEGIN:VEVENT") && text.contains(LOST_CARD), "{text}");
    phone.presses("加入手机日历").await;
    // A download leaves the page where it is.
    phone.sees("预约详情").await;
    phone.shows("06-calendar").await;
    phone.leaves().await;
}
