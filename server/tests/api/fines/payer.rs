//! Who pays inside WeChat, on which way, and what is shown on paper and on other screens.

use reqwest::{Method, header::USER_AGENT};
use serde_json::json;
use shared::{
    fines::wire::{CHANNEL_WRONG, DECISION_PAID, RECEIPT_PENDING, SNAPSHOT_USER, WECHAT_USER_REQUIRED},
    problem,
};

use super::{Bureau, decision};
use crate::support::Answer;

/// A code of WeChat's authorisation, as the browser brings it back; the address that it was asked for at is looked at.
async fn authorised(bureau: &Bureau, authorize_url: &str) -> String {
    let http = reqwest::Client::builder()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .unwrap();
    let answer = http.get(format!("{authorize_url}&state=mine")).send().await.unwrap();
    let back = answer.headers()["location"].to_str().unwrap().to_owned();
    let back = reqwest::Url::parse(&back).unwrap();
    assert!(
        back.as_str().starts_with(&format!("{}/fines/", bureau.app.address)),
        "{back}"
    );
    let value = |name: &str| back.query_pairs().find(|(key, _)| key == name).unwrap().1.into_owned();
    assert_eq!(value("state"), "mine");
    value("code")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_payer_whom_we_do_not_know_inside_wechat_is_asked_there_once() {
    let bureau = Bureau::open().await;
    let (owner, friend) = (bureau.app.resident(1).await, bureau.app.resident(9).await);
    for number in [1, 2] {
        bureau.decide(&owner, number).await;
    }
    let mut ids = Vec::new();
    for number in [1, 2] {
        let wish = json!({ "decision_no": decision(number)["decision_no"], "name": "杨云舟" });
        let found = friend.post("/decisions/lookup", wish).await.expect(200);
        ids.push(found["id"].as_str().unwrap().to_owned());
    }
    let path = format!("/decisions/{}/payments", ids[0]);
    let asked = friend.post(&path, json!({ "channel": "jsapi" })).await;
    let asked = asked.refused(&WECHAT_USER_REQUIRED);
    let url = asked["authorize_url"].as_str().unwrap();
    assert!(url.contains("scope=snsapi_base") && !url.contains("secret"), "{url}");

    let code = authorised(&bureau, url).await;
    let body = json!({ "channel": "jsapi", "wechat_code": code });
    let order = friend.post(&path, body.clone()).await.expect(201);
    assert!(order["bridge"]["paySign"].is_string(), "{order}");
    let used = friend.post(&path, body).await;
    assert!(
        used.refused(&WECHAT_USER_REQUIRED)["authorize_url"].is_string(),
        "a code is good for once"
    );
    // The next decision needs no question; the openid lies sealed.
    bureau.order_of(&friend, &ids[1], "jsapi").await;
    let sql = "SELECT count(*) FROM wechat_payers WHERE CAST(openid AS TEXT) LIKE '%Sandbox%'";
    assert_eq!(bureau.app.count(sql).await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_snapshot_of_the_page_cannot_pay() {
    let bureau = Bureau::open().await;
    let (owner, friend) = (bureau.app.resident(1).await, bureau.app.resident(9).await);
    bureau.decide(&owner, 1).await;
    let wish = json!({ "decision_no": decision(1)["decision_no"], "name": "杨云舟" });
    let found = friend.post("/decisions/lookup", wish).await.expect(200);
    let path = format!("/decisions/{}/payments", found["id"].as_str().unwrap());
    let asked = friend.post(&path, json!({ "channel": "jsapi" })).await;
    let asked = asked.refused(&WECHAT_USER_REQUIRED);
    let code = authorised(&bureau, asked["authorize_url"].as_str().unwrap()).await;
    bureau.fault("wechat-oauth", "snapshot").await;
    let body = json!({ "channel": "jsapi", "wechat_code": code });
    friend.post(&path, body).await.refused(&SNAPSHOT_USER);
    assert_eq!(bureau.app.count("SELECT count(*) FROM payments").await, 0);
    let sql = "SELECT count(*) FROM wechat_payers";
    assert_eq!(
        bureau.app.count(sql).await,
        3,
        "those of the demonstration, and not this one"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_browser_s_way_does_not_work_inside_wechat_and_what_is_paid_is_not_paid_again() {
    let bureau = Bureau::open().await;
    let resident = bureau.app.resident(1).await;
    let id = bureau.decide(&resident, 1).await;
    let path = format!("/decisions/{id}/payments");
    let inside = resident
        .request(Method::POST, &path)
        .header(USER_AGENT, "Mozilla/5.0 MicroMessenger/8.0.49")
        .json(&json!({ "channel": "h5" }));
    Answer::of(inside).await.refused(&CHANNEL_WRONG);
    resident
        .post(&path, json!({ "channel": "cash" }))
        .await
        .refused(&problem::MALFORMED);
    let order = bureau.order_of(&resident, &id, "h5").await;
    assert_eq!(bureau.pay(&order).await.0, 200);
    bureau.becomes(&resident, &order, "paid").await;
    resident
        .post(&path, json!({ "channel": "jsapi" }))
        .await
        .refused(&DECISION_PAID);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_order_on_a_screen_has_a_code_until_it_is_paid() {
    let bureau = Bureau::open().await;
    let resident = bureau.app.resident(1).await;
    let order = bureau.order(&resident, 1, "native").await;
    let path = format!("/payments/{}/qr.svg", order["id"].as_str().unwrap());
    let code = resident.get(&path).await;
    assert_eq!(
        (code.status.as_u16(), &code.headers["content-type"]),
        (200, &"image/svg+xml".parse().unwrap())
    );
    bureau
        .app
        .resident(2)
        .await
        .get(&path)
        .await
        .refused(&problem::NOT_FOUND);
    let shown = resident.get(path.trim_end_matches("/qr.svg")).await.expect(200);
    assert_eq!(
        shown["code_url"], order["code_url"],
        "whoever comes back to the page scans the same code"
    );
    assert_eq!(bureau.pay(&order).await.0, 200);
    bureau.becomes(&resident, &order, "paid").await;
    resident.get(&path).await.refused(&problem::NOT_FOUND);
    let inside = bureau.order(&resident, 2, "jsapi").await;
    let path = format!("/payments/{}/qr.svg", inside["id"].as_str().unwrap());
    resident.get(&path).await.refused(&problem::NOT_FOUND);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_receipt_comes_on_paper_once_it_is_issued() {
    let bureau = Bureau::open().await;
    let resident = bureau.app.resident(1).await;
    let order = bureau.order(&resident, 1, "jsapi").await;
    let path = format!("/payments/{}/receipt.pdf", order["id"].as_str().unwrap());
    resident.get(&path).await.refused(&RECEIPT_PENDING);
    assert_eq!(bureau.pay(&order).await.0, 200);
    bureau.becomes(&resident, &order, "paid").await;
    bureau.app.do_payments().await;
    let printed = resident.request(Method::GET, &path).send().await.unwrap();
    assert_eq!(printed.headers()["content-type"], "application/pdf");
    assert_eq!(printed.headers()["cache-control"], "private, no-store");
    let octets = printed.bytes().await.unwrap();
    assert!(octets.starts_with(b"%PDF-") && octets.len() > 4_000, "{}", octets.len());
    bureau
        .app
        .resident(2)
        .await
        .get(&path)
        .await
        .refused(&problem::NOT_FOUND);
}
