//! `/wechat/page-signatures`: pages that use the JSSDK of WeChat.

use chrono::TimeDelta;
use reqwest::Method;
use serde_json::{Value, json};
use server::platform::clock::Clock;
use shared::problem::{INVALID_FIELD, NOT_FOUND, UNAVAILABLE};

use crate::support::{Answer, TestApp};

/// What WeChat says of a page that shows this signature.
async fn judged(app: &TestApp, signed: &Value, page: &str) -> String {
    let shown = [
        ("appId", signed["app_id"].as_str().unwrap()),
        ("timestamp", &signed["timestamp"].to_string()),
        ("nonceStr", signed["nonce_str"].as_str().unwrap()),
        ("signature", signed["signature"].as_str().unwrap()),
        ("url", &format!("{}{page}", app.address)),
    ];
    let asked = signed["script"].as_str().unwrap().replace("jweixin.js", "verify.js");
    let url = reqwest::Url::parse_with_params(&asked, shown).unwrap();
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    http.get(url).send().await.unwrap().text().await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn wechat_takes_the_page_whose_address_was_signed_and_no_other() {
    let (app, sandbox) = TestApp::start_with_sandbox().await;
    let page = "/services?q=%E6%8A%A4%E7%85%A7";
    let sign = async || {
        app.anyone()
            .post("/wechat/page-signatures", json!({ "page": page }))
            .await
    };
    let signed = sign().await.expect(200);
    assert!(judged(&app, &signed, page).await.contains("config:ok"));
    assert!(judged(&app, &signed, "/fines").await.contains("invalid signature"));

    // The ticket is kept for as long as it lives, whatever WeChat's token is worth meanwhile.
    sandbox
        .fault(json!({ "target": "wechat-message", "kind": "5xx" }))
        .await;
    let again = sign().await.expect(200);
    assert!(judged(&app, &again, page).await.contains("config:ok"));
    sandbox.heal().await;
    sandbox.post("/wechat/token/revoke", json!({})).await;
    app.clock.advance(TimeDelta::hours(3));
    sandbox.set_clock(app.clock.now()).await;
    let later = sign().await.expect(200);
    assert!(judged(&app, &later, page).await.contains("config:ok"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_signed_that_is_no_page_of_ours() {
    let (app, _sandbox) = TestApp::start_with_sandbox().await;
    let long = format!("/services?q={}", "x".repeat(1_000));
    for page in [
        "",
        "services",
        "//example.com/",
        "https://example.com/",
        "/services#part",
        long.as_str(),
    ] {
        let asked = app
            .anyone()
            .post("/wechat/page-signatures", json!({ "page": page }))
            .await;
        asked.refused(&INVALID_FIELD);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_silent_wechat_is_asked_again_after_ten_seconds() {
    let (app, sandbox) = TestApp::start_with_sandbox().await;
    let sign = async || {
        app.anyone()
            .post("/wechat/page-signatures", json!({ "page": "/" }))
            .await
    };
    sandbox
        .fault(json!({ "target": "wechat-message", "kind": "5xx" }))
        .await;
    sign().await.refused(&UNAVAILABLE);
    sandbox.heal().await;
    sign().await.refused(&UNAVAILABLE);
    app.clock.advance(TimeDelta::seconds(11));
    sign().await.expect(200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pages_may_load_the_script_of_wechat_only_where_there_is_an_account() {
    let policy = async |app: &TestApp| {
        let page = Answer::of(app.anyone().outside(Method::GET, "/services")).await;
        page.headers["content-security-policy"].to_str().unwrap().to_owned()
    };
    let bare = TestApp::start().await;
    let asked = bare
        .anyone()
        .post("/wechat/page-signatures", json!({ "page": "/" }))
        .await;
    asked.refused(&NOT_FOUND);
    assert!(policy(&bare).await.contains("script-src 'self' 'wasm-unsafe-eval';"));
    let (app, _sandbox) = TestApp::start_with_sandbox().await;
    let signed = app
        .anyone()
        .post("/wechat/page-signatures", json!({ "page": "/" }))
        .await
        .expect(200);
    let script = signed["script"].as_str().unwrap().replace("jweixin.js", "");
    assert!(
        policy(&app)
            .await
            .contains(&format!("script-src 'self' 'wasm-unsafe-eval' {script};"))
    );
}
