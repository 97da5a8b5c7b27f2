//! `GET /healthz`, `GET /readyz` and `GET /metrics`.

use actix_web::{HttpResponse, get, http::header, web::Data};
use metrics_exporter_prometheus::PrometheusHandle;
use shared::problem;

use crate::{platform::Platform, problem::Failure};

/// The process runs.
#[utoipa::path(
    tag = "operations",
    security(()),
    responses((status = 200, content_type = "text/plain", description = "The process runs.", body = String)),
)]
#[get("/healthz")]
pub async fn healthz() -> &'static str {
    "ok"
}

/// The database answers and has every migration.
#[utoipa::path(
    tag = "operations",
    security(()),
    responses(
        (status = 200, content_type = "text/plain", description = "Requests can be served.", body = String),
        crate::problem::Refusals,
    ),
)]
#[get("/readyz")]
pub async fn readyz(platform: Data<Platform>) -> Result<&'static str, Failure> {
    if !platform.db.is_ready().await {
        return Err(Failure::from(&problem::UNAVAILABLE));
    }
    // Without the bus between instances the service is slower, not wrong; so it stays ready and says so.
    Ok(if platform.bus.is_connected() {
        "ready"
    } else {
        "ready, without the other instances"
    })
}

/// Figures for Prometheus.
#[utoipa::path(
    tag = "operations",
    security(()),
    responses((status = 200, content_type = "text/plain", description = "Metrics in Prometheus' text format.", body = String)),
)]
#[get("/metrics")]
pub async fn metrics(recorded: Data<Option<PrometheusHandle>>) -> HttpResponse {
    let text = recorded
        .as_ref()
        .as_ref()
        .map(PrometheusHandle::render)
        .unwrap_or_default();
    HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8"))
        .body(text)
}
