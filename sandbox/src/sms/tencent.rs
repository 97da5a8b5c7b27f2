//! Tencent Cloud's text-message API, version 2021-01-11 with `TC3-HMAC-SHA256` signatures.
//!
//! Every answer is 200; a refusal is an `Error` inside `Response`, or a `Code` beside the phone number.

use std::collections::BTreeMap;

use actix_web::{
    HttpRequest, HttpResponse, guard,
    http::{StatusCode, header::CONTENT_TYPE},
    middleware::from_fn,
    web,
};
use chrono::DateTime;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    ACCESS_KEY_ID, ACCESS_KEY_SECRET, Accepted, Delivery, Gateway, Limited, SIGN, Sent, deliver, mobile, reports,
    signed,
    templates::{NotRendered, Template},
};
use crate::{Sandbox, clock, crypto, faults};

/// The application that the bureau's templates belong to.
pub const SDK_APP_ID: &str = "1400000001";
const VERSION: &str = "2021-01-11";
const SKEW_SECONDS: i64 = 300;
const NUMBERS_LIMIT: usize = 200;

/// A refusal of the whole call.
struct Refusal(&'static str, String);

impl Refusal {
    fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self(code, message.into())
    }

    fn response(&self) -> HttpResponse {
        respond(json!({ "Error": { "Code": self.0, "Message": self.1 } }))
    }
}

fn respond(mut answer: Value) -> HttpResponse {
    if let Some(fields) = answer.as_object_mut() {
        fields.insert("RequestId".into(), json!(crypto::request_id().to_lowercase()));
    }
    HttpResponse::Ok().json(json!({ "Response": answer }))
}

/// `/sms/tencent/`, and `/` for clients that cannot be given a path.
pub fn routes(config: &mut web::ServiceConfig) {
    for path in ["/sms/tencent/", "/sms/tencent", "/"] {
        config.service(
            web::resource(path)
                .guard(guard::fn_guard(|context| {
                    context.head().headers().contains_key("x-tc-action")
                }))
                .wrap(from_fn(|request, next| {
                    faults::inject(Gateway::Tencent.target(), fault_wording, request, next)
                }))
                .route(web::post().to(call)),
        );
    }
    config.route("/sms/tencent/", web::post().to(call));
}

fn fault_wording(status: StatusCode) -> HttpResponse {
    if status == StatusCode::TOO_MANY_REQUESTS {
        Refusal::new("RequestLimitExceeded", "请求的次数超过了频率限制").response()
    } else {
        Refusal::new("InternalError", "内部错误。").response()
    }
}

async fn call(sandbox: web::Data<Sandbox>, request: HttpRequest, body: web::Bytes) -> HttpResponse {
    match answer(&sandbox, &request, &body) {
        Ok(answer) => respond(answer),
        Err(refusal) => refusal.response(),
    }
}

