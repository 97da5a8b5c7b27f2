//! Template messages.

use serde_json::json;

use crate::support::Rig;

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
            "touser": openid, "template_id": "T1", "url": "http://127.0.0.1:8080/cases",
            "data": { "thing1": { "value": "案件有新进展" } },
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
    assert_eq!(messages["items"][0]["data"]["thing1"]["value"], "案件有新进展");
    assert_eq!(messages["items"].as_array().unwrap().len(), 1);
}
