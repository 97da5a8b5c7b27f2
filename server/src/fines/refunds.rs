//! Money goes back: by WeChat while it is in the collection account, by the treasury once it was settled.

use sea_orm::{
    ActiveValue::{NotSet, Set},
    ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter,
    sea_query::Expr,
};
use serde_json::{Value, json};
use shared::{
    fines::{
        attempt::{PaymentStatus, Route},
        office::EXCEPTION_STATE,
    },
    money::Fen,
    notify::rules::Template,
    time::Instant,
};
use uuid::Uuid;

use super::{
    entity::{decision, payment, refund},
    government::Government,
    history::{self, Way},
    settle, store,
    tasks::Did,
    wechat::{CallError, Client, RefundOrder, RefundState},
};
use crate::{
    identity,
    platform::{Platform, db},
    problem::Failure,
};

const LIVE: [&str; 2] = ["pending", "processing"];
const GOING_BACK: [PaymentStatus; 2] = [PaymentStatus::RefundPending, PaymentStatus::TreasuryRefundRequested];
/// After so many numbers that WeChat has closed an officer decides.
const MOST_CLOSED: u64 = 3;
/// How long to wait before asking again what became of a refund.
const ASK_EVERY: chrono::TimeDelta = chrono::TimeDelta::seconds(60);

/// Writes a refund down, and that it is to be asked for. A payment has at most one that lives.
pub async fn begin(
    db: &impl ConnectionTrait,
    row: &payment::Model,
    reason: &str,
    route: Route,
    replaces: Option<Uuid>,
    now: Instant,
) -> Result<(), Failure> {
    let id = Uuid::now_v7();
    refund::Entity::insert(refund::ActiveModel {
        id: Set(id),
        payment_id: Set(row.id),
        out_refund_no: Set(format!("R{}", id.simple())),
        amount_fen: Set(row.amount_fen),
        reason: Set(reason.to_owned()),
        route: Set(route.as_str().to_owned()),
        status: Set("pending".into()),
        replaces: Set(replaces),
        created_at: Set(now),
        done_at: NotSet,
    })
    .exec_without_returning(db)
    .await?;
    let kind = match route {
        Route::Wechat => "refund",
        Route::Treasury => "treasury-refund",
    };
    store::to_do(db, kind, id, now).await?;
    Ok(())
}

/// Asks WeChat for a refund, or what became of it.
pub async fn ask_wechat(platform: &Platform, client: &Client, id: Uuid) -> Result<Did, Failure> {
    let Some((row, payment)) = find(platform, id).await? else {
        return Ok(Did::Done);
    };
    if !LIVE.contains(&row.status.as_str()) {
        return Ok(Did::Done);
    }
    let asked = if row.status == "processing" {
        client.query_refund(&row.out_refund_no).await
    } else {
        Ok(None)
    };
    let state = match asked {
        Ok(Some(state)) => Ok(state),
        // The same number asks for the same refund, however often it is asked for.
        Ok(None) => {
            let order = RefundOrder {
                out_refund_no: row.out_refund_no.clone(),
                out_trade_no: payment.out_trade_no.clone(),
                amount: Fen(row.amount_fen),
                reason: "罚款退款".into(),
                notify_url: super::pay::notify_url(platform),
            };
            client.refund(&order).await
        }
        Err(error) => Err(error),
    };
    match state {
        Ok(state) => {
            let now = platform.clock.now();
            let transaction = platform.db.begin().await?;
            take(&transaction, platform, &row.out_refund_no, state, now).await?;
            transaction.commit().await?;
            crate::notify::wake(platform);
            Ok(if state == RefundState::Processing {
                Did::Wait(ASK_EVERY)
            } else {
                Did::Done
            })
        }
        Err(CallError::Refused { code }) => Ok(Did::Retry(code)),
        Err(error) => Ok(Did::Retry(error.to_string())),
    }
}

