//! Slips in the database: who may see which, and the guard of each change.

use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect, UpdateMany,
    sea_query::{Expr, Query},
};
use shared::{
    ids::SlipId,
    problem::{self, Problem},
    slips::{
        rules::{Action, SlipStatus},
        token::SlipKind,
    },
    time::Instant,
};
use uuid::Uuid;

use super::entity::{proxy, redemption, slip};
use crate::{
    identity::{self, IdentifiedResident, Resident},
    platform::Platform,
    problem::Failure,
};

impl slip::Model {
    /// What kind of thing is collected.
    pub fn kind(&self) -> Result<SlipKind, Failure> {
        Ok(self.kind.parse().map_err(anyhow::Error::from)?)
    }

    /// Where the slip stands.
    pub fn status(&self) -> Result<SlipStatus, Failure> {
        Ok(self.status.parse().map_err(anyhow::Error::from)?)
    }

    /// Where the slip stands after an action, or why it does not take it.
    pub fn after(&self, action: Action) -> Result<SlipStatus, Failure> {
        Ok(self.status()?.after(action, self.kind()?).map_err(Problem::from)?)
    }
}

/// A slip by what it was issued for.
pub async fn by_source(db: &impl ConnectionTrait, source: &str) -> Result<Option<slip::Model>, DbErr> {
    slip::Entity::find()
        .filter(slip::Column::Source.eq(source))
        .one(db)
        .await
}

/// A slip that surely exists.
pub async fn slip(db: &impl ConnectionTrait, id: SlipId) -> Result<slip::Model, Failure> {
    slip::Entity::find_by_id(id.0)
        .one(db)
        .await?
        .ok_or_else(|| Failure::from(&problem::NOT_FOUND))
}

/// The slips that belong to a resident: those of the account and those of the person.
fn owned_by(resident: &Resident) -> Condition {
    let person = resident
        .person
        .as_ref()
        .map(|person| slip::Column::PersonId.eq(person.id.0));
    Condition::any()
        .add(slip::Column::ResidentId.eq(resident.id.0))
        .add_option(person)
}

/// The slips for which the bound person is the proxy.
async fn entrusted_to(
    db: &impl ConnectionTrait,
    platform: &Platform,
    resident: &Resident,
) -> Result<Condition, Failure> {
    let number = match &resident.person {
        None => None,
        Some(person) => identity::person(db, platform, person.id)
            .await?
            .map(|person| identity::id_number_indexes(platform, &person.id_number)),
    };
    let Some(number) = number else {
        return Ok(Condition::all().add(slip::Column::Id.is_null()));
    };
    let entrusted = Query::select()
        .column(proxy::Column::SlipId)
        .from(proxy::Entity)
        .and_where(proxy::Column::IdNumberIndex.is_in(number))
        .and_where(proxy::Column::EndedAt.is_null())
        .to_owned();
    Ok(Condition::all().add(slip::Column::Id.in_subquery(entrusted)))
}

/// The slips that a resident may see, the latest first: one's own, and those one is to collect for another.
pub async fn visible(
    db: &impl ConnectionTrait,
    platform: &Platform,
    resident: &Resident,
    before: Option<SlipId>,
    limit: u64,
) -> Result<Vec<slip::Model>, Failure> {
    let condition = Condition::any()
        .add(owned_by(resident))
        .add(entrusted_to(db, platform, resident).await?);
    let mut select = slip::Entity::find()
        .filter(condition)
        .order_by_desc(slip::Column::Id)
        .limit(limit);
    if let Some(before) = before {
        select = select.filter(slip::Column::Id.lt(before.0));
    }
    Ok(select.all(db).await?)
}

/// A slip that a resident may see, and whether as its owner; nothing for another's.
pub async fn visible_one(
    db: &impl ConnectionTrait,
    platform: &Platform,
    resident: &Resident,
    id: SlipId,
) -> Result<(slip::Model, bool), Failure> {
    let owned = slip::Entity::find_by_id(id.0)
        .filter(owned_by(resident))
        .one(db)
        .await?;
    if let Some(row) = owned {
        return Ok((row, true));
    }
    slip::Entity::find_by_id(id.0)
        .filter(entrusted_to(db, platform, resident).await?)
        .one(db)
        .await?
        .map(|row| (row, false))
        .ok_or_else(|| Failure::from(&problem::NOT_FOUND))
}

/// A resident's own slip; nothing for another's.
pub async fn own(db: &impl ConnectionTrait, resident: &IdentifiedResident, id: SlipId) -> Result<slip::Model, Failure> {
    let owner = Condition::any()
        .add(slip::Column::ResidentId.eq(resident.id.0))
        .add(slip::Column::PersonId.eq(resident.person.id.0));
    slip::Entity::find_by_id(id.0)
        .filter(owner)
        .one(db)
        .await?
        .ok_or_else(|| Failure::from(&problem::NOT_FOUND))
}

/// A slip of a site; nothing for another's.
pub async fn at_site(db: &impl ConnectionTrait, hall: Uuid, id: SlipId) -> Result<slip::Model, Failure> {
    slip::Entity::find_by_id(id.0)
        .filter(slip::Column::HallId.eq(hall))
        .one(db)
        .await?
        .ok_or_else(|| Failure::from(&problem::NOT_FOUND))
}

/// The beginning of a change to a slip, which is made only if nothing else has changed it since it was read.
pub fn change(row: &slip::Model, to: SlipStatus, now: Instant) -> UpdateMany<slip::Entity> {
    slip::Entity::update_many()
        .col_expr(slip::Column::Status, Expr::value(to.as_str()))
        .col_expr(slip::Column::ChangedAt, Expr::value(now))
        .filter(slip::Column::Id.eq(row.id))
        .filter(slip::Column::Status.eq(row.status.as_str()))
        .filter(slip::Column::Serial.eq(row.serial))
}

/// Makes a change, and gives the slip as it is then; refuses when it was not made.
pub async fn made(
    db: &impl ConnectionTrait,
    row: &slip::Model,
    change: UpdateMany<slip::Entity>,
    attempted: Action,
) -> Result<slip::Model, Failure> {
    let made = change.exec(db).await?;
    let after = slip(db, row.id.into()).await?;
    if made.rows_affected == 1 {
        return Ok(after);
    }
    let from = after.status()?;
    Err(Problem::from(shared::slips::rules::NotAllowed { from, attempted }).into())
}

/// The proxy of a slip, while there is one.
pub async fn proxy_of(db: &impl ConnectionTrait, slip: Uuid) -> Result<Option<proxy::Model>, DbErr> {
    proxy::Entity::find()
        .filter(proxy::Column::SlipId.eq(slip))
        .filter(proxy::Column::EndedAt.is_null())
        .one(db)
        .await
}

/// Ends the time of a proxy; whether it had not ended before.
pub async fn end_proxy(db: &impl ConnectionTrait, proxy: Uuid, now: Instant) -> Result<bool, DbErr> {
    let ended = proxy::Entity::update_many()
        .col_expr(proxy::Column::EndedAt, Expr::value(now))
        .filter(proxy::Column::Id.eq(proxy))
        .filter(proxy::Column::EndedAt.is_null())
        .exec(db)
        .await?;
    Ok(ended.rows_affected == 1)
}

/// How a slip was redeemed.
pub async fn redemption_of(db: &impl ConnectionTrait, slip: Uuid) -> Result<Option<redemption::Model>, DbErr> {
    redemption::Entity::find_by_id(slip).one(db).await
}
