//! Settles a payment with money that came: the one place where a decision becomes paid.

use sea_orm::{
    ActiveValue::{NotSet, Set},
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter,
    sea_query::Expr,
};
use serde_json::json;
use shared::{
    fines::{
        attempt::{Expected, Money, PaymentStatus, Route, Settlement, Source, settle as rule},
        rules::{DecisionNo, DecisionStatus},
    },
    money::Fen,
    notify::rules::Template,
    time::Instant,
};
use uuid::Uuid;

use super::{
    alerts::{self, Alert},
    entity::{decision, payment, receipt},
    history::{self, Way},
    refunds, store,
    wechat::Account,
};
use crate::{
    notify::{self, Message, Recipient},
    platform::Platform,
    problem::Failure,
};

/// The statuses in which a decision can still be paid.
const PAYABLE: [&str; 2] = [DecisionStatus::Open.as_str(), DecisionStatus::UnderReview.as_str()];

/// Settles the order that the money names, whoever told of it. The caller commits.
///
/// It is harmless to be told again: an order that is settled stays as it is.
pub async fn settle(
    db: &impl ConnectionTrait,
    platform: &Platform,
    account: &Account,
    money: Money,
    source: Source,
    now: Instant,
) -> Result<bool, Failure> {
    let Some(row) = store::payment_of_order(db, &money.out_trade_no).await? else {
        // The bill of the day will show it as money that only WeChat knows of.
        tracing::error!("money came for an order that is not ours");
        return Ok(false);
    };
    let status: PaymentStatus = row.status.parse().map_err(anyhow::Error::from)?;
    let expected = Expected {
        out_trade_no: row.out_trade_no.clone(),
        amount: Fen(row.amount_fen),
        mchid: account.mchid.clone(),
        appid: account.appid.clone(),
    };
    let told = json!({
        "amount_fen": money.amount.0, "currency": money.currency, "mchid": money.mchid, "appid": money.appid,
        "transaction_id": money.transaction_id, "source": source.as_str(),
    });
    if source != Source::Query {
        let about = (Way::In, source.as_str());
        history::note(db, row.id, about, "SUCCESS", told.clone(), now).await?;
    }
    // Only the write knows whether the decision is still to be paid; until then it is assumed.
    match rule(status, &expected, money, true) {
        Err(_settled_before) => Ok(false),
        Ok(Settlement::Exception(mismatch)) => {
            if store::move_payment(db, row.id, &PaymentStatus::SETTLEABLE, PaymentStatus::Exception).await? {
                store::except(db, row.id, mismatch.as_str(), told, now).await?;
                alerts::raise(db, Alert::Exception, &row.id.to_string(), now).await?;
            }
            Ok(false)
        }
        Ok(
            Settlement::Pays {
                transaction_id,
                paid_at,
            }
            | Settlement::GoesBack {
                transaction_id,
                paid_at,
            },
        ) => {
            let news = News {
                row: &row,
                transaction_id: &transaction_id,
                paid_at,
                source,
            };
            take(db, platform, news, now).await
        }
    }
}

struct News<'a> {
    row: &'a payment::Model,
    transaction_id: &'a str,
    paid_at: Instant,
    source: Source,
}

async fn take(db: &impl ConnectionTrait, platform: &Platform, news: News<'_>, now: Instant) -> Result<bool, Failure> {
    let News {
        row,
        transaction_id,
        paid_at,
        source,
    } = news;
    let decision_paid = decision::Entity::update_many()
        .col_expr(decision::Column::Status, Expr::value(DecisionStatus::Paid.as_str()))
        .col_expr(decision::Column::PaymentId, Expr::value(row.id))
        .col_expr(decision::Column::PaidAt, Expr::value(paid_at))
        .col_expr(decision::Column::ChangedAt, Expr::value(now))
        .filter(decision::Column::Id.eq(row.decision_id))
        .filter(decision::Column::Status.is_in(PAYABLE))
        .exec(db)
        .await?
        .rows_affected
        == 1;
    let to = if decision_paid {
        PaymentStatus::Paid
    } else {
        PaymentStatus::RefundPending
    };
    let taken = payment::Entity::update_many()
        .col_expr(payment::Column::Status, Expr::value(to.as_str()))
        .col_expr(payment::Column::TransactionId, Expr::value(transaction_id))
        .col_expr(payment::Column::PaidAt, Expr::value(paid_at))
        .col_expr(payment::Column::Source, Expr::value(source.as_str()))
        .filter(payment::Column::Id.eq(row.id))
        .filter(payment::Column::Status.is_in(PaymentStatus::SETTLEABLE.map(PaymentStatus::as_str)))
        .exec(db)
        .await?;
    if taken.rows_affected == 0 {
        // The row is locked since it was read, so this cannot be; nothing of it may be kept if it is.
        return Err(anyhow::anyhow!("a payment was settled under a lock of ours").into());
    }
    store::enter(db, row.id, "payment", transaction_id, Fen(row.amount_fen), paid_at).await?;
    metrics::counter!("bianmin_payments_settled_total", "source" => source.as_str()).increment(1);
    if decision_paid {
        request_effects(db, row.id, now).await?;
        // Another order may stand open: this one was closed for it, and paid all the same.
        if let Some(open) = store::open_payment(db, row.decision_id).await? {
            store::to_do(db, "close-order", open.id, now).await?;
        }
        tell(db, platform, row, "received", Template::PaymentReceived, now).await?;
    } else {
        refunds::begin(db, row, "not-needed", Route::Wechat, None, now).await?;
    }
    Ok(true)
}

/// What follows a payment outside: a receipt, and the books of the police.
async fn request_effects(db: &impl ConnectionTrait, payment: Uuid, now: Instant) -> Result<(), DbErr> {
    receipt::Entity::insert(receipt::ActiveModel {
        payment_id: Set(payment),
        status: Set("requested".into()),
        code: NotSet,
        number: NotSet,
        check_code: NotSet,
        payment_code: NotSet,
        issued_at: NotSet,
    })
    .exec_without_returning(db)
    .await?;
    store::to_do(db, "receipt", payment, now).await?;
    store::to_do(db, "book-payment", payment, now).await
}

/// Tells the payer about a payment's amount; what happened stands at the end of the event.
pub async fn tell(
    db: &impl ConnectionTrait,
    platform: &Platform,
    row: &payment::Model,
    happened: &str,
    template: Template,
    now: Instant,
) -> Result<(), Failure> {
    let message = Message {
        event: format!("payment/{}/{happened}", row.id),
        to: Recipient::Resident(row.resident_id.into()),
        template,
        variables: vec![
            ("decision", tail(db, row.decision_id).await?),
            ("amount", Fen(row.amount_fen).to_string()),
        ],
        due_at: None,
    };
    notify::enqueue(db, platform, now, vec![message]).await
}

/// What a text may say of a decision's number.
pub async fn tail(db: &impl ConnectionTrait, decision: Uuid) -> Result<String, Failure> {
    let row = decision::Entity::find_by_id(decision).one(db).await?;
    let number: Option<DecisionNo> = row.and_then(|row| row.decision_no.parse().ok());
    let digits = number.map(|number| number.tail()).unwrap_or_default();
    Ok(digits.chars().filter(char::is_ascii_alphanumeric).collect())
}
