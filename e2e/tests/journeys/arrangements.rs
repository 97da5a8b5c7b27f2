//! What a hall's manager arranges: groups of services, and seats of a timetable that reach the windows that residents see.

use crate::support::Browser;

const MANAGER: &str = "manager-churujing";

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_manager_renames_a_group_and_brings_a_quota_to_published_windows() {
    let desk = Browser::desk("arrangements").await;
    desk.signs_in_at("/admin/counters", MANAGER).await;
    desk.sees("业务组决定排队号的字母").await;
    desk.shows("01-groups").await;
    desk.presses("新增业务组").await;
    desk.sees("事项").await;
    desk.shows("02-new-group").await;

    desk.opens("/admin/schedules").await;
    desk.sees("用于已放时段").await;
    desk.shows("03-schedules").await;
    desk.presses("用于已放时段").await;
    desk.sees("已放出的时段与本排班一致").await;
    desk.shows("04-nothing-to-do").await;
    desk.leaves().await;
}
