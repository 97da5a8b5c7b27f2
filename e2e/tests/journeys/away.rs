//! A member of staff whose session ends beneath an open page: they sign in where they are, and what was typed stays.

use crate::support::{Browser, LOST_CARD, credentials};

const CLERK: &str = "clerk-binhe-1";
const CONTACT: &str = "13800000174";

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_session_that_ends_takes_nothing_that_was_typed() {
    let desk = Browser::desk("away").await;
    desk.signs_in_at("/admin/collective", CLERK).await;
    desk.sees("要么全部约上，要么都不约").await;
    desk.types(".inputs label:nth-child(1) input[type=text]", "滨河小学")
        .await;
    desk.types("input[type=tel]", CONTACT).await;
    desk.picks("事项", LOST_CARD).await;
    desk.picks("日期", "").await;
    desk.picks("从几点开始", "").await;
    desk.types("textarea[rows]", "王小五 539999198101010056").await;
    desk.sees("将这样安排").await;

    desk.loses_its_sessions().await;
    desk.presses("为全部人预约").await;
    desk.sees("请重新登录").await;
    desk.shows("01-signed-out").await;
    // Whoever wants to look at the page first finds the way back to the sign-in on it.
    desk.presses("关闭").await;
    desk.sees_no_more("请重新登录").await;
    desk.presses("去登录").await;
    desk.sees("请重新登录").await;
    let [username, password, totp] = credentials(CLERK).await;
    desk.types("username", &username).await;
    desk.types("password", &password).await;
    desk.types("totp", &totp).await;
    desk.presses("登录").await;
    desk.sees_no_more("请重新登录").await;
    desk.shows("02-back").await;

    desk.presses("为全部人预约").await;
    desk.sees("已预约1人").await;
    desk.sees("滨河小学").await;
    desk.leaves().await;
}
