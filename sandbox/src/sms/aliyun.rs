//! Aliyun's text-message API, Dysmsapi 2017-05-25 with V3 signatures (`ACS3-HMAC-SHA256`).
//!
//! The real endpoint's path is `/`, and its own client libraries sign that path, so `POST /` with an `x-acs-action` header
//! arrives here as well as `/sms/aliyun/`.

use std::collections::BTreeMap;

use actix_web::{
    HttpRequest, HttpResponse, guard,
    http::{StatusCode, header::CONTENT_TYPE},
    middleware::from_fn,
    web,
};
use chrono::{DateTime, NaiveDateTime, Utc};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use serde_json::{Value, json};

use super::{
    ACCESS_KEY_ID, ACCESS_KEY_SECRET, Accepted, Delivery, Gateway, Limited, SIGN, Sent, deliver, mobile, reports,
    signed,
    templates::{NotRendered, Template},
};
use crate::{Sandbox, clock, crypto, faults};

/// A request's date may differ from ours by this much.
pub const SKEW_SECONDS: i64 = 15 * 60;
const VERSION: &str = "2017-05-25";
/// RFC 3986: everything but the unreserved characters is encoded.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');
const MUST_BE_SIGNED: [&str; 6] = [
    "host",
    "x-acs-action",
    "x-acs-version",
    "x-acs-date",
    "x-acs-signature-nonce",
    "x-acs-content-sha256",
];

/// A refusal before or instead of the call, in Aliyun's words.
#[derive(Debug)]
struct Refusal {
    status: StatusCode,
    code: &'static str,
    message: String,
}

impl Refusal {
    fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self {
            status,
            code,
            message: message.into(),
        }
    }

    fn bad(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, code, message)
    }

    fn response(&self) -> HttpResponse {
        HttpResponse::build(self.status).json(json!({
            "RequestId": crypto::request_id(),
            "HostId": "dysmsapi.aliyuncs.com",
            "Code": self.code,
            "Message": self.message,
            "Recommend": format!("https://next.api.aliyun.com/troubleshoot?q={}", self.code),
        }))
    }
}

/// `/sms/aliyun/`, and `/` for clients that cannot be given a path.
pub fn routes(config: &mut web::ServiceConfig) {
    for path in ["/sms/aliyun/", "/sms/aliyun", "/"] {
        config.service(
            web::resource(path)
                .guard(guard::fn_guard(|context| {
                    context.head().headers().contains_key("x-acs-action")
                }))
                .wrap(from_fn(|request, next| {
                    faults::inject(Gateway::Aliyun.target(), fault_wording, request, next)
                }))
                .route(web::post().to(call))
                .route(web::get().to(call)),
        );
    }
    // A call without the action header is Aliyun's to refuse, not a 404.
    config.route("/sms/aliyun/", web::post().to(call));
}

fn fault_wording(status: StatusCode) -> HttpResponse {
    if status == StatusCode::TOO_MANY_REQUESTS {
        Refusal::new(
            status,
            "Throttling.User",
            "Request was denied due to user flow control.",
        )
        .response()
    } else {
        Refusal::new(
            status,
            "InternalError",
            "The request processing has failed due to some unknown error.",
        )
        .response()
    }
}

async fn call(sandbox: web::Data<Sandbox>, request: HttpRequest, body: web::Bytes) -> HttpResponse {
    match answer(&sandbox, &request, &body) {
        Ok(answer) => HttpResponse::Ok().json(answer),
        Err(refusal) => refusal.response(),
    }
}

