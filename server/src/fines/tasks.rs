//! What is to be told outside: claimed with a lease, done with the same number each time, and tried until it is done.

use chrono::TimeDelta;
use futures::{StreamExt, TryStreamExt, stream};
use sea_orm::{ColumnTrait, Condition, EntityTrait, ExprTrait, QueryFilter, QueryOrder, QuerySelect, sea_query::Expr};
use serde_json::json;
use shared::{
    money::Fen,
    time::{Instant, wire_time},
};
use uuid::Uuid;

use super::{
    alerts::{self, Alert},
    entity::{decision, payment, task, violation},
    government::Government,
    history, pay, receipts, refunds,
    service::Fines,
    store,
};
use crate::{platform::Platform, problem::Failure};

/// A lease outlasts any call.
const LEASE: TimeDelta = TimeDelta::seconds(30);
/// How many are looked up at once.
const AT_ONCE: u64 = 200;
/// How many are under way at the same time, so that a system that answers late does not hold up what others are told.
const TOGETHER: usize = 16;
/// The longest pause between two tries.
const LONGEST_PAUSE: TimeDelta = TimeDelta::minutes(10);
/// What takes a payment back at the police is tried so long after it found that they do not know of the payment yet.
const AFTER_BOOKING: TimeDelta = TimeDelta::seconds(5);

/// A task that failed this often is shown to somebody: some twenty minutes after its first try.
const STUCK_AFTER: i32 = 9;

/// What came of a task.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Did {
    /// It is done.
    Done,
    /// It is under way; look again.
    Wait(TimeDelta),
    /// It did not work this time.
    Retry(String),
}

/// Does what is due; how much that was.
pub async fn carry_out_due(platform: &Platform, fines: &Fines) -> Result<usize, Failure> {
    let now = platform.clock.now();
    let due = task::Entity::find()
        .filter(claimable(now))
        .order_by_asc(task::Column::DueAt)
        .limit(AT_ONCE)
        .all(platform.db.reader())
        .await?;
    stream::iter(due)
        .map(|row| run_one(platform, fines, row))
        .buffer_unordered(TOGETHER)
        .try_fold(0, async |ran, did| Ok(ran + usize::from(did)))
        .await
}

/// Does a task, unless another instance has claimed it. Tells whether it was ours.
async fn run_one(platform: &Platform, fines: &Fines, row: task::Model) -> Result<bool, Failure> {
    // The lease begins when the task does, not when it was looked up.
    if !claim(platform, &row, platform.clock.now()).await? {
        return Ok(false);
    }
    let did = match carry_out(platform, fines, &row).await {
        Ok(did) => did,
        Err(failure) => {
            tracing::warn!(%failure, kind = row.kind, "a task failed");
            Did::Retry("failed".into())
        }
    };
    conclude(platform, &row, did).await?;
    Ok(true)
}

fn claimable(now: Instant) -> Condition {
    Condition::all()
        .add(task::Column::Status.eq("pending"))
        .add(task::Column::DueAt.lte(now))
        .add(
            Condition::any()
                .add(task::Column::LeasedUntil.is_null())
                .add(task::Column::LeasedUntil.lt(now)),
        )
}

async fn claim(platform: &Platform, row: &task::Model, now: Instant) -> Result<bool, Failure> {
    let transaction = platform.db.begin().await?;
    let claimed = task::Entity::update_many()
        .col_expr(task::Column::LeasedUntil, Expr::value(now + LEASE))
        .col_expr(task::Column::Fence, Expr::col(task::Column::Fence).add(1))
        .filter(task::Column::Id.eq(row.id))
        .filter(task::Column::Fence.eq(row.fence))
        .filter(claimable(now))
        .exec(&transaction)
        .await?;
    transaction.commit().await?;
    Ok(claimed.rows_affected == 1)
}

async fn conclude(platform: &Platform, row: &task::Model, did: Did) -> Result<(), Failure> {
    let now = platform.clock.now();
    let transaction = platform.db.begin().await?;
    history::note_task(&transaction, &row.kind, row.subject_id, &did, now).await?;
    let attempts = row.attempts.saturating_add(1);
    let (status, due_at, attempts, failure) = match did {
        Did::Done => ("done", now, attempts, None),
        Did::Wait(pause) => ("pending", now + pause, row.attempts, None),
        Did::Retry(why) => ("pending", now + pause_after(attempts), attempts, Some(why)),
    };
    if failure.is_some() && attempts == STUCK_AFTER {
        alerts::raise(&transaction, Alert::StuckTask, &row.id.to_string(), now).await?;
    }
    task::Entity::update_many()
        .col_expr(task::Column::Status, Expr::value(status))
        .col_expr(task::Column::DueAt, Expr::value(due_at))
        .col_expr(task::Column::Attempts, Expr::value(attempts))
        .col_expr(task::Column::Failure, Expr::value(failure))
        .col_expr(task::Column::LeasedUntil, Expr::value(Option::<Instant>::None))
        .filter(task::Column::Id.eq(row.id))
        // Whoever claimed it after us decides about it.
        .filter(task::Column::Fence.eq(row.fence.saturating_add(1)))
        .exec(&transaction)
        .await?;
    transaction.commit().await?;
    Ok(())
}

