//! Compares a day's ledger with the fiscal system's file and the police system's list.

use std::collections::{BTreeMap, HashSet};

use chrono::NaiveDate;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, sea_query::Expr};
use serde_json::Value;
use shared::{fines::breaks::BreakKind, money::Fen};
use uuid::Uuid;

use super::{
    entity::{decision, ledger_entry, payment},
    government::Government,
    reconcile::{Found, Ours},
};
use crate::{platform::Platform, problem::Failure};

/// How many numbers are looked up at once: stores take so many values in a query and no more.
const AT_ONCE: usize = 5_000;

/// The fiscal file also says that the treasury has the money: from then on it goes back only by the treasury.
pub async fn compare_fiscal(
    platform: &Platform,
    government: &Government,
    day: NaiveDate,
    ours: &[Ours],
    found: &mut Found,
) -> Result<(), Failure> {
    let file = match government.fiscal_file(&format!("/fiscal/settlements/{day}")).await {
        Ok(file) => file,
        Err(unheard) => {
            found.add(BreakKind::FiscalUnavailable, &unheard.0, None, None);
            return Ok(());
        }
    };
    let text = String::from_utf8_lossy(&file).into_owned();
    let mut rows: BTreeMap<&str, Fen> = BTreeMap::new();
    for line in text.lines().skip(1).filter(|line| !line.starts_with("合计")) {
        let fields: Vec<&str> = line.split(',').collect();
        if let (Some(transaction), Some(amount)) = (fields.get(3), fields.get(4).and_then(|yuan| Fen::from_yuan(yuan)))
            && rows.insert(transaction, amount).is_some()
        {
            found.add(BreakKind::FiscalDuplicate, transaction, None, Some(amount));
        }
    }
    for our in ours.iter().filter(|our| our.is_in_force) {
        match rows.get(our.transaction_id.as_str()) {
            None => found.add(BreakKind::FiscalMissing, &our.out_trade_no, Some(our.amount), None),
            Some(amount) if *amount != our.amount => {
                found.add(
                    BreakKind::FiscalAmountDiffers,
                    &our.out_trade_no,
                    Some(our.amount),
                    Some(*amount),
                );
            }
            Some(_) => settled(platform, our.payment, day).await?,
        }
    }
    let transactions: Vec<&str> = rows.keys().copied().collect();
    let known = entered(platform.db.reader(), &transactions).await?;
    for (transaction, amount) in rows.iter().filter(|(transaction, _)| !known.contains(**transaction)) {
        found.add(BreakKind::FiscalOnly, transaction, None, Some(*amount));
    }
    Ok(())
}

/// Those of some payments, by WeChat's numbers, that are in our ledger, on whichever day.
async fn entered(db: &impl ConnectionTrait, transactions: &[&str]) -> Result<HashSet<String>, Failure> {
    let mut found = HashSet::new();
    for some in transactions.chunks(AT_ONCE) {
        let entries = ledger_entry::Entity::find()
            .filter(ledger_entry::Column::Kind.eq("payment"))
            .filter(ledger_entry::Column::Reference.is_in(some.iter().copied()))
            .all(db)
            .await?;
        found.extend(entries.into_iter().map(|entry| entry.reference));
    }
    Ok(found)
}

/// Those of some decisions of which a payment is in our ledger, on whichever day.
async fn paid_for(db: &impl ConnectionTrait, decisions: &[&str]) -> Result<HashSet<String>, Failure> {
    let mut found = HashSet::new();
    for some in decisions.chunks(AT_ONCE) {
        let known = decision::Entity::find()
            .filter(decision::Column::DecisionNo.is_in(some.iter().copied()))
            .all(db)
            .await?;
        let paid: Vec<(Uuid, String)> = payment::Entity::find()
            .filter(payment::Column::DecisionId.is_in(known.iter().map(|row| row.id)))
            .all(db)
            .await?
            .into_iter()
            .filter_map(|row| Some((row.decision_id, row.transaction_id?)))
            .collect();
        let transactions: Vec<&str> = paid.iter().map(|(_, transaction)| transaction.as_str()).collect();
        let entered = entered(db, &transactions).await?;
        let paid: HashSet<Uuid> = paid
            .iter()
            .filter(|(_, transaction)| entered.contains(transaction))
            .map(|(decision, _)| *decision)
            .collect();
        let numbers = known.into_iter().filter(|row| paid.contains(&row.id));
        found.extend(numbers.map(|row| row.decision_no));
    }
    Ok(found)
}

async fn settled(platform: &Platform, payment: Uuid, day: NaiveDate) -> Result<(), Failure> {
    let transaction = platform.db.begin().await?;
    payment::Entity::update_many()
        .col_expr(payment::Column::SettledOn, Expr::value(day))
        .filter(payment::Column::Id.eq(payment))
        .filter(payment::Column::SettledOn.is_null())
        .filter(payment::Column::Status.eq("paid"))
        .exec(&transaction)
        .await?;
    transaction.commit().await?;
    Ok(())
}

/// What the police hold as paid that day: each of our payments once, with our amount, and nothing else.
pub async fn compare_police(
    db: &impl ConnectionTrait,
    government: &Government,
    day: NaiveDate,
    ours: &[Ours],
    found: &mut Found,
) -> Result<(), Failure> {
    let list = match government
        .ask_police(&format!("/police/traffic-police/settlements/{day}"))
        .await
    {
        Ok(list) => list,
        Err(unheard) => {
            found.add(BreakKind::PoliceUnavailable, &unheard.0, None, None);
            return Ok(());
        }
    };
    let items = list.get("items").and_then(Value::as_array).cloned().unwrap_or_default();
    let amount_of = |decision: &str| {
        let mut amounts = items
            .iter()
            .filter(|item| item.get("decision_no").and_then(Value::as_str) == Some(decision))
            .map(|item| item.get("amount_fen").and_then(Value::as_i64).map(Fen));
        (amounts.next().flatten(), amounts.next().is_some())
    };
    for our in ours.iter().filter(|our| our.is_in_force) {
        match amount_of(&our.decision_no) {
            (None, _) => found.add(BreakKind::PoliceMissing, &our.out_trade_no, Some(our.amount), None),
            (Some(amount), _) if amount != our.amount => {
                found.add(
                    BreakKind::PoliceAmountDiffers,
                    &our.out_trade_no,
                    Some(our.amount),
                    Some(amount),
                );
            }
            (Some(amount), true) => found.add(
                BreakKind::PoliceDuplicate,
                &our.out_trade_no,
                Some(our.amount),
                Some(amount),
            ),
            (Some(_), false) => {}
        }
    }
    let theirs: BTreeMap<&str, Option<Fen>> = items
        .iter()
        .filter_map(|item| {
            let decision = item.get("decision_no").and_then(Value::as_str)?;
            Some((decision, item.get("amount_fen").and_then(Value::as_i64).map(Fen)))
        })
        .collect();
    let decisions: Vec<&str> = theirs.keys().copied().collect();
    let known = paid_for(db, &decisions).await?;
    for (decision, amount) in theirs.iter().filter(|(decision, _)| !known.contains(**decision)) {
        found.add(BreakKind::PoliceOnly, decision, None, *amount);
    }
    Ok(())
}
