//! `GET /payments/{id}/receipt`, and the receipt's way through the fiscal system: asked for, shown, voided, never invented.

use actix_web::{
    get,
    web::{Data, Json, Path},
};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, sea_query::Expr};
use serde::Deserialize;
use serde_json::json;
use shared::{
    fines::wire::{RECEIPT_PENDING, Receipt},
    ids::PaymentId,
    money::Fen,
    notify::rules::Template,
    problem,
    time::{Instant, wire_time},
};
use uuid::Uuid;

use super::{
    entity::{payment, receipt},
    government::Government,
    settle, store,
    tasks::{Did, payment_and_decision},
};
use crate::{
    identity::{self, Resident},
    notify::{self, Message, Recipient},
    platform::Platform,
    problem::Failure,
};

/// How long a receipt that is not issued yet keeps its voiding waiting.
const WAIT: chrono::TimeDelta = chrono::TimeDelta::seconds(15);

/// The receipt of a payment.
#[utoipa::path(
    tag = "fines",
    security(("resident" = [])),
    params(("id" = PaymentId, Path, description = "The payment.")),
    responses((status = 200, body = Receipt), crate::problem::Refusals),
)]
#[get("/payments/{id}/receipt")]
pub async fn show_receipt(
    resident: Resident,
    platform: Data<Platform>,
    id: Path<PaymentId>,
) -> Result<Json<Receipt>, Failure> {
    let (_, receipt) = own(platform.db.reader(), &resident, *id).await?;
    Ok(Json(receipt))
}

/// A payment of this resident with its receipt.
pub async fn own(
    db: &impl ConnectionTrait,
    resident: &Resident,
    id: PaymentId,
) -> Result<(payment::Model, Receipt), Failure> {
    let payment = store::own_payment(db, resident, id)
        .await?
        .ok_or_else(|| Failure::from(&problem::NOT_FOUND))?;
    let row = receipt::Entity::find_by_id(id.0).one(db).await?;
    let pending = || Failure::from(&RECEIPT_PENDING);
    let row = row.filter(|row| row.status != "requested").ok_or_else(pending)?;
    let receipt = Receipt {
        code: row.code.unwrap_or_default(),
        number: row.number.unwrap_or_default(),
        check_code: row.check_code.unwrap_or_default(),
        payment_code: row.payment_code.unwrap_or_default(),
        amount_fen: Fen(payment.amount_fen),
        issued_at: row.issued_at.ok_or_else(pending)?,
        voided: row.status == "voided",
    };
    Ok((payment, receipt))
}

#[derive(Deserialize)]
struct Issued {
    request_no: String,
    amount_fen: Fen,
    code: String,
    number: String,
    check_code: String,
    payment_code: String,
    #[serde(with = "wire_time")]
    issued_at: Instant,
}

/// Asks the fiscal system for the receipt of a payment; asking again answers the same one.
pub async fn request(platform: &Platform, government: &Government, id: Uuid) -> Result<Did, Failure> {
    let Some((row, decision)) = payment_and_decision(platform, id).await? else {
        return Ok(Did::Done);
    };
    let person = identity::person(platform.db.reader(), platform, decision.person_id.into()).await?;
    let body = json!({
        "request_no": row.id.to_string(),
        "decision_no": decision.decision_no,
        "payer_name": person.map(|person| person.name.expose().to_owned()).unwrap_or_default(),
        "amount_fen": row.amount_fen,
        "transaction_id": row.transaction_id.clone().unwrap_or_default(),
        "paid_at": row.paid_at.map(wire_time::text),
    });
    let issued: Issued = match government.tell_fiscal("/fiscal/receipts", &body).await {
        Ok(answer) => match serde_json::from_value(answer) {
            Ok(issued) => issued,
            Err(_unreadable) => return Ok(Did::Retry("the receipt cannot be read".into())),
        },
        Err(unheard) => return Ok(Did::Retry(unheard.0)),
    };
    // A receipt over another amount is not shown to anybody.
    if issued.request_no != row.id.to_string() || issued.amount_fen != Fen(row.amount_fen) {
        return Ok(Did::Retry("the receipt is of another payment".into()));
    }
    let now = platform.clock.now();
    let transaction = platform.db.begin().await?;
    let stored = receipt::Entity::update_many()
        .col_expr(receipt::Column::Status, Expr::value("issued"))
        .col_expr(receipt::Column::Code, Expr::value(issued.code))
        .col_expr(receipt::Column::Number, Expr::value(issued.number.clone()))
        .col_expr(receipt::Column::CheckCode, Expr::value(issued.check_code))
        .col_expr(receipt::Column::PaymentCode, Expr::value(issued.payment_code))
        .col_expr(receipt::Column::IssuedAt, Expr::value(issued.issued_at))
        .filter(receipt::Column::PaymentId.eq(id))
        .filter(receipt::Column::Status.eq("requested"))
        .exec(&transaction)
        .await?;
    if stored.rows_affected == 1 {
        let message = Message {
            event: format!("payment/{id}/receipt"),
            to: Recipient::Resident(row.resident_id.into()),
            template: Template::ReceiptReady,
            variables: vec![
                ("decision", settle::tail(&transaction, row.decision_id).await?),
                ("number", issued.number),
            ],
            due_at: None,
        };
        notify::enqueue(&transaction, platform, now, vec![message]).await?;
    }
    transaction.commit().await?;
    notify::wake(platform);
    Ok(Did::Done)
}

/// Voids the receipt of money that goes back. One that is only asked for is issued first, and voided then.
pub async fn void(platform: &Platform, government: &Government, id: Uuid) -> Result<Did, Failure> {
    let Some(row) = receipt::Entity::find_by_id(id).one(platform.db.reader()).await? else {
        return Ok(Did::Done);
    };
    if row.status == "requested" {
        return Ok(Did::Wait(WAIT));
    }
    if let Err(unheard) = government
        .tell_fiscal(&format!("/fiscal/receipts/{id}/void"), &json!({}))
        .await
    {
        return Ok(Did::Retry(unheard.0));
    }
    let transaction = platform.db.begin().await?;
    receipt::Entity::update_many()
        .col_expr(receipt::Column::Status, Expr::value("voided"))
        .filter(receipt::Column::PaymentId.eq(id))
        .filter(receipt::Column::Status.eq("issued"))
        .exec(&transaction)
        .await?;
    transaction.commit().await?;
    Ok(Did::Done)
}
