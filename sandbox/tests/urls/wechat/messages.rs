//! Template messages.

use serde_json::json;

use crate::support::Rig;

/// The id under which `case-progress` is filed.
const PROGRESS: &str = "k8nsPurHNWWmEoOJ34n_I9iQ3XhC0GNBIixmcwt_Hy4";
const OPENID: &str = "oBianminSandbox_13800000001_";

#[actix_web::test]
async fn a_template_message_needs_the_latest_token_and_a_follower() {
    let rig = Rig::start().await;
    let secret = rig.get("/wechat/merchant.json").await["app_secret"]
        .as_str()
        .unwrap()
        .to_owned();
    let path = format!("/cgi-bin/token?grant_type=client_credential&appid=wxb1a0000000000001&secret={secret}");
    let old = rig.get(&path).await["access_token"].as_str().unwrap().to_owned();
    let token = rig.get(&path).await["access_token"].as_str().unwrap().to_owned();
    let send = |token: String, openid: &str| {
        let body = json!({
            "touser": openid, "template_id": PROGRESS, "url": "http://127.0.0.1:8080/cases",
            "data": { "character_string1": { "value": "0031" }, "thing2": { "value": "案件有新进展" } },
        });
        let rig = &rig;
        async move {
            rig.post(&format!("/cgi-bin/message/template/send?access_token={token}"), body)
                .await
                .1
        }
    };
    assert_eq!(send(old, "oBianminSandbox_13800000001_").await["errcode"], 40001);
    assert_eq!(send(token.clone(), "oSomebody").await["errcode"], 40003);
    assert_eq!(send(token, "oBianminSandbox_13800000001_").await["errcode"], 0);
    let messages = rig.get("/wechat/messages?phone=13800000001").await;
    assert_eq!(messages["items"][0]["data"]["thing2"]["value"], "案件有新进展");
    assert_eq!(messages["items"].as_array().unwrap().len(), 1);
}

/// What the account's server does: asks for the stable token, and sends with it.
pub async fn stable(rig: &Rig, force_refresh: bool) -> String {
    let secret = rig.get("/wechat/merchant.json").await["app_secret"].clone();
    let credential = json!({
        "grant_type": "client_credential", "appid": "wxb1a0000000000001", "secret": secret, "force_refresh": force_refresh,
    });
    let answer = rig.post("/cgi-bin/stable_token", credential).await.1;
    answer["access_token"].as_str().unwrap().to_owned()
}

async fn sent(rig: &Rig, token: &str, client_msg_id: &str, step: &str) -> i64 {
    let body = json!({
        "touser": OPENID, "template_id": PROGRESS, "client_msg_id": client_msg_id,
        "data": { "character_string1": { "value": "0031" }, "thing2": { "value": step } },
    });
    let path = format!("/cgi-bin/message/template/send?access_token={token}");
    rig.post(&path, body).await.1["errcode"].as_i64().unwrap()
}

#[actix_web::test]
async fn the_stable_token_stays_until_another_is_asked_for() {
    let rig = Rig::start().await;
    let token = stable(&rig, false).await;
    assert_eq!(stable(&rig, false).await, token);
    rig.post("/wechat/token/revoke", json!({})).await;
    assert_eq!(stable(&rig, false).await, token, "it is handed out all the same");
    assert_eq!(sent(&rig, &token, "1", "侦查").await, 40001);
    let renewed = stable(&rig, true).await;
    assert_eq!(sent(&rig, &renewed, "1", "侦查").await, 0);
}

#[actix_web::test]
async fn a_message_that_is_repeated_under_its_number_comes_once_and_a_refused_one_not_at_all() {
    let rig = Rig::start().await;
    let token = stable(&rig, false).await;
    for _ in 0..3 {
        assert_eq!(sent(&rig, &token, "1", "侦查").await, 0);
    }
    assert_eq!(sent(&rig, &token, "2", &"长".repeat(21)).await, 47003);
    for code in [43101, 43004] {
        rig.put("/wechat/refusals", json!({ "phone": "13800000001", "code": code }))
            .await;
        assert_eq!(sent(&rig, &token, "3", "起诉").await, code);
    }
    let messages = rig.get("/wechat/messages?phone=13800000001").await;
    assert_eq!(messages["items"].as_array().unwrap().len(), 1);
    assert_eq!(messages["items"][0]["template"], "case-progress");
}
