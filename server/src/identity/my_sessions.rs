//! `GET /me/sessions`, `DELETE /me/sessions` and `DELETE /me/sessions/{id}`: where one is signed in, and an end to it.

use actix_web::{
    HttpResponse, delete, get,
    http::StatusCode,
    web::{Data, Json, Path},
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, sea_query::Expr};
use serde_json::json;
use shared::{identity::privacy::SessionView, ids::SessionId, list::List, problem};
use uuid::Uuid;

use super::{activity::not_idle, authenticate::Owner, entity::session, sessions::Sessions};
use crate::{
    platform::{
        Platform,
        audit::{self, Deed},
        idempotency::Once,
    },
    problem::Failure,
};

/// How many sessions are shown.
const SHOWN: u64 = 100;

/// Where one is signed in, the latest first.
#[utoipa::path(
    tag = "identity",
    security(("resident" = []), ("staff" = [])),
    responses((status = 200, body = List<SessionView>), crate::problem::Refusals),
)]
#[get("/me/sessions")]
pub async fn list_sessions(owner: Owner, platform: Data<Platform>) -> Result<Json<List<SessionView>>, Failure> {
    let now = platform.clock.now();
    let rows = session::Entity::find()
        .filter(session::Column::SubjectId.eq(owner.actor.id))
        .filter(session::Column::RevokedAt.is_null())
        .filter(session::Column::ExpiresAt.gt(now))
        .filter(not_idle(&platform, now))
        .order_by_desc(session::Column::CreatedAt)
        .limit(SHOWN)
        .all(platform.db.reader())
        .await?;
    let views = rows.into_iter().map(|row| SessionView {
        id: row.id.into(),
        client: row.client,
        begun_at: row.created_at,
        renewed_at: row.refreshed_at,
        current: row.id == owner.session.0,
    });
    Ok(Json(List::whole(views.collect())))
}

/// Ends one of one's own sessions, on every instance within seconds.
#[utoipa::path(
    tag = "identity",
    security(("resident" = []), ("staff" = [])),
    params(("id" = SessionId, Path, description = "The session.")),
    responses((status = 204, description = "The session has ended."), crate::problem::Refusals),
)]
#[delete("/me/sessions/{id}")]
pub async fn end_session(
    owner: Owner,
    once: Once,
    platform: Data<Platform>,
    sessions: Data<Sessions>,
    id: Path<SessionId>,
) -> Result<HttpResponse, Failure> {
    let now = platform.clock.now();
    let transaction = platform.db.begin().await?;
    let ended = session::Entity::update_many()
        .col_expr(session::Column::RevokedAt, Expr::value(now))
        .filter(session::Column::Id.eq(id.0))
        .filter(session::Column::SubjectId.eq(owner.actor.id))
        .filter(session::Column::RevokedAt.is_null())
        .exec(&transaction)
        .await?;
    if ended.rows_affected == 0 {
        return Err(Failure::from(&problem::NOT_FOUND));
    }
    audit::record(&transaction, now, deed(&owner, Some(id.0))).await?;
    let response = once.commit(transaction, StatusCode::NO_CONTENT, &()).await?;
    sessions.forget(&platform, *id).await;
    Ok(response)
}

/// Ends every session but the one that asks.
#[utoipa::path(
    tag = "identity",
    security(("resident" = []), ("staff" = [])),
    responses((status = 204, description = "The other sessions have ended."), crate::problem::Refusals),
)]
#[delete("/me/sessions")]
pub async fn end_other_sessions(
    owner: Owner,
    once: Once,
    platform: Data<Platform>,
    sessions: Data<Sessions>,
) -> Result<HttpResponse, Failure> {
    let now = platform.clock.now();
    let transaction = platform.db.begin().await?;
    let ended = sessions
        .end_all_of(&transaction, owner.actor.id, Some(owner.session), now)
        .await?;
    audit::record(&transaction, now, deed(&owner, None)).await?;
    let response = once.commit(transaction, StatusCode::NO_CONTENT, &()).await?;
    sessions.forget_all(&platform, ended).await;
    Ok(response)
}

fn deed(owner: &Owner, session: Option<Uuid>) -> Deed<'static> {
    Deed {
        actor: Some(owner.actor),
        action: "session.end",
        subject_kind: "session",
        subject_id: session,
        reason: None,
        detail: json!({}),
    }
}
