//! A theft, from the report to the property in its owner's hands; and a report that is not filed.

use crate::support::{Browser, Resident, id_number, sandbox, tells, text_to, texts_to};

const CLERK: &str = "clerk-yuntai-2";
const LAPTOP: &str = "笔记本电脑";

/// The hours in which only what the law wants told is texted.
async fn is_quiet(browser: &Browser) -> bool {
    let hour = browser
        .asks("return (new Date().getUTCHours() + 8) % 24")
        .await
        .as_u64()
        .unwrap();
    !(8..22).contains(&hour)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_stolen_laptop_comes_back_and_its_owner_never_had_to_ask() {
    let owner = "13800000031";
    let phone = Browser::phone("theft").await;
    tells("theft-case", owner).await;
    text_to(owner, "case-accepted").await;
    text_to(owner, "case-filed").await;
    phone.becomes_the_phone_of(&Resident::signs_in(owner).await).await;
    phone.opens("/").await;
    phone.presses("案件进展").await;
    phone.sees("笔记本电脑被盗案").await;
    phone.shows("01-my-cases").await;
    phone.presses("笔记本电脑被盗案").await;
    phone.sees("立案侦查").await;
    phone.sees("未找到").await;
    phone.shows("02-filed").await;

    tells("property-found", owner).await;
    let quiet = is_quiet(&phone).await;
    if !quiet {
        text_to(owner, "property-found").await;
    }
    phone.reloads().await;
    phone.sees("公安机关保管中").await;
    tells("property-return", owner).await;
    text_to(owner, "property-return").await;
    phone.reloads().await;
    phone.sees("可以领取").await;
    let case = phone.address().await;
    phone.shows("03-can-be-collected").await;
    phone.presses("打开领取凭证").await;
    phone.arrives_at("/slips/").await;
    phone.sees("云台分局户政大厅").await;
    phone.shows("04-slip").await;

    let desk = Browser::desk("theft").await;
    desk.signs_in_at("/redeem", CLERK).await;
    desk.sees("扫描或输入凭证").await;
    desk.is_typed_into_by_a_scanner("slip", &phone.scanned().await).await;
    desk.sees(LAPTOP).await;
    desk.types("card", &id_number(owner)).await;
    desk.signs().await;
    desk.shows("05-signed").await;
    desk.presses("核销并交付").await;
    desk.sees("可以交付").await;
    desk.shows("06-handed-over").await;

    text_to(owner, "slip-redeemed").await;
    phone.opens(&case).await;
    phone.sees("财物已发还").await;
    phone.sees("查看发还清单").await;
    let list = phone
        .asks_and_waits(
            "const done = arguments[0], link = document.querySelector('a[href$=\".pdf\"]');
             fetch(link.href).then((answer) => answer.blob())
                 .then((file) => done(`${file.type} ${file.size > 10000}`), (e) => done(`${e}`));",
        )
        .await;
    assert_eq!(list, "application/pdf true");
    phone.shows("07-returned").await;
    phone.asks("window.scrollTo(0, document.body.scrollHeight)").await;
    phone.shows("08-texts-on-the-page").await;

    let mut told = vec![
        "case-accepted",
        "case-filed",
        "property-found",
        "property-return",
        "slip-redeemed",
    ];
    // At night the notice waits for the morning, and what can be collected by then makes it pointless.
    told.retain(|template| !quiet || *template != "property-found");
    let mut texts = texts_to(owner).await;
    texts.retain(|template| template != "login-code");
    assert_eq!(texts, told);
    let elsewhere = Browser::phone("theft").await;
    elsewhere.opens(&format!("{}/?phone={owner}", sandbox())).await;
    elsewhere.sees("可以领取：云台分局户政大厅").await;
    elsewhere.shows("09-five-texts").await;
    for browser in [phone, desk, elsewhere] {
        browser.leaves().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn whoever_is_told_that_a_case_is_not_filed_contests_it_with_one_tap() {
    let reporter = "13800000032";
    let phone = Browser::phone("review").await;
    tells("not-filed", reporter).await;
    phone.becomes_the_phone_of(&Resident::signs_in(reporter).await).await;
    phone.opens("/cases").await;
    phone.presses("手机被盗案").await;
    phone.sees("不能证明有犯罪事实发生").await;
    phone.shows("01-not-filed").await;
    phone.presses("申请复议").await;
    phone.sees("复议申请已提交").await;
    phone.sees_no_more("复议申请已提交").await;
    phone.sees("前答复").await;
    phone.shows("02-requested").await;

    // The case system hears of it.
    let outside = Browser::phone("review").await;
    let heard = "const done = arguments[0];
        fetch('/police/write-backs?system=case-system&kind=review-requests')
            .then((answer) => answer.json()).then((all) => done(all.items.length), () => done(0));";
    outside.opens(&sandbox()).await;
    outside
        .waits_for("the case system to hear of the request", || async {
            outside.asks_and_waits(heard).await == 1
        })
        .await;
    for browser in [phone, outside] {
        browser.leaves().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn anybody_reads_what_was_found_and_what_the_steps_of_a_case_mean() {
    tells("found-property", "13800000033").await;
    let phone = Browser::phone("found").await;
    phone.opens("/cases/found").await;
    phone.sees("蓝色山地自行车").await;
    phone.sees("云台区观澜大道公交站").await;
    assert!(
        !phone.reads().await.contains("盗窃自行车系列案"),
        "the case is nobody's business"
    );
    phone.shows("01-found").await;
    phone.opens("/cases/steps").await;
    phone.sees("第二百三十四条").await;
    phone.shows("02-steps").await;
    phone.leaves().await;
}
