//! `POST /sms/aliyun/reports` and `/sms/tencent/reports`.

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::{Bureau, called, phones::eventually};
use crate::support::phone;

async fn sent_by(gateway: &str) -> (Bureau, String) {
    let bureau = Bureau::open().await;
    let other = if gateway == "aliyun" {
        "sms-tencent"
    } else {
        "sms-aliyun"
    };
    bureau.phones.fault(json!({ "target": other, "kind": "429" })).await;
    bureau
        .phones
        .fault(json!({ "target": format!("sms-{gateway}"), "kind": "lost-report" }))
        .await;
    bureau.send(vec![called(1, "A001")]).await;
    assert_eq!(bureau.status().await, ["accepted"]);
    let texts = bureau.phones.texts(&phone(1)).await;
    let reference = texts[0]["out_id"].as_str().unwrap().to_owned();
    (bureau, reference)
}

fn aliyun(reference: &str, phone: &str, success: bool) -> Value {
    json!({
        "phone_number": phone, "send_time": "2026-11-23 08:00:00", "report_time": "2026-11-23 08:00:03", "success": success,
        "err_code": if success { "DELIVERED" } else { "MK:0001" }, "err_msg": "…", "sms_size": "1", "biz_id": "1^0",
        "out_id": reference,
    })
}

fn tencent(reference: &str, success: bool) -> Value {
    json!({
        "user_receive_time": "2026-11-23 08:00:03", "nationcode": "86", "mobile": phone(1),
        "report_status": if success { "SUCCESS" } else { "FAIL" }, "errmsg": "MK:0001", "description": "…", "sid": "2028:1",
        "ext": reference,
    })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_late_delivered_wins_and_nothing_wins_over_it() {
    let (bureau, reference) = sent_by("aliyun").await;
    let provider = bureau.app.anyone();
    for (success, status) in [
        (false, "undelivered"),
        (false, "undelivered"),
        (true, "delivered"),
        (false, "delivered"),
    ] {
        let answer = provider
            .post("/sms/aliyun/reports", json!([aliyun(&reference, &phone(1), success)]))
            .await;
        assert_eq!(answer.expect(200)["code"], 0);
        assert_eq!(bureau.status().await, [status]);
    }
    assert_eq!(bureau.app.count("SELECT count(*) FROM message_receipts").await, 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tencent_reports_in_words_of_its_own() {
    let (bureau, reference) = sent_by("tencent").await;
    let provider = bureau.app.anyone();
    let batch = json!([
        tencent(&reference, true),
        tencent(&reference, true),
        tencent("no id", false)
    ]);
    assert_eq!(
        provider.post("/sms/tencent/reports", batch).await.expect(200)["result"],
        0
    );
    assert_eq!(bureau.status().await, ["delivered"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_report_that_does_not_know_the_attempt_and_its_phone_changes_nothing() {
    let (bureau, reference) = sent_by("aliyun").await;
    let provider = bureau.app.anyone();
    let forged = json!([
        aliyun(&reference, &phone(2), false),
        aliyun("01920000-0000-7000-8000-000000000001", &phone(1), false),
        aliyun("", &phone(1), false),
    ]);
    provider.post("/sms/aliyun/reports", forged).await.expect(200);
    provider
        .post("/sms/tencent/reports", json!([tencent(&reference, false)]))
        .await
        .expect(200);
    assert_eq!(bureau.status().await, ["accepted"]);
    assert_eq!(
        provider
            .post("/sms/aliyun/reports", json!({"not": "a list"}))
            .await
            .status,
        400
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_gateways_own_report_arrives_even_doubled_and_reversed() {
    let bureau = Bureau::open().await;
    for target in ["sms-aliyun", "sms-tencent"] {
        for kind in ["duplicate-report", "reorder"] {
            bureau.phones.fault(json!({ "target": target, "kind": kind })).await;
        }
    }
    bureau
        .send(
            (1..=10)
                .map(|resident| called(resident, &format!("A{resident:03}")))
                .collect(),
        )
        .await;
    eventually("every report", 20, async || {
        bureau
            .status()
            .await
            .iter()
            .all(|status| status == "delivered")
            .then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_report_that_was_lost_is_asked_for() {
    for gateway in ["aliyun", "tencent"] {
        let (bureau, _) = sent_by(gateway).await;
        eventually("the delivery", 20, async || {
            bureau.advance(TimeDelta::hours(1)).await;
            bureau.dispatcher.sweep().await.unwrap();
            (bureau.status().await == ["delivered"]).then_some(())
        })
        .await;
    }
}
