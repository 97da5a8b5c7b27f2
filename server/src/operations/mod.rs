//! Operations: health, readiness, metrics, the API's document, and the files of the client.

mod client;
mod docs;
mod health;
mod measure;

pub use self::{
    client::{CONTENT_SECURITY_POLICY, Client, page},
    measure::{RequestSpan, measure},
};

/// Mounts what stands outside the API's prefix.
pub fn routes(config: &mut utoipa_actix_web::service_config::ServiceConfig<'_>) {
    config
        .service(health::healthz)
        .service(health::readyz)
        .service(health::metrics)
        .service(docs::document)
        .service(docs::viewer)
        .service(docs::viewer_script);
}
