//! `GET /payments/{id}` and `POST /payments/{id}/refresh`: where a payment stands, and asking WeChat.

use actix_web::{
    get, post,
    web::{Data, Json, Path},
};
use sea_orm::{ConnectionTrait, EntityTrait};
use shared::{
    fines::{
        attempt::{PaymentStatus, Source},
        wire::{Payment, PaymentStage},
    },
    ids::PaymentId,
    money::Fen,
    problem,
};

use super::{
    entity::{payment, receipt},
    service::Fines,
    settle::settle,
    store,
    wechat::{CallError, Client},
};
use crate::{identity::Resident, notify, platform::Platform, problem::Failure};

/// How long an order of which WeChat Pay knows nothing may still be on its way there.
const ARRIVES_WITHIN: chrono::TimeDelta = chrono::TimeDelta::minutes(2);

/// A payment of the resident's.
#[utoipa::path(
    tag = "fines",
    security(("resident" = [])),
    params(("id" = PaymentId, Path, description = "The payment.")),
    responses((status = 200, body = Payment), crate::problem::Refusals),
)]
#[get("/payments/{id}")]
pub async fn show_payment(
    resident: Resident,
    platform: Data<Platform>,
    id: Path<PaymentId>,
) -> Result<Json<Payment>, Failure> {
    let db = platform.db.reader();
    let row = store::own_payment(db, &resident, *id)
        .await?
        .ok_or_else(|| Failure::from(&problem::NOT_FOUND))?;
    view(db, &row).await.map(Json)
}

/// Asks WeChat where an open payment stands; what the bridge said is no proof.
#[utoipa::path(
    tag = "fines",
    security(("resident" = [])),
    params(("id" = PaymentId, Path, description = "The payment.")),
    responses((status = 200, body = Payment), crate::problem::Refusals),
)]
#[post("/payments/{id}/refresh")]
pub async fn refresh_payment(
    resident: Resident,
    platform: Data<Platform>,
    fines: Data<Fines>,
    id: Path<PaymentId>,
) -> Result<Json<Payment>, Failure> {
    let not_found = || Failure::from(&problem::NOT_FOUND);
    let db = platform.db.reader();
    let row = store::own_payment(db, &resident, *id).await?.ok_or_else(not_found)?;
    let status: PaymentStatus = row.status.parse().map_err(anyhow::Error::from)?;
    if status.can_settle() {
        ask(&platform, fines.wechat().await?, &row, Source::Query).await?;
    }
    let row = store::own_payment(db, &resident, *id).await?.ok_or_else(not_found)?;
    view(db, &row).await.map(Json)
}

/// Asks WeChat what became of an order, and takes what it says. Without an answer everything stays as it is.
pub async fn ask(platform: &Platform, client: &Client, row: &payment::Model, source: Source) -> Result<(), Failure> {
    let now = platform.clock.now();
    let told = match client.query(&row.out_trade_no).await {
        Ok(told) => told,
        Err(CallError::Unknown(why)) => {
            tracing::warn!(why, payment = %row.id, "WeChat Pay cannot be asked about an order");
            return Ok(());
        }
        Err(error) => {
            tracing::warn!(%error, payment = %row.id, "WeChat Pay does not answer for an order");
            return Ok(());
        }
    };
    let transaction = platform.db.begin().await?;
    match told {
        Some(told) => match told.money() {
            Some(money) => {
                settle(&transaction, platform, &client.account, money, source, now).await?;
            }
            None if told.is_over() => {
                store::move_payment(&transaction, row.id, &PaymentStatus::OPEN, PaymentStatus::Closed).await?;
            }
            None => {}
        },
        // Only what could not have arrived by now was never made.
        None if now - row.created_at >= ARRIVES_WITHIN && now >= row.expires_at => {
            store::move_payment(&transaction, row.id, &PaymentStatus::OPEN, PaymentStatus::Closed).await?;
        }
        None => {}
    }
    transaction.commit().await?;
    notify::wake(platform);
    Ok(())
}

/// A payment as its payer sees it, without the key to the cashier.
pub async fn view(db: &impl ConnectionTrait, row: &payment::Model) -> Result<Payment, Failure> {
    let status: PaymentStatus = row.status.parse().map_err(anyhow::Error::from)?;
    let receipt = receipt::Entity::find_by_id(row.id).one(db).await?;
    let has_receipt = receipt.is_some_and(|receipt| receipt.status != "requested");
    let stage = match status {
        PaymentStatus::AwaitingPayment => PaymentStage::Unpaid,
        PaymentStatus::Preparing | PaymentStatus::Unknown => PaymentStage::Confirming,
        PaymentStatus::Paid if row.booked_at.is_none() => PaymentStage::PaidAwaitingBooks,
        PaymentStatus::Paid if has_receipt => PaymentStage::ReceiptReady,
        PaymentStatus::Paid => PaymentStage::PaidAwaitingReceipt,
        PaymentStatus::Closed => PaymentStage::Closed,
        PaymentStatus::Exception | PaymentStatus::RefundFailed => PaymentStage::UnderExamination,
        PaymentStatus::RefundPending | PaymentStatus::TreasuryRefundRequested => PaymentStage::RefundOnItsWay,
        PaymentStatus::Refunded => PaymentStage::Refunded,
    };
    Ok(Payment {
        id: row.id.into(),
        decision_id: row.decision_id.into(),
        status,
        stage,
        channel: row.channel.parse().map_err(anyhow::Error::from)?,
        amount_fen: Fen(row.amount_fen),
        expires_at: row.expires_at,
        paid_at: row.paid_at,
        confirmed_by: row.source.clone(),
        bridge: None,
        h5_url: None,
        code_url: None,
    })
}
