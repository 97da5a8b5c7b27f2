//! The audit log (审计日志): who did what to whose data, and why. Rows are only ever added, in the transaction of the deed, and a moment
//! later sealed into a chain (`chain.rs`).

mod chain;
mod search;

use sea_orm::{
    ActiveValue::{NotSet, Set},
    ConnectionTrait, DbErr, EntityTrait,
};
use serde_json::Value;
use shared::time::Instant;

use uuid::Uuid;

use self::row::{ActiveModel, Entity};
pub use self::{
    chain::{Verified, seal, verify},
    search::{Wanted, search},
};
use super::idempotency::Actor;

/// A deed to be recorded.
#[derive(Clone, Debug)]
pub struct Deed<'a> {
    /// Who did it; nobody known for a failed sign-in.
    pub actor: Option<Actor>,
    /// What was done: a verb and its object, such as `identity.bind`.
    pub action: &'a str,
    /// The kind of thing it was done to.
    pub subject_kind: &'a str,
    /// The thing.
    pub subject_id: Option<Uuid>,
    /// Why, where a reason is asked for.
    pub reason: Option<&'a str>,
    /// What else an auditor needs; never personal data.
    pub detail: Value,
}

mod row {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "audit_entries")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub at: DateTimeUtc,
        pub actor_kind: String,
        pub actor_id: Option<Uuid>,
        pub action: String,
        pub subject_kind: String,
        pub subject_id: Option<Uuid>,
        pub reason: Option<String>,
        #[sea_orm(column_type = "JsonBinary")]
        pub detail: Json,
        /// The place in the chain; none until the row is sealed.
        pub sequence: Option<i64>,
        /// What seals the row to all rows before it.
        pub seal: Option<Vec<u8>>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// Records a deed.
pub async fn record(db: &impl ConnectionTrait, now: Instant, deed: Deed<'_>) -> Result<(), DbErr> {
    record_as(db, now, deed).await.map(drop)
}

/// Records a deed, and tells by what the row is found.
async fn record_as(db: &impl ConnectionTrait, now: Instant, deed: Deed<'_>) -> Result<Uuid, DbErr> {
    let id = Uuid::now_v7();
    let entry = ActiveModel {
        id: Set(id),
        at: Set(now),
        actor_kind: Set(deed.actor.map_or("unknown", |actor| actor.kind).to_owned()),
        actor_id: Set(deed.actor.map(|actor| actor.id)),
        action: Set(deed.action.to_owned()),
        subject_kind: Set(deed.subject_kind.to_owned()),
        subject_id: Set(deed.subject_id),
        reason: Set(deed.reason.map(ToOwned::to_owned)),
        detail: Set(deed.detail),
        sequence: NotSet,
        seal: NotSet,
    };
    Entity::insert(entry).exec_without_returning(db).await?;
    Ok(id)
}
