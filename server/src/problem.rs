//! How refusals and faults become problem documents.
//!
//! A handler fails with a [`Failure`]; the middleware [`present`] writes the document in the language that the request accepts and
//! adds the request's id. A fault is logged once, here, and shown as an opaque 500.

use std::fmt;

use actix_web::{
    HttpMessage, HttpResponse, ResponseError,
    body::{BoxBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    error::{JsonPayloadError, PathError, QueryPayloadError},
    http::{
        StatusCode,
        header::{self, HeaderValue},
    },
    middleware::Next,
};
use sea_orm::DbErr;
use serde_json::Value;
use shared::{
    language::Language,
    problem::{self, Problem, ProblemType},
};
use tracing::{error, warn};
use tracing_actix_web::RequestId;

use crate::platform::db;

/// After so many seconds it is worth asking again a service that was not available: a promotion of a standby takes no longer.
const UNAVAILABLE_FOR: i64 = 5;

/// Why a request has no ordinary answer.
#[derive(Debug)]
pub enum Failure {
    /// The request is refused; the one who asked can do something about it.
    Rejected(Box<Problem>),
    /// Something broke; only the operator can do something about it.
    Fault(anyhow::Error),
    /// The request was answered before; this is the answer.
    Answered {
        /// The status of the first answer.
        status: u16,
        /// The body of the first answer.
        body: Value,
    },
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rejected(problem) => write!(f, "rejected: {}", problem.kind),
            Self::Fault(error) => write!(f, "fault: {error}"),
            Self::Answered { status, .. } => write!(f, "answered before with {status}"),
        }
    }
}

impl Failure {
    /// What one of many is told who asked for the same and whose question failed: that the database is away stays that.
    pub fn of_all(what: &str, failure: &Self) -> Self {
        match failure {
            Self::Rejected(problem) => Self::Rejected(problem.clone()),
            other => Self::Fault(anyhow::anyhow!("{what}: {other}")),
        }
    }
}

impl From<&ProblemType> for Failure {
    fn from(kind: &ProblemType) -> Self {
        Problem::new(kind).into()
    }
}

impl From<Problem> for Failure {
    fn from(problem: Problem) -> Self {
        Self::Rejected(Box::new(problem))
    }
}

impl From<anyhow::Error> for Failure {
    fn from(error: anyhow::Error) -> Self {
        error.downcast::<DbErr>().map_or_else(Self::Fault, Self::from)
    }
}

impl From<DbErr> for Failure {
    fn from(error: DbErr) -> Self {
        // The pool is exhausted, the server is away or its disk full: nothing was changed, and trying again may help.
        if db::is_away_or_full(&error) {
            error!(%error, "the database cannot be used");
            Self::from(&problem::UNAVAILABLE)
        } else if db::is_passing(&error) {
            warn!(%error, "two transactions were in each other's way");
            Self::from(&problem::UNAVAILABLE)
        } else if db::is_unkeepable(&error) {
            Self::from(&problem::MALFORMED)
        } else {
            Self::Fault(error.into())
        }
    }
}

impl From<crate::platform::keys::CannotOpen> for Failure {
    fn from(error: crate::platform::keys::CannotOpen) -> Self {
        Self::Fault(error.into())
    }
}

/// The problem with a field that its rules refuse.
pub fn invalid_field(field: &str, reason: impl fmt::Display) -> Failure {
    Problem::new(&problem::INVALID_FIELD)
        .on_field(field)
        .with("reason", reason.to_string())
        .into()
}

impl ResponseError for Failure {
    fn status_code(&self) -> StatusCode {
        match self {
            Self::Rejected(problem) => StatusCode::from_u16(problem.status).unwrap_or(StatusCode::BAD_REQUEST),
            Self::Fault(_) => StatusCode::INTERNAL_SERVER_ERROR,
            Self::Answered { status, .. } => StatusCode::from_u16(*status).unwrap_or(StatusCode::OK),
        }
    }

    fn error_response(&self) -> HttpResponse {
        let problem = match self {
            Self::Rejected(problem) => (**problem).clone(),
            Self::Fault(error) => {
                error!(error = format!("{error:#}"), "a request failed");
                Problem::new(&problem::INTERNAL)
            }
            Self::Answered { body, .. } => return crate::platform::idempotency::answer(self.status_code(), body),
        };
        let mut response = HttpResponse::build(self.status_code());
        let told = problem.extensions.get("retry_after").and_then(Value::as_i64);
        if let Some(seconds) = told.or_else(|| problem.is(&problem::UNAVAILABLE).then_some(UNAVAILABLE_FOR)) {
            response.insert_header((header::RETRY_AFTER, seconds));
        }
        let mut response = response.finish();
        response.extensions_mut().insert(problem);
        response
    }
}

/// Marks an answer whose body another party's protocol prescribes: it is left as it is.
#[derive(Clone, Copy, Debug)]
pub struct ForeignBody;

