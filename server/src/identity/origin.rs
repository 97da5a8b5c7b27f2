//! Requests that change something are taken from pages of this service only.

use actix_web::{
    body::{BoxBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    http::{Method, header},
    middleware::Next,
    web::Data,
};
use shared::problem;

use crate::{platform::Platform, problem::Failure};

/// Middleware that refuses what a browser sends from a page of another site.
///
/// Programs send no `Origin`; they authenticate with a bearer token, which no foreign page can make a browser send.
pub async fn refuse_foreign_origins(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let safe = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    if !safe && let Some(origin) = request.headers().get(header::ORIGIN) {
        let origin = origin.to_str().unwrap_or_default();
        let own = request
            .app_data::<Data<Platform>>()
            .is_some_and(|platform| platform.config.public_url == origin);
        let same_host = request
            .headers()
            .get(header::HOST)
            .and_then(|host| host.to_str().ok())
            .is_some_and(|host| {
                origin
                    .split_once("://")
                    .is_some_and(|(_, origin_host)| origin_host == host)
            });
        if !own && !same_host {
            return Ok(request.error_response(Failure::from(&problem::FOREIGN_ORIGIN)));
        }
    }
    next.call(request).await.map(ServiceResponse::map_into_boxed_body)
}
