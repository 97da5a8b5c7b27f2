//! Aliyun's text-message API: Dysmsapi 2017-05-25 with V3 signatures (`ACS3-HMAC-SHA256`).
//!
//! Parameters travel in the body and not in the query, so that no phone stands in an address that somebody logs.

use std::collections::BTreeMap;

use async_trait::async_trait;
use chrono::TimeDelta;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::{Client, StatusCode, Url};
use serde::Deserialize;
use shared::{
    notify::delivery::Delivery,
    time::{Instant, day_of},
};
use uuid::Uuid;

use super::{
    accounts::AliyunAccount,
    provider::{
        Answer, Blame, Fate, Gateway, Letter, Provider, Question, hmac_sha256, host_of, sha256_hex, unanswered,
    },
};

const VERSION: &str = "2017-05-25";
const ALGORITHM: &str = "ACS3-HMAC-SHA256";
const FORM: &str = "application/x-www-form-urlencoded";
/// RFC 3986: everything but the unreserved characters is encoded.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');
/// Texts of a page of details, and how many pages are read: more than the carriers let one number have in a day.
const PAGE: usize = 50;
const PAGES: usize = 40;

/// The way to Aliyun.
pub struct Aliyun {
    account: AliyunAccount,
    endpoint: Url,
    http: Client,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Sent {
    code: String,
    biz_id: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Details {
    code: String,
    #[serde(rename = "SmsSendDetailDTOs", default)]
    details: DetailList,
}

#[derive(Default, Deserialize)]
struct DetailList {
    #[serde(rename = "SmsSendDetailDTO", default)]
    items: Vec<Detail>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Detail {
    send_status: i64,
    #[serde(default)]
    err_code: String,
    #[serde(default)]
    out_id: String,
}

impl Aliyun {
    /// The way with this account.
    pub fn new(account: AliyunAccount, http: Client) -> anyhow::Result<Self> {
        Ok(Self {
            endpoint: account.endpoint.parse()?,
            account,
            http,
        })
    }

    async fn call(
        &self,
        action: &'static str,
        parameters: &BTreeMap<&'static str, String>,
        now: Instant,
    ) -> reqwest::Result<(StatusCode, Vec<u8>)> {
        let body = form(parameters);
        let mut request = self
            .http
            .post(self.endpoint.clone())
            .header("accept", "application/json");
        for (name, value) in self.signed_headers(action, &body, now, &Uuid::now_v7().simple().to_string()) {
            request = request.header(name, value);
        }
        let response = request.body(body).send().await?;
        let status = response.status();
        Ok((status, response.bytes().await?.to_vec()))
    }

    /// The headers of a call, with its signature among them.
    fn signed_headers(&self, action: &str, body: &str, now: Instant, nonce: &str) -> BTreeMap<&'static str, String> {
        let hash = sha256_hex(body.as_bytes());
        let mut headers = BTreeMap::from([
            ("content-type", FORM.to_owned()),
            ("host", host_of(&self.endpoint)),
            ("x-acs-action", action.to_owned()),
            ("x-acs-content-sha256", hash.clone()),
            ("x-acs-date", now.format("%Y-%m-%dT%H:%M:%SZ").to_string()),
            ("x-acs-signature-nonce", nonce.to_owned()),
            ("x-acs-version", VERSION.to_owned()),
        ]);
        let names = headers.keys().copied().collect::<Vec<_>>().join(";");
        let lines: Vec<String> = headers.iter().map(|(name, value)| format!("{name}:{value}")).collect();
        let canonical = format!(
            "POST\n{}\n\n{}\n\n{names}\n{hash}",
            self.endpoint.path(),
            lines.join("\n")
        );
        let to_sign = format!("{ALGORITHM}\n{}", sha256_hex(canonical.as_bytes()));
        let signature = hmac_sha256(self.account.access_key_secret.as_bytes(), to_sign.as_bytes());
        headers.insert(
            "authorization",
            format!(
                "{ALGORITHM} Credential={},SignedHeaders={names},Signature={}",
                self.account.access_key_id,
                hex::encode(signature)
            ),
        );
        headers
    }

    /// Looks for the attempt among the texts that the number got on a day.
    async fn find(&self, question: &Question, day: String, now: Instant) -> Fate {
        let reference = question.reference.to_string();
        for page in 1..=PAGES {
            let parameters = BTreeMap::from([
                ("PhoneNumber", question.phone.expose().to_owned()),
                ("SendDate", day.clone()),
                ("PageSize", PAGE.to_string()),
                ("CurrentPage", page.to_string()),
            ]);
            let Ok((_, body)) = self.call("QuerySendDetails", &parameters, now).await else {
                return Fate::Silent;
            };
            let Ok(answer) = serde_json::from_slice::<Details>(&body) else {
                return Fate::Silent;
            };
            if answer.code != "OK" {
                return Fate::Silent;
            }
            if let Some(detail) = answer.details.items.iter().find(|detail| detail.out_id == reference) {
                let (delivery, code) = match detail.send_status {
                    3 => (Delivery::Delivered, None),
                    2 => (Delivery::Failed, Some(detail.err_code.clone())),
                    _ => (Delivery::Unreported, None),
                };
                return Fate::Taken {
                    number: None,
                    delivery,
                    code,
                };
            }
            if answer.details.items.len() < PAGE {
                return Fate::NotFound;
            }
        }
        // Nobody gets that many texts in a day; whoever does is not sent one more because of it.
        Fate::Silent
    }
}

#[async_trait]
impl Gateway for Aliyun {
    fn provider(&self) -> Provider {
        Provider::Aliyun
    }

    fn weight(&self) -> u32 {
        self.account.weight
    }

    fn settles_within(&self) -> TimeDelta {
        TimeDelta::seconds(20)
    }

    async fn send(&self, letter: &Letter, now: Instant) -> Answer {
        let Ok(values) = serde_json::to_string(&letter.values) else {
            return Answer::Permanent {
                code: "variables-unwritable".into(),
            };
        };
        let parameters = BTreeMap::from([
            ("PhoneNumbers", letter.phone.expose().to_owned()),
            ("SignName", self.account.sign.clone()),
            ("TemplateCode", letter.filed.aliyun.clone()),
            ("TemplateParam", values),
            ("OutId", letter.reference.to_string()),
        ]);
        match self.call("SendSms", &parameters, now).await {
            Ok((status, body)) => understand(status, &body),
            Err(error) => unanswered(&error),
        }
    }

    async fn ask(&self, question: &Question, now: Instant) -> Fate {
        let first = day_of(question.started_at);
        // A call that was made at midnight may have been taken on the next day.
        let last = day_of(question.started_at + self.settles_within());
        let mut fate = Fate::NotFound;
        for day in [Some(first), (last != first).then_some(last)].into_iter().flatten() {
            fate = self.find(question, day.format("%Y%m%d").to_string(), now).await;
            if fate != Fate::NotFound {
                break;
            }
        }
        fate
    }
}

/// Parameters as a form, in the order in which they are signed.
fn form(parameters: &BTreeMap<&'static str, String>) -> String {
    parameters
        .iter()
        .map(|(name, value)| format!("{name}={}", utf8_percent_encode(value, ENCODED)))
        .collect::<Vec<_>>()
        .join("&")
}

/// What an answer means. A code that is not known here says nothing, so the provider is asked what it did.
fn understand(status: StatusCode, body: &[u8]) -> Answer {
    let Ok(answer) = serde_json::from_slice::<Sent>(body) else {
        return Answer::Unknown {
            code: format!("http-{}", status.as_u16()),
        };
    };
    let Sent { code, biz_id } = answer;
    let blame = match code.as_str() {
        "OK" if status.is_success() => {
            return Answer::Accepted {
                number: biz_id.unwrap_or_default(),
            };
        }
        "isv.MOBILE_NUMBER_ILLEGAL"
        | "isv.TEMPLATE_MISSING_PARAMETERS"
        | "isv.TEMPLATE_PARAMS_ILLEGAL"
        | "isv.INVALID_JSON_PARAM"
        | "isv.INVALID_PARAMETERS"
        | "isv.PARAM_LENGTH_LIMIT"
        | "isv.PARAM_NOT_SUPPORT_URL"
        | "isv.BLACK_KEY_CONTROL_LIMIT" => return Answer::Permanent { code },
        "isv.BUSINESS_LIMIT_CONTROL" | "isv.DAY_LIMIT_CONTROL" => Blame::Recipient,
        "isv.SMS_TEMPLATE_ILLEGAL" | "isv.TEMPLATE_COUNT_OVER_LIMIT" => Blame::Text,
        "isv.SMS_SIGNATURE_ILLEGAL"
        | "isv.SIGN_NAME_ILLEGAL"
        | "isv.AMOUNT_NOT_ENOUGH"
        | "isv.OUT_OF_SERVICE"
        | "isv.ACCOUNT_NOT_EXISTS"
        | "isv.ACCOUNT_ABNORMAL"
        | "isv.PRODUCT_UN_SUBSCRIPT"
        | "isv.PRODUCT_UNSUBSCRIBE"
        | "isv.SYSTEM_ERROR"
        | "isp.SYSTEM_ERROR"
        | "isp.RAM_PERMISSION_DENY" => Blame::Provider,
        // A nonce that was used says that an equal call came before this one.
        "SignatureNonceUsed" => return Answer::Unknown { code },
        // Refused in Aliyun's own words before the text was looked at, or failed with the advice to call again.
        _ if status.is_client_error() || status.is_server_error() => Blame::Provider,
        _ => return Answer::Unknown { code },
    };
    Answer::Transient { code, blame }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn aliyun(endpoint: &str) -> Aliyun {
        let account = AliyunAccount {
            endpoint: endpoint.into(),
            access_key_id: "bianmin-sandbox".into(),
            access_key_secret: "bianmin-sandbox-secret".into(),
            sign: "云川公安".into(),
            weight: 1,
        };
        Aliyun::new(account, super::super::provider::client(false).unwrap()).unwrap()
    }

    #[test]
    fn a_call_is_signed_as_aliyun_describes_it() {
        let now = "2026-11-22T09:30:00Z".parse().unwrap();
        let body = form(&BTreeMap::from([("PhoneNumbers", "13800000001".to_owned())]));
        let headers = aliyun("https://dysmsapi.aliyuncs.com").signed_headers("SendSms", &body, now, "nonce");
        // Computed by another program, from Aliyun's description of the signature.
        let signature = "d95c95c5df916fb5a77c4da858cfec2b1567b28de48f69c2101a09b17df77d08";
        assert_eq!(
            headers["authorization"],
            format!(
                "ACS3-HMAC-SHA256 Credential=bianmin-sandbox,SignedHeaders=content-type;host;x-acs-action;x-acs-content-sha256;\
                 x-acs-date;x-acs-signature-nonce;x-acs-version,Signature={signature}"
            )
        );
    }

    #[test]
    fn a_form_encodes_everything_but_unreserved_characters() {
        let parameters = BTreeMap::from([("A", "张 三+*~".to_owned()), ("B", "{\"code\":\"1\"}".to_owned())]);
        assert_eq!(
            form(&parameters),
            "A=%E5%BC%A0%20%E4%B8%89%2B%2A~&B=%7B%22code%22%3A%221%22%7D"
        );
    }

    #[test]
    fn answers_are_told_apart_by_what_is_certain() {
        let answer = |status: u16, code: &str| {
            let body = json!({ "Code": code, "BizId": "9^0" }).to_string();
            understand(StatusCode::from_u16(status).unwrap(), body.as_bytes())
        };
        assert_eq!(answer(200, "OK"), Answer::Accepted { number: "9^0".into() });
        assert!(matches!(
            answer(200, "isv.MOBILE_NUMBER_ILLEGAL"),
            Answer::Permanent { .. }
        ));
        for (status, code, blamed) in [
            (200, "isv.BUSINESS_LIMIT_CONTROL", Blame::Recipient),
            (200, "isv.SMS_TEMPLATE_ILLEGAL", Blame::Text),
            (200, "isv.AMOUNT_NOT_ENOUGH", Blame::Provider),
            (400, "SignatureDoesNotMatch", Blame::Provider),
            (429, "Throttling.User", Blame::Provider),
            (500, "InternalError", Blame::Provider),
        ] {
            assert!(
                matches!(answer(status, code), Answer::Transient { blame, .. } if blame == blamed),
                "{code}"
            );
        }
        for (status, code) in [(200, "0K"), (500, "OK"), (400, "SignatureNonceUsed"), (200, "isv.NEW")] {
            let understood = answer(status, code);
            let certain = matches!(understood, Answer::Accepted { .. } | Answer::Permanent { .. });
            assert!(!certain, "{status} {code}");
        }
        let page = understand(StatusCode::BAD_GATEWAY, b"<html>502 Bad Gateway</html>");
        assert_eq!(
            page,
            Answer::Unknown {
                code: "http-502".into()
            }
        );
    }

    proptest! {
        #[test]
        fn no_body_is_taken_for_an_acceptance_by_accident(status in 100u16..600, body in prop::collection::vec(any::<u8>(), 0..80)) {
            let answer = understand(StatusCode::from_u16(status).unwrap(), &body);
            prop_assert!(matches!(answer, Answer::Unknown { .. }), "{answer:?}");
        }
    }
}
