//! `/v3/pay/transactions/…` and the notifications of payments.

use reqwest::Method;
use serde_json::{Value, json};

use super::Merchant;
use crate::support::Rig;

const NOTIFY: &str = "/api/v1/wechat-pay/notify";

fn query(number: &str, mchid: &str) -> String {
    format!("/v3/pay/transactions/out-trade-no/{number}?mchid={mchid}")
}

#[actix_web::test]
async fn an_order_is_made_paid_queried_and_notified() {
    let rig = Rig::start().await;
    let merchant = Merchant::of(&rig).await;
    let mut order = merchant.order(&rig, "BM000001", 20_000);
    order["attach"] = json!("decision 7");
    let (status, answer) = merchant.post(&rig, "/v3/pay/transactions/jsapi", &order).await;
    assert_eq!(status, 200);
    let prepay_id = answer["prepay_id"].as_str().unwrap();
    assert_eq!((prepay_id.len(), prepay_id.starts_with("wx")), (36, true));
    let (_, unpaid) = merchant.get(&rig, &query("BM000001", &merchant.mchid)).await;
    assert_eq!(
        (&unpaid["trade_state"], unpaid.get("transaction_id")),
        (&json!("NOTPAY"), None)
    );

    let (_, paid) = rig.post("/wechat/payer/pay", json!({ "prepay_id": prepay_id })).await;
    assert_eq!(paid["result"], "ok");
    let (_, transaction) = merchant.get(&rig, &query("BM000001", &merchant.mchid)).await;
    assert_eq!(transaction["trade_state"], "SUCCESS");
    assert_eq!(transaction["transaction_id"], paid["transaction_id"]);
    let by_id = format!(
        "/v3/pay/transactions/id/{}?mchid={}",
        paid["transaction_id"].as_str().unwrap(),
        merchant.mchid
    );
    assert_eq!(merchant.get(&rig, &by_id).await.1, transaction);

    let push = &rig.server.wait_for(NOTIFY, 1).await[0];
    assert!(merchant.verifies_push(push));
    let envelope = push.json();
    assert_eq!(envelope["event_type"], "TRANSACTION.SUCCESS");
    let notice: Value = serde_json::from_slice(&merchant.open(&envelope["resource"])).unwrap();
    assert_eq!(notice, transaction);
    assert_eq!(
        (&notice["amount"]["total"], &notice["attach"]),
        (&json!(20_000), &json!("decision 7"))
    );
}

#[actix_web::test]
async fn what_was_signed_otherwise_is_refused() {
    let rig = Rig::start().await;
    let mut merchant = Merchant::of(&rig).await;
    let (status, refusal) = rig
        .post("/v3/pay/transactions/jsapi", merchant.order(&rig, "BM000001", 1))
        .await;
    assert_eq!(
        (status, &refusal["code"]),
        (400, &json!("PARAM_ERROR")),
        "no user agent"
    );
    merchant.seconds_late = 300;
    let (status, refusal) = merchant
        .post(&rig, "/v3/pay/transactions/jsapi", &merchant.order(&rig, "BM000001", 1))
        .await;
    assert_eq!((status, &refusal["code"]), (401, &json!("SIGN_ERROR")));
    merchant.seconds_late = 299;
    assert_eq!(
        merchant
            .post(&rig, "/v3/pay/transactions/jsapi", &merchant.order(&rig, "BM000001", 1))
            .await
            .0,
        200
    );
    merchant.mchid = "1900000999".into();
    let (status, refusal) = merchant.get(&rig, &query("BM000001", "1900000999")).await;
    assert_eq!((status, &refusal["code"]), (401, &json!("SIGN_ERROR")));
}

#[actix_web::test]
async fn the_clock_of_wechat_can_be_elsewhere() {
    let rig = Rig::start().await;
    let merchant = Merchant::of(&rig).await;
    rig.put("/clock", json!({ "offset_seconds": 600 })).await;
    let (status, refusal) = merchant
        .post(&rig, "/v3/pay/transactions/jsapi", &merchant.order(&rig, "BM000001", 1))
        .await;
    assert_eq!((status, &refusal["code"]), (401, &json!("SIGN_ERROR")));
}

