//! `GET /me/account-changes`: a member of staff is told what was changed at the account since they signed in before.
//!
//! Staff have no phone that is known here, so nobody is texted: whoever signs in is shown it for as long as that session lasts.

use actix_web::{
    get,
    web::{Data, Json},
};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
};
use shared::{
    identity::accounts::{AccountChange, ChangedPart},
    list::List,
    time::Instant,
};
use uuid::Uuid;

use super::{
    Staff,
    entity::{account_change, session},
};
use crate::{platform::Platform, problem::Failure};

/// How many changes are told, the latest.
const TOLD: u64 = 20;

/// What was changed at one's account since the session before this one began, the latest first.
#[utoipa::path(
    tag = "identity",
    security(("staff" = [])),
    responses((status = 200, body = List<AccountChange>), crate::problem::Refusals),
)]
#[get("/me/account-changes")]
pub async fn list_changes(staff: Staff, platform: Data<Platform>) -> Result<Json<List<AccountChange>>, Failure> {
    let db = platform.db.reader();
    let Some(since) = signed_in_before(db, &staff).await? else {
        // Whoever is here for the first time has made every change there is.
        return Ok(Json(List::whole(Vec::new())));
    };
    let rows = account_change::Entity::find()
        .filter(account_change::Column::StaffId.eq(staff.id.0))
        .filter(account_change::Column::At.gt(since))
        .order_by_desc(account_change::Column::Id)
        .limit(TOLD)
        .all(db)
        .await?;
    let told = |row: account_change::Model| {
        let what = row.what.parse().map_err(anyhow::Error::from)?;
        Ok(AccountChange { what, at: row.at })
    };
    Ok(Json(List::whole(
        rows.into_iter().map(told).collect::<Result<_, Failure>>()?,
    )))
}

/// When the session before this one began.
async fn signed_in_before(db: &impl ConnectionTrait, staff: &Staff) -> Result<Option<Instant>, DbErr> {
    let known = session::Entity::find()
        .filter(session::Column::SubjectId.eq(staff.id.0))
        .filter(session::Column::Id.lte(staff.session.0))
        .order_by_desc(session::Column::Id)
        .offset(1)
        .one(db)
        .await?;
    Ok(known.map(|session| session.created_at))
}

/// Notes a change of an account, for its owner to be told.
pub async fn note(db: &impl ConnectionTrait, account: Uuid, what: ChangedPart, now: Instant) -> Result<(), DbErr> {
    let change = account_change::ActiveModel {
        id: Set(Uuid::now_v7()),
        staff_id: Set(account),
        what: Set(what.as_str().to_owned()),
        at: Set(now),
    };
    account_change::Entity::insert(change)
        .exec_without_returning(db)
        .await
        .map(drop)
}
