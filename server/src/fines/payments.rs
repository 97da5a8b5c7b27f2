//! `GET /payments`, `GET /payments/{id}` and `POST /payments/{id}/refresh`: where payments stand, and asking WeChat.

use actix_web::{
    get, post,
    web::{Bytes, Data, Json, Path},
};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde_json::json;
use shared::{
    fines::{
        attempt::{Channel, PaymentStatus, Source},
        wire::{BridgeWord, Payment, PaymentStage, RefreshRequest},
    },
    ids::PaymentId,
    list::List,
    money::Fen,
    problem,
    time::Instant,
};

use super::{
    alerts,
    entity::{decision, payment, receipt},
    history::{self, Way},
    service::Fines,
    settle::settle,
    store,
    wechat::Client,
};
use crate::{identity::Resident, notify, platform::Platform, problem::Failure};

/// How long an order of which WeChat Pay knows nothing may still be on its way there.
pub const ARRIVES_WITHIN: chrono::TimeDelta = chrono::TimeDelta::minutes(2);
/// How long a payer's page is believed that says it was paid, while WeChat does not know of it.
const CLAIM_HOLDS: chrono::TimeDelta = chrono::TimeDelta::minutes(2);

/// More payments than this nobody reads on a phone.
const LIMIT: u64 = 100;

/// The payments that the resident made, for whomever, the latest first; orders that were closed unpaid are left out.
#[utoipa::path(
    tag = "fines",
    security(("resident" = [])),
    responses((status = 200, body = List<Payment>), crate::problem::Refusals),
)]
#[get("/payments")]
pub async fn list_payments(resident: Resident, platform: Data<Platform>) -> Result<Json<List<Payment>>, Failure> {
    let db = platform.db.reader();
    let rows = payment::Entity::find()
        .filter(payment::Column::ResidentId.eq(resident.id.0))
        .filter(payment::Column::Status.ne(PaymentStatus::Closed.as_str()))
        .order_by_desc(payment::Column::Id)
        .limit(LIMIT)
        .all(db)
        .await?;
    let now = platform.clock.now();
    let mut items = Vec::with_capacity(rows.len());
    for row in &rows {
        items.push(view(db, row, now).await?);
    }
    Ok(Json(List::whole(items)))
}

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
    view(db, &row, platform.clock.now()).await.map(Json)
}

/// Asks WeChat where an open payment stands. What the bridge said is no proof: it only makes the page say that it is being confirmed.
#[utoipa::path(
    tag = "fines",
    security(("resident" = [])),
    params(("id" = PaymentId, Path, description = "The payment.")),
    request_body(content = RefreshRequest, description = "May be left out."),
    responses((status = 200, body = Payment), crate::problem::Refusals),
)]
#[post("/payments/{id}/refresh")]
pub async fn refresh_payment(
    resident: Resident,
    platform: Data<Platform>,
    fines: Data<Fines>,
    id: Path<PaymentId>,
    body: Bytes,
) -> Result<Json<Payment>, Failure> {
    let said: RefreshRequest = match body.as_ref() {
        [] => RefreshRequest::default(),
        text => serde_json::from_slice(text).map_err(|_unreadable| Failure::from(&problem::MALFORMED))?,
    };
    let not_found = || Failure::from(&problem::NOT_FOUND);
    let db = platform.db.reader();
    let row = store::own_payment(db, &resident, *id).await?.ok_or_else(not_found)?;
    let status: PaymentStatus = row.status.parse().map_err(anyhow::Error::from)?;
    if status == PaymentStatus::AwaitingPayment && said.bridge == Some(BridgeWord::Ok) {
        let transaction = platform.db.begin().await?;
        store::claim_paid(&transaction, row.id, platform.clock.now()).await?;
        transaction.commit().await?;
    }
    if status.can_settle() {
        ask(&platform, fines.wechat().await?, &row, Source::Query).await?;
    }
    let row = store::own_payment(db, &resident, *id).await?.ok_or_else(not_found)?;
    view(db, &row, platform.clock.now()).await.map(Json)
}

