//! What WeChat Pay answers: JSON, or an error with a code.

use actix_web::{HttpResponse, http::StatusCode};
use serde_json::{Value, json};

use crate::Sandbox;

/// A refusal in WeChat Pay's words.
#[derive(Debug)]
pub struct ApiError {
    status: StatusCode,
    code: &'static str,
    message: String,
    detail: Option<Value>,
}

impl ApiError {
    /// A refusal without detail.
    pub fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self {
            status,
            code,
            message: message.into(),
            detail: None,
        }
    }

    /// A parameter that breaks its rule.
    pub fn parameter(field: &str, value: &Value, issue: &str) -> Self {
        Self {
            status: StatusCode::BAD_REQUEST,
            code: "PARAM_ERROR",
            message: format!("输入源“/body{field}”映射到字段“{field}”：{issue}"),
            detail: Some(json!({ "location": "body", "field": field, "value": value, "issue": issue })),
        }
    }

    /// A request whose parameters are fine and whose meaning is not.
    pub fn invalid(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "INVALID_REQUEST", message)
    }

    /// A signature that does not hold.
    pub fn signature(issue: &str) -> Self {
        Self {
            detail: Some(json!({ "location": "authorization", "issue": issue })),
            ..Self::new(StatusCode::UNAUTHORIZED, "SIGN_ERROR", "签名错误，请检查后再试")
        }
    }

    /// The answer; older documents spell some codes differently.
    pub fn response(&self, legacy: bool) -> HttpResponse {
        let code = match self.code {
            "ORDER_NOT_EXIST" if legacy => "ORDERNOTEXIST",
            "SYSTEM_ERROR" if legacy => "SYSTEMERROR",
            code => code,
        };
        let mut body = json!({ "code": code, "message": self.message });
        if let (Some(fields), Some(detail)) = (body.as_object_mut(), &self.detail) {
            fields.insert("detail".into(), detail.clone());
        }
        HttpResponse::build(self.status).json(body)
    }
}

/// A handler's result as an answer; `null` is 204.
pub fn respond(sandbox: &Sandbox, result: Result<Value, ApiError>) -> HttpResponse {
    match result {
        Ok(Value::Null) => HttpResponse::NoContent().finish(),
        Ok(body) => HttpResponse::Ok().json(body),
        Err(error) => error.response(sandbox.wechat_pay.settings().legacy_errors),
    }
}

/// A body as JSON, whatever its content type says.
pub fn parse(body: &[u8]) -> Result<Value, ApiError> {
    serde_json::from_slice(body)
        .ok()
        .filter(Value::is_object)
        .ok_or_else(|| ApiError::new(StatusCode::BAD_REQUEST, "PARAM_ERROR", "请求体不是有效的JSON"))
}

/// A text field, in code points, that must be there.
pub fn text<'a>(body: &'a Value, pointer: &str, least: usize, most: usize) -> Result<&'a str, ApiError> {
    optional_text(body, pointer, least, most)?.ok_or_else(|| ApiError::parameter(pointer, &Value::Null, "必填字段缺失"))
}

/// A text field that may be missing.
pub fn optional_text<'a>(
    body: &'a Value,
    pointer: &str,
    least: usize,
    most: usize,
) -> Result<Option<&'a str>, ApiError> {
    match body.pointer(pointer) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) if (least..=most).contains(&text.chars().count()) => Ok(Some(text)),
        Some(Value::String(text)) => Err(ApiError::parameter(
            pointer,
            &json!(text),
            &format!("字符串长度应在{least}到{most}之间"),
        )),
        Some(other) => Err(ApiError::parameter(pointer, other, "类型应为字符串")),
    }
}

/// An amount in fen, at least one.
pub fn fen(body: &Value, pointer: &str) -> Result<i64, ApiError> {
    let value = body.pointer(pointer).unwrap_or(&Value::Null);
    value
        .as_i64()
        .filter(|amount| *amount >= 1)
        .ok_or_else(|| ApiError::parameter(pointer, value, "金额应为不小于1的整数，单位为分"))
}
