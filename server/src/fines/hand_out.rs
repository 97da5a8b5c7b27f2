//! Gets an order's key to the cashier from WeChat Pay and hands it out, unless money has come meanwhile.

use actix_web::{HttpResponse, http::StatusCode};
use chrono::TimeDelta;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, sea_query::Expr};
use shared::fines::{
    attempt::{Channel, PaymentStatus, Source},
    wire::PAYMENT_UNAVAILABLE,
};

use super::{
    alerts,
    entity::payment,
    history,
    payments::{ask, view},
    store,
    wechat::{CallError, Client, Opened, Prepaid},
};
use crate::{
    platform::{Platform, idempotency::Once},
    problem::Failure,
};

/// WeChat Pay is asked after this long whether an order that was handed out was paid, should it not tell.
const ASK_AFTER: TimeDelta = TimeDelta::seconds(20);
/// And after this long what became of an order to which there was no answer.
const ASK_SOON: TimeDelta = TimeDelta::seconds(5);

/// Asks for the order, again with the same bytes if it was asked for before, and answers the payer.
pub async fn hand_out(
    platform: &Platform,
    client: &Client,
    once: &Once,
    row: payment::Model,
) -> Result<HttpResponse, Failure> {
    let channel: Channel = row.channel.parse().map_err(anyhow::Error::from)?;
    let request = platform.keys.open(store::REQUEST, row.id, &row.request)?;
    let mut ready = None;
    let asked = client.prepay(channel, &request).await;
    let outcome = match &asked {
        Ok(Opened::Ready(_)) => "ready".to_owned(),
        Ok(Opened::Ask) => "known already".to_owned(),
        Err(error) => error.to_string(),
    };
    history::note_alone(platform, row.id, "prepay", &outcome).await?;
    match asked {
        Ok(Opened::Ready(prepaid)) => {
            if keep(platform, &row, &prepaid).await? {
                ready = Some(prepaid);
            }
        }
        Ok(Opened::Ask) => {
            ask(platform, client, &row, Source::Query).await?;
        }
        Err(error @ CallError::Skew(_)) => {
            alerts::of_call(platform, &error).await?;
            doubt(platform, &row).await?;
            return Err(Failure::from(&PAYMENT_UNAVAILABLE));
        }
        Err(CallError::Refused { code }) => {
            tracing::error!(code, "WeChat Pay refuses to make an order");
            let transaction = platform.db.begin().await?;
            store::move_payment(&transaction, row.id, &[PaymentStatus::Preparing], PaymentStatus::Closed).await?;
            transaction.commit().await?;
            return Err(Failure::from(&PAYMENT_UNAVAILABLE));
        }
        Err(CallError::Unknown(why)) => {
            tracing::warn!(why, payment = %row.id, "it is not known whether an order was made");
            doubt(platform, &row).await?;
        }
    }
    // Read again: a notification may have been faster than the answer, and what it settled stays settled.
    let transaction = platform.db.begin().await?;
    let row = payment::Entity::find_by_id(row.id)
        .one(&transaction)
        .await?
        .ok_or_else(|| anyhow::anyhow!("a payment vanished while it was made"))?;
    let mut answer = view(&transaction, &row, platform.clock.now()).await?;
    match ready {
        Some(Prepaid::PrepayId(id)) => answer.bridge = Some(client.bridge(&id)?),
        Some(Prepaid::Url(url)) if channel == Channel::H5 => answer.h5_url = Some(url),
        Some(Prepaid::Url(url)) => answer.code_url = Some(url),
        None => {}
    }
    once.commit(transaction, StatusCode::CREATED, &answer).await
}

/// Keeps the key to the cashier; a payment that is settled by now keeps its state.
async fn keep(platform: &Platform, row: &payment::Model, prepaid: &Prepaid) -> Result<bool, Failure> {
    let (prepay_id, url) = match prepaid {
        Prepaid::PrepayId(id) => (Some(id.as_str()), None),
        Prepaid::Url(url) => (None, Some(url.as_str())),
    };
    let transaction = platform.db.begin().await?;
    let kept = payment::Entity::update_many()
        .col_expr(
            payment::Column::Status,
            Expr::value(PaymentStatus::AwaitingPayment.as_str()),
        )
        .col_expr(payment::Column::PrepayId, Expr::value(prepay_id))
        .col_expr(payment::Column::Url, Expr::value(url))
        .col_expr(payment::Column::AskAt, Expr::value(platform.clock.now() + ASK_AFTER))
        .col_expr(payment::Column::Asked, Expr::value(0))
        .filter(payment::Column::Id.eq(row.id))
        .filter(payment::Column::Status.is_in(store::open_statuses()))
        .exec(&transaction)
        .await?;
    transaction.commit().await?;
    Ok(kept.rows_affected == 1)
}

/// Notes that nobody knows what became of the order.
async fn doubt(platform: &Platform, row: &payment::Model) -> Result<(), Failure> {
    let transaction = platform.db.begin().await?;
    store::move_payment(
        &transaction,
        row.id,
        &[PaymentStatus::Preparing],
        PaymentStatus::Unknown,
    )
    .await?;
    store::ask_later(&transaction, row, platform.clock.now() + ASK_SOON).await?;
    transaction.commit().await?;
    Ok(())
}