/// Asks WeChat what became of an order, and takes what it says; whether it answered. Without an answer everything stays as it is.
pub async fn ask(platform: &Platform, client: &Client, row: &payment::Model, source: Source) -> Result<bool, Failure> {
    let told = match client.query(&row.out_trade_no).await {
        Ok(told) => told,
        Err(error) => {
            tracing::warn!(%error, payment = %row.id, "WeChat Pay does not answer for an order");
            alerts::of_call(platform, &error).await?;
            history::note_alone(platform, row.id, "query", &error.to_string()).await?;
            return Ok(false);
        }
    };
    let now = platform.clock.now();
    let transaction = platform.db.begin().await?;
    let outcome = told.as_ref().map_or("no such order", |told| told.trade_state.as_str());
    history::note(&transaction, row.id, (Way::Out, "query"), outcome, json!({}), now).await?;
    match told {
        Some(told) => match told.money() {
            Some(money) => {
                settle(&transaction, platform, &client.account, money, source, now).await?;
            }
            None if told.is_over() => {
                store::move_payment(&transaction, row.id, &PaymentStatus::OPEN, PaymentStatus::Closed).await?;
            }
            None => {
                let unsure = [PaymentStatus::Preparing, PaymentStatus::Unknown];
                store::move_payment(&transaction, row.id, &unsure, PaymentStatus::AwaitingPayment).await?;
                store::doubt_claim(&transaction, row.id, now - CLAIM_HOLDS).await?;
            }
        },
        // Only what could not have arrived by now was never made.
        None if now - row.created_at >= ARRIVES_WITHIN && now >= row.expires_at => {
            store::move_payment(&transaction, row.id, &PaymentStatus::OPEN, PaymentStatus::Closed).await?;
        }
        None => {}
    }
    transaction.commit().await?;
    notify::wake(platform);
    Ok(true)
}

/// A payment as its payer sees it. Of the keys to the cashier only the code that is shown on a screen is told again; the others are asked for anew.
pub async fn view(db: &impl ConnectionTrait, row: &payment::Model, now: Instant) -> Result<Payment, Failure> {
    let status: PaymentStatus = row.status.parse().map_err(anyhow::Error::from)?;
    let receipt = receipt::Entity::find_by_id(row.id).one(db).await?;
    let decision = decision::Entity::find_by_id(row.decision_id).one(db).await?;
    let has_receipt = receipt.is_some_and(|receipt| receipt.status != "requested");
    let stage = match status {
        PaymentStatus::AwaitingPayment if row.claimed_at.is_none() && now < row.expires_at => PaymentStage::Unpaid,
        PaymentStatus::AwaitingPayment | PaymentStatus::Preparing | PaymentStatus::Unknown => PaymentStage::Confirming,
        PaymentStatus::Paid if row.booked_at.is_none() => PaymentStage::PaidAwaitingBooks,
        PaymentStatus::Paid if has_receipt => PaymentStage::ReceiptReady,
        PaymentStatus::Paid => PaymentStage::PaidAwaitingReceipt,
        PaymentStatus::Closed => PaymentStage::Closed,
        PaymentStatus::Exception | PaymentStatus::RefundFailed => PaymentStage::UnderExamination,
        PaymentStatus::RefundPending | PaymentStatus::TreasuryRefundRequested => PaymentStage::RefundOnItsWay,
        PaymentStatus::Refunded => PaymentStage::Refunded,
    };
    let channel: Channel = row.channel.parse().map_err(anyhow::Error::from)?;
    let shown = channel == Channel::Native && stage == PaymentStage::Unpaid;
    Ok(Payment {
        id: row.id.into(),
        decision_id: row.decision_id.into(),
        decision_no: decision.map(|decision| decision.decision_no).unwrap_or_default(),
        status,
        stage,
        channel,
        amount_fen: Fen(row.amount_fen),
        expires_at: row.expires_at,
        paid_at: row.paid_at,
        booked_at: row.booked_at,
        confirmed_by: row.source.clone(),
        bridge: None,
        h5_url: None,
        code_url: row.url.clone().filter(|_| shown),
    })
}
