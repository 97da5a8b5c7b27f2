//! `/sms/messages`, `/sms/replies` and the page.

use serde_json::json;

use super::aliyun::Call;
use crate::support::Rig;

#[actix_web::test]
async fn messages_are_newest_first_by_phone_and_can_be_forgotten() {
    let rig = Rig::start().await;
    for (phone, code) in [
        ("13800000001", "111111"),
        ("13800000002", "222222"),
        ("13800000001", "333333"),
    ] {
        Call::login_code(phone, code).send(&rig).await;
    }
    let first = rig.get("/sms/messages?phone=13800000001").await;
    let items = first["items"].as_array().unwrap();
    assert_eq!(items.len(), 2);
    assert!(
        items[0]["text"]
            .as_str()
            .unwrap()
            .starts_with("【云川公安】验证码333333")
    );
    assert_eq!(items[0]["template"], "login-code");
    assert!(items[0]["sent_at"].as_str().unwrap().ends_with("+08:00"));
    rig.http
        .delete(format!("{}/sms/messages", rig.base))
        .send()
        .await
        .unwrap();
    assert_eq!(rig.get("/sms/messages").await["items"], json!([]));
}

#[actix_web::test]
async fn a_reply_is_pushed_as_aliyun_pushes_it() {
    let rig = Rig::start().await;
    Call::login_code("13800000001", "111111").send(&rig).await;
    let (status, _) = rig
        .post("/sms/replies", json!({ "phone": "13800000001", "text": "TD" }))
        .await;
    assert_eq!(status, 202);
    let pushed = rig.server.wait_for("/api/v1/sms/aliyun/replies", 1).await;
    let reply = &pushed[0].json()[0];
    assert_eq!(
        (&reply["phone_number"], &reply["content"]),
        (&json!("13800000001"), &json!("TD"))
    );
}

#[actix_web::test]
async fn the_page_and_the_public_credentials_are_served() {
    let rig = Rig::start().await;
    let page = rig.http.get(&rig.base).send().await.unwrap();
    assert_eq!(page.status().as_u16(), 200);
    assert!(page.text().await.unwrap().contains("收到的短信"));
    let account = rig.get("/sms/account.json").await;
    assert_eq!(account["sign_name"], "云川公安");
    assert_eq!(account["aliyun"]["access_key_id"], "bianmin-sandbox");
    assert_eq!(rig.get("/healthz").await["status"], "ok");
}
