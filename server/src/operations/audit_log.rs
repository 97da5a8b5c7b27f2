//! `GET /admin/audit`: the audit log, for auditors.

use actix_web::{
    get,
    web::{Data, Json, Query},
};
use chrono::{DateTime, Utc};
use serde::Deserialize;
use shared::{
    audit::AuditEntry,
    list::List,
    problem::{self, Problem},
};
use uuid::Uuid;

use crate::{
    identity::Auditor,
    platform::{
        Platform,
        audit::{self, Wanted},
    },
    problem::Failure,
};

const PAGE: usize = 100;

/// What an auditor looks for.
#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct AuditQuery {
    /// The account that acted.
    actor: Option<Uuid>,
    /// The thing it was done to.
    subject: Option<Uuid>,
    /// What was done, exactly or as far as a dot: `identity` finds `identity.bind`.
    action: Option<String>,
    /// Not before this instant.
    from: Option<DateTime<Utc>>,
    /// Before this instant.
    to: Option<DateTime<Utc>>,
    /// The `next_cursor` of the page before.
    cursor: Option<String>,
}

/// The audit log, latest first: who did what to whose data, when and why.
#[utoipa::path(
    tag = "operations",
    security(("auditor" = [])),
    params(AuditQuery),
    responses((status = 200, body = List<AuditEntry>), crate::problem::Refusals),
)]
#[get("/admin/audit")]
pub async fn search_audit_log(
    _: Auditor,
    platform: Data<Platform>,
    query: Query<AuditQuery>,
) -> Result<Json<List<AuditEntry>>, Failure> {
    let query = query.into_inner();
    let before = query
        .cursor
        .map(|cursor| cursor.parse::<Uuid>())
        .transpose()
        .map_err(|_no_id| Problem::new(&problem::MALFORMED).on_field("cursor"))?;
    let wanted = Wanted {
        actor: query.actor,
        subject: query.subject,
        action: query.action,
        from: query.from,
        to: query.to,
        before,
    };
    let mut items = audit::search(platform.db.reader(), wanted, PAGE as u64 + 1).await?;
    let more = items.len() > PAGE;
    items.truncate(PAGE);
    let next_cursor = items.last().filter(|_| more).map(|entry| entry.id.to_string());
    Ok(Json(List { items, next_cursor }))
}
