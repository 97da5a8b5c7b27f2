//! The chain of the audit log: every row is sealed to all rows before it, so that no row can be changed, removed or slipped in unnoticed.
//!
//! A seal is an HMAC over the seal before it, the row's place and everything that the row says. The head holds the place and the seal of
//! the last row under a signature of its own, so that the end cannot be cut off. Rows are sealed a moment after they were written and not
//! with them: else everybody who does something that is recorded would wait for everybody else. A row that is removed within that moment
//! leaves no trace here; it is the deed's own transaction that makes it and the deed come and go together.
//!
//! When the chain's key is changed, a row that the old key seals hands over to the new one, and proves that the new one was there.

use std::sync::Arc;

use crypto::KeyedHash;
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Expr, OnConflict},
};
use serde_json::{Value, json};
use shared::time::Instant;

use super::{
    Deed,
    row::{Column, Entity, Model},
};
use crate::platform::{Platform, db, keys::Keys};

/// How many rows are sealed in one transaction, or read at once when the chain is verified.
const AT_ONCE: u64 = 500;
/// The only row of the head's table.
const HEAD: i32 = 1;
/// The key that every chain begins with.
const FIRST_KEY: i32 = 1;
/// The deed of a row after which another key seals.
const HAND_OVER: &str = "keys.hand-over";

mod head {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "audit_head")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: i32,
        pub sequence: i64,
        pub seal: Vec<u8>,
        pub signature: Vec<u8>,
        pub at: DateTimeUtc,
        /// Which key the next row is sealed with.
        pub key_number: i32,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// What a verification of the chain found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verified {
    /// Every seal holds.
    Sound {
        /// How many rows are in the chain.
        sealed: i64,
        /// How many were written and wait to be sealed.
        unsealed: u64,
    },
    /// The row at this place was changed or removed, or is not the one that was sealed.
    Broken {
        /// The first place at which the chain does not hold.
        at: i64,
    },
    /// The rows hold, and are not as many as the head says; or the head is not signed by this deployment.
    Cut {
        /// How many rows hold.
        sealed: i64,
    },
}

/// Seals the rows that are not yet in the chain, and tells how many. Every instance does it; the lock on the head lets one at a time.
pub async fn seal(platform: &Platform, now: Instant) -> Result<usize, DbErr> {
    let waits = || Entity::find().filter(Column::Sequence.is_null());
    if waits().limit(1).one(platform.db.reader()).await?.is_none() {
        return Ok(0);
    }
    let transaction = platform.db.begin().await?;
    let Some(head) = locked_head(&transaction, &platform.keys, now).await? else {
        return Ok(0);
    };
    let (mut sequence, mut last, mut number) = (head.sequence, head.seal, head.key_number);
    let mut rows = waits()
        .order_by_asc(Column::At)
        .order_by_asc(Column::Id)
        .limit(AT_ONCE)
        .all(&transaction)
        .await?;
    let (newest, newest_key) = platform.keys.audit_newest();
    if number < newest.into() {
        rows.insert(
            0,
            hand_over(&transaction, now, number, newest, &*newest_key, &last).await?,
        );
    }
    for row in &rows {
        sequence += 1;
        last = seal_of(&*key(&platform.keys, number)?, &last, sequence, row);
        number = successor(row).unwrap_or(number);
        Entity::update_many()
            .col_expr(Column::Sequence, Expr::value(sequence))
            .col_expr(Column::Seal, Expr::value(last.clone()))
            .filter(Column::Id.eq(row.id))
            .filter(Column::Sequence.is_null())
            .exec(&transaction)
            .await?;
    }
    head::Entity::update_many()
        .col_expr(head::Column::Sequence, Expr::value(sequence))
        .col_expr(
            head::Column::Signature,
            Expr::value(signature(&*key(&platform.keys, number)?, sequence, &last)),
        )
        .col_expr(head::Column::KeyNumber, Expr::value(number))
        .col_expr(head::Column::Seal, Expr::value(last))
        .col_expr(head::Column::At, Expr::value(now))
        .filter(head::Column::Id.eq(HEAD))
        .exec(&transaction)
        .await?;
    transaction.commit().await?;
    Ok(rows.len())
}

/// The head, locked until the transaction ends; made when there is none.
async fn locked_head(db: &impl ConnectionTrait, keys: &Keys, now: Instant) -> Result<Option<head::Model>, DbErr> {
    let first = head::ActiveModel {
        id: Set(HEAD),
        sequence: Set(0),
        seal: Set(Vec::new()),
        signature: Set(signature(&*key(keys, FIRST_KEY)?, 0, &[])),
        at: Set(now),
        key_number: Set(FIRST_KEY),
    };
    head::Entity::insert(first)
        .on_conflict(OnConflict::column(head::Column::Id).do_nothing().to_owned())
        .exec_without_returning(db)
        .await?;
    db::locked(head::Entity::find_by_id(HEAD)).one(db).await
}

