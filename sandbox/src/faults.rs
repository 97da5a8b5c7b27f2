//! Faults: what goes wrong between two systems, switched on by a test and drawn deterministically from a seed.

use std::{
    any::Any,
    net::{Shutdown, TcpStream},
    os::fd::AsFd,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use actix_web::{
    Error, HttpResponse,
    body::{self, BoxBody},
    dev::{Extensions, ServiceRequest, ServiceResponse},
    http::{
        StatusCode,
        header::{CONTENT_TYPE, HeaderName, HeaderValue, RETRY_AFTER},
    },
    middleware::Next,
    web,
};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::{Sandbox, crypto};

/// How long a hang lasts unless the fault says otherwise: longer than any client ought to wait.
const HANG: Duration = Duration::from_mins(2);

/// What a proxy says when nobody is behind it.
const BAD_GATEWAY: &str = "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n\
     <center><h1>502 Bad Gateway</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n";

/// What goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// The connection ends without an answer; a push is not sent, a bill loses a row.
    Drop,
    /// The answer or the push comes `ms` later.
    Delay,
    /// The push is sent twice, a bill has a row twice.
    Duplicate,
    /// The pushes that wait are sent in reverse.
    Reorder,
    /// A byte of the signed body is changed.
    Corrupt,
    /// The system answers 500 in its own words.
    #[serde(rename = "5xx")]
    ServerError,
    /// A proxy answers 502 with a page of HTML.
    #[serde(rename = "html-502")]
    Html502,
    /// Too many requests, in the system's own words.
    #[serde(rename = "429")]
    TooMany,
    /// The request is never looked at and never answered.
    Hang,
    /// The request takes effect and is never answered.
    TimeoutAfterAccept,
    /// The amount is one fen more than it should be.
    WrongAmount,
    /// The currency is not CNY.
    WrongCurrency,
    /// The merchant is another one.
    WrongMchid,
    /// The application is another one.
    WrongAppid,
    /// The signature headers are missing.
    Unsigned,
    /// WeChat Pay probes whether signatures are looked at: `WECHATPAY/SIGNTEST/…`.
    SignTest,
    /// The OAuth code belongs to a virtual account, as it does in a page snapshot.
    Snapshot,
    /// The provider's own limit refuses this message.
    Throttle,
    /// The delivery report is never pushed; asking still answers.
    LostReport,
    /// The delivery report is pushed twice.
    DuplicateReport,
    /// The message is accepted and does not reach the phone.
    Undelivered,
    /// The bill charges a handling fee, which a treasury account must never see.
    Fee,
    /// The refund stays PROCESSING.
    Processing,
    /// The refund ends as ABNORMAL.
    Abnormal,
    /// The refund ends as CLOSED.
    Closed,
}

/// What a test asks for.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewFault {
    /// The system, such as `wechat-pay`.
    pub target: String,
    /// What goes wrong there.
    pub kind: Kind,
    /// How often, between 0 and 1; without it, every time.
    pub rate: Option<f64>,
    /// How many times at most; without it, until the faults are deleted.
    pub count: Option<u32>,
    /// Milliseconds for `delay`, `hang` and `timeout-after-accept`.
    pub ms: Option<u64>,
    /// Makes the draws of `rate` the same in every run.
    pub seed: Option<u64>,
}

/// A fault that is switched on.
#[derive(Debug, Clone, Serialize)]
pub struct Fault {
    /// Its number, in order of creation.
    pub id: u32,
    /// The system.
    pub target: String,
    /// What goes wrong.
    pub kind: Kind,
    /// How often.
    pub rate: Option<f64>,
    /// How many times are left.
    pub remaining: Option<u32>,
    /// Milliseconds.
    pub ms: Option<u64>,
    /// How many times it has struck.
    pub fired: u32,
    #[serde(skip)]
    random: u64,
}

/// A fault that strikes now.
#[derive(Debug, Clone, Copy)]
pub struct Hit {
    ms: Option<u64>,
}

impl Hit {
    /// The fault's own duration, or `default`.
    pub fn duration_or(self, default: Duration) -> Duration {
        self.ms.map_or(default, Duration::from_millis)
    }
}

/// The faults that are switched on.
#[derive(Debug, Default)]
pub struct Faults {
    inner: Mutex<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    next_id: u32,
    active: Vec<Fault>,
}

impl Faults {
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Switches a fault on.
    pub fn add(&self, new: NewFault) -> Fault {
        let mut inner = self.lock();
        inner.next_id = inner.next_id.saturating_add(1);
        let fault = Fault {
            id: inner.next_id,
            target: new.target,
            kind: new.kind,
            rate: new.rate,
            remaining: new.count,
            ms: new.ms,
            fired: 0,
            random: new.seed.unwrap_or(0x9e37_79b9_7f4a_7c15),
        };
        inner.active.push(fault.clone());
        fault
    }