#[actix_web::test]
async fn each_field_is_checked() {
    let rig = Rig::start().await;
    let merchant = Merchant::of(&rig).await;
    for (pointer, value, code) in [
        ("/description", Value::Null, "PARAM_ERROR"),
        ("/description", json!("长".repeat(128)), "PARAM_ERROR"),
        ("/out_trade_no", json!("12345"), "PARAM_ERROR"),
        ("/out_trade_no", json!("决定书000001"), "PARAM_ERROR"),
        ("/notify_url", json!("https://example.cn/notify?x=1"), "PARAM_ERROR"),
        ("/amount/total", json!(0), "PARAM_ERROR"),
        ("/amount/total", json!("100"), "PARAM_ERROR"),
        ("/amount/total", json!(1.5), "PARAM_ERROR"),
        ("/amount/currency", json!("USD"), "PARAM_ERROR"),
        ("/payer/openid", Value::Null, "PARAM_ERROR"),
        ("/appid", json!("wx0"), "APPID_MCHID_NOT_MATCH"),
        ("/mchid", json!("1"), "MCH_NOT_EXISTS"),
    ] {
        let mut order = merchant.order(&rig, "BM000001", 1);
        *order.pointer_mut(pointer).unwrap() = value;
        let (status, refusal) = merchant.post(&rig, "/v3/pay/transactions/jsapi", &order).await;
        assert_eq!((status, refusal["code"].as_str().unwrap()), (400, code), "{pointer}");
    }
    let mut order = merchant.order(&rig, "BM000001", 1);
    order["time_expire"] = json!("2020-01-01T00:00:00+08:00");
    assert_eq!(merchant.post(&rig, "/v3/pay/transactions/jsapi", &order).await.0, 400);
    let (status, refusal) = merchant
        .post(&rig, "/v3/pay/transactions/h5", &merchant.order(&rig, "BM000001", 1))
        .await;
    assert_eq!(
        (status, &refusal["code"]),
        (400, &json!("PARAM_ERROR")),
        "H5 needs a scene"
    );
}

#[actix_web::test]
async fn the_same_number_reenters_and_never_changes() {
    let rig = Rig::start().await;
    let merchant = Merchant::of(&rig).await;
    let order = merchant.order(&rig, "BM000001", 100);
    let first = merchant.post(&rig, "/v3/pay/transactions/jsapi", &order).await;
    assert_eq!(merchant.post(&rig, "/v3/pay/transactions/jsapi", &order).await, first);
    let changed = merchant.order(&rig, "BM000001", 101);
    let (status, refusal) = merchant.post(&rig, "/v3/pay/transactions/jsapi", &changed).await;
    assert_eq!((status, &refusal["code"]), (400, &json!("INVALID_REQUEST")));
    let (status, refusal) = merchant.post(&rig, "/v3/pay/transactions/native", &order).await;
    assert_eq!(
        (status, &refusal["code"]),
        (400, &json!("INVALID_REQUEST")),
        "another channel is a change"
    );
    merchant.paid(&rig, "BM000002", 100).await;
    let (status, refusal) = merchant
        .post(
            &rig,
            "/v3/pay/transactions/jsapi",
            &merchant.order(&rig, "BM000002", 100),
        )
        .await;
    assert_eq!((status, &refusal["code"]), (400, &json!("ORDERPAID")));
}

#[actix_web::test]
async fn a_closed_order_is_neither_paid_nor_used_again() {
    let rig = Rig::start().await;
    let merchant = Merchant::of(&rig).await;
    let order = merchant.order(&rig, "BM000001", 100);
    let (_, answer) = merchant.post(&rig, "/v3/pay/transactions/jsapi", &order).await;
    let close = "/v3/pay/transactions/out-trade-no/BM000001/close";
    let (status, body) = merchant.post(&rig, close, &json!({ "mchid": merchant.mchid })).await;
    assert_eq!((status, body), (204, Value::Null));
    assert_eq!(
        merchant.get(&rig, &query("BM000001", &merchant.mchid)).await.1["trade_state"],
        "CLOSED"
    );
    let (status, refusal) = rig
        .post("/wechat/payer/pay", json!({ "prepay_id": answer["prepay_id"] }))
        .await;
    assert_eq!((status, &refusal["code"]), (409, &json!("ORDER_CLOSED")));
    let (status, refusal) = merchant.post(&rig, "/v3/pay/transactions/jsapi", &order).await;
    assert_eq!((status, &refusal["code"]), (400, &json!("ORDER_CLOSED")));
    merchant.paid(&rig, "BM000002", 100).await;
    let close = "/v3/pay/transactions/out-trade-no/BM000002/close";
    let (status, refusal) = merchant.post(&rig, close, &json!({ "mchid": merchant.mchid })).await;
    assert_eq!((status, &refusal["code"]), (400, &json!("ORDERPAID")));
}