fn answer(sandbox: &web::Data<Sandbox>, request: &HttpRequest, body: &[u8]) -> Result<Value, Refusal> {
    verify(sandbox, request, body)?;
    if header(request, "x-tc-version") != VERSION {
        return Err(Refusal::new("NoSuchVersion", "接口版本不存在。"));
    }
    match header(request, "x-tc-action") {
        "SendSms" => send(sandbox, parse(body)?),
        "PullSmsSendStatus" => pull(sandbox, &parse(body)?),
        "PullSmsSendStatusByPhoneNumber" => pull_by_number(sandbox, &parse(body)?),
        "PullSmsReplyStatus" => pull_replies(sandbox, &parse(body)?),
        _ => Err(Refusal::new("InvalidAction", "接口不存在。")),
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

fn parse<'a, T: Deserialize<'a>>(body: &'a [u8]) -> Result<T, Refusal> {
    serde_json::from_slice(body).map_err(|error| Refusal::new("InvalidParameter", error.to_string()))
}

fn verify(sandbox: &Sandbox, request: &HttpRequest, body: &[u8]) -> Result<(), Refusal> {
    let malformed = || Refusal::new("AuthFailure.SignatureFailure", "Authorization 的格式不正确。");
    let authorization = header(request, "authorization")
        .strip_prefix("TC3-HMAC-SHA256 ")
        .ok_or_else(malformed)?;
    let fields: BTreeMap<&str, &str> = authorization
        .split(',')
        .filter_map(|field| field.trim().split_once('='))
        .collect();
    let field = |name: &str| fields.get(name).copied().ok_or_else(malformed);
    let (credential, names, signature) = (field("Credential")?, field("SignedHeaders")?, field("Signature")?);
    let (secret_id, scope) = credential.split_once('/').ok_or_else(malformed)?;
    if secret_id != ACCESS_KEY_ID {
        return Err(Refusal::new("AuthFailure.SecretIdNotFound", "密钥不存在。"));
    }
    let timestamp = header(request, "x-tc-timestamp");
    let seconds: i64 = timestamp.parse().unwrap_or(0);
    if sandbox.clock.unix().saturating_sub(seconds).abs() > SKEW_SECONDS {
        return Err(Refusal::new("AuthFailure.SignatureExpire", "签名过期。"));
    }
    let date = DateTime::from_timestamp(seconds, 0)
        .map(|at| at.format("%Y-%m-%d").to_string())
        .unwrap_or_default();
    let signed_names: Vec<&str> = names.split(';').collect();
    let complete = signed_names.contains(&"host") && signed_names.contains(&CONTENT_TYPE.as_str());
    if scope != format!("{date}/sms/tc3_request") || !complete {
        return Err(malformed());
    }
    let lines: Vec<String> = signed_names
        .iter()
        .map(|name| format!("{name}:{}", signed_value(name, header(request, name))))
        .collect();
    let lines = lines.join("\n");
    let to_sign = |path: &str| {
        let canonical = format!(
            "{}\n{path}\n{}\n{lines}\n\n{names}\n{}",
            request.method(),
            request.query_string(),
            crypto::sha256_hex(body)
        );
        format!(
            "TC3-HMAC-SHA256\n{timestamp}\n{scope}\n{}",
            crypto::sha256_hex(canonical.as_bytes())
        )
    };
    let key = ["sms", "tc3_request"].iter().fold(
        crypto::hmac_sha256(format!("TC3{ACCESS_KEY_SECRET}").as_bytes(), date.as_bytes()),
        |key, part| crypto::hmac_sha256(&key, part.as_bytes()),
    );
    let holds = [request.path(), "/"]
        .iter()
        .any(|path| crypto::hmac_sha256_matches(&key, to_sign(path).as_bytes(), signature));
    if holds {
        Ok(())
    } else {
        Err(Refusal::new(
            "AuthFailure.SignatureFailure",
            "The provided credentials could not be validated. Please check your signature is correct.",
        ))
    }
}

/// Values are signed in lower case; a content type keeps its spelling in the client libraries and is lower case anyway.
fn signed_value(name: &str, value: &str) -> String {
    if name == CONTENT_TYPE.as_str() {
        value.to_owned()
    } else {
        value.to_lowercase()
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct SendSms {
    phone_number_set: Vec<String>,
    sms_sdk_app_id: String,
    template_id: String,
    sign_name: Option<String>,
    #[serde(default)]
    template_param_set: Vec<String>,
    session_context: Option<String>,
}

fn send(sandbox: &web::Data<Sandbox>, call: SendSms) -> Result<Value, Refusal> {
    if call.phone_number_set.is_empty() {
        return Err(Refusal::new("MissingParameter.EmptyPhoneNumberSet", "号码列表为空。"));
    }
    if call.phone_number_set.len() > NUMBERS_LIMIT {
        return Err(Refusal::new(
            "LimitExceeded.PhoneNumberCountLimit",
            "调用接口单次提交的手机号个数超过200个。",
        ));
    }
    let set: Vec<Value> = call
        .phone_number_set
        .iter()
        .map(|number| send_one(sandbox, &call, number))
        .collect();
    Ok(json!({ "SendStatusSet": set }))
}

fn send_one(sandbox: &web::Data<Sandbox>, call: &SendSms, number: &str) -> Value {
    let status = |serial: &str, code: &str, message: &str| {
        json!({
            "SerialNo": serial,
            "PhoneNumber": number,
            "Fee": u8::from(code == "Ok"),
            "SessionContext": call.session_context.clone().unwrap_or_default(),
            "Code": code,
            "Message": message,
            "IsoCode": "CN",
        })
    };
    let (template, phone, text) = match admit(sandbox, call, number) {
        Ok(admitted) => admitted,
        Err((code, message)) => return status("", code, message),
    };
    let serial = format!("2028:{}", crypto::random_digits(20));
    deliver(
        sandbox,
        Accepted {
            gateway: Gateway::Tencent,
            number: serial.clone(),
            out_id: call.session_context.clone().filter(|context| !context.is_empty()),
            phone,
            template,
            text,
        },
    );
    status(&serial, "Ok", "send success")
}

/// The template, the phone and the text, or the code that stands beside the number instead of `Ok`.
fn admit<'a>(
    sandbox: &'a Sandbox,
    call: &SendSms,
    number: &str,
) -> Result<(&'a Template, String, String), (&'static str, &'static str)> {
    if call.sms_sdk_app_id != SDK_APP_ID {
        return Err(("UnauthorizedOperation.SmsSdkAppIdVerifyFail", "SmsSdkAppId 校验失败。"));
    }
    if call.sign_name.as_deref() != Some(SIGN) {
        return Err((
            "FailedOperation.SignatureIncorrectOrUnapproved",
            "签名未审批或格式错误。",
        ));
    }
    let template = sandbox
        .sms
        .templates
        .find(|template| template.tencent == call.template_id)
        .ok_or((
            "FailedOperation.TemplateIncorrectOrUnapproved",
            "模板未审批或内容不匹配。",
        ))?;
    let phone = mobile(number).ok_or(("InvalidParameterValue.IncorrectPhoneNumber", "手机号格式错误。"))?;
    let names = template.variables_in_order();
    if names.len() != call.template_param_set.len() {
        return Err((
            "FailedOperation.TemplateParamSetNotMatchApprovedTemplate",
            "请求内容与审核通过的模板内容不匹配。",
        ));
    }
    let values = names
        .into_iter()
        .map(str::to_owned)
        .zip(call.template_param_set.iter().cloned())
        .collect();
    let text = template
        .render(&values)
        .map_err(|(NotRendered::Missing(_) | NotRendered::Unfit(_))| {
            (
                "InvalidParameterValue.TemplateParameterFormatError",
                "模板参数格式错误。",
            )
        })?;
    let limited = sandbox
        .sms
        .limited(
            Gateway::Tencent,
            &phone,
            &template.tencent,
            &signed(&text),
            sandbox.clock.now(),
        )
        .or_else(|| {
            sandbox
                .faults
                .strike(Gateway::Tencent.target(), faults::Kind::Throttle)
                .map(|_| Limited::Throttled)
        });
    match limited {
        None => Ok((template, phone, text)),
        Some(Limited::Day) => Err((
            "LimitExceeded.PhoneNumberDailyLimit",
            "单个手机号日下发短信条数超过设定的上限。",
        )),
        Some(Limited::SameContent) => Err((
            "LimitExceeded.PhoneNumberThirtySecondLimit",
            "单个手机号30秒内下发短信条数超过设定的上限。",
        )),
        Some(Limited::Throttled) => Err(("LimitExceeded.DeliveryFrequencyLimit", "下发短信命中了频率限制策略。")),
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Pull {
    limit: usize,
    sms_sdk_app_id: String,
}

/// Known outcomes since the last pull: what was pulled is not given again.
fn pull(sandbox: &Sandbox, call: &Pull) -> Result<Value, Refusal> {
    own_app(&call.sms_sdk_app_id)?;
    let mut inner = sandbox.sms.lock();
    let known: Vec<&Sent> = inner
        .sent
        .iter()
        .filter(|sent| sent.gateway == Gateway::Tencent && sent.delivery != Delivery::Waiting)
        .skip(inner.pulled)
        .take(call.limit.min(100))
        .collect();
    let taken = known.len();
    let set: Vec<Value> = known.into_iter().map(status).collect();
    inner.pulled = inner.pulled.saturating_add(taken);
    Ok(json!({ "PullSmsSendStatusSet": set }))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct PullByNumber {
    begin_time: i64,
    end_time: Option<i64>,
    offset: usize,
    limit: usize,
    phone_number: String,
    sms_sdk_app_id: String,
}

fn pull_by_number(sandbox: &Sandbox, call: &PullByNumber) -> Result<Value, Refusal> {
    own_app(&call.sms_sdk_app_id)?;
    let Some(phone) = mobile(&call.phone_number) else {
        return Err(Refusal::new(
            "InvalidParameterValue.IncorrectPhoneNumber",
            "手机号格式错误。",
        ));
    };
    let until = call.end_time.unwrap_or(i64::MAX);
    let set: Vec<Value> = sandbox
        .sms
        .sent(|sent| {
            sent.gateway == Gateway::Tencent
                && sent.phone == phone
                && sent.delivery != Delivery::Waiting
                && (call.begin_time..=until).contains(&sent.sent_at.timestamp())
        })
        .iter()
        .skip(call.offset)
        .take(call.limit.min(100))
        .map(status)
        .collect();
    Ok(json!({ "PullSmsSendStatusSet": set }))
}

fn pull_replies(sandbox: &Sandbox, call: &Pull) -> Result<Value, Refusal> {
    own_app(&call.sms_sdk_app_id)?;
    let mut inner = sandbox.sms.lock();
    let count = call.limit.min(100).min(inner.replies.len());
    let set: Vec<Value> = inner
        .replies
        .drain(..count)
        .map(|reply| {
            json!({
                "ExtendCode": "",
                "CountryCode": "86",
                "PhoneNumber": format!("+86{}", reply.phone),
                "SubscriberNumber": reply.phone,
                "SignName": SIGN,
                "ReplyContent": reply.text,
                "ReplyTime": reply.at,
            })
        })
        .collect();
    Ok(json!({ "PullSmsReplyStatusSet": set }))
}

fn own_app(app: &str) -> Result<(), Refusal> {
    if app == SDK_APP_ID {
        Ok(())
    } else {
        Err(Refusal::new(
            "UnauthorizedOperation.SmsSdkAppIdVerifyFail",
            "SmsSdkAppId 校验失败。",
        ))
    }
}

fn status(sent: &Sent) -> Value {
    let arrived = sent.delivery == Delivery::Delivered;
    json!({
        "UserReceiveTime": sent.reported_at.unwrap_or(sent.sent_at).timestamp(),
        "CountryCode": "86",
        "SubscriberNumber": sent.phone,
        "PhoneNumber": format!("+86{}", sent.phone),
        "SerialNo": sent.number,
        "ReportStatus": if arrived { "SUCCESS" } else { "FAIL" },
        "Description": if arrived { "DELIVRD" } else { "MK:0001" },
        "SessionContext": sent.out_id.clone().unwrap_or_default(),
    })
}

/// A resident's answer that waits to be pulled.
#[derive(Debug, Clone)]
pub struct Reply {
    phone: String,
    text: String,
    at: i64,
}

/// Pushes a resident's answer, and keeps it for a client that pulls.
pub fn reply(sandbox: &web::Data<Sandbox>, phone: &str, text: &str) {
    let now = sandbox.clock.now();
    sandbox.sms.lock().replies.push(Reply {
        phone: phone.to_owned(),
        text: text.to_owned(),
        at: now.timestamp(),
    });
    let item = json!([{
        "extend": "",
        "mobile": phone,
        "nationcode": "86",
        "sign": SIGN,
        "text": text,
        "time": now.timestamp(),
        "user_time": clock::plain(now),
    }]);
    reports::to_callback(sandbox, Gateway::Tencent, "tencent-replies", &item);
}
