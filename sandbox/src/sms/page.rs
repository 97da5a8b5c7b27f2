//! The phones as a page for people.

use actix_web::{HttpResponse, web};

use crate::Sandbox;

/// The page asks for the messages itself; without scripts it shows what there was when it was asked for.
pub async fn show(_sandbox: web::Data<Sandbox>) -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/html; charset=utf-8")
        .body(include_str!("page.html"))
}
