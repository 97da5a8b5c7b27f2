//! `GET /admin/dead-letters` and `POST /admin/dead-letters/{id}/replay`: texts that no provider takes, and one more try for them.

use actix_web::{
    HttpResponse, get,
    http::StatusCode,
    post,
    web::{Data, Json, Path, Query},
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, sea_query::Expr};
use serde::Deserialize;
use serde_json::json;
use shared::{
    ids::MessageId,
    list::List,
    notify::{rules::Template, wire::DeadLetter},
    problem::{self, Problem},
};
use uuid::Uuid;

use super::entity::{
    message::{Column, Entity, Model},
    status,
};
use crate::{
    identity::SystemAdmin,
    platform::{Platform, audit, idempotency::Once},
    problem::Failure,
};

const PAGE: u32 = 50;

/// Where to read on.
#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ListQuery {
    /// The `next_cursor` of the page before.
    cursor: Option<String>,
}

/// Texts that no provider took, newest first. Neither their recipients nor their variables are shown.
#[utoipa::path(
    tag = "notify",
    security(("system-admin" = [])),
    params(ListQuery),
    responses((status = 200, body = List<DeadLetter>), crate::problem::Refusals),
)]
#[get("/admin/dead-letters")]
pub async fn list_dead_letters(
    _: SystemAdmin,
    platform: Data<Platform>,
    query: Query<ListQuery>,
) -> Result<Json<List<DeadLetter>>, Failure> {
    let mut rows = Entity::find()
        .filter(Column::Status.eq(status::DEAD))
        .order_by_desc(Column::Id)
        .limit(u64::from(PAGE) + 1);
    if let Some(cursor) = &query.cursor {
        let before: Uuid = cursor
            .parse()
            .map_err(|_no_id| Problem::new(&problem::MALFORMED).on_field("cursor"))?;
        rows = rows.filter(Column::Id.lt(before));
    }
    let mut items: Vec<DeadLetter> = rows.all(platform.db.reader()).await?.into_iter().map(shown).collect();
    let more = items.len() > PAGE as usize;
    items.truncate(PAGE as usize);
    let next_cursor = items.last().filter(|_| more).map(|letter| letter.id.to_string());
    Ok(Json(List { items, next_cursor }))
}

/// Puts a dead letter back among the texts that wait, with its time beginning anew.
#[utoipa::path(
    tag = "notify",
    security(("system-admin" = [])),
    params(("id" = MessageId, Path, description = "The text.")),
    responses((status = 204, description = "It will be sent."), crate::problem::Refusals),
)]
#[post("/admin/dead-letters/{id}/replay")]
pub async fn replay(
    postmaster: SystemAdmin,
    platform: Data<Platform>,
    id: Path<MessageId>,
    once: Once,
) -> Result<HttpResponse, Failure> {
    let not_found = || Failure::from(&problem::NOT_FOUND);
    let now = platform.clock.now();
    let row = Entity::find_by_id(id.0)
        .one(platform.db.reader())
        .await?
        .ok_or_else(not_found)?;
    let template: Template = row.template.parse().map_err(anyhow::Error::from)?;
    let transaction = platform.db.begin().await?;
    let replayed = Entity::update_many()
        .col_expr(Column::Status, Expr::value(status::PENDING))
        .col_expr(Column::DueAt, Expr::value(now))
        .col_expr(Column::ExpiresAt, Expr::value(now + template.useful_for()))
        .col_expr(Column::Attempts, Expr::value(0))
        .filter(Column::Id.eq(id.0))
        .filter(Column::Status.eq(status::DEAD))
        .exec(&transaction)
        .await?;
    if replayed.rows_affected == 0 {
        return Err(not_found());
    }
    let deed = audit::Deed {
        actor: Some(postmaster.actor()),
        action: "notify.replay",
        subject_kind: "message",
        subject_id: Some(id.0),
        reason: None,
        detail: json!({ "template": row.template, "failure": row.failure }),
    };
    audit::record(&transaction, now, deed).await?;
    let response = once.commit(transaction, StatusCode::NO_CONTENT, &()).await?;
    super::wake(&platform);
    Ok(response)
}

fn shown(row: Model) -> DeadLetter {
    DeadLetter {
        id: MessageId(row.id),
        template: row.template,
        at: row.wanted_at,
        attempts: u32::try_from(row.attempts).unwrap_or(0),
        provider: row.provider,
        reason: row.failure,
    }
}