/// Middleware that writes the document of a failure, in the language that the request accepts and with the request's id.
pub async fn present(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let language = language_of(request.headers());
    let id = request.extensions().get::<RequestId>().map(ToString::to_string);
    let response = next.call(request).await?.map_into_boxed_body();
    if response.response().extensions().get::<ForeignBody>().is_some() {
        return Ok(response);
    }
    let status = response.status();
    let known = response.response().extensions().get::<Problem>().cloned();
    // What actix refuses by itself carries plain text; the same refusals are told as documents.
    let problem = known
        .or_else(|| (status.is_client_error() || status.is_server_error()).then(|| Problem::new(ordinary(status))));
    let Some(problem) = problem else { return Ok(response) };
    if response
        .headers()
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind| kind == problem::MEDIA_TYPE)
    {
        return Ok(response);
    }
    let document = Problem {
        instance: id.map(|id| format!("/requests/{id}")),
        ..problem.translated(language)
    };
    let body = serde_json::to_vec(&document).unwrap_or_default();
    let mut response = response.map_body(|_, _| BoxBody::new(body));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(problem::MEDIA_TYPE));
    headers.insert(header::CONTENT_LANGUAGE, HeaderValue::from_static(language.tag()));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

fn ordinary(status: StatusCode) -> &'static ProblemType {
    match status {
        StatusCode::UNAUTHORIZED => &problem::UNAUTHENTICATED,
        StatusCode::FORBIDDEN => &problem::FORBIDDEN,
        StatusCode::NOT_FOUND => &problem::NOT_FOUND,
        StatusCode::METHOD_NOT_ALLOWED => &problem::METHOD_NOT_ALLOWED,
        StatusCode::PAYLOAD_TOO_LARGE => &problem::TOO_LARGE,
        StatusCode::UNSUPPORTED_MEDIA_TYPE => &problem::UNSUPPORTED_MEDIA_TYPE,
        StatusCode::SERVICE_UNAVAILABLE => &problem::UNAVAILABLE,
        status if status.is_server_error() => &problem::INTERNAL,
        _ => &problem::MALFORMED,
    }
}

/// The language that a request accepts.
pub fn language_of(headers: &header::HeaderMap) -> Language {
    headers
        .get(header::ACCEPT_LANGUAGE)
        .and_then(|value| value.to_str().ok())
        .map(Language::accepted)
        .unwrap_or_default()
}

/// The failure of a body that cannot be read.
pub fn unreadable_body(error: &JsonPayloadError) -> Failure {
    match error {
        JsonPayloadError::Overflow { .. } | JsonPayloadError::OverflowKnownLength { .. } => {
            Failure::from(&problem::TOO_LARGE)
        }
        JsonPayloadError::ContentType => Failure::from(&problem::UNSUPPORTED_MEDIA_TYPE),
        // serde names the field and the place; it does not repeat values of ours, and nothing is logged.
        error => Problem::new(&problem::MALFORMED)
            .with("reason", error.to_string())
            .into(),
    }
}

/// The failure of a query that cannot be read.
pub fn unreadable_query(error: &QueryPayloadError) -> Failure {
    Problem::new(&problem::MALFORMED)
        .with("reason", error.to_string())
        .into()
}

/// The failure of a path whose parameters cannot be read: there is nothing at such a path.
pub fn unreadable_path(_: &PathError) -> Failure {
    Failure::from(&problem::NOT_FOUND)
}

/// What every operation may refuse, for the OpenAPI document; the problem's `type` tells the refusals of a status apart.
#[derive(utoipa::IntoResponses)]
pub enum Refusals {
    /// The request cannot be read.
    #[response(status = 400, content_type = "application/problem+json")]
    Malformed(#[to_schema] Problem),
    /// Nobody is signed in.
    #[response(status = 401, content_type = "application/problem+json")]
    Unauthenticated(#[to_schema] Problem),
    /// The account may not do this.
    #[response(status = 403, content_type = "application/problem+json")]
    Forbidden(#[to_schema] Problem),
    /// There is no such thing.
    #[response(status = 404, content_type = "application/problem+json")]
    NotFound(#[to_schema] Problem),
    /// The state of things does not allow it.
    #[response(status = 409, content_type = "application/problem+json")]
    Conflict(#[to_schema] Problem),
    /// The body is too large.
    #[response(status = 413, content_type = "application/problem+json")]
    TooLarge(#[to_schema] Problem),
    /// The body is of another media type.
    #[response(status = 415, content_type = "application/problem+json")]
    UnsupportedMediaType(#[to_schema] Problem),
    /// A field is not valid.
    #[response(status = 422, content_type = "application/problem+json")]
    Invalid(#[to_schema] Problem),
    /// Too many requests.
    #[response(status = 429, content_type = "application/problem+json")]
    RateLimited(#[to_schema] Problem),
    /// The service is not available right now.
    #[response(status = 503, content_type = "application/problem+json")]
    Unavailable(#[to_schema] Problem),
}
