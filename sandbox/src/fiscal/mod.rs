//! The fiscal (non-tax) system of the province: electronic receipts, treasury refunds, daily settlement.
//!
//! No national interface is public, so the paths and fields here are ours; what they carry is what the law asks for.

mod receipts;
mod refunds;
mod settlement;

use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use actix_web::{HttpResponse, middleware::from_fn, web};
use serde_json::json;

use crate::{
    caller::{APP_ID, APP_SECRET},
    faults,
};

/// The system that faults are aimed at.
pub const TARGET: &str = "fiscal";
/// The same for what its daily file says.
const SETTLEMENT_TARGET: &str = "fiscal-settlement";

/// Receipts and refunds.
#[derive(Debug, Default)]
pub struct Fiscal {
    inner: Mutex<Books>,
}

#[derive(Debug, Default)]
struct Books {
    receipts: BTreeMap<String, receipts::Receipt>,
    refunds: BTreeMap<String, refunds::TreasuryRefund>,
}

impl Fiscal {
    fn lock(&self) -> MutexGuard<'_, Books> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// `/fiscal/…`: signed calls, and below `/fiscal/desk` what a person at the treasury does.
pub fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/fiscal/account.json", web::get().to(account))
        .service(
            web::scope("/fiscal/desk")
                .configure(refunds::desk)
                .configure(receipts::desk),
        )
        .service(
            web::scope("/fiscal")
                .wrap(from_fn(|request, next| {
                    faults::inject(TARGET, faults::plain_wording, request, next)
                }))
                .configure(receipts::api)
                .configure(refunds::api)
                .configure(settlement::api),
        );
}

async fn account() -> HttpResponse {
    HttpResponse::Ok().json(json!({
        "app_id": APP_ID,
        "app_secret": APP_SECRET,
        "receipt_code_length": receipts::CODE_LENGTH,
        "receipt_number_length": receipts::NUMBER_LENGTH,
        "check_code_length": receipts::CHECK_LENGTH,
        "payment_code_length": receipts::PAYMENT_CODE_LENGTH,
    }))
}
