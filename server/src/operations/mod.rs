//! Operations: health, readiness, metrics, the API's document, and the files of the client.

mod audit_log;
mod client;
mod csp_reports;
mod docs;
mod health;
mod measure;
mod my_data;
mod page_signature;

pub use self::{
    client::{Client, PAGES, PERMISSIONS_POLICY, content_security_policy, page},
    csp_reports::{CspReports, REPORTING_ENDPOINTS},
    docs::Described,
    measure::{RequestSpan, measure},
};

/// Mounts what stands under the API's prefix.
pub fn api_routes(config: &mut impl crate::mount::Mount) {
    config
        .service(audit_log::search_audit_log)
        .service(my_data::export)
        .service(my_data::close_account)
        .service(page_signature::sign_page);
}

/// Mounts what stands outside the API's prefix.
pub fn routes(config: &mut impl crate::mount::Mount) {
    config
        .service(health::healthz)
        .service(health::readyz)
        .service(health::metrics)
        .service(csp_reports::take_csp_report)
        .service(docs::document)
        .service(docs::viewer)
        .service(docs::viewer_script);
}
