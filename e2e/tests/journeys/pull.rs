//! Pulling a list down, as one does in WeChat to see how things are now.

use serde_json::json;

use crate::support::{Browser, LOST_CARD, QUIET_HALL, Resident, hall, service, windows};

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn what_has_changed_is_there_once_the_list_was_pulled() {
    let (hall, service) = (hall(QUIET_HALL).await, service(LOST_CARD).await);
    let resident = Resident::signs_in("13800000018").await;
    let phone = Browser::phone("pull").await;
    phone.becomes_the_phone_of(&resident).await;
    phone.opens("/appointments").await;
    phone.sees("还没有预约").await;
    phone.asks("window.stillTheSamePage = true").await;

    let window = windows(&hall, &service).await.swap_remove(120);
    resident.books(window["id"].as_str().unwrap(), &service).await;
    // A little is not enough.
    let finger = phone.pulls(70).await;
    phone.sees("下拉刷新").await;
    finger.lets_go().await;
    phone.sees_no_more("下拉刷新").await;
    phone.sees("还没有预约").await;

    let finger = phone.pulls(240).await;
    phone.sees("松开刷新").await;
    phone.picture("01-pulled").await;
    finger.lets_go().await;
    phone.sees("即将办理").await;
    phone.sees_no_more("正在刷新").await;
    phone.shows("02-refreshed").await;
    assert_eq!(
        phone.asks("return window.stillTheSamePage").await,
        json!(true),
        "nothing was loaded anew"
    );
    phone.leaves().await;
}
