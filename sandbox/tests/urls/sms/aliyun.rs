//! `/sms/aliyun/`: the test signs by itself, from Aliyun's description of the V3 signature.

use std::collections::BTreeMap;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use sandbox::{
    clock::Clock,
    crypto::{hmac_sha256, random_hex, sha256_hex},
};
use serde_json::{Value, json};

use crate::support::Rig;

const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// A call, and what a test may spoil in it.
#[derive(Clone)]
pub struct Call {
    pub path: &'static str,
    pub action: &'static str,
    pub parameters: Vec<(&'static str, String)>,
    pub secret: &'static str,
    pub seconds_late: i64,
    pub nonce: String,
    pub as_form: bool,
}

impl Call {
    pub fn new(action: &'static str, parameters: Vec<(&'static str, String)>) -> Self {
        Self {
            path: "/sms/aliyun/",
            action,
            parameters,
            secret: "bianmin-sandbox-secret",
            seconds_late: 0,
            nonce: random_hex(),
            as_form: false,
        }
    }

    pub fn login_code(phone: &str, code: &str) -> Self {
        Self::text(phone, "SMS_480010001", &json!({ "code": code }).to_string())
    }

    pub fn text(phone: &str, template: &str, parameters: &str) -> Self {
        Self::new(
            "SendSms",
            vec![
                ("PhoneNumbers", phone.into()),
                ("SignName", "云川公安".into()),
                ("TemplateCode", template.into()),
                ("TemplateParam", parameters.into()),
                ("OutId", format!("attempt {phone}")),
            ],
        )
    }

    pub fn request(&self, rig: &Rig) -> reqwest::RequestBuilder {
        let encode = |text: &str| utf8_percent_encode(text, ENCODED).to_string();
        let mut sorted = self.parameters.clone();
        sorted.sort();
        let encoded: Vec<String> = sorted
            .iter()
            .map(|(name, value)| format!("{name}={}", encode(value)))
            .collect();
        let encoded = encoded.join("&");
        let (query, body) = if self.as_form {
            (String::new(), encoded)
        } else {
            (encoded, String::new())
        };
        let date = (Clock::new(1).now().to_utc() - chrono::TimeDelta::seconds(self.seconds_late))
            .format("%Y-%m-%dT%H:%M:%SZ")
            .to_string();
        let hash = sha256_hex(body.as_bytes());
        let mut headers = BTreeMap::from([
            ("host", rig.host()),
            ("x-acs-action", self.action.to_owned()),
            ("x-acs-content-sha256", hash.clone()),
            ("x-acs-date", date),
            ("x-acs-signature-nonce", self.nonce.clone()),
            ("x-acs-version", "2017-05-25".to_owned()),
        ]);
        if self.as_form {
            headers.insert("content-type", "application/x-www-form-urlencoded".to_owned());
        }
        let names = headers.keys().copied().collect::<Vec<_>>().join(";");
        let lines = headers
            .iter()
            .map(|(name, value)| format!("{name}:{value}\n"))
            .collect::<Vec<_>>()
            .concat();
        let canonical = format!("POST\n{}\n{query}\n{lines}\n{names}\n{hash}", self.path);
        let to_sign = format!("ACS3-HMAC-SHA256\n{}", sha256_hex(canonical.as_bytes()));
        let signature = hex::encode(hmac_sha256(self.secret.as_bytes(), to_sign.as_bytes()));
        let mut request = rig.http.post(format!("{}{}?{query}", rig.base, self.path)).body(body);
        for (name, value) in &headers {
            request = request.header(*name, value);
        }
        request.header(
            "authorization",
            format!("ACS3-HMAC-SHA256 Credential=bianmin-sandbox,SignedHeaders={names},Signature={signature}"),
        )
    }

    pub async fn send(&self, rig: &Rig) -> (u16, Value) {
        let answer = self.request(rig).send().await.unwrap();
        (answer.status().as_u16(), answer.json().await.unwrap())
    }
}

async fn code_of(rig: &Rig, call: Call) -> (u16, String) {
    let (status, answer) = call.send(rig).await;
    (status, answer["Code"].as_str().unwrap().to_owned())
}

#[actix_web::test]
async fn a_text_is_sent_reported_and_found_again() {
    let rig = Rig::start().await;
    let (status, answer) = Call::login_code("13800000001", "246810").send(&rig).await;
    assert_eq!((status, &answer["Code"]), (200, &json!("OK")));
    let biz_id = answer["BizId"].as_str().unwrap();
    let reports = rig.server.wait_for("/api/v1/sms/aliyun/reports", 1).await[0].json();
    assert_eq!(reports[0]["biz_id"], biz_id);
    assert_eq!(reports[0]["out_id"], "attempt 13800000001");
    assert_eq!(
        (&reports[0]["success"], &reports[0]["err_code"]),
        (&json!(true), &json!("DELIVERED"))
    );
    let today = Clock::new(1).now().format("%Y%m%d").to_string();
    let query = Call::new(
        "QuerySendDetails",
        vec![
            ("PhoneNumber", "13800000001".into()),
            ("SendDate", today),
            ("PageSize", "10".into()),
            ("CurrentPage", "1".into()),
            ("BizId", biz_id.into()),
        ],
    );
    let (_, details) = query.send(&rig).await;
    assert_eq!(details["SmsSendDetailDTOs"]["SmsSendDetailDTO"][0]["SendStatus"], 3);
}

