//! The JSSDK: tickets, and pages that were signed with them.

use serde_json::{Value, json};

use super::messages::stable;
use crate::support::Rig;

async fn ticket(rig: &Rig, token: &str, kind: &str) -> Value {
    rig.get(&format!("/cgi-bin/ticket/getticket?access_token={token}{kind}"))
        .await
}

#[actix_web::test]
async fn a_ticket_takes_a_valid_token_and_stays_until_it_ends() {
    let rig = Rig::start().await;
    assert_eq!(rig.get("/cgi-bin/ticket/getticket?type=jsapi").await["errcode"], 41001);
    assert_eq!(ticket(&rig, "guessed", "&type=jsapi").await["errcode"], 40001);
    let token = stable(&rig, false).await;
    assert_eq!(ticket(&rig, &token, "").await["errcode"], 40097);
    let first = ticket(&rig, &token, "&type=jsapi").await;
    assert_eq!((&first["errcode"], &first["errmsg"]), (&json!(0), &json!("ok")));
    assert!(first["expires_in"].as_i64().unwrap() > 7_000);
    assert_eq!(ticket(&rig, &token, "&type=jsapi").await["ticket"], first["ticket"]);
    rig.post("/wechat/token/revoke", json!({})).await;
    assert_eq!(ticket(&rig, &token, "&type=jsapi").await["errcode"], 40001);
}

#[actix_web::test]
async fn a_page_is_taken_when_its_very_address_was_signed() {
    let rig = Rig::start().await;
    let token = stable(&rig, false).await;
    let ticket = ticket(&rig, &token, "&type=jsapi").await["ticket"]
        .as_str()
        .unwrap()
        .to_owned();
    let page = "http://127.0.0.1:8080/services?q=1";
    let signed = format!("jsapi_ticket={ticket}&noncestr=n&timestamp=1&url={page}");
    let signature = sandbox::crypto::sha1_hex(signed.as_bytes());
    let shown = |appid: &str, url: &str| {
        let query = [
            ("appId", appid),
            ("timestamp", "1"),
            ("nonceStr", "n"),
            ("signature", signature.as_str()),
            ("url", url),
        ];
        let url = reqwest::Url::parse_with_params(&format!("{}/wechat/jssdk/verify.js", rig.base), query).unwrap();
        let asked = rig.http.get(url).send();
        async { asked.await.unwrap().text().await.unwrap() }
    };
    let appid = "wxb1a0000000000001";
    assert_eq!(shown(appid, page).await, r#"wx.told({"errMsg":"config:ok"});"#);
    assert!(
        shown(appid, "http://127.0.0.1:8080/fines")
            .await
            .contains("invalid signature")
    );
    assert!(shown("wx0", page).await.contains("invalid appid"));
}
