//! What is measured and logged of each request: route, status and duration; never a query, a body or a name.

use actix_web::{
    Error,
    body::MessageBody,
    dev::{ServiceRequest, ServiceResponse},
    http::Method,
    middleware::Next,
};
use tokio::time::Instant;
use tracing::Span;
use tracing_actix_web::{RootSpanBuilder, root_span};

/// The span of a request in the log. It names the route's pattern, not the path: paths hold ids.
pub struct RequestSpan;

impl RootSpanBuilder for RequestSpan {
    fn on_request_start(request: &ServiceRequest) -> Span {
        let route = request.match_pattern().unwrap_or_else(|| "client".into());
        let id = root_span!(level = tracing::Level::DEBUG, request);
        let span = tracing::info_span!(
            "request",
            method = %request.method(),
            route,
            status = tracing::field::Empty,
            request_id = tracing::field::Empty,
        );
        drop(id);
        span
    }

    fn on_request_end<B: MessageBody>(span: Span, outcome: &Result<ServiceResponse<B>, Error>) {
        let status = match outcome {
            Ok(response) => response.status(),
            Err(error) => error.as_response_error().status_code(),
        };
        span.record("status", status.as_u16());
    }
}

/// Middleware that counts requests and measures how long they take, by route and status.
pub async fn measure(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let started = Instant::now();
    let method = known_method(request.method());
    let response = next.call(request).await?;
    let route = response.request().match_pattern().unwrap_or_else(|| "client".into());
    let status = response.status().as_u16().to_string();
    metrics::counter!("bianmin_requests_total", "method" => method, "route" => route.clone(), "status" => status)
        .increment(1);
    metrics::histogram!("bianmin_request_seconds", "route" => route).record(started.elapsed());
    Ok(response)
}

/// The method's name; anyone may invent others, and a series of each would be kept for ever.
fn known_method(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::DELETE => "DELETE",
        Method::PATCH => "PATCH",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}
