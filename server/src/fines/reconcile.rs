//! Compares a day's ledger with WeChat's bill, and with what the government's systems have ([`reconcile_government`]).

use std::collections::{HashMap, HashSet};

use chrono::{NaiveDate, NaiveTime, TimeDelta};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use shared::{
    fines::{
        attempt::{Money, Source},
        breaks::BreakKind,
        staff::Break,
    },
    money::Fen,
    time::instant,
};
use uuid::Uuid;

use super::{
    entity::{decision, ledger_entry, payment, refund},
    reconcile_government,
    service::Fines,
    settle::settle,
    wechat::{Bill, BillError, BillRow, Client},
};
use crate::{platform::Platform, problem::Failure};

/// What the comparison found.
#[derive(Debug, Default)]
pub struct Found {
    /// What does not agree.
    pub breaks: Vec<Break>,
    /// What WeChat charged.
    pub fee: Fen,
    /// Payments that only the bill told us of.
    pub recovered: i32,
    /// What came.
    pub received: Fen,
    /// What went back.
    pub refunded: Fen,
}

impl Found {
    pub(super) fn add(&mut self, kind: BreakKind, reference: &str, ours: Option<Fen>, theirs: Option<Fen>) {
        self.breaks.push(Break {
            kind,
            reference: reference.to_owned(),
            ours_fen: ours,
            theirs_fen: theirs,
        });
    }
}

/// A payment of the day, as our ledger has it.
pub(super) struct Ours {
    pub payment: Uuid,
    pub out_trade_no: String,
    pub transaction_id: String,
    pub decision_no: String,
    pub amount: Fen,
    pub is_in_force: bool,
}

/// Compares a day. Payments that only the bill knows of are settled by it.
pub async fn compare(platform: &Platform, fines: &Fines, day: NaiveDate) -> Result<Found, Failure> {
    let client = fines.wechat().await?;
    let mut found = Found::default();
    let bill = match client.trade_bill(day).await {
        Ok(bill) => Some(bill),
        Err(BillError::Digest) => {
            found.add(BreakKind::BillDigest, "wechat", None, None);
            None
        }
        Err(BillError::Row) => {
            found.add(BreakKind::BillUnreadable, "wechat", None, None);
            None
        }
        Err(BillError::NotReady) => {
            found.add(BreakKind::BillNotReady, "wechat", None, None);
            None
        }
        Err(BillError::Call(error)) => {
            tracing::warn!(%error, "the bill cannot be had");
            found.add(BreakKind::BillUnavailable, "wechat", None, None);
            None
        }
    };
    if let Some(bill) = &bill {
        repair(platform, client, bill, &mut found).await?;
    }
    let ours = ledger(platform.db.reader(), day, &mut found).await?;
    if let Some(bill) = &bill {
        compare_bill(&ours, bill, &mut found);
        compare_refunds(platform.db.reader(), day, bill, &mut found).await?;
    }
    if let Some(government) = &fines.government {
        reconcile_government::compare_fiscal(platform, government, day, &ours, &mut found).await?;
        reconcile_government::compare_police(platform.db.reader(), government, day, &ours, &mut found).await?;
    }
    Ok(found)
}

/// Settles what the bill knows and we do not: a notification and every question may have failed.
async fn repair(platform: &Platform, client: &Client, bill: &Bill, found: &mut Found) -> Result<(), Failure> {
    for row in bill.rows.iter().filter(|row| row.out_refund_no.is_none()) {
        let Some(paid_at) = row.paid_at else { continue };
        let money = Money {
            out_trade_no: row.out_trade_no.clone(),
            transaction_id: row.transaction_id.clone(),
            amount: row.amount,
            currency: row.currency.clone(),
            mchid: row.mchid.clone(),
            appid: row.appid.clone(),
            paid_at,
        };
        // A row that does not fit is a break below, and not an exception: the bill is a paper, not a message about a payment.
        if !fits(platform.db.reader(), row).await? {
            continue;
        }
        let transaction = platform.db.begin().await?;
        let now = platform.clock.now();
        if settle(&transaction, platform, &client.account, money, Source::Bill, now).await? {
            found.recovered = found.recovered.saturating_add(1);
        }
        transaction.commit().await?;
    }
    Ok(())
}

async fn fits(db: &impl ConnectionTrait, row: &BillRow) -> Result<bool, Failure> {
    let ours = payment::Entity::find()
        .filter(payment::Column::OutTradeNo.eq(row.out_trade_no.as_str()))
        .one(db)
        .await?;
    Ok(ours.is_some_and(|ours| ours.amount_fen == row.amount.0))
}