/// Five seconds, then twice as long each time.
fn pause_after(attempts: i32) -> TimeDelta {
    let doublings = Ord::min(u32::try_from(attempts.saturating_sub(1)).unwrap_or(0), 10);
    Ord::min(
        TimeDelta::seconds(5_i64.saturating_mul(1_i64 << doublings)),
        LONGEST_PAUSE,
    )
}

async fn carry_out(platform: &Platform, fines: &Fines, row: &task::Model) -> Result<Did, Failure> {
    let subject = row.subject_id;
    match row.kind.as_str() {
        "refund" => return refunds::ask_wechat(platform, fines.wechat().await?, subject).await,
        "close-order" => return pay::close_order(platform, fines, subject).await,
        _ => {}
    }
    let Some(government) = &fines.government else {
        return Ok(Did::Retry("no government system is configured".into()));
    };
    match row.kind.as_str() {
        "receipt" => receipts::request(platform, government, subject).await,
        "void-receipt" => receipts::void(platform, government, subject).await,
        "book-payment" => tell_police(platform, government, subject, "payments").await,
        "reverse-payment" => tell_police(platform, government, subject, "payment-reversals").await,
        "reverse-points" => tell_police(platform, government, subject, "point-reversals").await,
        "handling" | "warning" => tell_handling(platform, government, subject).await,
        "treasury-refund" => refunds::ask_treasury(platform, government, subject).await,
        other => Ok(Did::Retry(format!("{other} is unknown to this version"))),
    }
}

/// The same body each time, made of what never changes about a payment.
async fn tell_police(platform: &Platform, government: &Government, id: Uuid, kind: &str) -> Result<Did, Failure> {
    let Some((row, decision)) = payment_and_decision(platform, id).await? else {
        return Ok(Did::Done);
    };
    // What is taken back at the police has to have arrived there first.
    if kind != "payments" && row.booked_at.is_none() {
        return Ok(Did::Wait(AFTER_BOOKING));
    }
    let body = json!({
        "payment_id": row.id,
        "decision_no": decision.decision_no,
        "amount_fen": Fen(row.amount_fen),
        "transaction_id": row.transaction_id,
        "paid_at": row.paid_at.map(wire_time::text),
        "points": decision.points,
    });
    if let Err(unheard) = government.tell_police(kind, &format!("{kind}/{id}"), &body).await {
        return Ok(Did::Retry(unheard.0));
    }
    if kind == "payments" {
        let transaction = platform.db.begin().await?;
        payment::Entity::update_many()
            .col_expr(payment::Column::BookedAt, Expr::value(platform.clock.now()))
            .filter(payment::Column::Id.eq(id))
            .filter(payment::Column::BookedAt.is_null())
            .exec(&transaction)
            .await?;
        transaction.commit().await?;
    }
    Ok(Did::Done)
}

async fn tell_handling(platform: &Platform, government: &Government, id: Uuid) -> Result<Did, Failure> {
    let Some(row) = violation::Entity::find_by_id(id).one(platform.db.reader()).await? else {
        return Ok(Did::Done);
    };
    let reason = match &row.objection {
        Some(sealed) => Some(platform.keys.open(store::OBJECTION, id, sealed)?),
        None => None,
    };
    let kind = match (&reason, &row.warned_by) {
        (Some(_), _) => "objections",
        (None, Some(_)) => "warnings",
        (None, None) => "handlings",
    };
    let body = json!({
        "violation_no": row.violation_no,
        "reason": reason.or_else(|| row.warned_by.clone()),
        "handled_at": row.handled_at.map(wire_time::text),
    });
    Ok(
        match government.tell_police(kind, &format!("{kind}/{id}"), &body).await {
            Ok(()) => Did::Done,
            Err(unheard) => Did::Retry(unheard.0),
        },
    )
}

/// A payment with its decision.
pub async fn payment_and_decision(
    platform: &Platform,
    id: Uuid,
) -> Result<Option<(payment::Model, decision::Model)>, Failure> {
    let db = platform.db.reader();
    let Some(row) = payment::Entity::find_by_id(id).one(db).await? else {
        return Ok(None);
    };
    let decision = decision::Entity::find_by_id(row.decision_id).one(db).await?;
    Ok(decision.map(|decision| (row, decision)))
}