fn answer(sandbox: &web::Data<Sandbox>, request: &HttpRequest, body: &[u8]) -> Result<Value, Refusal> {
    verify(sandbox, request, body)?;
    let mut parameters = pairs(request.query_string());
    let form = header(request, CONTENT_TYPE.as_str());
    if form.starts_with("application/x-www-form-urlencoded") {
        parameters.extend(pairs(&String::from_utf8_lossy(body)));
    }
    if header(request, "x-acs-version") != VERSION {
        return Err(Refusal::bad(
            "InvalidVersion",
            "Specified parameter Version is not valid.",
        ));
    }
    match header(request, "x-acs-action") {
        "SendSms" => send(sandbox, &parameters),
        "QuerySendDetails" => query(sandbox, &parameters),
        _ => Err(Refusal::new(
            StatusCode::NOT_FOUND,
            "InvalidAction.NotFound",
            "Specified api is not found, please check your url and method.",
        )),
    }
}

fn header<'a>(request: &'a HttpRequest, name: &str) -> &'a str {
    request
        .headers()
        .get(name)
        .and_then(|value| value.to_str().ok())
        .unwrap_or("")
        .trim()
}

/// Decoded names and values of a query or a form.
fn pairs(encoded: &str) -> BTreeMap<String, String> {
    let decode = |text: &str| {
        percent_decode_str(&text.replace('+', " "))
            .decode_utf8_lossy()
            .into_owned()
    };
    encoded
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(name, value)| (decode(name), decode(value)))
        .collect()
}

/// The canonical request of the V3 signature, for one spelling of the path.
pub fn canonical_request(
    method: &str,
    path: &str,
    query: &BTreeMap<String, String>,
    headers: &BTreeMap<String, String>,
    payload_hash: &str,
) -> String {
    let encode = |text: &str| utf8_percent_encode(text, ENCODED).to_string();
    let query: Vec<String> = query
        .iter()
        .map(|(name, value)| format!("{}={}", encode(name), encode(value)))
        .collect();
    let names: Vec<&str> = headers.keys().map(String::as_str).collect();
    let lines: Vec<String> = headers.iter().map(|(name, value)| format!("{name}:{value}")).collect();
    format!(
        "{method}\n{path}\n{}\n{}\n\n{}\n{payload_hash}",
        query.join("&"),
        lines.join("\n"),
        names.join(";")
    )
}

fn verify(sandbox: &Sandbox, request: &HttpRequest, body: &[u8]) -> Result<(), Refusal> {
    let incomplete = || {
        Refusal::bad(
            "IncompleteSignature",
            "The request signature does not conform to Aliyun standards.",
        )
    };
    let authorization = header(request, "authorization")
        .strip_prefix("ACS3-HMAC-SHA256 ")
        .ok_or_else(incomplete)?;
    let fields: BTreeMap<&str, &str> = authorization
        .split(',')
        .filter_map(|field| field.trim().split_once('='))
        .collect();
    let field = |name: &str| fields.get(name).copied().ok_or_else(incomplete);
    let (credential, signed_headers, signature) = (field("Credential")?, field("SignedHeaders")?, field("Signature")?);
    if credential != ACCESS_KEY_ID {
        return Err(Refusal::new(
            StatusCode::NOT_FOUND,
            "InvalidAccessKeyId.NotFound",
            "Specified access key is not found.",
        ));
    }
    let names: Vec<&str> = signed_headers.split(';').collect();
    if MUST_BE_SIGNED.iter().any(|name| !names.contains(name)) {
        return Err(incomplete());
    }
    let date = NaiveDateTime::parse_from_str(header(request, "x-acs-date"), "%Y-%m-%dT%H:%M:%SZ")
        .map_or(DateTime::<Utc>::MIN_UTC, |date| date.and_utc());
    if sandbox.clock.unix().saturating_sub(date.timestamp()).abs() > SKEW_SECONDS {
        return Err(Refusal::bad(
            "InvalidTimeStamp.Expired",
            "Specified time stamp or date value is expired.",
        ));
    }
    let payload_hash = crypto::sha256_hex(body);
    let headers: BTreeMap<String, String> = names
        .iter()
        .map(|name| ((*name).to_owned(), header(request, name).to_owned()))
        .collect();
    let query = pairs(request.query_string());
    let holds = payload_hash == header(request, "x-acs-content-sha256")
        && [request.path(), "/"].iter().any(|path| {
            let canonical = canonical_request(request.method().as_str(), path, &query, &headers, &payload_hash);
            let to_sign = format!("ACS3-HMAC-SHA256\n{}", crypto::sha256_hex(canonical.as_bytes()));
            crypto::hmac_sha256_matches(ACCESS_KEY_SECRET.as_bytes(), to_sign.as_bytes(), signature)
        });
    if !holds {
        return Err(Refusal::bad(
            "SignatureDoesNotMatch",
            "Specified signature is not matched with our calculation.",
        ));
    }
    if !sandbox
        .sms
        .nonce_is_new(header(request, "x-acs-signature-nonce"), sandbox.clock.unix())
    {
        return Err(Refusal::bad(
            "SignatureNonceUsed",
            "Specified signature nonce was used already.",
        ));
    }
    Ok(())
}

