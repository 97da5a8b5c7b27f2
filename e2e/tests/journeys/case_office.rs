//! A case officer's page: a look-up with its reason, names whole after a new code, a preview, a correction and a withdrawal; and the auditor, who sees it all.

use serde_json::{Value, json};

use crate::support::{Browser, credentials, id_number, publishes, text_to};

const OFFICER: &str = "case-officer-1";
const REPORTER: &str = "13800000047";
const CASE_NO: &str = "A5399009009002026110047";
const REASON: &str = "报案人来电询问进展";

/// Publishes a step, or corrects one.
async fn step(event: &str, step: &str, more: Value) {
    let mut body = json!({
        "event_id": format!("case-office-{event}"), "case_no": CASE_NO, "step": step,
        "occurred_at": "2026-11-20T10:00:00+08:00", "details": {},
    });
    for (name, value) in more.as_object().unwrap() {
        body[name] = value.clone();
    }
    publishes("/upstream/case-events", body).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn what_an_officer_reads_and_takes_back_is_seen_by_the_auditor() {
    let party = json!({ "role": "reporter", "name": "钟梓睿", "id_number": id_number(REPORTER) });
    let case = json!({
        "case_no": CASE_NO, "procedure": "criminal", "title": "电动车被盗案", "agency": "云川市公安局云台分局",
        "accepted_at": "2026-11-20T09:00:00+08:00", "parties": [party],
    });
    publishes("/upstream/cases", case).await;
    step("1", "accepted", json!({})).await;
    step(
        "2",
        "filed",
        json!({ "details": { "document_no": "云公立字〔2026〕第46号" } }),
    )
    .await;
    text_to(REPORTER, "case-filed").await;

    let desk = Browser::desk("case-office").await;
    desk.signs_in_at("/admin/cases", OFFICER).await;
    desk.sees("每次查询须填写理由").await;
    desk.shows("01-look-up").await;
    desk.types("form.panel label:nth-of-type(1) input[type=text]", CASE_NO)
        .await;
    desk.types("form.panel label:nth-of-type(2) input[type=text]", REASON)
        .await;
    desk.presses("查询").await;
    desk.sees("电动车被盗案").await;
    let whole = id_number(REPORTER);
    assert!(!desk.reads().await.contains(&whole), "numbers are masked");
    desk.shows("02-masked").await;

    let [_, _, code] = credentials(OFFICER).await;
    desk.types("form.panel label:nth-of-type(3) input[type=text]", &code)
        .await;
    desk.presses("查询").await;
    desk.sees(&whole).await;
    desk.shows("03-whole").await;

    desk.asks(
        "const steps = document.querySelector('select'); steps.value = 'property-found'; \
         steps.dispatchEvent(new Event('change', { bubbles: true }))",
    )
    .await;
    desk.types("textarea[rows]", "item_no=1\nitem=蓝色两轮车\nstate=held")
        .await;
    desk.presses("预览").await;
    desk.sees("蓝色两轮车").await;
    desk.asks("document.querySelector('textarea').scrollIntoView()").await;
    desk.shows("04-preview").await;

    // The case system corrects the number of the document, and the officer takes the correction back.
    let corrects = json!({ "corrects": "case-office-2", "details": { "document_no": "云公立字〔2026〕第47号" } });
    step("3", "filed", corrects).await;
    text_to(REPORTER, "case-corrected").await;
    desk.asks("window.scrollTo(0, 0)").await;
    desk.presses("查询").await;
    desk.sees("已更正").await;
    desk.shows("05-corrected").await;
    desk.presses_in("tr", "立案", "撤回").await;
    desk.types("answer", "文书编号登记有误").await;
    desk.presses_in("[role=dialog] .actions", "", "撤回").await;
    text_to(REPORTER, "case-withdrawn").await;
    desk.presses("查询").await;
    desk.sees("已撤回").await;
    desk.shows("06-taken-back").await;

    let auditor = Browser::desk("case-office").await;
    auditor.signs_in_at("/admin/enquiries", "auditor-1").await;
    auditor.sees(REASON).await;
    auditor.sees(CASE_NO).await;
    auditor.shows("07-audited").await;
    for browser in [desk, auditor] {
        browser.leaves().await;
    }
}