    /// Switches every fault off.
    pub fn clear(&self) {
        self.lock().active.clear();
    }

    /// What is switched on, and how often each has struck.
    pub fn list(&self) -> Vec<Fault> {
        self.lock().active.clone()
    }

    /// Draws whether `kind` strikes `target` this time, and counts it when it does.
    pub fn strike(&self, target: &str, kind: Kind) -> Option<Hit> {
        let mut inner = self.lock();
        inner
            .active
            .iter_mut()
            .filter(|fault| fault.target == target && fault.kind == kind)
            .find_map(Fault::draw)
    }
}

impl Fault {
    fn draw(&mut self) -> Option<Hit> {
        if self.remaining == Some(0) {
            return None;
        }
        if let Some(rate) = self.rate
            && split_mix(&mut self.random) >= rate
        {
            return None;
        }
        self.remaining = self.remaining.map(|left| left.saturating_sub(1));
        self.fired = self.fired.saturating_add(1);
        Some(Hit { ms: self.ms })
    }
}

/// `SplitMix64`, as a fraction below 1: small, and the same on every machine.
#[expect(
    clippy::float_arithmetic,
    clippy::cast_precision_loss,
    reason = "a probability is a fraction"
)]
fn split_mix(state: &mut u64) -> f64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut word = *state;
    word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    word ^= word >> 31;
    (word >> 11) as f64 / (1_u64 << 53) as f64
}

/// A second handle on the client's socket, so that a fault can end the connection without an answer.
#[derive(Debug)]
pub struct Connection(TcpStream);

/// Keeps that handle for each connection; called by the HTTP server when one is accepted.
pub fn remember_connection(io: &dyn Any, data: &mut Extensions) {
    if let Some(stream) = io.downcast_ref::<actix_web::rt::net::TcpStream>()
        && let Ok(handle) = stream.as_fd().try_clone_to_owned()
    {
        data.insert(Connection(TcpStream::from(handle)));
    }
}

/// How a system words its own refusals, because a client parses them.
pub type Wording = fn(StatusCode) -> HttpResponse;

/// Lets the faults of `target` strike a request of a system that does not sign its answers.
pub async fn inject(
    target: &'static str,
    wording: Wording,
    request: ServiceRequest,
    next: Next<BoxBody>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let faults = request.app_data::<web::Data<Sandbox>>().cloned();
    let response = inject_before(target, wording, request, next).await?;
    match faults {
        Some(sandbox) if sandbox.faults.strike(target, Kind::Corrupt).is_some() => corrupted(response).await,
        _ => Ok(response),
    }
}

/// Lets the faults of `target` strike before an answer is made, or keep it back once it is.
pub async fn inject_before(
    target: &'static str,
    wording: Wording,
    request: ServiceRequest,
    next: Next<BoxBody>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let Some(sandbox) = request.app_data::<web::Data<Sandbox>>().cloned() else {
        return next.call(request).await;
    };
    let faults = &sandbox.faults;
    if let Some(hit) = faults.strike(target, Kind::Delay) {
        tokio::time::sleep(hit.duration_or(Duration::from_secs(3))).await;
    }
    if faults.strike(target, Kind::Drop).is_some() {
        if let Some(connection) = request.conn_data::<Connection>() {
            // A socket that is already gone is as good as one that we close.
            let _gone = connection.0.shutdown(Shutdown::Both);
        }
        return Ok(request.into_response(HttpResponse::ServiceUnavailable().finish()));
    }
    if let Some(hit) = faults.strike(target, Kind::Hang) {
        tokio::time::sleep(hit.duration_or(HANG)).await;
        return Ok(request.into_response(HttpResponse::GatewayTimeout().finish()));
    }
    if faults.strike(target, Kind::ServerError).is_some() {
        return Ok(request.into_response(wording(StatusCode::INTERNAL_SERVER_ERROR)));
    }
    if faults.strike(target, Kind::Html502).is_some() {
        return Ok(request.into_response(HttpResponse::BadGateway().content_type("text/html").body(BAD_GATEWAY)));
    }
    if faults.strike(target, Kind::TooMany).is_some() {
        let mut response = wording(StatusCode::TOO_MANY_REQUESTS);
        response
            .headers_mut()
            .insert(RETRY_AFTER, HeaderValue::from_static("1"));
        return Ok(request.into_response(response));
    }
    let response = next.call(request).await?;
    if let Some(hit) = faults.strike(target, Kind::TimeoutAfterAccept) {
        tokio::time::sleep(hit.duration_or(HANG)).await;
    }
    Ok(response)
}

