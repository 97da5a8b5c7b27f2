//! The cashier: by JSON, through the bridge and on its pages.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use crate::{support::Rig, v3::Merchant};

async fn native(rig: &Rig, merchant: &Merchant) -> String {
    let (_, answer) = merchant
        .post(
            rig,
            "/v3/pay/transactions/native",
            &merchant.order(rig, "BM000001", 20_000),
        )
        .await;
    answer["code_url"].as_str().unwrap().to_owned()
}

#[actix_web::test]
async fn a_code_is_paid_once_and_a_cancelled_one_can_still_be_paid() {
    let rig = Rig::start().await;
    let merchant = Merchant::of(&rig).await;
    let code_url = native(&rig, &merchant).await;
    assert!(code_url.starts_with("weixin://wxpay/bizpayurl?pr="));
    for outcome in ["cancel", "fail"] {
        let (status, answer) = rig
            .post("/wechat/payer/pay", json!({ "code_url": code_url, "outcome": outcome }))
            .await;
        assert_eq!((status, &answer["result"]), (200, &json!(outcome)));
    }
    let pay = json!({ "code_url": code_url, "openid": "oBianminSandbox_13800000009_" });
    assert_eq!(rig.post("/wechat/payer/pay", pay.clone()).await.1["result"], "ok");
    let (status, refusal) = rig.post("/wechat/payer/pay", pay).await;
    assert_eq!((status, &refusal["code"]), (409, &json!("ORDERPAID")));
    let orders = rig.get("/wechat/orders").await;
    assert_eq!(orders["items"][0]["payer"]["openid"], "oBianminSandbox_13800000009_");
    assert_eq!(
        rig.post("/wechat/payer/pay", json!({ "prepay_id": "wx0" })).await.0,
        404
    );
}

#[actix_web::test]
async fn nobody_pays_with_anothers_prepay_id() {
    let rig = Rig::start().await;
    let merchant = Merchant::of(&rig).await;
    let (_, answer) = merchant
        .post(&rig, "/v3/pay/transactions/jsapi", &merchant.order(&rig, "BM000001", 1))
        .await;
    let other = json!({ "prepay_id": answer["prepay_id"], "openid": "oBianminSandbox_13800000009_" });
    assert_eq!(rig.post("/wechat/payer/pay", other).await.1["code"], "OPENID_MISMATCH");
}

#[actix_web::test]
async fn the_bridge_verifies_the_pay_sign() {
    let rig = Rig::start().await;
    let merchant = Merchant::of(&rig).await;
    let (_, answer) = merchant
        .post(&rig, "/v3/pay/transactions/jsapi", &merchant.order(&rig, "BM000001", 1))
        .await;
    let (appid, package) = (
        merchant.text("appid"),
        format!("prepay_id={}", answer["prepay_id"].as_str().unwrap()),
    );
    let mut invocation = json!({
        "appId": appid, "timeStamp": "1700000000", "nonceStr": "abc", "package": package, "signType": "RSA",
        "paySign": merchant.sign(&format!("{appid}\n1700000000\nabc\n{package}\n")),
    });
    assert_eq!(
        rig.post("/wechat/bridge/verify", invocation.clone()).await.1["total"],
        1
    );
    let (status, paid) = rig.post("/wechat/bridge/pay", invocation.clone()).await;
    assert_eq!((status, &paid["result"]), (200, &json!("ok")));
    invocation["nonceStr"] = json!("abd");
    let (status, refusal) = rig.post("/wechat/bridge/verify", invocation).await;
    assert_eq!((status, &refusal["code"]), (403, &json!("PAY_SIGN")));
    let script = rig
        .http
        .get(format!("{}/wechat/bridge.js", rig.base))
        .send()
        .await
        .unwrap()
        .text()
        .await
        .unwrap();
    assert!(script.contains("WeixinJSBridgeReady"));
}

#[actix_web::test]
async fn people_pay_on_a_page() {
    let rig = Rig::start().await;
    let merchant = Merchant::of(&rig).await;
    let code_url = native(&rig, &merchant).await;
    let encoded = utf8_percent_encode(&code_url, NON_ALPHANUMERIC).to_string();
    let page = rig
        .http
        .get(format!("{}/wechat/pay/native?code_url={encoded}", rig.base))
        .send()
        .await
        .unwrap();
    assert!(page.text().await.unwrap().contains("¥200.00"));
    let answer = rig
        .http
        .post(format!("{}/wechat/pay/confirm", rig.base))
        .header("content-type", "application/x-www-form-urlencoded")
        .body(format!("reference={encoded}&redirect_url=&outcome=success"))
        .send()
        .await
        .unwrap();
    assert!(answer.text().await.unwrap().contains("支付成功"));
    let orders: Value = rig.get("/wechat/orders").await;
    assert_eq!(orders["items"][0]["trade_state"], "SUCCESS");
}
