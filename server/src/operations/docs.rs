//! `GET /api/openapi.json` and a page that shows it.

use std::sync::OnceLock;

use actix_web::{
    HttpResponse, get,
    http::header,
    web::{Bytes, Data},
};
use utoipa::openapi::OpenApi;

use crate::problem::Failure;

/// The OpenAPI document as it is sent: made when somebody asks for it, and kept from then on.
pub struct Described {
    make: fn() -> OpenApi,
    written: OnceLock<Bytes>,
}

impl Described {
    /// Makes the document when it is asked for.
    pub const fn when_asked(make: fn() -> OpenApi) -> Self {
        Self {
            make,
            written: OnceLock::new(),
        }
    }

    fn written(&self) -> serde_json::Result<Bytes> {
        if let Some(written) = self.written.get() {
            return Ok(written.clone());
        }
        let written = serde_json::to_vec(&(self.make)())?;
        Ok(self.written.get_or_init(|| written.into()).clone())
    }
}

/// The OpenAPI document.
#[utoipa::path(
    tag = "operations",
    security(()),
    responses((status = 200, content_type = "application/json", description = "The OpenAPI document.")),
)]
#[get("/api/openapi.json")]
pub async fn document(described: Data<Described>) -> Result<HttpResponse, Failure> {
    let written = described.written().map_err(anyhow::Error::from)?;
    Ok(HttpResponse::Ok().content_type("application/json").body(written))
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
