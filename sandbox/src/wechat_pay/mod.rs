//! WeChat Pay, API v3, for a direct merchant.
//!
//! Served at the root, because only the path of a request is signed. Every answer is signed too, except a downloaded bill.

mod answer;
mod bills;
mod calls;
mod certificates;
pub mod keys;
mod notify;
mod orders;
mod payer;
mod refunds;
pub mod sign;

use std::{
    collections::HashMap,
    io,
    sync::{Mutex, MutexGuard, PoisonError},
};

use actix_web::{HttpResponse, http::StatusCode, middleware::from_fn, web};
use serde::{Deserialize, Serialize};
use tokio::sync::Notify;

use self::{answer::ApiError, bills::Statement, calls::Call, keys::Keys, orders::Order};
use crate::{Sandbox, faults};

/// The direct merchant that the treasury's collection account stands behind.
pub const MCHID: &str = "1900000109";
/// The official account that residents pay in.
pub const APPID: &str = "wxb1a0000000000001";
/// Decrypts notifications and platform certificates; 32 octets.
pub const API_V3_KEY: &str = "bianmin-sandbox-api-v3-key-00001";
/// The serial number of the merchant's certificate.
pub const MERCHANT_SERIAL: &str = "3775B6A45ACD588826D15E583A95F5DD00000001";

/// The system that faults are aimed at.
pub const TARGET: &str = "wechat-pay";
const NOTIFY_TARGET: &str = "wechat-notify";
const BILL_TARGET: &str = "wechat-bill";

/// How WeChat Pay behaves where its documents or the merchant's settings leave a choice.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// What signs answers and notifications when the request does not ask for a key.
    pub signing: Signing,
    /// How many platform certificates are listed; none for merchants who use the public key only.
    pub certificates: u8,
    /// Error codes as the older documents spell them, such as `ORDERNOTEXIST`.
    pub legacy_errors: bool,
    /// Bills exist as soon as they are asked for.
    pub early_bills: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            signing: Signing::Certificate,
            certificates: 1,
            legacy_errors: false,
            early_bills: false,
        }
    }
}

/// A platform key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Signing {
    /// The first platform certificate.
    Certificate,
    /// The one that replaces it.
    SecondCertificate,
    /// The platform public key.
    PublicKey,
    /// Each of them in turn, as during a migration.
    Alternate,
}

/// Orders, refunds, bills and keys.
#[derive(Debug)]
pub struct WechatPay {
    /// Both sides' keys.
    pub keys: Keys,
    ledger: Mutex<Ledger>,
    settings: Mutex<Settings>,
    calls: Mutex<Vec<Call>>,
    /// Told whenever a notification has gone out; a reordered one waits for it.
    notified: Notify,
}

#[derive(Debug, Default)]
struct Ledger {
    orders: HashMap<String, Order>,
    by_prepay: HashMap<String, String>,
    by_transaction: HashMap<String, String>,
    by_refund: HashMap<String, String>,
    statements: HashMap<String, Statement>,
}

impl Ledger {
    /// The order that a prepay id, a code URL or an H5 URL leads to.
    fn order_of(&mut self, reference: &str) -> Option<&mut Order> {
        let number = self.by_prepay.get(reference)?;
        self.orders.get_mut(number)
    }
}

impl WechatPay {
    /// No orders yet.
    pub fn new(early_bills: bool) -> io::Result<Self> {
        Ok(Self {
            keys: Keys::read()?,
            ledger: Mutex::default(),
            settings: Mutex::new(Settings {
                early_bills,
                ..Settings::default()
            }),
            calls: Mutex::default(),
            notified: Notify::new(),
        })
    }

    fn ledger(&self) -> MutexGuard<'_, Ledger> {
        self.ledger.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn calls(&self) -> MutexGuard<'_, Vec<Call>> {
        self.calls.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A copy of the settings in force.
    pub fn settings(&self) -> Settings {
        self.settings.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn change_settings(&self, settings: Settings) {
        *self.settings.lock().unwrap_or_else(PoisonError::into_inner) = settings;
    }
}

/// The API at `/v3`, and what people and tests use under `/wechat`.
pub fn routes(config: &mut web::ServiceConfig) {
    // The last wrap is the outermost: what a fault does to a finished answer comes after the signature.
    config.service(
        web::scope("/v3")
            .wrap(from_fn(|request, next| {
                faults::inject_before(TARGET, fault_wording, request, next)
            }))
            .wrap(from_fn(sign::sign_answers))
            .wrap(from_fn(|request, next| faults::spoil(TARGET, request, next)))
            .wrap(from_fn(calls::note))
            .configure(certificates::api)
            .configure(orders::api)
            .configure(refunds::api)
            .configure(bills::api)
            .default_service(web::to(|| async {
                ApiError::new(StatusCode::NOT_FOUND, "RESOURCE_NOT_EXISTS", "请求的资源不存在").response(false)
            })),
    );
    config
        .configure(certificates::control)
        .configure(refunds::control)
        .configure(payer::routes)
        .route("/wechat/settings", web::get().to(read_settings))
        .route("/wechat/settings", web::put().to(write_settings))
        .route("/wechat/orders", web::get().to(orders::list))
        .route("/wechat/calls", web::get().to(calls::list));
}

fn fault_wording(status: StatusCode) -> HttpResponse {
    if status == StatusCode::TOO_MANY_REQUESTS {
        ApiError::new(status, "FREQUENCY_LIMITED", "频率限制").response(false)
    } else {
        ApiError::new(status, "SYSTEM_ERROR", "系统异常，请稍后重试").response(false)
    }
}

async fn read_settings(sandbox: web::Data<Sandbox>) -> HttpResponse {
    HttpResponse::Ok().json(sandbox.wechat_pay.settings())
}

async fn write_settings(sandbox: web::Data<Sandbox>, settings: web::Json<Settings>) -> HttpResponse {
    sandbox.wechat_pay.change_settings(settings.into_inner());
    read_settings(sandbox).await
}
