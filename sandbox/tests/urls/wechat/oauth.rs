//! Web authorisation.

use serde_json::{Value, json};

use crate::support::Rig;

async fn code(rig: &Rig, more: &str) -> String {
    let client = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .unwrap();
    let url = format!(
        "{}/connect/oauth2/authorize?appid=wxb1a0000000000001&redirect_uri=http%3A%2F%2F127.0.0.1%3A8080%2Fapi%2Fv1%2Fauth%2Fwechat%2Fcallback&response_type=code&scope=snsapi_base&state=s%261{more}",
        rig.base
    );
    let answer = client.get(url).send().await.unwrap();
    assert_eq!(answer.status().as_u16(), 302);
    let location = answer.headers()["location"].to_str().unwrap().to_owned();
    let (callback, query) = location.split_once('?').unwrap();
    assert_eq!(callback, "http://127.0.0.1:8080/api/v1/auth/wechat/callback");
    assert!(query.ends_with("&state=s%261"));
    query
        .strip_prefix("code=")
        .unwrap()
        .split('&')
        .next()
        .unwrap()
        .to_owned()
}

async fn exchange(rig: &Rig, code: &str, secret: &str) -> Value {
    let path = format!(
        "/sns/oauth2/access_token?appid=wxb1a0000000000001&secret={secret}&code={code}&grant_type=authorization_code"
    );
    rig.get(&path).await
}

#[actix_web::test]
async fn a_code_is_worth_one_openid_once() {
    let rig = Rig::start().await;
    let secret = rig.get("/wechat/merchant.json").await["app_secret"]
        .as_str()
        .unwrap()
        .to_owned();
    let first = code(&rig, "").await;
    assert_eq!(exchange(&rig, &first, "guess").await["errcode"], 40125);
    assert_eq!(
        exchange(&rig, &first, &secret).await["openid"],
        "oBianminSandbox_13800000001_"
    );
    assert_eq!(exchange(&rig, &first, &secret).await["errcode"], 40163);
    assert_eq!(exchange(&rig, "made-up", &secret).await["errcode"], 40029);
    let other = code(&rig, "&phone=13800000007").await;
    assert_eq!(
        exchange(&rig, &other, &secret).await["openid"],
        "oBianminSandbox_13800000007_"
    );
    rig.put("/wechat/person", json!({ "phone": "13800000003" })).await;
    let chosen = code(&rig, "").await;
    assert_eq!(
        exchange(&rig, &chosen, &secret).await["openid"],
        "oBianminSandbox_13800000003_"
    );
}

#[actix_web::test]
async fn a_snapshot_user_is_virtual() {
    let rig = Rig::start().await;
    let secret = rig.get("/wechat/merchant.json").await["app_secret"]
        .as_str()
        .unwrap()
        .to_owned();
    rig.fault(json!({ "target": "wechat-oauth", "kind": "snapshot", "count": 1 }))
        .await;
    let answer = exchange(&rig, &code(&rig, "").await, &secret).await;
    assert_eq!(answer["is_snapshotuser"], 1);
    assert_ne!(answer["openid"], "oBianminSandbox_13800000001_");
}