/// Asks WeChat anew what became of a refund that a person has seen to. The caller commits.
pub async fn ask_again(db: &impl ConnectionTrait, payment: Uuid, now: Instant) -> Result<(), Failure> {
    let row = refund::Entity::find()
        .filter(refund::Column::PaymentId.eq(payment))
        .filter(refund::Column::Status.eq("abnormal"))
        .one(db)
        .await?
        .ok_or_else(|| Failure::from(&EXCEPTION_STATE))?;
    let failed = [PaymentStatus::RefundFailed];
    if !store::move_payment(db, payment, &failed, PaymentStatus::RefundPending).await? {
        return Err(Failure::from(&EXCEPTION_STATE));
    }
    move_refund(db, row.id, &["abnormal"], "processing", None).await?;
    Ok(store::do_again(db, "refund", row.id, now).await?)
}

/// Takes a notification of a refund. The caller commits.
pub async fn take_notice(
    db: &impl ConnectionTrait,
    platform: &Platform,
    out_refund_no: &str,
    state: RefundState,
    now: Instant,
) -> Result<(), Failure> {
    let row = refund::Entity::find()
        .filter(refund::Column::OutRefundNo.eq(out_refund_no))
        .one(db)
        .await?;
    if let Some(row) = row {
        let (about, outcome) = ((Way::In, "refund-notice"), format!("{state:?}").to_uppercase());
        let detail = json!({ "out_refund_no": out_refund_no, "amount_fen": row.amount_fen });
        history::note(db, row.payment_id, about, &outcome, detail, now).await?;
    }
    take(db, platform, out_refund_no, state, now).await
}

/// Takes what WeChat says of a refund, by asking or by a notification. The caller commits.
pub async fn take(
    db: &impl ConnectionTrait,
    platform: &Platform,
    out_refund_no: &str,
    state: RefundState,
    now: Instant,
) -> Result<(), Failure> {
    let found = db::locked(refund::Entity::find())
        .filter(refund::Column::OutRefundNo.eq(out_refund_no))
        .one(db)
        .await?;
    let Some(row) = found else {
        tracing::error!("a refund was told of that is not ours");
        return Ok(());
    };
    let Some(payment) = payment::Entity::find_by_id(row.payment_id).one(db).await? else {
        return Ok(());
    };
    match state {
        RefundState::Processing => {
            move_refund(db, row.id, &["pending"], "processing", None).await?;
        }
        RefundState::Success => done(db, platform, &row, &payment, now).await?,
        RefundState::Abnormal => {
            if move_refund(db, row.id, &LIVE, "abnormal", Some(now)).await? {
                give_up(db, &row, &payment, now).await?;
            }
        }
        RefundState::Closed => {
            if !move_refund(db, row.id, &LIVE, "closed", Some(now)).await? {
                return Ok(());
            }
            let closed = refund::Entity::find()
                .filter(refund::Column::PaymentId.eq(payment.id))
                .filter(refund::Column::Status.eq("closed"))
                .count(db)
                .await?;
            if closed < MOST_CLOSED {
                // A closed number stays closed; another one follows, and says which it replaces.
                begin(db, &payment, &row.reason, Route::Wechat, Some(row.id), now).await?;
            } else {
                give_up(db, &row, &payment, now).await?;
            }
        }
    }
    Ok(())
}

/// Leaves a refund to an officer.
async fn give_up(
    db: &impl ConnectionTrait,
    row: &refund::Model,
    payment: &payment::Model,
    now: Instant,
) -> Result<(), Failure> {
    store::move_payment(db, payment.id, &GOING_BACK, PaymentStatus::RefundFailed).await?;
    let detail = json!({ "out_refund_no": row.out_refund_no });
    store::except(db, payment.id, "refund_abnormal", detail, now).await?;
    Ok(())
}

