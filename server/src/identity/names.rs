//! What persons, residents and members of staff are called where many of them are shown.

use std::collections::HashMap;

use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter};
use shared::ids::{PersonId, ResidentId};
use uuid::Uuid;

use super::{
    entity::{person, resident, staff},
    store::opened,
};
use crate::{platform::Platform, problem::Failure};

/// The masked names of persons.
pub async fn persons_names(
    db: &impl ConnectionTrait,
    platform: &Platform,
    ids: impl IntoIterator<Item = PersonId>,
) -> Result<HashMap<PersonId, String>, Failure> {
    let rows = person::Entity::find()
        .filter(person::Column::Id.is_in(ids.into_iter().map(Uuid::from)))
        .all(db)
        .await?;
    rows.iter()
        .map(|row| opened(platform, row).map(|person| (person.id, person.name.masked())))
        .collect()
}

/// The masked names of those who are bound to these accounts.
pub async fn residents_names(
    db: &impl ConnectionTrait,
    platform: &Platform,
    ids: impl IntoIterator<Item = ResidentId>,
) -> Result<HashMap<ResidentId, String>, Failure> {
    let bound: Vec<(ResidentId, PersonId)> = resident::Entity::find()
        .filter(resident::Column::Id.is_in(ids.into_iter().map(Uuid::from)))
        .all(db)
        .await?
        .into_iter()
        .filter_map(|row| Some((row.id.into(), row.person_id?.into())))
        .collect();
    let names = persons_names(db, platform, bound.iter().map(|(_, person)| *person)).await?;
    Ok(bound
        .into_iter()
        .filter_map(|(resident, person)| Some((resident, names.get(&person)?.clone())))
        .collect())
}

/// The names of members of staff.
pub async fn staff_names(
    db: &impl ConnectionTrait,
    ids: impl IntoIterator<Item = Uuid>,
) -> Result<HashMap<Uuid, String>, DbErr> {
    let rows = staff::Entity::find()
        .filter(staff::Column::Id.is_in(ids))
        .all(db)
        .await?;
    Ok(rows.into_iter().map(|row| (row.id, row.name)).collect())
}