/// Lets the faults of `target` strike an answer that is made and signed.
pub async fn spoil(
    target: &'static str,
    request: ServiceRequest,
    next: Next<BoxBody>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let sandbox = request.app_data::<web::Data<Sandbox>>().cloned();
    let mut response = next.call(request).await?;
    let Some(sandbox) = sandbox else { return Ok(response) };
    let faults = &sandbox.faults;
    if faults.strike(target, Kind::Unsigned).is_some() {
        response = without_signature(response);
    }
    if faults.strike(target, Kind::SignTest).is_some() {
        let probe = HeaderValue::from_str(&sign_test()).map_err(actix_web::error::ErrorInternalServerError)?;
        response
            .headers_mut()
            .insert(HeaderName::from_static("wechatpay-signature"), probe);
    }
    if faults.strike(target, Kind::Corrupt).is_some() {
        return corrupted(response).await;
    }
    Ok(response)
}

/// A signature that WeChat Pay sends to see whether it is refused.
pub fn sign_test() -> String {
    format!("WECHATPAY/SIGNTEST/{}", crypto::random_hex().repeat(10))
}

fn without_signature(mut response: ServiceResponse<BoxBody>) -> ServiceResponse<BoxBody> {
    for name in [
        "wechatpay-signature",
        "wechatpay-serial",
        "wechatpay-nonce",
        "wechatpay-timestamp",
    ] {
        response.headers_mut().remove(HeaderName::from_static(name));
    }
    response
}

async fn corrupted(response: ServiceResponse<BoxBody>) -> Result<ServiceResponse<BoxBody>, Error> {
    let (request, response) = response.into_parts();
    let (response, content) = response.into_parts();
    let bytes = body::to_bytes(content)
        .await
        .map_err(|error| actix_web::error::ErrorInternalServerError(error.to_string()))?;
    let changed = corrupt(&bytes);
    Ok(ServiceResponse::new(request, response.set_body(BoxBody::new(changed))))
}

/// Changes one letter or digit in the middle of a body, so that it still parses and its signature no longer holds.
pub fn corrupt(bytes: &[u8]) -> Vec<u8> {
    let mut changed = bytes.to_vec();
    let middle = changed.len() / 2;
    if let Some(byte) = changed
        .iter_mut()
        .skip(middle)
        .find(|byte| byte.is_ascii_alphanumeric())
    {
        *byte = match *byte {
            b'0' => b'1',
            b'1'..=b'9' => b'0',
            b'a' => b'b',
            _ => b'a',
        };
    }
    changed
}

/// Refusals as bare JSON, for systems that have no wording of their own.
pub fn plain_wording(status: StatusCode) -> HttpResponse {
    HttpResponse::build(status)
        .insert_header((CONTENT_TYPE, "application/json"))
        .body(json!({ "code": status.as_str(), "message": "fault injected" }).to_string())
}

/// `POST`, `GET` and `DELETE /faults`.
pub fn routes(config: &mut web::ServiceConfig) {
    config.service(
        web::resource("/faults")
            .route(web::post().to(create))
            .route(web::get().to(list))
            .route(web::delete().to(clear)),
    );
}

async fn create(sandbox: web::Data<Sandbox>, new: web::Json<NewFault>) -> HttpResponse {
    HttpResponse::Created().json(sandbox.faults.add(new.into_inner()))
}

async fn list(sandbox: web::Data<Sandbox>) -> HttpResponse {
    HttpResponse::Ok().json(json!({ "items": sandbox.faults.list() }))
}

async fn clear(sandbox: web::Data<Sandbox>) -> HttpResponse {
    sandbox.faults.clear();
    HttpResponse::NoContent().finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(rate: f64, seed: u64) -> NewFault {
        NewFault {
            target: "cmpp".into(),
            kind: Kind::Drop,
            rate: Some(rate),
            count: None,
            ms: None,
            seed: Some(seed),
        }
    }

    #[test]
    fn the_same_seed_strikes_the_same_requests() {
        let draws = || {
            let faults = Faults::default();
            faults.add(fault(0.3, 7));
            (0..200)
                .map(|_| faults.strike("cmpp", Kind::Drop).is_some())
                .collect::<Vec<_>>()
        };
        assert_eq!(draws(), draws());
        let struck = draws().into_iter().filter(|hit| *hit).count();
        assert!((40..80).contains(&struck), "a rate of 0.3 struck {struck} of 200");
    }

    #[test]
    fn a_count_runs_out() {
        let faults = Faults::default();
        faults.add(NewFault {
            rate: None,
            count: Some(2),
            ..fault(1.0, 1)
        });
        let struck = (0..5).filter(|_| faults.strike("cmpp", Kind::Drop).is_some()).count();
        assert_eq!(struck, 2);
    }
}
