//! A clerk books for the people of an organisation, and its contact has them on the phone.

use crate::support::{Browser, LOST_CARD, Resident, text_to};

const CONTACT: &str = "13800000171";
const CLERK: &str = "clerk-yuntai-2";

/// People whom the bureau does not know yet.
const PEOPLE: [&str; 3] = [
    "陈一 539999198101010013",
    "陈二 539999198101010021",
    "林三 53999919810101003X",
];

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_clerk_books_for_a_list_and_the_contact_sees_everybody() {
    let desk = Browser::desk("collective").await;
    desk.signs_in_at("/admin/collective", CLERK).await;
    desk.sees("要么全部约上，要么都不约").await;
    desk.types(".inputs label:nth-child(1) input[type=text]", "云川大学")
        .await;
    desk.types("input[type=tel]", CONTACT).await;
    desk.picks("事项", LOST_CARD).await;
    desk.picks("日期", "").await;
    desk.picks("从几点开始", "").await;
    let wrong = [PEOPLE[0], "陈二 539999198101010020", PEOPLE[2]].join("\n");
    desk.types("textarea[rows]", &wrong).await;
    desk.sees("第2行：身份证号有误").await;
    desk.shows("01-a-line-at-fault").await;
    desk.types("textarea[rows]", &PEOPLE.join("\n")).await;
    desk.sees("共3人").await;
    desk.sees("将这样安排").await;
    desk.shows("02-how-they-come").await;
    desk.presses("为全部人预约").await;
    desk.sees("已预约3人").await;
    desk.sees("林*").await;
    desk.shows("03-booked").await;
    let text = text_to(CONTACT, "collective-confirmed").await;
    assert!(text.contains("3人"), "{text}");

    let contact = Resident::signs_in(CONTACT).await;
    let phone = Browser::phone("collective").await;
    phone.becomes_the_phone_of(&contact).await;
    phone.opens("/appointments").await;
    phone.sees("我经办的集体预约").await;
    phone.shows("04-contact").await;
    phone.presses("看名单").await;
    phone.sees("陈*").await;
    phone.shows("05-people").await;
    phone.presses("林*").await;
    phone.sees("预约详情").await;
    phone.shows("06-one-of-them").await;
    phone.leaves().await;

    desk.presses("取消未到的人").await;
    desk.presses("确认取消未到的人").await;
    desk.sees("待到0").await;
    desk.shows("07-cancelled").await;
    desk.leaves().await;
}
