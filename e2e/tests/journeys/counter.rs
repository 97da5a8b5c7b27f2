//! What a clerk does besides calling the next one: tickets for walk-ins, a chosen call, a pause.

use crate::support::{Browser, LOST_CARD};

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_clerk_calls_a_chosen_ticket_with_a_reason() {
    let desk = Browser::desk("counter").await;
    desk.signs_in_as_staff("clerk-yuntai-1").await;
    let offered = desk.reads().await;
    assert!(
        offered.contains("1号窗口（") && !offered.contains("2号窗口（"),
        "{offered}"
    );
    desk.shows("01-own-counters").await;
    desk.presses_in(".counters li", "1号窗口（", "开始值守").await;
    desk.sees("窗口空闲").await;

    let first = takes_ticket(&desk, "不优先").await;
    let second = takes_ticket(&desk, "不优先").await;
    let soldier = takes_ticket(&desk, "军人、退役军人及家属").await;
    desk.presses("关闭").await;
    desk.sees(&second).await;
    desk.sees("依法优先").await;
    let order = desk.reads_in(".desk-line tbody").await;
    assert!(
        order.find(&soldier) < order.find(&first) && order.find(&first) < order.find(&second),
        "{order}"
    );
    desk.shows("02-queue").await;

    desk.presses_in(".desk-line tr", &second, "叫此号").await;
    desk.sees("原因会记录在案").await;
    desk.presses("补齐材料后返回").await;
    desk.shows("03-reason").await;
    desk.presses("叫此号").await;
    desk.sees("工作人员指定").await;
    assert_eq!(desk.reads_in(".desk-number").await, second);
    desk.shows("04-chosen").await;
    desk.presses("开始办理").await;
    desk.presses("办结").await;
    desk.sees("窗口空闲").await;

    desk.presses("暂停叫号").await;
    desk.sees("已暂停叫号").await;
    assert!(!desk.reads().await.contains("叫下一位 N"));
    desk.shows("05-paused").await;
    desk.presses("恢复叫号").await;
    desk.sees_no_more("已暂停叫号").await;

    desk.presses_in(".desk-line tr", &first, "挂起").await;
    desk.sees("暂缓").await;
    // What was put aside is there also after the page was loaded anew.
    desk.opens("/console").await;
    desk.presses_in(".desk-line tr", &first, "恢复办理").await;
    desk.presses("办结").await;
    desk.sees("窗口空闲").await;
    desk.presses_in(".desk-line tr", &soldier, "作废").await;
    desk.sees("作废后号票不能恢复").await;
    desk.presses("作废").await;
    desk.sees_no_more(&soldier).await;
    desk.presses("结束值守").await;
    desk.sees("选择窗口开始值守").await;
    desk.leaves().await;
}

/// Takes a ticket for a walk-in, in the dialog that stays open for the next one, and returns its number.
async fn takes_ticket(desk: &Browser, priority: &str) -> String {
    if desk.asks("return !document.querySelector('[role=dialog]')").await == true {
        desk.presses("现场取号").await;
    }
    desk.types("walk-in-service", "身份证丢了").await;
    desk.presses(LOST_CARD).await;
    desk.presses(priority).await;
    desk.presses("现场取号").await;
    // The field is emptied when the ticket is there.
    desk.waits_for("the ticket", || async {
        desk.asks("return document.querySelector('#walk-in-service').value === ''")
            .await
            == true
    })
    .await;
    let told = desk.reads_in("[role=dialog] .notice.good").await;
    told.split_whitespace()
        .find_map(|word| {
            word.split('（')
                .next()
                .filter(|word| word.starts_with(|c: char| c.is_ascii_uppercase()))
        })
        .unwrap_or_else(|| panic!("no number in {told}"))
        .to_owned()
}