/// Goes through the whole chain, from its first row to its head.
pub async fn verify(platform: &Platform) -> Result<Verified, DbErr> {
    let db = platform.db.reader();
    // The head is read first: what is sealed meanwhile lies behind it.
    let head = head::Entity::find_by_id(HEAD).one(db).await?;
    let end = head.as_ref().map_or(0, |head| head.sequence);
    let (mut sequence, mut last, mut number) = (0, Vec::new(), FIRST_KEY);
    while sequence < end {
        let rows = Entity::find()
            .filter(Column::Sequence.gt(sequence))
            .filter(Column::Sequence.lte(end))
            .order_by_asc(Column::Sequence)
            .limit(AT_ONCE)
            .all(db)
            .await?;
        if rows.is_empty() {
            return Ok(Verified::Cut { sealed: sequence });
        }
        for row in rows {
            sequence += 1;
            let Ok(sealing) = key(&platform.keys, number) else {
                return Ok(Verified::Broken { at: sequence });
            };
            let seal = seal_of(&*sealing, &last, sequence, &row);
            if row.sequence != Some(sequence) || row.seal.as_deref() != Some(&seal) {
                return Ok(Verified::Broken { at: sequence });
            }
            if let Some(next) = successor(&row) {
                let told = row.detail.get("proof").and_then(Value::as_str);
                let proven = key(&platform.keys, next).is_ok_and(|next| told == Some(&proof(&*next, &last)));
                if !proven {
                    return Ok(Verified::Broken { at: sequence });
                }
                number = next;
            }
            last = seal;
        }
    }
    let signed = head.as_ref().is_none_or(|head| {
        let signed = |key: Arc<dyn KeyedHash>| head.signature == signature(&*key, end, &last);
        head.seal == last && head.key_number == number && key(&platform.keys, number).is_ok_and(signed)
    });
    let headless = head.is_none() && Entity::find().filter(Column::Sequence.is_not_null()).count(db).await? > 0;
    if headless || !signed {
        return Ok(Verified::Cut { sealed: sequence });
    }
    let unsealed = Entity::find().filter(Column::Sequence.is_null()).count(db).await?;
    Ok(Verified::Sound {
        sealed: sequence,
        unsealed,
    })
}

/// The seal of a row: each part goes in with its length, so that nothing can move from one part into the next.
fn seal_of(key: &dyn KeyedHash, before: &[u8], sequence: i64, row: &Model) -> Vec<u8> {
    let (at, detail) = (row.at.timestamp_micros().to_be_bytes(), row.detail.to_string());
    let parts: [&[u8]; 10] = [
        before,
        &sequence.to_be_bytes(),
        row.id.as_bytes(),
        &at,
        row.actor_kind.as_bytes(),
        row.actor_id.as_ref().map_or(&[], |id| id.as_bytes()),
        row.action.as_bytes(),
        &[
            row.subject_kind.as_bytes(),
            row.subject_id.as_ref().map_or(&[], |id| id.as_bytes()),
        ]
        .concat(),
        row.reason.as_deref().unwrap_or_default().as_bytes(),
        detail.as_bytes(),
    ];
    let mut link = Vec::new();
    for part in parts {
        link.extend_from_slice(&u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        link.extend_from_slice(part);
    }
    key.hash(&[&link]).to_vec()
}

fn signature(key: &dyn KeyedHash, sequence: i64, seal: &[u8]) -> Vec<u8> {
    key.hash(&[b"head", &sequence.to_be_bytes(), seal]).to_vec()
}

/// Writes the row that hands over from one key to the next.
async fn hand_over(
    db: &impl ConnectionTrait,
    now: Instant,
    from: i32,
    to: u8,
    next: &dyn KeyedHash,
    last: &[u8],
) -> Result<Model, DbErr> {
    let deed = Deed {
        actor: None,
        action: HAND_OVER,
        subject_kind: "deployment",
        subject_id: None,
        reason: None,
        detail: json!({ "from": from, "to": to, "proof": proof(next, last) }),
    };
    let id = super::record_as(db, now, deed).await?;
    let row = Entity::find_by_id(id).one(db).await?;
    row.ok_or_else(|| DbErr::RecordNotFound("the row that was just written".into()))
}

/// What nobody can tell who does not have the next key.
fn proof(next: &dyn KeyedHash, last: &[u8]) -> String {
    hex::encode(next.hash(&[b"hand-over", last]))
}

/// The key to which a row hands over, if it does.
fn successor(row: &Model) -> Option<i32> {
    if row.action != HAND_OVER {
        return None;
    }
    let to = row.detail.get("to").and_then(Value::as_i64);
    to.and_then(|number| i32::try_from(number).ok())
}

fn key(keys: &Keys, number: i32) -> Result<Arc<dyn KeyedHash>, DbErr> {
    u8::try_from(number)
        .ok()
        .and_then(|number| keys.audit_key(number))
        .ok_or_else(|| DbErr::Custom(format!("the audit chain's key {number} is not known here")))
}
