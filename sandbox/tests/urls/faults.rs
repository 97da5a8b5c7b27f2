//! `POST`, `GET` and `DELETE /faults`.

use std::time::{Duration, Instant};

use serde_json::json;

use crate::{sms::aliyun::Call, support::Rig};

#[actix_web::test]
async fn a_fault_is_listed_counts_down_and_is_deleted() {
    let rig = Rig::start().await;
    rig.fault(json!({ "target": "sms-aliyun", "kind": "5xx", "count": 1 }))
        .await;
    let (status, refusal) = Call::login_code("13800000001", "111111").send(&rig).await;
    assert_eq!((status, refusal["Code"].as_str().unwrap()), (500, "InternalError"));
    let (status, answer) = Call::login_code("13800000001", "111111").send(&rig).await;
    assert_eq!((status, answer["Code"].as_str().unwrap()), (200, "OK"));
    let faults = rig.get("/faults").await;
    assert_eq!(
        (&faults["items"][0]["fired"], &faults["items"][0]["remaining"]),
        (&json!(1), &json!(0))
    );
    rig.http.delete(format!("{}/faults", rig.base)).send().await.unwrap();
    assert_eq!(rig.get("/faults").await["items"], json!([]));
}

#[actix_web::test]
async fn an_unknown_kind_is_refused() {
    let rig = Rig::start().await;
    assert_eq!(
        rig.post("/faults", json!({ "target": "cmpp", "kind": "gremlins" }))
            .await
            .0,
        400
    );
}

#[actix_web::test]
async fn a_dropped_connection_gives_no_answer_and_no_text() {
    let rig = Rig::start().await;
    rig.fault(json!({ "target": "sms-aliyun", "kind": "drop", "count": 1 }))
        .await;
    let answer = Call::login_code("13800000001", "111111").request(&rig).send().await;
    assert!(answer.is_err(), "an answer came: {answer:?}");
    assert_eq!(rig.get("/sms/messages").await["items"], json!([]));
}

#[actix_web::test]
async fn a_timeout_after_accept_gives_no_answer_and_the_text_arrives() {
    let rig = Rig::start().await;
    rig.fault(json!({ "target": "sms-aliyun", "kind": "timeout-after-accept", "count": 1 }))
        .await;
    let call = Call::login_code("13800000001", "111111")
        .request(&rig)
        .timeout(Duration::from_millis(300));
    assert!(call.send().await.unwrap_err().is_timeout());
    assert_eq!(rig.get("/sms/messages").await["items"].as_array().unwrap().len(), 1);
}

#[actix_web::test]
async fn a_delay_takes_its_time_and_a_proxy_answers_in_html() {
    let rig = Rig::start().await;
    rig.fault(json!({ "target": "sms-aliyun", "kind": "delay", "ms": 300, "count": 1 }))
        .await;
    rig.fault(json!({ "target": "sms-aliyun", "kind": "html-502", "count": 1 }))
        .await;
    let begun = Instant::now();
    let answer = Call::login_code("13800000001", "111111")
        .request(&rig)
        .send()
        .await
        .unwrap();
    assert!(begun.elapsed() >= Duration::from_millis(300));
    assert_eq!(answer.status().as_u16(), 502);
    assert!(answer.text().await.unwrap().starts_with("<html>"));
}
