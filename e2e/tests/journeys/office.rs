//! The office that answers for the money: a search, a refund that two people decide, the books of a day, alerts.

use crate::support::{Browser, Resident, bills_come_early, decide};

const PHONE: &str = "13800000046";
const NUMBER: &str = "5399900000000461";

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn one_asks_for_a_refund_and_another_approves_it() {
    bills_come_early().await;
    decide("杜玲", "539901196412069122", NUMBER, 15_000, "驾驶机动车违反规定停放").await;
    let resident = Resident::signs_in(PHONE).await;
    resident.pays(NUMBER).await;

    let first = Browser::desk("office").await;
    first.signs_in_at("/admin/payments", "finance-1").await;
    first.sees("缴款查询").await;
    first.types("label:nth-of-type(1) input[type=text]", NUMBER).await;
    first
        .types("label:nth-of-type(2) input[type=text]", "当事人来电核对")
        .await;
    first.shows("01-search").await;
    first.presses("查询").await;
    first.sees("往来消息").await;
    first.sees("支付通知").await;
    first.shows("02-file").await;
    first
        .types("article label input[type=text]", "当事人已在银行缴清")
        .await;
    first.presses("申请退款").await;
    first.arrives_at("/admin/refunds").await;
    first.sees("这是您提出的申请").await;
    assert!(
        !first.reads().await.contains("批准退款"),
        "nobody approves their own request"
    );
    first.shows("03-own-request").await;

    let second = Browser::desk("office").await;
    second.signs_in_at("/admin/refunds", "finance-2").await;
    second.sees("待审批").await;
    second.shows("04-request").await;
    second.presses("批准退款").await;
    second.sees("确定退回").await;
    second.presses_in("[role=dialog] .actions", "", "批准退款").await;
    second.sees("已批准").await;
    second.shows("05-approved").await;

    second.opens("/admin/reconciliation").await;
    second.sees("开始对账").await;
    second.shows("06-books").await;
    second.presses("开始对账").await;
    second.sees("三方一致").await;
    second.shows("07-compared").await;
    for (page, words, step) in [
        ("/admin/exceptions", "款项与订单不符", "08-exceptions"),
        ("/admin/payment-alerts", "手续费不为零", "09-alerts"),
    ] {
        second.opens(page).await;
        second.sees(words).await;
        second.shows(step).await;
    }
    for browser in [first, second] {
        browser.leaves().await;
    }
}