async fn done(
    db: &impl ConnectionTrait,
    platform: &Platform,
    row: &refund::Model,
    payment: &payment::Model,
    now: Instant,
) -> Result<(), Failure> {
    if !move_refund(db, row.id, &["pending", "processing", "abnormal"], "success", Some(now)).await? {
        return Ok(());
    }
    let from = [GOING_BACK.as_slice(), &[PaymentStatus::RefundFailed]].concat();
    store::move_payment(db, payment.id, &from, PaymentStatus::Refunded).await?;
    // What somebody was to decide about it has decided itself.
    store::move_exceptions(db, payment.id, "open", "refunded").await?;
    store::enter(db, payment.id, "refund", &row.out_refund_no, Fen(row.amount_fen), now).await?;
    settle::tell(db, platform, payment, "refunded", Template::RefundDone, now).await
}

async fn move_refund(
    db: &impl ConnectionTrait,
    id: Uuid,
    from: &[&str],
    to: &str,
    done_at: Option<Instant>,
) -> Result<bool, Failure> {
    let moved = refund::Entity::update_many()
        .col_expr(refund::Column::Status, Expr::value(to))
        .col_expr(refund::Column::DoneAt, Expr::value(done_at))
        .filter(refund::Column::Id.eq(id))
        .filter(refund::Column::Status.is_in(from.iter().copied()))
        .exec(db)
        .await?;
    Ok(moved.rows_affected == 1)
}

async fn find(platform: &Platform, id: Uuid) -> Result<Option<(refund::Model, payment::Model)>, Failure> {
    let db = platform.db.reader();
    let Some(row) = refund::Entity::find_by_id(id).one(db).await? else {
        return Ok(None);
    };
    let payment = payment::Entity::find_by_id(row.payment_id).one(db).await?;
    Ok(payment.map(|payment| (row, payment)))
}

/// Asks the treasury for a refund, or what it has decided.
pub async fn ask_treasury(platform: &Platform, government: &Government, id: Uuid) -> Result<Did, Failure> {
    let Some((row, payment)) = find(platform, id).await? else {
        return Ok(Did::Done);
    };
    let answer = if row.status == "pending" {
        let body = treasury_request(platform, &row, &payment).await?;
        government.tell_fiscal("/fiscal/treasury-refunds", &body).await
    } else {
        government
            .ask_fiscal(&format!("/fiscal/treasury-refunds/{}", row.out_refund_no))
            .await
    };
    let answer = match answer {
        Ok(answer) => answer,
        Err(unheard) => return Ok(Did::Retry(unheard.0)),
    };
    let now = platform.clock.now();
    let transaction = platform.db.begin().await?;
    let did = match answer.get("status").and_then(Value::as_str) {
        Some("refunded") => {
            done(&transaction, platform, &row, &payment, now).await?;
            Did::Done
        }
        Some("rejected") => {
            if move_refund(&transaction, row.id, &LIVE, "rejected", Some(now)).await? {
                store::move_payment(&transaction, payment.id, &GOING_BACK, PaymentStatus::RefundFailed).await?;
                let detail = json!({ "out_refund_no": row.out_refund_no });
                store::except(&transaction, payment.id, "treasury_refund_rejected", detail, now).await?;
            }
            Did::Done
        }
        _ => {
            move_refund(&transaction, row.id, &["pending"], "processing", None).await?;
            Did::Wait(ASK_EVERY)
        }
    };
    transaction.commit().await?;
    crate::notify::wake(platform);
    Ok(did)
}

async fn treasury_request(
    platform: &Platform,
    row: &refund::Model,
    payment: &payment::Model,
) -> Result<Value, Failure> {
    let db = platform.db.reader();
    let decision = decision::Entity::find_by_id(payment.decision_id).one(db).await?;
    let decision = decision.ok_or_else(|| anyhow::anyhow!("the decision of a payment vanished"))?;
    let person = identity::person(db, platform, decision.person_id.into()).await?;
    Ok(json!({
        "refund_no": row.out_refund_no,
        "decision_no": decision.decision_no,
        "transaction_id": payment.transaction_id,
        "amount_fen": row.amount_fen,
        "payee_name": person.map(|person| person.name.expose().to_owned()).unwrap_or_default(),
        "reason": row.reason,
    }))
}
