//! `GET /api/openapi.json` and a page that shows it.

use actix_web::{
    HttpResponse, get,
    http::header,
    web::{Bytes, Data},
};
use utoipa::openapi::OpenApi;

/// The OpenAPI document as it is sent.
pub struct Described(Bytes);

impl Described {
    /// Writes the document out, once for all who ask.
    pub fn by(described: &OpenApi) -> serde_json::Result<Self> {
        serde_json::to_vec(described).map(|written| Self(written.into()))
    }
}

/// The OpenAPI document.
#[utoipa::path(
    tag = "operations",
    security(()),
    responses((status = 200, content_type = "application/json", description = "The OpenAPI document.")),
)]
#[get("/api/openapi.json")]
pub async fn document(described: Data<Described>) -> HttpResponse {
    HttpResponse::Ok()
        .content_type("application/json")
        .body(described.0.clone())
}

/// The document as a page.
#[utoipa::path(
    tag = "operations",
    security(()),
    responses((status = 200, content_type = "text/html", description = "A page that shows the document.")),
)]
#[get("/api/docs")]
pub async fn viewer() -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/html; charset=utf-8")
        .body(include_str!("docs.html"))
}

/// The page's script.
#[utoipa::path(
    tag = "operations",
    security(()),
    responses((status = 200, content_type = "text/javascript", description = "The page's script.")),
)]
#[get("/api/docs.js")]
pub async fn viewer_script() -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, "text/javascript; charset=utf-8"))
        .body(include_str!("docs.js"))
}
