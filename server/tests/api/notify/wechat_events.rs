//! `GET` and `POST /wechat/events`: WeChat tells what became of a message, in the plain and in the safe mode. WeChat is the sandbox.

use chrono::TimeDelta;
use serde_json::{Value, json};
use shared::notify::way::Way;

use super::wechat::Bureau;

const MODES: [&str; 2] = ["aes", "plain"];

impl Bureau {
    /// Has WeChat tell of its newest message; what was sent, and how it was answered.
    async fn told(&self, status: &str) -> Value {
        let message = self.in_wechat().await[0].clone();
        self.told_of(&message["msgid"], &message["openid"], status).await
    }

    async fn told_of(&self, msgid: &Value, openid: &Value, status: &str) -> Value {
        let wish = json!({ "msgid": msgid, "openid": openid, "status": status });
        self.sandbox.post("/wechat/events", wish).await.1
    }

    /// What the resident's page says of the newest message.
    async fn shown(&self) -> Value {
        self.resident.get("/notifications").await.expect(200)["items"][0]["status"].clone()
    }
}

/// Posts as WeChat does, with whatever a test has made of it; the status and the body.
async fn post(url: &str, body: String) -> (u16, String) {
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let answer = http.post(url).body(body).send().await.unwrap();
    (answer.status().as_u16(), answer.text().await.unwrap())
}

fn text(told: &Value, name: &str) -> String {
    told[name].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_that_arrived_is_shown_as_delivered_however_often_wechat_says_so() {
    for mode in MODES {
        let bureau = Bureau::open_with(mode).await;
        bureau.progress("侦查", Way::Wechat).await;
        assert_eq!(bureau.shown().await, "sent");
        let told = bureau.told("success").await;
        assert_eq!(told["status"], 200, "{mode}: {told}");
        assert_eq!(bureau.shown().await, "delivered");
        let again = post(&text(&told, "url"), text(&told, "body")).await;
        assert_eq!(again, (200, "success".to_owned()));
        // A failure that is told late takes nothing back.
        bureau.told("failed: system failed").await;
        assert_eq!(bureau.shown().await, "delivered");
        assert_eq!(bureau.came().await, (1, 0));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_text_comes_in_the_place_of_what_wechat_took_and_did_not_deliver() {
    let bureau = Bureau::open_with("aes").await;
    bureau.progress("侦查", Way::Wechat).await;
    let told = bureau.told("failed:user block").await;
    bureau.dispatcher.send_due().await.unwrap();
    assert_eq!(bureau.came().await, (1, 1));
    post(&text(&told, "url"), text(&told, "body")).await;
    bureau.dispatcher.send_due().await.unwrap();
    assert_eq!(bureau.came().await, (1, 1), "told twice, it is texted once");

    bureau.progress("起诉", Way::WechatOnly).await;
    bureau.told("failed:user block").await;
    bureau.dispatcher.send_due().await.unwrap();
    assert_eq!(bureau.came().await, (2, 1), "whoever wants no text gets none");
    assert_eq!(bureau.shown().await, "not_delivered");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_wechat_tells_by_itself_arrives() {
    let bureau = Bureau::open_with("aes").await;
    let mut every = bureau.sandbox.get("/wechat/events").await;
    every["of_every_message"] = json!(true);
    bureau.sandbox.put("/wechat/events", every).await;
    bureau.progress("侦查", Way::Wechat).await;
    crate::support::eventually("the delivery", 10, async || {
        (bureau.shown().await == "delivered").then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_not_wechats_changes_nothing() {
    for mode in MODES {
        let bureau = Bureau::open_with(mode).await;
        bureau.progress("侦查", Way::Wechat).await;
        // Of a message that is not ours, and of ours to somebody else.
        let ours = bureau.in_wechat().await[0].clone();
        assert_eq!(
            bureau.told_of(&json!(1), &ours["openid"], "success").await["status"],
            200
        );
        assert_eq!(
            bureau.told_of(&ours["msgid"], &json!("another"), "success").await["status"],
            200
        );
        assert_eq!(bureau.told("perhaps").await["status"], 200);
        assert_eq!(bureau.shown().await, "sent");

        let genuine = bureau.told("perhaps").await;
        let (url, body) = (text(&genuine, "url"), text(&genuine, "body"));
        let signed = |name: &str| url.split(['?', '&']).find_map(|part| part.strip_prefix(name)).unwrap();
        let signature = signed("signature=");
        for forged in [
            url.replace(signature, &"0".repeat(40)),
            url.replace(signature, ""),
            url.replace(signed("nonce="), "1"),
            url.replace(signed("timestamp="), "1"),
        ] {
            assert_eq!(post(&forged, body.clone()).await.0, 403, "{forged}");
        }
        assert!(matches!(
            post(url.split('?').next().unwrap(), body.clone()).await.0,
            400 | 422
        ));
        if mode == "aes" {
            let seal = signed("msg_signature=");
            let other = url.replace(seal, &"0".repeat(40));
            assert_eq!(post(&other, body.clone()).await.0, 403);
            let plain = format!(
                "<xml><FromUserName>{}</FromUserName><Event>TEMPLATESENDJOBFINISH</Event><MsgID>{}</MsgID><Status>success</Status></xml>",
                ours["openid"].as_str().unwrap(),
                ours["msgid"]
            );
            assert_eq!(
                post(&url, plain).await.0,
                403,
                "where there is a key, a plain body is nobody's"
            );
        }
        // What was recorded is refused once it is old.
        bureau.advance(TimeDelta::minutes(6)).await;
        assert_eq!(post(&url, body).await.0, 403);
        assert_eq!(bureau.shown().await, "sent");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_body_ends_in_a_fault() {
    for mode in MODES {
        let bureau = Bureau::open_with(mode).await;
        bureau.progress("侦查", Way::Wechat).await;
        let genuine = bureau.told("perhaps").await;
        let (url, body) = (text(&genuine, "url"), text(&genuine, "body"));
        for at in (0..body.len()).step_by(7) {
            let mut spoiled = body.clone().into_bytes();
            spoiled[at] = spoiled[at].wrapping_add(1) & 0x7f;
            spoiled.truncate(body.len() - at % 5);
            let status = post(&url, String::from_utf8(spoiled).unwrap()).await.0;
            assert!(matches!(status, 200 | 403), "{mode}, {at}: {status}");
        }
        for body in [
            "",
            "<xml>",
            "<xml><Encrypt></Encrypt></xml>",
            "\u{0}",
            "<Event></Event>",
        ] {
            let status = post(&url, body.into()).await.0;
            assert!(matches!(status, 200 | 403), "{mode}, {body:?}: {status}");
        }
        assert_eq!(bureau.shown().await, "sent");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_address_is_registered_by_repeating_what_wechat_says() {
    let bureau = Bureau::open_with("plain").await;
    bureau.progress("侦查", Way::Wechat).await;
    let url = text(&bureau.told("perhaps").await, "url");
    let echo = reqwest::get(format!("{url}&echostr=5927782")).await.unwrap();
    assert_eq!(
        (echo.status().as_u16(), echo.text().await.unwrap()),
        (200, "5927782".to_owned())
    );
    let forged = url.replace("signature=", "signature=0");
    let refused = reqwest::get(format!("{forged}&echostr=5927782")).await.unwrap();
    assert_eq!(refused.status().as_u16(), 403);
}