fn required<'a>(parameters: &'a BTreeMap<String, String>, name: &str, code: &'static str) -> Result<&'a str, Refusal> {
    parameters
        .get(name)
        .map(String::as_str)
        .filter(|value| !value.is_empty())
        .ok_or_else(|| Refusal::bad(code, format!("{name} is mandatory for this action.")))
}

/// An answer of 200 that nevertheless refuses: Aliyun's business errors come so.
fn refused(code: &str, message: &str) -> Value {
    json!({ "Code": code, "Message": message, "RequestId": crypto::request_id() })
}

fn send(sandbox: &web::Data<Sandbox>, parameters: &BTreeMap<String, String>) -> Result<Value, Refusal> {
    let numbers = required(parameters, "PhoneNumbers", "MissingPhoneNumbers")?;
    let sign = required(parameters, "SignName", "MissingSignName")?;
    let code = required(parameters, "TemplateCode", "MissingTemplateCode")?;
    let phones: Option<Vec<String>> = numbers.split(',').map(mobile).collect();
    let Some(phones) = phones else {
        return Ok(refused("isv.MOBILE_NUMBER_ILLEGAL", "invalid mobile number"));
    };
    if phones.len() > 1000 {
        return Ok(refused("isv.MOBILE_COUNT_OVER_LIMIT", "手机号码数量超过限制"));
    }
    if sign != SIGN {
        return Ok(refused("isv.SMS_SIGNATURE_ILLEGAL", "该账号下找不到对应签名"));
    }
    let Some(template) = sandbox.sms.templates.find(|template| template.aliyun == code) else {
        return Ok(refused("isv.SMS_TEMPLATE_ILLEGAL", "该账号下找不到对应模板"));
    };
    let text = match render(template, parameters.get("TemplateParam")) {
        Ok(text) => text,
        Err(refusal) => return Ok(refusal),
    };
    let now = sandbox.clock.now();
    let limit = phones
        .iter()
        .find_map(|phone| {
            sandbox
                .sms
                .limited(Gateway::Aliyun, phone, &template.aliyun, &signed(&text), now)
        })
        .or_else(|| {
            sandbox
                .faults
                .strike(Gateway::Aliyun.target(), faults::Kind::Throttle)
                .map(|_| Limited::Throttled)
        });
    if let Some(limit) = limit {
        let message = match limit {
            Limited::Day => "触发天级流控Permits:50",
            Limited::SameContent => "触发同内容流控Permits:1",
            Limited::Throttled => "触发分钟级流控Permits:1",
        };
        return Ok(refused("isv.BUSINESS_LIMIT_CONTROL", message));
    }
    let number = format!("{}^0", crypto::random_digits(18));
    let out_id = parameters.get("OutId").filter(|value| !value.is_empty()).cloned();
    for phone in phones {
        deliver(
            sandbox,
            Accepted {
                gateway: Gateway::Aliyun,
                number: number.clone(),
                out_id: out_id.clone(),
                phone,
                template,
                text: text.clone(),
            },
        );
    }
    Ok(json!({ "Code": "OK", "Message": "OK", "BizId": number, "RequestId": crypto::request_id() }))
}

