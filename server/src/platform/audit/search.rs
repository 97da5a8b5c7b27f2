//! Finds rows of the audit log.

use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, ExprTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
};
use shared::{audit::AuditEntry, time::Instant};
use uuid::Uuid;

use super::row::{Column, Entity, Model};

/// Which rows are looked for; what is absent does not matter.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// The account that acted.
    pub actor: Option<Uuid>,
    /// The thing it was done to.
    pub subject: Option<Uuid>,
    /// What was done, exactly or as far as a dot: `case` finds `case.look-up`.
    pub action: Option<String>,
    /// Not before this instant.
    pub from: Option<Instant>,
    /// Before this instant.
    pub to: Option<Instant>,
    /// Only what stands behind this row in the list.
    pub before: Option<Uuid>,
}

/// Finds rows, the latest first.
pub async fn search(db: &impl ConnectionTrait, wanted: Wanted, limit: u64) -> Result<Vec<AuditEntry>, DbErr> {
    let rows = Entity::find()
        .apply_if(wanted.actor, |rows, actor| rows.filter(Column::ActorId.eq(actor)))
        .apply_if(wanted.subject, |rows, subject| {
            rows.filter(Column::SubjectId.eq(subject))
        })
        .apply_if(wanted.action, |rows, action| {
            let beneath = format!("{action}.");
            rows.filter(Column::Action.eq(action).or(Column::Action.starts_with(beneath)))
        })
        .apply_if(wanted.from, |rows, from| rows.filter(Column::At.gte(from)))
        .apply_if(wanted.to, |rows, to| rows.filter(Column::At.lt(to)))
        .apply_if(wanted.before, |rows, before| rows.filter(Column::Id.lt(before)))
        .order_by_desc(Column::Id)
        .limit(limit)
        .all(db)
        .await?;
    Ok(rows.into_iter().map(shown).collect())
}

fn shown(row: Model) -> AuditEntry {
    AuditEntry {
        id: row.id,
        sequence: row.sequence,
        at: row.at,
        actor_kind: row.actor_kind,
        actor_id: row.actor_id,
        action: row.action,
        subject_kind: row.subject_kind,
        subject_id: row.subject_id,
        reason: row.reason,
        detail: row.detail,
    }
}
