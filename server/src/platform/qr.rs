//! QR codes for screens.

use actix_web::{HttpResponse, http::header};
use qrcode::{QrCode, render::svg};

/// A QR code as an answer that no cache keeps.
pub fn picture(text: &str) -> anyhow::Result<HttpResponse> {
    let image = QrCode::new(text)?
        .render::<svg::Color<'_>>()
        .min_dimensions(320, 320)
        .build();
    Ok(HttpResponse::Ok()
        .content_type("image/svg+xml")
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .body(image))
}