fn render(template: &Template, given: Option<&String>) -> Result<String, Value> {
    let given = given.map_or("{}", String::as_str);
    let illegal = || refused("isv.INVALID_JSON_PARAM", "参数格式错误，请修改为字符串值");
    let values: BTreeMap<String, Value> =
        serde_json::from_str(if given.is_empty() { "{}" } else { given }).map_err(|_syntax| illegal())?;
    let values = values
        .into_iter()
        .map(|(name, value)| match value {
            Value::String(text) => Some((name, text)),
            Value::Number(number) => Some((name, number.to_string())),
            _ => None,
        })
        .collect::<Option<BTreeMap<_, _>>>()
        .ok_or_else(illegal)?;
    template.render(&values).map_err(|error| match error {
        NotRendered::Missing(name) => refused(
            "isv.TEMPLATE_MISSING_PARAMETERS",
            &format!("模板变量缺失，变量：{name}"),
        ),
        NotRendered::Unfit(name) => refused(
            "isv.TEMPLATE_PARAMS_ILLEGAL",
            &format!("模板变量不符合规范，变量：{name}"),
        ),
    })
}

fn query(sandbox: &Sandbox, parameters: &BTreeMap<String, String>) -> Result<Value, Refusal> {
    let number = required(parameters, "PhoneNumber", "MissingPhoneNumber")?;
    let date = required(parameters, "SendDate", "MissingSendDate")?;
    let count = |name: &str| parameters.get(name).and_then(|value| value.parse::<usize>().ok());
    let size = count("PageSize").filter(|size| (1..=50).contains(size));
    let page = count("CurrentPage").filter(|page| *page >= 1);
    let (Some(size), Some(page)) = (size, page) else {
        return Err(Refusal::bad(
            "InvalidPageSize",
            "PageSize must be 1 to 50 and CurrentPage at least 1.",
        ));
    };
    let Some(phone) = mobile(number) else {
        return Ok(refused("isv.MOBILE_NUMBER_ILLEGAL", "invalid mobile number"));
    };
    let biz_id = parameters.get("BizId").filter(|value| !value.is_empty());
    let found = sandbox.sms.sent(|sent| {
        sent.gateway == Gateway::Aliyun
            && sent.phone == phone
            && sent.sent_at.format("%Y%m%d").to_string() == date
            && biz_id.is_none_or(|wanted| sent.number == *wanted)
    });
    let items: Vec<Value> = found
        .iter()
        .rev()
        .skip((page - 1).saturating_mul(size))
        .take(size)
        .map(detail)
        .collect();
    Ok(json!({
        "Code": "OK",
        "Message": "OK",
        "RequestId": crypto::request_id(),
        "TotalCount": found.len().to_string(),
        "SmsSendDetailDTOs": { "SmsSendDetailDTO": items },
    }))
}

fn detail(sent: &Sent) -> Value {
    let (status, error) = match sent.delivery {
        Delivery::Waiting => (1, ""),
        Delivery::Failed => (2, "MK:0001"),
        Delivery::Delivered => (3, "DELIVERED"),
    };
    json!({
        "PhoneNum": sent.phone,
        "SendStatus": status,
        "ErrCode": error,
        "TemplateCode": sent.template,
        "Content": sent.text,
        "SendDate": clock::plain(sent.sent_at),
        "ReceiveDate": sent.reported_at.map(clock::plain).unwrap_or_default(),
        "OutId": sent.out_id.clone().unwrap_or_default(),
    })
}

/// Pushes a resident's answer the way Aliyun's `SmsUp` does.
pub fn reply(sandbox: &web::Data<Sandbox>, phone: &str, text: &str) {
    let item = json!([{
        "phone_number": phone,
        "send_time": clock::plain(sandbox.clock.now()),
        "content": text,
        "sign_name": SIGN,
        "dest_code": "10690000",
        "sequence_id": sandbox.clock.now().timestamp_micros(),
    }]);
    reports::to_callback(sandbox, Gateway::Aliyun, "aliyun-replies", &item);
}