#[actix_web::test]
async fn a_form_and_the_bare_root_are_accepted_too() {
    let rig = Rig::start().await;
    let form = Call {
        as_form: true,
        ..Call::login_code("13800000001", "111111")
    };
    assert_eq!(code_of(&rig, form).await, (200, "OK".into()));
    let root = Call {
        path: "/",
        ..Call::login_code("13800000001", "222222")
    };
    assert_eq!(code_of(&rig, root).await, (200, "OK".into()));
}

#[actix_web::test]
async fn a_wrong_secret_an_old_date_and_a_used_nonce_are_refused() {
    let rig = Rig::start().await;
    let call = Call::login_code("13800000001", "111111");
    let wrong = Call {
        secret: "guess",
        ..call.clone()
    };
    assert_eq!(code_of(&rig, wrong).await, (400, "SignatureDoesNotMatch".into()));
    let late = Call {
        seconds_late: 901,
        ..call.clone()
    };
    assert_eq!(code_of(&rig, late).await, (400, "InvalidTimeStamp.Expired".into()));
    assert_eq!(code_of(&rig, call.clone()).await, (200, "OK".into()));
    assert_eq!(code_of(&rig, call).await, (400, "SignatureNonceUsed".into()));
    assert_eq!(rig.get("/sms/messages").await["items"].as_array().unwrap().len(), 1);
}

#[actix_web::test]
async fn a_body_that_was_changed_on_the_way_is_refused() {
    let rig = Rig::start().await;
    let call = Call {
        as_form: true,
        ..Call::login_code("13800000001", "111111")
    };
    let answer = call
        .request(&rig)
        .body("PhoneNumbers=13800000009")
        .send()
        .await
        .unwrap();
    assert_eq!(answer.json::<Value>().await.unwrap()["Code"], "SignatureDoesNotMatch");
}

#[actix_web::test]
async fn what_was_not_filed_is_refused_in_aliyuns_codes() {
    let rig = Rig::start().await;
    let mut sign = Call::login_code("13800000001", "111111");
    sign.parameters[1].1 = "别的签名".into();
    for (call, code) in [
        (sign, "isv.SMS_SIGNATURE_ILLEGAL"),
        (Call::text("13800000001", "SMS_1", "{}"), "isv.SMS_TEMPLATE_ILLEGAL"),
        (
            Call::text("13800000001", "SMS_480010001", "{}"),
            "isv.TEMPLATE_MISSING_PARAMETERS",
        ),
        (
            Call::login_code("13800000001", "letters"),
            "isv.TEMPLATE_PARAMS_ILLEGAL",
        ),
        (
            Call::text("13800000001", "SMS_480010001", "code=1"),
            "isv.INVALID_JSON_PARAM",
        ),
        (Call::login_code("12345", "111111"), "isv.MOBILE_NUMBER_ILLEGAL"),
    ] {
        assert_eq!(code_of(&rig, call).await, (200, code.into()));
    }
    assert_eq!(
        code_of(&rig, Call::new("SendFax", vec![])).await,
        (404, "InvalidAction.NotFound".into())
    );
}

#[actix_web::test]
async fn the_same_content_twice_and_the_fifty_first_today_hit_the_limit() {
    let rig = Rig::start().await;
    assert_eq!(code_of(&rig, Call::login_code("13800000001", "100000")).await.1, "OK");
    assert_eq!(
        code_of(&rig, Call::login_code("13800000001", "100000")).await.1,
        "isv.BUSINESS_LIMIT_CONTROL"
    );
    for n in 1..50 {
        assert_eq!(
            code_of(&rig, Call::login_code("13800000001", &format!("{}", 100_000 + n)))
                .await
                .1,
            "OK"
        );
    }
    assert_eq!(
        code_of(&rig, Call::login_code("13800000001", "999999")).await.1,
        "isv.BUSINESS_LIMIT_CONTROL"
    );
    assert_eq!(code_of(&rig, Call::login_code("13800000002", "999999")).await.1, "OK");
}

#[actix_web::test]
async fn reports_can_be_lost_doubled_and_bad() {
    let rig = Rig::start().await;
    rig.fault(json!({ "target": "sms-aliyun", "kind": "lost-report", "count": 1 }))
        .await;
    Call::login_code("13800000001", "111111").send(&rig).await;
    tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    rig.fault(json!({ "target": "sms-aliyun", "kind": "duplicate-report", "count": 1 }))
        .await;
    rig.fault(json!({ "target": "sms-aliyun", "kind": "undelivered", "count": 1 }))
        .await;
    Call::login_code("13800000002", "222222").send(&rig).await;
    let pushes = rig.server.wait_for("/api/v1/sms/aliyun/reports", 2).await;
    assert_eq!(pushes.len(), 2);
    for push in &pushes {
        assert_eq!(push.json()[0]["phone_number"], "13800000002");
        assert_eq!(push.json()[0]["success"], false);
    }
    assert_eq!(rig.get("/sms/messages?phone=13800000002").await["items"], json!([]));
}
