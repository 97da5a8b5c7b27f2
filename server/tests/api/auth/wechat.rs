//! `/auth/wechat-questions`, `/auth/wechat-sessions` and `/me/wechat`: signing in by WeChat.

use chrono::TimeDelta;
use serde_json::{Value, json};
use shared::{
    identity::wire::{WECHAT_SILENT, WECHAT_SNAPSHOT, WECHAT_STATE, WECHAT_UNLINKED},
    problem::{INVALID_FIELD, NOT_FOUND, UNAUTHENTICATED},
};

use crate::support::{Client, TestApp, WechatBrowser, phone};

/// The keys of the texts to a resident, the latest first.
async fn told(resident: &Client) -> Vec<String> {
    let listed = resident.get("/notifications").await.expect(200);
    let items = listed["items"].as_array().unwrap().iter();
    items
        .map(|text| text["template"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_first_sign_in_inside_wechat_links_it_and_later_ones_need_no_text() {
    let (app, _sandbox) = TestApp::start_with_sandbox().await;
    let mut browser = WechatBrowser::of(&app, &phone(1));
    let resident = browser.link().await;
    assert!(resident.get("/me/wechat").await.expect(200)["since"].is_string());
    assert_eq!(told(&resident).await, ["wechat-linked"], "the owner is told");
    let texts = app.count("SELECT count(*) FROM messages").await;

    let returned = browser.ask().await;
    let session = browser.answer(&returned).await.expect(201);
    assert_eq!(session["resident"]["phone"], "138****0001");
    let again = Client::new(&app.address, session["access_token"].as_str());
    assert_eq!(again.get("/me").await.expect(200)["person"]["name"], "杨**");
    assert_eq!(
        app.count("SELECT count(*) FROM messages").await,
        texts,
        "no text was sent"
    );

    let sealed = "SELECT count(*) FROM wechat_links WHERE CAST(openid AS TEXT) LIKE '%Sandbox%' OR \
        CAST(openid_index AS TEXT) LIKE '%Sandbox%'";
    assert_eq!(app.count(sealed).await, 0);
    let waiting = "SELECT count(*) FROM wechat_questions WHERE openid IS NOT NULL";
    assert_eq!(app.count(waiting).await, 0, "what was linked waits no more");
    for (action, times) in [("wechat.link", 1), ("session.begin", 2)] {
        let recorded = format!("SELECT count(*) FROM audit_entries WHERE action = '{action}'");
        assert_eq!(app.count(&recorded).await, times, "{action}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_state_is_good_for_one_answer_whatever_came_of_it() {
    let (app, _sandbox) = TestApp::start_with_sandbox().await;
    let mut browser = WechatBrowser::of(&app, &phone(1));
    browser.link().await;
    let mut returned = browser.ask().await;
    browser.answer(&returned).await.expect(201);
    browser.answer(&returned).await.refused(&WECHAT_STATE);

    // A code that WeChat does not know uses the state up as well.
    let mut guessed = browser.ask().await;
    let code = std::mem::replace(&mut guessed.code, "guessed".into());
    browser.answer(&guessed).await.refused(&WECHAT_STATE);
    guessed.code = code;
    browser.answer(&guessed).await.refused(&WECHAT_STATE);

    returned = browser.ask().await;
    let together = futures::future::join_all((0..8).map(|_| browser.answer(&returned))).await;
    assert_eq!(together.iter().filter(|answer| answer.status == 201).count(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_counts_from_the_browser_that_asked_and_for_a_quarter_of_an_hour() {
    let (app, _sandbox) = TestApp::start_with_sandbox().await;
    let mut browser = WechatBrowser::of(&app, &phone(1));
    browser.link().await;
    // Somebody else's link, opened in this browser, signs nobody in.
    let mut other = WechatBrowser::of(&app, &phone(2));
    let foreign = other.ask().await;
    browser.ask().await;
    browser.answer(&foreign).await.refused(&WECHAT_STATE);
    WechatBrowser::of(&app, &phone(1))
        .answer(&foreign)
        .await
        .refused(&WECHAT_STATE);
    other.answer(&foreign).await.refused(&WECHAT_UNLINKED);

    let late = browser.ask().await;
    app.clock.advance(TimeDelta::minutes(15));
    browser.answer(&late).await.refused(&WECHAT_STATE);
    let nonsense = json!({ "code": "x", "state": "not-a-state" });
    app.anyone()
        .post("/auth/wechat-sessions", nonsense)
        .await
        .refused(&WECHAT_STATE);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_waiting_wechat_is_linked_from_its_own_browser_only() {
    let (app, _sandbox) = TestApp::start_with_sandbox().await;
    let mut victim = WechatBrowser::of(&app, &phone(1));
    let returned = victim.ask().await;
    victim.answer(&returned).await.refused(&WECHAT_UNLINKED);
    let mut thief = WechatBrowser::of(&app, &phone(2));
    thief.ask().await;
    let session = thief.sign_in(&phone(2), &returned.state).await;
    let thief = Client::new(&app.address, session["access_token"].as_str());
    assert_eq!(thief.get("/me/wechat").await.expect(200)["since"], Value::Null);
    assert_eq!(app.count("SELECT count(*) FROM wechat_links").await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_snapshot_of_the_page_signs_nobody_in() {
    let (app, sandbox) = TestApp::start_with_sandbox().await;
    let mut browser = WechatBrowser::of(&app, &phone(1));
    browser.link().await;
    sandbox
        .fault(json!({ "target": "wechat-oauth", "kind": "snapshot" }))
        .await;
    let returned = browser.ask().await;
    browser.answer(&returned).await.refused(&WECHAT_SNAPSHOT);
    sandbox.heal().await;
    sandbox.fault(json!({ "target": "wechat-oauth", "kind": "5xx" })).await;
    let returned = browser.ask().await;
    browser.answer(&returned).await.refused(&WECHAT_SILENT);
    let waiting = "SELECT count(*) FROM wechat_questions WHERE openid IS NOT NULL";
    assert_eq!(app.count(waiting).await, 0, "an openid of nobody is not kept");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_unlinked_wechat_signs_nobody_in_and_other_sessions_end_with_it() {
    let (app, _sandbox) = TestApp::start_with_sandbox().await;
    let mut browser = WechatBrowser::of(&app, &phone(1));
    let resident = browser.link().await;
    let returned = browser.ask().await;
    let session = browser.answer(&returned).await.expect(201);
    let there = Client::new(&app.address, session["access_token"].as_str());
    there.get("/me").await.expect(200);
    resident.delete("/me/wechat").await.expect(204);
    there.get("/me").await.refused(&UNAUTHENTICATED);
    resident.delete("/me/wechat").await.refused(&NOT_FOUND);
    assert_eq!(
        resident.get("/me/wechat").await.expect(200),
        json!({ "since": null, "notices": false })
    );
    let notices = json!({ "notices": true });
    resident.put("/me/wechat", notices).await.refused(&WECHAT_UNLINKED);
    let returned = browser.ask().await;
    browser.answer(&returned).await.refused(&WECHAT_UNLINKED);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_wechat_leads_to_one_account_and_one_account_to_one_wechat() {
    let (app, _sandbox) = TestApp::start_with_sandbox().await;
    let mut first = WechatBrowser::of(&app, &phone(1));
    first.link().await;
    // The owner has another WeChat now; the phone's code says that it is the owner.
    let mut second = WechatBrowser::of(&app, &phone(2));
    let returned = second.ask().await;
    second.answer(&returned).await.refused(&WECHAT_UNLINKED);
    app.clock.advance(TimeDelta::seconds(61));
    second.sign_in(&phone(1), &returned.state).await;
    let returned = first.ask().await;
    first.answer(&returned).await.refused(&WECHAT_UNLINKED);
    let returned = second.ask().await;
    let session = second.answer(&returned).await.expect(201);
    assert_eq!(session["resident"]["phone"], "138****0001");
    assert_eq!(app.count("SELECT count(*) FROM wechat_links").await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn wechat_leads_back_to_a_page_of_this_service_and_to_no_other() {
    let (app, _sandbox) = TestApp::start_with_sandbox().await;
    for next in ["https://evil.example/", "//evil.example/", "/\\evil.example", "evil"] {
        let asked = json!({ "next": next });
        app.anyone()
            .post("/auth/wechat-questions", asked)
            .await
            .refused(&INVALID_FIELD);
    }
    // A bureau without an official account has no such way.
    let without = TestApp::start().await;
    without
        .anyone()
        .post("/auth/wechat-questions", json!({}))
        .await
        .refused(&NOT_FOUND);
}
