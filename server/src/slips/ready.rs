//! Laying something ready, and giving out a slip anew: in both cases tokens begin to count, and earlier ones no longer do.

use chrono::NaiveDate;
use sea_orm::{ConnectionTrait, UpdateMany, sea_query::Expr};
use shared::{
    ids::SlipId,
    slips::rules::{Action, RevokedFor, SlipStatus, StoragePolicy},
    time::Instant,
};

use super::{
    entity::slip::{self, Column},
    service::Slips,
    store, tokens,
};
use crate::problem::Failure;

/// Something lies at its site from now on, until this day if one is set: its slip is given out. The caller tells the resident.
pub async fn lay_ready(
    slips: &Slips,
    db: &impl ConnectionTrait,
    id: SlipId,
    collect_by: Option<NaiveDate>,
    now: Instant,
) -> Result<slip::Model, Failure> {
    let row = store::slip(db, id).await?;
    let kept_until = StoragePolicy::default().kept_until(row.kind()?, now, collect_by);
    let laid = |change: UpdateMany<slip::Entity>| {
        change
            .col_expr(Column::ReadyAt, Expr::value(now))
            .col_expr(Column::KeptUntil, Expr::value(kept_until))
    };
    renew(slips, db, &row, Action::Prepare, RevokedFor::Reissued, laid, now).await
}

/// Changes a slip so that its earlier tokens no longer count, for this reason. New ones are given out if the thing lies ready.
pub async fn renew(
    slips: &Slips,
    db: &impl ConnectionTrait,
    row: &slip::Model,
    action: Action,
    reason: RevokedFor,
    changes: impl FnOnce(UpdateMany<slip::Entity>) -> UpdateMany<slip::Entity>,
    now: Instant,
) -> Result<slip::Model, Failure> {
    let to = row.after(action)?;
    let change = store::change(row, to, now)
        .col_expr(Column::Serial, Expr::value(row.serial + 1))
        .col_expr(Column::WrongCodes, Expr::value(0));
    let row = store::made(db, row, changes(change), action).await?;
    tokens::revoke(db, row.id, reason).await?;
    if to == SlipStatus::Ready {
        let kept_until = row.kept_until.unwrap_or(now);
        let proxy_until = store::proxy_of(db, row.id).await?.map(|proxy| proxy.until);
        let until = proxy_until.map_or(kept_until, |until| until.min(kept_until));
        tokens::give_out(slips, db, &row, until, now).await?;
    }
    Ok(row)
}