async fn ledger(db: &impl ConnectionTrait, day: NaiveDate, found: &mut Found) -> Result<Vec<Ours>, Failure> {
    let entries = ledger_entry::Entity::find()
        .filter(ledger_entry::Column::Day.eq(day))
        .all(db)
        .await?;
    let too_much = || anyhow::anyhow!("the sum of a day does not fit");
    let mut ours = Vec::new();
    for entry in entries {
        let amount = Fen(entry.amount_fen);
        if entry.kind == "refund" {
            found.refunded = found.refunded.checked_add(amount).ok_or_else(too_much)?;
            continue;
        }
        found.received = found.received.checked_add(amount).ok_or_else(too_much)?;
        let Some(row) = payment::Entity::find_by_id(entry.payment_id).one(db).await? else {
            continue;
        };
        let decision = decision::Entity::find_by_id(row.decision_id).one(db).await?;
        ours.push(Ours {
            payment: row.id,
            out_trade_no: row.out_trade_no,
            transaction_id: entry.reference,
            decision_no: decision.map(|decision| decision.decision_no).unwrap_or_default(),
            amount,
            is_in_force: row.status == "paid",
        });
    }
    Ok(ours)
}

fn compare_bill(ours: &[Ours], bill: &Bill, found: &mut Found) {
    let mut seen = HashSet::new();
    let by_transaction: HashMap<&str, &Ours> = ours.iter().map(|our| (our.transaction_id.as_str(), our)).collect();
    for row in &bill.rows {
        found.fee = found.fee.checked_add(row.fee).unwrap_or(found.fee);
        if row.fee != Fen::ZERO {
            // The treasury's account is free of charge: a fee means that the money went another way.
            found.add(BreakKind::NonzeroFee, &row.out_trade_no, Some(Fen::ZERO), Some(row.fee));
        }
        if row.out_refund_no.is_some() {
            continue;
        }
        if !seen.insert(row.transaction_id.as_str()) {
            found.add(BreakKind::DuplicateRow, &row.out_trade_no, None, Some(row.amount));
            continue;
        }
        match by_transaction.get(row.transaction_id.as_str()) {
            None => found.add(BreakKind::OnlyWechat, &row.out_trade_no, None, Some(row.amount)),
            Some(our) if our.amount != row.amount => {
                found.add(
                    BreakKind::AmountDiffers,
                    &row.out_trade_no,
                    Some(our.amount),
                    Some(row.amount),
                );
            }
            Some(_) => {}
        }
    }
    for our in ours.iter().filter(|our| !seen.contains(our.transaction_id.as_str())) {
        found.add(BreakKind::OnlyOurs, &our.out_trade_no, Some(our.amount), None);
    }
}

async fn compare_refunds(
    db: &impl ConnectionTrait,
    day: NaiveDate,
    bill: &Bill,
    found: &mut Found,
) -> Result<(), Failure> {
    let theirs: HashMap<&str, Fen> = bill
        .rows
        .iter()
        .filter_map(|row| row.out_refund_no.as_deref().map(|number| (number, row.refund)))
        .collect();
    for (number, amount) in &theirs {
        let ours = refund::Entity::find()
            .filter(refund::Column::OutRefundNo.eq(*number))
            .one(db)
            .await?;
        match ours {
            None => found.add(BreakKind::RefundOnlyWechat, number, None, Some(*amount)),
            Some(ours) if ours.amount_fen != amount.0 => {
                found.add(
                    BreakKind::RefundAmountDiffers,
                    number,
                    Some(Fen(ours.amount_fen)),
                    Some(*amount),
                );
            }
            Some(_) => {}
        }
    }
    let done = refund::Entity::find()
        .filter(refund::Column::Status.eq("success"))
        .filter(refund::Column::Route.eq("wechat"))
        .filter(refund::Column::CreatedAt.gte(instant(day, NaiveTime::MIN)))
        .filter(refund::Column::CreatedAt.lt(instant(day, NaiveTime::MIN) + TimeDelta::days(1)))
        .all(db)
        .await?;
    for ours in &done {
        if !theirs.contains_key(ours.out_refund_no.as_str()) {
            found.add(
                BreakKind::RefundOnlyOurs,
                &ours.out_refund_no,
                Some(Fen(ours.amount_fen)),
                None,
            );
        }
    }
    Ok(())
}
