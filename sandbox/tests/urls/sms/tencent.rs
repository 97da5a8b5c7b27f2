//! `/sms/tencent/`: the test signs by itself, from Tencent's description of TC3.

use chrono::DateTime;
use sandbox::{
    clock::Clock,
    crypto::{hmac_sha256, sha256_hex},
};
use serde_json::{Value, json};

use crate::support::Rig;

async fn call(rig: &Rig, action: &str, body: &Value, secret: &str, seconds_late: i64) -> Value {
    let body = body.to_string();
    let now = Clock::new(1).now().timestamp() - seconds_late;
    let date = DateTime::from_timestamp(now, 0).unwrap().format("%Y-%m-%d").to_string();
    let canonical = format!(
        "POST\n/\n\ncontent-type:application/json; charset=utf-8\nhost:{}\nx-tc-action:{}\n\ncontent-type;host;x-tc-action\n{}",
        rig.host(),
        action.to_lowercase(),
        sha256_hex(body.as_bytes())
    );
    let scope = format!("{date}/sms/tc3_request");
    let to_sign = format!("TC3-HMAC-SHA256\n{now}\n{scope}\n{}", sha256_hex(canonical.as_bytes()));
    let key = hmac_sha256(format!("TC3{secret}").as_bytes(), date.as_bytes());
    let key = hmac_sha256(&hmac_sha256(&key, b"sms"), b"tc3_request");
    let signature = hex::encode(hmac_sha256(&key, to_sign.as_bytes()));
    let answer = rig
        .http
        .post(format!("{}/sms/tencent/", rig.base))
        .header("content-type", "application/json; charset=utf-8")
        .header("x-tc-action", action)
        .header("x-tc-version", "2021-01-11")
        .header("x-tc-timestamp", now.to_string())
        .header(
            "authorization",
            format!(
                "TC3-HMAC-SHA256 Credential=bianmin-sandbox/{scope}, SignedHeaders=content-type;host;x-tc-action, Signature={signature}"
            ),
        )
        .body(body)
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status().as_u16(), 200);
    answer.json::<Value>().await.unwrap()["Response"].clone()
}

fn appointment(phone: &str) -> Value {
    json!({
        "PhoneNumberSet": [phone],
        "SmsSdkAppId": "1400000001",
        "SignName": "云川公安",
        "TemplateId": "2180008",
        "TemplateParamSet": ["A023", "3"],
        "SessionContext": "attempt 7",
    })
}

const SECRET: &str = "bianmin-sandbox-secret";

#[actix_web::test]
async fn a_text_is_sent_reported_and_pulled_once() {
    let rig = Rig::start().await;
    let answer = call(&rig, "SendSms", &appointment("+8613800000001"), SECRET, 0).await;
    let status = &answer["SendStatusSet"][0];
    assert_eq!(
        (&status["Code"], &status["SessionContext"]),
        (&json!("Ok"), &json!("attempt 7"))
    );
    let messages = rig.get("/sms/messages?phone=13800000001").await;
    assert_eq!(
        messages["items"][0]["text"],
        "【云川公安】A023号，前面还有3人，请回到大厅等候。"
    );
    let reports = rig.server.wait_for("/api/v1/sms/tencent/reports", 1).await[0].json();
    assert_eq!(
        (&reports[0]["sid"], &reports[0]["report_status"]),
        (&status["SerialNo"], &json!("SUCCESS"))
    );
    let pull = json!({ "Limit": 10, "SmsSdkAppId": "1400000001" });
    let pulled = call(&rig, "PullSmsSendStatus", &pull, SECRET, 0).await;
    assert_eq!(pulled["PullSmsSendStatusSet"][0]["SerialNo"], status["SerialNo"]);
    assert_eq!(
        call(&rig, "PullSmsSendStatus", &pull, SECRET, 0).await["PullSmsSendStatusSet"],
        json!([])
    );
}

#[actix_web::test]
async fn a_wrong_secret_and_an_old_timestamp_are_refused() {
    let rig = Rig::start().await;
    let wrong = call(&rig, "SendSms", &appointment("+8613800000001"), "guess", 0).await;
    assert_eq!(wrong["Error"]["Code"], "AuthFailure.SignatureFailure");
    let late = call(&rig, "SendSms", &appointment("+8613800000001"), SECRET, 301).await;
    assert_eq!(late["Error"]["Code"], "AuthFailure.SignatureExpire");
    assert_eq!(rig.get("/sms/messages").await["items"], json!([]));
}

#[actix_web::test]
async fn a_refusal_of_one_number_stands_beside_it() {
    let rig = Rig::start().await;
    let mut both = appointment("+8613800000001");
    both["PhoneNumberSet"] = json!(["+8613800000001", "12"]);
    let answer = call(&rig, "SendSms", &both, SECRET, 0).await;
    assert_eq!(answer["SendStatusSet"][0]["Code"], "Ok");
    assert_eq!(
        answer["SendStatusSet"][1]["Code"],
        "InvalidParameterValue.IncorrectPhoneNumber"
    );
    let mut few = appointment("+8613800000002");
    few["TemplateParamSet"] = json!(["A023"]);
    let answer = call(&rig, "SendSms", &few, SECRET, 0).await;
    let code = &answer["SendStatusSet"][0]["Code"];
    assert_eq!(code, "FailedOperation.TemplateParamSetNotMatchApprovedTemplate");
    let again = call(&rig, "SendSms", &appointment("+8613800000001"), SECRET, 0).await;
    assert_eq!(
        again["SendStatusSet"][0]["Code"],
        "LimitExceeded.PhoneNumberThirtySecondLimit"
    );
}
