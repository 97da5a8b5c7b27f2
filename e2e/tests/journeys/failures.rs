//! What pages say when something does not work, and the way on that they offer.

use crate::support::{Browser, HALL, Resident, VISA, digits, hall, service, text_to, windows};

/// No one's number, right and with another last character.
const RIGHT: &str = "110101199003070011";
const WRONG: &str = "110101199003070012";

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_mistyped_id_number_is_told_before_it_is_sent() {
    let phone = Browser::phone("newcomer").await;
    // Nobody has this phone yet: whoever signs in with it for the first time has an account and no identity.
    signs_in(&phone, "13900000001", "/me").await;
    phone.sees("完成实名认证").await;
    phone.types("name", "林晓燕").await;
    phone.types("id-number", WRONG).await;
    phone.presses("姓名").await;
    phone.sees("校验位不符，请核对是否输错").await;
    let sendable = phone
        .asks("return !document.querySelector('form [type=submit]').disabled")
        .await;
    assert_eq!(sendable, false);
    phone.shows("01-check-digit").await;

    phone.types("id-number", RIGHT).await;
    phone.sees_no_more("校验位不符").await;
    phone.presses("完成实名认证").await;
    phone.sees("家庭成员").await;
    phone.shows("02-bound").await;
    phone.leaves().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_code_can_be_tried_only_so_often() {
    let phone = Browser::phone("wrong-code").await;
    let number = "13800000006";
    asks_for_code(&phone, number, "/").await;
    let right = digits(&text_to(number, "login-code").await);
    let wrong = if right == "000000" { "111111" } else { "000000" };
    for _ in 0..5 {
        phone.types("code", wrong).await;
        phone.presses("登录").await;
        phone.sees("验证码不正确").await;
    }
    phone.shows("01-wrong").await;
    phone.types("code", wrong).await;
    phone.presses("登录").await;
    phone.sees("验证码错误次数过多").await;
    phone.shows("02-too-often").await;
    // The right one has lost its worth too.
    phone.types("code", &right).await;
    phone.presses("登录").await;
    phone.sees("验证码错误次数过多").await;
    assert_eq!(phone.address().await, "/login?next=%2F");
    phone.leaves().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn whoever_comes_second_is_offered_the_next_free_time() {
    let (hall, service) = (hall(HALL).await, service(VISA).await);
    let all = windows(&hall, &service).await;
    let last_seat = all.iter().find(|window| window["remaining"] == 1).unwrap();
    let (id, day) = (last_seat["id"].as_str().unwrap(), last_seat["day"].as_str().unwrap());
    let book = format!("/book/{service}?hall={hall}&day={day}&window={id}");

    let phone = Browser::phone("taken").await;
    signs_in(&phone, "13800000007", &book).await;
    phone.sees("占住这个号").await;
    let faster = Resident::signs_in("13800000008").await;
    faster.books(id, &service).await;
    phone.presses("占住这个号").await;
    phone.sees("您选的时段刚刚约满。最近的空余时段").await;
    phone.shows("01-taken").await;

    phone.presses("改约").await;
    phone.presses("确认预约").await;
    phone.arrives_at("/appointments/").await;
    phone.sees("预约码").await;
    phone.shows("02-booked-instead").await;
    phone.leaves().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_session_that_has_ended_is_begun_anew_where_one_was() {
    let (hall, service) = (hall(HALL).await, service(VISA).await);
    let phone = Browser::phone("session").await;
    // The phone believes that it is signed in, and its cookies have lost their worth.
    phone.opens("/").await;
    phone.asks("localStorage.setItem('signed-in', '1')").await;
    phone.keeps_cookie("bianmin-resident-access", "v4.ended").await;
    phone.keeps_cookie("bianmin-resident-refresh", "ended").await;
    phone.opens("/appointments").await;
    phone.sees("去登录").await;
    phone.shows("01-ended").await;

    let all = windows(&hall, &service).await;
    let last = all.iter().rfind(|window| window["remaining"] == 1).unwrap();
    let (id, day) = (last["id"].as_str().unwrap(), last["day"].as_str().unwrap());
    let book = format!("/book/{service}?hall={hall}&day={day}&window={id}");
    phone.opens(&book).await;
    phone.presses("登录并预约").await;
    types_phone_and_code(&phone, "13800000009").await;
    assert_eq!(phone.arrives_at("/book/").await, book, "the choice was lost");
    phone.sees("占住这个号").await;
    phone.shows("02-back").await;
    phone.leaves().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn an_address_that_leads_nowhere_leads_home() {
    let phone = Browser::phone("nowhere").await;
    phone.opens("/no/such/page").await;
    phone.sees("没有这个页面").await;
    phone.shows("01-nowhere").await;
    phone.presses("回首页").await;
    phone.sees("您好，想办什么事？").await;

    phone.opens("/services/01900000-0000-7000-8000-000000000000").await;
    phone.presses("返回列表").await;
    phone.sees("找到").await;
    phone.shows("02-back-in-the-list").await;
    phone.leaves().await;
}

async fn signs_in(phone: &Browser, number: &str, next: &str) {
    let encoded = next.replace('?', "%3F").replace('&', "%26").replace('=', "%3D");
    phone.opens(&format!("/login?next={encoded}")).await;
    types_phone_and_code(phone, number).await;
    assert_eq!(phone.arrives_at(next).await, next);
}

async fn asks_for_code(phone: &Browser, number: &str, next: &str) {
    phone.opens(&format!("/login?next={}", next.replace('/', "%2F"))).await;
    phone.types("phone", number).await;
    phone.presses("获取验证码").await;
    phone.sees("秒后可重发").await;
}

async fn types_phone_and_code(phone: &Browser, number: &str) {
    phone.types("phone", number).await;
    phone.presses("获取验证码").await;
    phone.sees("秒后可重发").await;
    phone.types("code", &digits(&text_to(number, "login-code").await)).await;
    phone.presses("登录").await;
}
