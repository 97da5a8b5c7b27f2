//! Collecting: a document with a code, property by a proxy who signs, and a counter whose line is cut.

use crate::support::{Browser, Line, Resident, digits, id_number, proof_code, tells, text_to};

const DOCUMENT: &str = "居民身份证";

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_finished_document_is_collected_by_its_code_once() {
    let owner = "13800000034";
    let phone = Browser::phone("slip").await;
    tells("document-ready", owner).await;
    text_to(owner, "slip-issued").await;
    phone.becomes_the_phone_of(&Resident::signs_in(owner).await).await;
    phone.opens("/").await;
    phone.presses("领取凭证").await;
    phone.sees("可以领取").await;
    phone.shows("01-my-slips").await;
    phone.presses(DOCUMENT).await;
    phone.sees("请携带").await;
    phone.shows("02-slip").await;
    let token = phone.scanned().await;

    let desk = Browser::desk("slip").await;
    desk.signs_in_at("/redeem", "clerk-zhongxin-3").await;
    desk.sees("扫描或输入凭证").await;
    desk.shows("03-redeem").await;
    // By hand: what the code says is pasted, and the digits are read from the phone.
    desk.types("slip", &token).await;
    desk.presses("查询").await;
    desk.sees("6位码").await;
    desk.types("code", &digits(&phone.reads_in(".slip-code strong").await))
        .await;
    desk.shows("04-what-to-hand-over").await;
    desk.presses("核销并交付").await;
    desk.sees("可以交付").await;
    desk.shows("05-hand-over").await;
    desk.presses("下一个").await;
    // The same picture again, by the scanner that is a keyboard.
    desk.is_typed_into_by_a_scanner("slip", &token).await;
    desk.sees("不能交付").await;
    desk.sees("已经领取过").await;
    desk.shows("06-collected-before").await;

    phone.reloads().await;
    phone.sees("已领取").await;
    phone.shows("07-collected").await;
    for browser in [phone, desk] {
        browser.leaves().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_slip_is_held_before_the_camera_of_a_counter() {
    let owner = "13800000048";
    let phone = Browser::phone("camera").await;
    tells("document-ready", owner).await;
    phone.becomes_the_phone_of(&Resident::signs_in(owner).await).await;
    phone.opens("/slips").await;
    phone.presses(DOCUMENT).await;
    let film = phone.filmed().await;

    let desk = Browser::desk_with_camera("camera", &film).await;
    desk.signs_in_at("/redeem", "clerk-zhongxin-3").await;
    desk.presses("用摄像头扫描").await;
    desk.sees("6位码").await;
    desk.sees(DOCUMENT).await;
    desk.shows("01-scanned").await;
    desk.types("code", &digits(&phone.reads_in(".slip-code strong").await))
        .await;
    desk.presses("核销并交付").await;
    desk.sees("可以交付").await;
    for browser in [phone, desk] {
        browser.leaves().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_proxy_collects_recovered_property_and_signs_for_it() {
    let (owner, proxy) = ("13800000035", "13800000036");
    let phone = Browser::phone("proxy").await;
    for story in ["theft-case", "property-found", "property-return"] {
        tells(story, owner).await;
    }
    phone.becomes_the_phone_of(&Resident::signs_in(owner).await).await;
    phone.opens("/slips").await;
    phone.presses("笔记本电脑").await;
    phone.sees("委托他人领取").await;
    let letter = phone.picture("letter").await;
    phone.presses("委托他人领取").await;
    phone.types("proxy-name", "郝月华").await;
    phone.types("proxy-number", &id_number(proxy)).await;
    phone.types("proxy-phone", proxy).await;
    phone.chooses("input[type=file]", &letter).await;
    phone.sees("委托书已添加").await;
    phone.shows("01-naming").await;
    phone.presses("确认委托").await;
    phone.sees("请验证是您本人").await;
    phone.types("proof-code", &proof_code(owner).await).await;
    phone.presses("验证并继续").await;
    phone.sees("终止委托").await;
    phone.sees_no_more("已委托").await;
    phone.shows("02-named").await;
    text_to(owner, "slip-entrusted").await;
    text_to(proxy, "slip-proxy-named").await;

    let other = Browser::phone("proxy").await;
    other.becomes_the_phone_of(&Resident::signs_in(proxy).await).await;
    other.opens("/slips").await;
    other.sees("代杨**领取").await;
    other.shows("03-for-another").await;
    other.presses("笔记本电脑").await;
    let token = other.scanned().await;
    other.shows("04-slip-of-the-proxy").await;

    let desk = Browser::desk("proxy").await;
    desk.signs_in_at("/redeem", "clerk-yuntai-3").await;
    desk.sees("扫描或输入凭证").await;
    desk.is_typed_into_by_a_scanner("slip", &token).await;
    desk.sees("请收取委托书原件").await;
    // Another's card first: nothing is handed over.
    desk.types("card", &id_number(owner)).await;
    desk.signs().await;
    desk.presses("核销并交付").await;
    desk.sees("身份证与领取人不符").await;
    desk.shows("05-another-card").await;
    desk.presses("下一个").await;
    desk.is_typed_into_by_a_scanner("slip", &token).await;
    desk.types("card", &id_number(proxy)).await;
    desk.signs().await;
    desk.shows("06-signed").await;
    desk.presses("核销并交付").await;
    desk.sees("可以交付").await;
    desk.shows("07-handed-over").await;

    text_to(owner, "slip-redeemed").await;
    phone.opens("/cases").await;
    phone.presses("笔记本电脑被盗案").await;
    phone.sees("财物已发还").await;
    phone.sees("查看发还清单").await;
    phone.shows("08-returned").await;
    for browser in [phone, other, desk] {
        browser.leaves().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_counter_whose_line_is_cut_hands_over_and_tells_later() {
    let owner = "13800000037";
    let phone = Browser::phone("cut-counter").await;
    phone.becomes_the_phone_of(&Resident::signs_in(owner).await).await;
    let mut tokens = Vec::new();
    for waiting in 1..=3 {
        tells("document-ready", owner).await;
        phone.opens("/slips").await;
        phone
            .waits_for("the slip", || async { phone.counts(".booking").await == waiting })
            .await;
        // The latest stands first.
        phone.presses(DOCUMENT).await;
        tokens.push(phone.scanned().await);
    }

    let mut line = Line::laid().await;
    let desk = Browser::desk("cut-counter").await.through(line.pages());
    desk.signs_in_at("/redeem", "manager-zhongxin").await;
    desk.sees("已联网").await;
    desk.sees("离线清单更新于").await;
    desk.waits_for("the service worker to keep the page", || async {
        desk.asks_and_waits(KEPT).await == true
    })
    .await;
    line.is_cut().await;
    for token in &tokens {
        desk.is_typed_into_by_a_scanner("slip", token).await;
        desk.sees("离线时请目视核对").await;
        desk.presses("核销并交付").await;
        desk.sees("可以交付").await;
        desk.presses("下一个").await;
    }
    desk.sees("待上传3笔").await;
    desk.shows("01-three-not-sent").await;
    // Handed over is handed over, also for this console.
    desk.is_typed_into_by_a_scanner("slip", &tokens[0]).await;
    desk.sees("不在本领取点的离线清单中").await;
    desk.shows("02-not-twice").await;
    desk.reloads().await;
    desk.sees("正在离线核销").await;
    desk.sees("待上传3笔").await;
    desk.shows("03-after-a-reload").await;

    line.is_mended();
    desk.sees("离线核销已全部上传").await;
    desk.shows("04-everything-is-sent").await;
    assert!(!desk.reads().await.contains("与系统记录不符"));
    phone.opens("/slips").await;
    phone
        .waits_for("three to be collected", || async {
            phone.reads().await.matches("已领取").count() == 3
        })
        .await;
    phone.shows("05-three-collected").await;
    for browser in [phone, desk] {
        browser.leaves().await;
    }
}

/// Whether the console's page is kept whole.
const KEPT: &str = r"
    const done = arguments[0];
    caches.open('desk-1')
        .then((desk) => desk.keys())
        .then((kept) => done(kept.length >= 3 && !!navigator.serviceWorker.controller), () => done(false));
";
