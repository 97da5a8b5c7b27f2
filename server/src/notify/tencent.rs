//! Tencent Cloud's text-message API, version 2021-01-11 with `TC3-HMAC-SHA256` signatures.

use async_trait::async_trait;
use chrono::TimeDelta;
use reqwest::{Client, StatusCode, Url};
use serde::Deserialize;
use serde_json::{Value, json};
use shared::{notify::delivery::Delivery, time::Instant};

use super::{
    accounts::TencentAccount,
    provider::{
        Answer, Blame, Fate, Gateway, Letter, Provider, Question, hmac_sha256, host_of, sha256_hex, unanswered,
    },
};

const VERSION: &str = "2021-01-11";
const ALGORITHM: &str = "TC3-HMAC-SHA256";
const JSON: &str = "application/json; charset=utf-8";
/// Texts of a page of statuses, and how many pages are read.
const PAGE: usize = 100;
const PAGES: usize = 20;

/// The way to Tencent.
pub struct Tencent {
    account: TencentAccount,
    endpoint: Url,
    http: Client,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Envelope {
    response: Response,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Response {
    error: Option<Error>,
    send_status_set: Option<Vec<SendStatus>>,
    pull_sms_send_status_set: Option<Vec<PulledStatus>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Error {
    code: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct SendStatus {
    code: String,
    serial_no: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct PulledStatus {
    serial_no: String,
    report_status: String,
    #[serde(default)]
    description: String,
    #[serde(default)]
    session_context: String,
}

impl Tencent {
    /// The way with this account.
    pub fn new(account: TencentAccount, http: Client) -> anyhow::Result<Self> {
        Ok(Self {
            endpoint: account.endpoint.parse()?,
            account,
            http,
        })
    }

    async fn call(&self, action: &'static str, body: &Value, now: Instant) -> reqwest::Result<(StatusCode, Vec<u8>)> {
        let body = body.to_string();
        let response = self
            .http
            .post(self.endpoint.clone())
            .header("host", host_of(&self.endpoint))
            .header("content-type", JSON)
            .header("x-tc-action", action)
            .header("x-tc-version", VERSION)
            .header("x-tc-region", &self.account.region)
            .header("x-tc-timestamp", now.timestamp().to_string())
            .header("authorization", self.authorization(action, &body, now))
            .body(body)
            .send()
            .await?;
        let status = response.status();
        Ok((status, response.bytes().await?.to_vec()))
    }

    fn authorization(&self, action: &str, body: &str, now: Instant) -> String {
        let date = now.format("%Y-%m-%d").to_string();
        let scope = format!("{date}/sms/tc3_request");
        let names = "content-type;host;x-tc-action";
        let canonical = format!(
            "POST\n{}\n\ncontent-type:{JSON}\nhost:{}\nx-tc-action:{}\n\n{names}\n{}",
            self.endpoint.path(),
            host_of(&self.endpoint),
            action.to_lowercase(),
            sha256_hex(body.as_bytes())
        );
        let to_sign = format!(
            "{ALGORITHM}\n{}\n{scope}\n{}",
            now.timestamp(),
            sha256_hex(canonical.as_bytes())
        );
        let first = format!("TC3{}", self.account.secret_key);
        let mut key = hmac_sha256(first.as_bytes(), date.as_bytes());
        for part in ["sms", "tc3_request"] {
            key = hmac_sha256(key.as_ref(), part.as_bytes());
        }
        format!(
            "{ALGORITHM} Credential={}/{scope}, SignedHeaders={names}, Signature={}",
            self.account.secret_id,
            hex::encode(hmac_sha256(key.as_ref(), to_sign.as_bytes()))
        )
    }
}

#[async_trait]
impl Gateway for Tencent {
    fn provider(&self) -> Provider {
        Provider::Tencent
    }

    fn weight(&self) -> u32 {
        self.account.weight
    }

    /// Tencent tells only of texts whose delivery is known, so an answer of "none" is believed later than Aliyun's: a phone that is on has
    /// reported by then, and of one that is off nothing is known for hours. A text that waits behind this one may meet the same, and
    /// both are to be on their way within ninety seconds of a crash.
    fn settles_within(&self) -> TimeDelta {
        TimeDelta::seconds(30)
    }

    async fn send(&self, letter: &Letter, now: Instant) -> Answer {
        let values: Vec<&str> = letter
            .filed
            .variables_in_order()
            .into_iter()
            .map(|name| letter.values.get(name).map_or("", String::as_str))
            .collect();
        let body = json!({
            "PhoneNumberSet": [format!("+86{}", letter.phone.expose())],
            "SmsSdkAppId": self.account.sdk_app_id,
            "SignName": self.account.sign,
            "TemplateId": letter.filed.tencent,
            "TemplateParamSet": values,
            "SessionContext": letter.reference.to_string(),
        });
        match self.call("SendSms", &body, now).await {
            Ok((status, body)) => understand(status, &body),
            Err(error) => unanswered(&error),
        }
    }

    async fn ask(&self, question: &Question, now: Instant) -> Fate {
        let reference = question.reference.to_string();
        for page in 0..PAGES {
            let body = json!({
                "BeginTime": (question.started_at - TimeDelta::minutes(1)).timestamp(),
                "EndTime": (now + TimeDelta::minutes(1)).timestamp(),
                "Offset": page * PAGE,
                "Limit": PAGE,
                "PhoneNumber": format!("+86{}", question.phone.expose()),
                "SmsSdkAppId": self.account.sdk_app_id,
            });
            let Ok((_, body)) = self.call("PullSmsSendStatusByPhoneNumber", &body, now).await else {
                return Fate::Silent;
            };
            let pulled = serde_json::from_slice::<Envelope>(&body)
                .ok()
                .and_then(|envelope| envelope.response.pull_sms_send_status_set);
            let Some(pulled) = pulled else { return Fate::Silent };
            if let Some(status) = pulled.iter().find(|status| status.session_context == reference) {
                let (delivery, code) = match status.report_status.as_str() {
                    "SUCCESS" => (Delivery::Delivered, None),
                    "FAIL" => (Delivery::Failed, Some(status.description.clone())),
                    _ => (Delivery::Unreported, None),
                };
                return Fate::Taken {
                    number: Some(status.serial_no.clone()),
                    delivery,
                    code,
                };
            }
            if pulled.len() < PAGE {
                return Fate::NotFound;
            }
        }
        Fate::Silent
    }
}

/// What an answer means. Tencent answers 200 to everything that reaches it.
fn understand(status: StatusCode, body: &[u8]) -> Answer {
    let Ok(Envelope { response }) = serde_json::from_slice::<Envelope>(body) else {
        return Answer::Unknown {
            code: format!("http-{}", status.as_u16()),
        };
    };
    if let Some(Error { code }) = response.error {
        return refusal(code);
    }
    match response.send_status_set.as_deref() {
        Some([SendStatus { code, serial_no }]) if code == "Ok" => Answer::Accepted {
            number: serial_no.clone(),
        },
        Some([SendStatus { code, .. }]) => refusal(code.clone()),
        _ => Answer::Unknown {
            code: "no-status".into(),
        },
    }
}

/// What a code means; one that is not known here says nothing.
fn refusal(code: String) -> Answer {
    let blame = match code.as_str() {
        "InvalidParameterValue.IncorrectPhoneNumber"
        | "InvalidParameterValue.TemplateParameterFormatError"
        | "InvalidParameterValue.TemplateParameterLengthLimit"
        | "InvalidParameterValue.ProhibitedUseUrlInTemplateParameter"
        | "FailedOperation.ContainSensitiveWord"
        | "FailedOperation.PhoneNumberInBlacklist" => return Answer::Permanent { code },
        "FailedOperation.TemplateIncorrectOrUnapproved"
        | "FailedOperation.TemplateIdNotExist"
        | "FailedOperation.TemplateParamSetNotMatchApprovedTemplate" => Blame::Text,
        limit if limit.starts_with("LimitExceeded.PhoneNumber") => Blame::Recipient,
        "LimitExceeded.DeliveryFrequencyLimit" => Blame::Recipient,
        "FailedOperation.SignatureIncorrectOrUnapproved" | "FailedOperation.InsufficientBalanceInSmsPackage" => {
            Blame::Provider
        }
        refused
            if [
                "AuthFailure",
                "UnauthorizedOperation",
                "UnsupportedOperation",
                "RequestLimitExceeded",
                "LimitExceeded",
                "InternalError",
                "ResourceUnavailable",
                "ResourceInsufficient",
                "InvalidAction",
                "NoSuchVersion",
                "MissingParameter",
                "InvalidParameter",
            ]
            .contains(&refused.split('.').next().unwrap_or(refused)) =>
        {
            Blame::Provider
        }
        _ => return Answer::Unknown { code },
    };
    Answer::Transient { code, blame }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_call_is_signed_as_tencent_describes_it() {
        let account = TencentAccount {
            endpoint: "https://sms.tencentcloudapi.com".into(),
            region: "ap-guangzhou".into(),
            sdk_app_id: "1400000001".into(),
            secret_id: "id".into(),
            secret_key: "key".into(),
            sign: "云川公安".into(),
            weight: 1,
        };
        let tencent = Tencent::new(account, super::super::provider::client(false).unwrap()).unwrap();
        let authorization = tencent.authorization("SendSms", "{}", "2026-11-22T23:30:00Z".parse().unwrap());
        // Computed by another program, from Tencent's description. The date of the scope is that of UTC, not of Beijing.
        let signature = "a7a6c780b8992266d2a6977124d82d23a0c00b81c1d3bb35f5a72acb60328e29";
        assert_eq!(
            authorization,
            format!(
                "TC3-HMAC-SHA256 Credential=id/2026-11-22/sms/tc3_request, SignedHeaders=content-type;host;x-tc-action, \
                 Signature={signature}"
            )
        );
    }

    fn beside_the_number(code: &str) -> Answer {
        let body = json!({ "Response": { "SendStatusSet": [{ "Code": code, "SerialNo": "2028:1" }] } });
        understand(StatusCode::OK, body.to_string().as_bytes())
    }

    fn of_the_call(code: &str) -> Answer {
        let body = json!({ "Response": { "Error": { "Code": code, "Message": "…" } } });
        understand(StatusCode::OK, body.to_string().as_bytes())
    }

    #[test]
    fn answers_are_told_apart_by_what_is_certain() {
        assert_eq!(
            beside_the_number("Ok"),
            Answer::Accepted {
                number: "2028:1".into()
            }
        );
        assert!(matches!(
            beside_the_number("InvalidParameterValue.IncorrectPhoneNumber"),
            Answer::Permanent { .. }
        ));
        for (answer, blamed) in [
            (
                beside_the_number("LimitExceeded.PhoneNumberThirtySecondLimit"),
                Blame::Recipient,
            ),
            (
                beside_the_number("FailedOperation.TemplateIncorrectOrUnapproved"),
                Blame::Text,
            ),
            (of_the_call("AuthFailure.SignatureExpire"), Blame::Provider),
            (of_the_call("RequestLimitExceeded"), Blame::Provider),
            (of_the_call("InternalError"), Blame::Provider),
        ] {
            assert!(matches!(answer, Answer::Transient { blame, .. } if blame == blamed));
        }
        for answer in [
            beside_the_number("0k"),
            of_the_call("Novelty"),
            understand(StatusCode::OK, b"{\"Response\":{}}"),
            understand(StatusCode::BAD_GATEWAY, b"<html></html>"),
        ] {
            assert!(matches!(answer, Answer::Unknown { .. }), "{answer:?}");
        }
    }

    proptest! {
        #[test]
        fn no_body_is_taken_for_an_acceptance_by_accident(body in prop::collection::vec(any::<u8>(), 0..80)) {
            prop_assert!(matches!(understand(StatusCode::OK, &body), Answer::Unknown { .. }), "it was understood");
        }

        #[test]
        fn no_code_makes_the_reader_panic(code in "\\PC{0,40}") {
            let _ = refusal(code);
        }
    }
}
