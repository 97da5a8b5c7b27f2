//! Whether a member of staff is there: a session ends in which nobody was active for a while.
//!
//! A page that asks by itself every few seconds, follows a stream or renews its tokens is no person. What counts is a request that changes
//! something, and one that says `Attended: yes`: the client says so when a key was pressed or the screen touched within the last minute,
//! and `Attended: no` otherwise, also of what it sends by itself. A request without the header counts when it changes something. So
//! whoever forgets to say is signed out too early, and never kept signed in.

use actix_web::{HttpRequest, http::Method};
use chrono::TimeDelta;
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, sea_query::Expr};
use shared::{identity::wire::ATTENDED, time::Instant};

use super::{Sessions, Staff, entity::session, sessions::SubjectKind};
use crate::{platform::Platform, problem::Failure};

/// How often it is noted that somebody is there: so much earlier than it is configured a session may end.
const NOTED_EVERY: TimeDelta = TimeDelta::minutes(1);

/// Whether a request shows that somebody is there.
pub fn shows_somebody(request: &HttpRequest) -> bool {
    let said = request.headers().get(ATTENDED).map(|value| value.as_bytes() == b"yes");
    let renews = || request.path().ends_with("/auth/sessions/refresh");
    said.unwrap_or_else(|| !matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS)) && !renews()
}

/// Whether nobody was active for too long. Of a session from before this was noted nothing is known.
pub fn is_idle(platform: &Platform, active_at: Option<Instant>) -> bool {
    active_at.is_some_and(|at| at + platform.config.staff_idle <= platform.clock.now())
}

/// The same of a row that is to be changed.
pub fn not_idle(platform: &Platform, now: Instant) -> Condition {
    Condition::any()
        .add(session::Column::ActiveAt.is_null())
        .add(session::Column::ActiveAt.gt(now - platform.config.staff_idle))
}

/// Notes that a member of staff is there. A database that takes no writes right now keeps nobody from reading.
pub async fn note(platform: &Platform, sessions: &Sessions, staff: &Staff) {
    let now = platform.clock.now();
    if staff.active_at.is_some_and(|at| now < at + NOTED_EVERY) {
        return;
    }
    match write(platform, staff, now).await {
        Ok(()) => sessions.look_again(staff.session).await,
        Err(failure) => tracing::warn!(%failure, "it was not noted that somebody is there"),
    }
}

async fn write(platform: &Platform, staff: &Staff, now: Instant) -> Result<(), Failure> {
    let transaction = platform.db.begin().await?;
    session::Entity::update_many()
        .col_expr(session::Column::ActiveAt, Expr::value(now))
        .filter(session::Column::Id.eq(staff.session.0))
        .filter(session::Column::SubjectKind.eq(SubjectKind::Staff.as_str()))
        .filter(not_idle(platform, now))
        .exec(&transaction)
        .await?;
    Ok(transaction.commit().await?)
}
