//! The ceiling for everything over HTTP: actix with handlers that do nothing, on as many threads as the product.

use std::net::SocketAddr;

use actix_web::{
    App, HttpResponse, HttpServer, get, post,
    web::{self, Bytes, Json},
};
use serde_json::{Value, json};

/// The longest body that can be asked for.
const LONGEST: usize = 1024 * 1024;

#[get("/json")]
async fn small_json() -> Json<Value> {
    Json(json!({"message": "Hello, World!"}))
}

#[get("/bytes/{count}")]
async fn bytes(zeros: web::Data<Bytes>, count: web::Path<usize>) -> HttpResponse {
    HttpResponse::Ok()
        .content_type("application/json")
        .body(zeros.slice(..(*count).min(LONGEST)))
}

#[post("/nothing")]
async fn nothing(_body: Json<Value>) -> HttpResponse {
    HttpResponse::Created().json(json!({"message": "Hello, World!"}))
}

/// Serves until the process is killed.
pub async fn serve(address: SocketAddr) -> std::io::Result<()> {
    let zeros = web::Data::new(Bytes::from(vec![b'0'; LONGEST]));
    HttpServer::new(move || {
        App::new()
            .app_data(zeros.clone())
            .service(small_json)
            .service(bytes)
            .service(nothing)
    })
    .bind(address)?
    .run()
    .await
}
