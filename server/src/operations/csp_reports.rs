//! `POST /csp-reports`: browsers tell that a page tried something that its policy refuses.
//!
//! Reports are counted and nothing of them is kept: they hold addresses of pages, and anybody can send one.

use std::sync::{Mutex, PoisonError};

use actix_web::{
    HttpResponse, post,
    web::{Data, Payload},
};
use shared::{
    problem::{self, Problem},
    time::Instant,
};

use crate::{platform::Platform, problem::Failure};

/// Where browsers send what `report-to csp` in the policy names.
pub const REPORTING_ENDPOINTS: &str = "csp=\"/csp-reports\"";

/// The largest report that is read; a browser's has one or two thousand octets.
const LARGEST: usize = 16 * 1024;
/// So many a minute are counted by an instance: more of them tell nothing more.
const A_MINUTE: u32 = 120;

/// How many reports came in this minute.
#[derive(Default)]
pub struct CspReports(Mutex<(i64, u32)>);

impl CspReports {
    /// Takes one, or tells after how many seconds another one is.
    fn take(&self, now: Instant) -> Result<(), i64> {
        let seconds = now.timestamp();
        let minute = seconds.div_euclid(60);
        let mut taken = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if taken.0 != minute {
            *taken = (minute, 0);
        }
        if taken.1 == A_MINUTE {
            return Err(60 - seconds.rem_euclid(60));
        }
        taken.1 += 1;
        Ok(())
    }
}

/// Counts a report of a browser about the Content-Security-Policy. Its content is not kept.
#[utoipa::path(
    tag = "operations",
    security(()),
    request_body(
        content = serde_json::Value,
        content_type = "application/reports+json",
        description = "Reports, also one as `application/csp-report`: at most 16 KiB, which are not looked at.",
        example = json!([{"type": "csp-violation", "body": {"effectiveDirective": "script-src-elem"}}]),
    ),
    responses((status = 204, description = "It is counted."), crate::problem::Refusals),
)]
#[post("/csp-reports")]
pub async fn take_csp_report(
    platform: Data<Platform>,
    reports: Data<CspReports>,
    body: Payload,
) -> Result<HttpResponse, Failure> {
    if let Err(seconds) = reports.take(platform.clock.now()) {
        return Err(Problem::new(&problem::RATE_LIMITED).with("retry_after", seconds).into());
    }
    // It is read to its end, so that the connection can be used again.
    match body.to_bytes_limited(LARGEST).await {
        Err(_too_large) => return Err(Failure::from(&problem::TOO_LARGE)),
        Ok(Err(_broken_off)) => return Err(Failure::from(&problem::MALFORMED)),
        Ok(Ok(_report)) => {}
    }
    metrics::counter!("bianmin_csp_reports_total").increment(1);
    Ok(HttpResponse::NoContent().finish())
}
