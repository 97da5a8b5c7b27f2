//! The phones as a page for people.

use actix_web::{HttpResponse, http::StatusCode};

use crate::page;

/// The page asks for the messages itself, every two seconds.
pub async fn show() -> HttpResponse {
    page::show(StatusCode::OK, "收到的短信 Text messages", include_str!("page.html"))
}