#[actix_web::test]
async fn an_unknown_order_is_not_found_in_either_spelling() {
    let rig = Rig::start().await;
    let merchant = Merchant::of(&rig).await;
    let (status, refusal) = merchant.get(&rig, &query("BM999999", &merchant.mchid)).await;
    assert_eq!((status, &refusal["code"]), (404, &json!("ORDER_NOT_EXIST")));
    rig.put("/wechat/settings", json!({ "legacy_errors": true })).await;
    let (_, refusal) = merchant.get(&rig, &query("BM999999", &merchant.mchid)).await;
    assert_eq!(refusal["code"], "ORDERNOTEXIST");
}

#[actix_web::test]
async fn an_order_runs_out_at_its_time() {
    let rig = Rig::start().await;
    let merchant = Merchant::of(&rig).await;
    let mut order = merchant.order(&rig, "BM000001", 100);
    let ends_at = sandbox::clock::Clock::new(1).now() + chrono::TimeDelta::seconds(90);
    order["time_expire"] = json!(sandbox::clock::rfc3339(ends_at));
    let (_, answer) = merchant.post(&rig, "/v3/pay/transactions/jsapi", &order).await;
    rig.put("/clock", json!({ "offset_seconds": 100 })).await;
    let (status, refusal) = rig
        .post("/wechat/payer/pay", json!({ "prepay_id": answer["prepay_id"] }))
        .await;
    assert_eq!((status, &refusal["code"]), (409, &json!("ORDER_CLOSED")));
    assert_eq!(
        merchant.get(&rig, &query("BM000001", &merchant.mchid)).await.1["trade_state"],
        "CLOSED"
    );
}

#[actix_web::test]
async fn a_prepay_lives_two_hours_and_an_h5_link_five_minutes() {
    let rig = Rig::start().await;
    let mut merchant = Merchant::of(&rig).await;
    let mut order = merchant.order(&rig, "BM000001", 100);
    order["scene_info"] = json!({ "payer_client_ip": "127.0.0.1", "h5_info": { "type": "Wap" } });
    let (_, h5) = merchant.post(&rig, "/v3/pay/transactions/h5", &order).await;
    let (_, jsapi) = merchant
        .post(
            &rig,
            "/v3/pay/transactions/jsapi",
            &merchant.order(&rig, "BM000002", 100),
        )
        .await;
    rig.put("/clock", json!({ "offset_seconds": 301 })).await;
    merchant.seconds_late = -301;
    let (status, refusal) = rig.post("/wechat/payer/pay", json!({ "h5_url": h5["h5_url"] })).await;
    assert_eq!((status, &refusal["code"]), (409, &json!("PREPAY_EXPIRED")));
    assert_eq!(
        merchant.get(&rig, &query("BM000001", &merchant.mchid)).await.1["trade_state"],
        "NOTPAY"
    );
    let (_, again) = merchant.post(&rig, "/v3/pay/transactions/h5", &order).await;
    assert_ne!(again, h5, "a new link for the same order");
    assert_eq!(
        rig.post("/wechat/payer/pay", json!({ "prepay_id": jsapi["prepay_id"] }))
            .await
            .0,
        200
    );
}

#[actix_web::test]
async fn a_notification_is_repeated_with_new_signatures_until_it_is_accepted() {
    let rig = Rig::start().await;
    let merchant = Merchant::of(&rig).await;
    rig.server.answer_with(vec![500, 400, 204]);
    merchant.paid(&rig, "BM000001", 100).await;
    let pushes = rig.server.wait_for(NOTIFY, 3).await;
    assert!(pushes.iter().all(|push| merchant.verifies_push(push)));
    assert!(
        pushes.iter().all(|push| push.body == pushes[0].body),
        "the same notification each time"
    );
    assert_ne!(pushes[0].header("wechatpay-nonce"), pushes[1].header("wechatpay-nonce"));
    tokio::time::sleep(std::time::Duration::from_millis(500)).await;
    assert_eq!(rig.server.received(NOTIFY).len(), 3);
}

#[actix_web::test]
async fn notifications_can_be_probed_tampered_doubled_and_false() {
    let rig = Rig::start().await;
    let merchant = Merchant::of(&rig).await;
    rig.server.answer_with(vec![401, 204]);
    rig.fault(json!({ "target": "wechat-notify", "kind": "sign-test", "count": 1 }))
        .await;
    merchant.paid(&rig, "BM000001", 100).await;
    let pushes = rig.server.wait_for(NOTIFY, 2).await;
    assert!(
        pushes[0]
            .header("wechatpay-signature")
            .starts_with("WECHATPAY/SIGNTEST/")
    );
    assert!(!merchant.verifies_push(&pushes[0]) && merchant.verifies_push(&pushes[1]));

    rig.fault(json!({ "target": "wechat-notify", "kind": "corrupt", "count": 1 }))
        .await;
    merchant.paid(&rig, "BM000002", 100).await;
    assert!(!merchant.verifies_push(&rig.server.wait_for(NOTIFY, 3).await[2]));

    rig.fault(json!({ "target": "wechat-notify", "kind": "duplicate", "count": 1 }))
        .await;
    rig.fault(json!({ "target": "wechat-notify", "kind": "wrong-amount", "count": 1 }))
        .await;
    merchant.paid(&rig, "BM000003", 100).await;
    let pushes = rig.server.wait_for(NOTIFY, 5).await;
    assert_eq!(pushes[3].body, pushes[4].body);
    let notice: Value = serde_json::from_slice(&merchant.open(&pushes[4].json()["resource"])).unwrap();
    assert_eq!(notice["amount"]["total"], 101);
}

#[actix_web::test]
async fn answers_can_lose_their_signature_or_their_truth() {
    let rig = Rig::start().await;
    let merchant = Merchant::of(&rig).await;
    merchant.paid(&rig, "BM000001", 100).await;
    let path = query("BM000001", &merchant.mchid);
    for kind in ["unsigned", "corrupt", "sign-test"] {
        rig.fault(json!({ "target": "wechat-pay", "kind": kind, "count": 1 }))
            .await;
        let answer = merchant.call(&rig, Method::GET, &path, None).await;
        assert!(!merchant.verifies(&answer), "{kind}");
    }
    rig.fault(json!({ "target": "wechat-pay", "kind": "html-502", "count": 1 }))
        .await;
    assert_eq!(merchant.call(&rig, Method::GET, &path, None).await.status, 502);
    rig.fault(json!({ "target": "wechat-pay", "kind": "5xx", "count": 1 }))
        .await;
    let (status, refusal) = merchant.get(&rig, &path).await;
    assert_eq!(
        (status, &refusal["code"]),
        (500, &json!("SYSTEM_ERROR")),
        "signed all the same"
    );
    rig.fault(json!({ "target": "wechat-pay", "kind": "wrong-amount", "count": 1 }))
        .await;
    assert_eq!(merchant.get(&rig, &path).await.1["amount"]["total"], 101);
}

#[actix_web::test]
async fn a_migration_signs_with_every_key_in_turn() {
    let rig = Rig::start().await;
    let mut merchant = Merchant::of(&rig).await;
    rig.put("/wechat/settings", json!({ "signing": "alternate", "certificates": 2 }))
        .await;
    let mut serials = std::collections::BTreeSet::new();
    for n in 0..6 {
        let path = "/v3/pay/transactions/jsapi";
        let order = merchant.order(&rig, &format!("BM00000{n}"), 1);
        let answer = merchant.call(&rig, Method::POST, path, Some(&order)).await;
        assert!(merchant.verifies(&answer));
        serials.insert(answer.headers["wechatpay-serial"].to_str().unwrap().to_owned());
    }
    assert_eq!(serials.len(), 3);
    rig.put("/wechat/settings", json!({})).await;
    merchant.public_key = true;
    let answer = merchant
        .call(&rig, Method::GET, &query("BM000000", &merchant.mchid), None)
        .await;
    assert_eq!(
        answer.headers["wechatpay-serial"],
        merchant.text("platform_public_key_id")
    );
    assert!(merchant.verifies(&answer));
}
