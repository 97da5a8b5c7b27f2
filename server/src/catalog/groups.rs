//! The groups of services as a hall arranges them (服务组). What a hall changes stands beside what the files say, so that importing the files again
//! leaves it as it is, and so that no hall changes another's.

use sea_orm::{
    ActiveValue::Set, ColumnTrait, DatabaseTransaction, DbErr, EntityTrait, QueryFilter, sea_query::OnConflict,
};
use serde_json::json;
use shared::{
    catalog::arrangements::GroupRequest,
    ids::{GroupId, HallId, ServiceId},
};

use super::{
    Service,
    entity::{group, hall, hall_group, hall_service},
};
use crate::{platform::db, problem::Failure};

/// Lets one change of a hall's groups happen after the other: each has to see the letters that the other took.
pub async fn lock_groups(transaction: &DatabaseTransaction, hall: HallId) -> Result<(), DbErr> {
    db::locked(hall::Entity::find_by_id(hall.0)).one(transaction).await?;
    Ok(())
}

/// Founds a group of the hall's own. Its letter and name stand where the hall's changes of other groups stand; no import knows its code.
pub async fn found_group(
    transaction: &DatabaseTransaction,
    hall: HallId,
    id: GroupId,
    wish: &GroupRequest,
    first: &Service,
) -> Result<(), DbErr> {
    let row = group::ActiveModel {
        id: Set(id.0),
        code: Set(format!("hall-{id}")),
        prefix: Set(id.0.simple().to_string()),
        name: Set(json!({ "text": wish.name, "family": first.content.family })),
        hall_id: Set(Some(hall.0)),
    };
    group::Entity::insert(row).exec_without_returning(transaction).await?;
    Ok(())
}

/// Keeps what a hall calls a group, its letter, and whether it is in use.
pub async fn arrange_group(
    transaction: &DatabaseTransaction,
    hall: HallId,
    id: GroupId,
    wish: &GroupRequest,
) -> Result<(), Failure> {
    let row = hall_group::ActiveModel {
        hall_id: Set(hall.0),
        group_id: Set(id.0),
        prefix: Set(wish.prefix.clone()),
        name: Set(serde_json::to_value(&wish.name).map_err(anyhow::Error::from)?),
        active: Set(wish.active),
    };
    let mut again = OnConflict::columns([hall_group::Column::HallId, hall_group::Column::GroupId]);
    again.update_columns([
        hall_group::Column::Prefix,
        hall_group::Column::Name,
        hall_group::Column::Active,
    ]);
    hall_group::Entity::insert(row)
        .on_conflict(again)
        .exec_without_returning(transaction)
        .await?;
    Ok(())
}

/// Puts a service into another group than the bureau's at one hall.
pub async fn move_service(
    transaction: &DatabaseTransaction,
    hall: HallId,
    service: ServiceId,
    group: GroupId,
) -> Result<(), DbErr> {
    let row = hall_service::ActiveModel {
        hall_id: Set(hall.0),
        service_id: Set(service.0),
        group_id: Set(group.0),
    };
    let mut again = OnConflict::columns([hall_service::Column::HallId, hall_service::Column::ServiceId]);
    again.update_column(hall_service::Column::GroupId);
    hall_service::Entity::insert(row)
        .on_conflict(again)
        .exec_without_returning(transaction)
        .await?;
    Ok(())
}

/// Puts a service back into the bureau's group.
pub async fn return_service(transaction: &DatabaseTransaction, hall: HallId, service: ServiceId) -> Result<(), DbErr> {
    hall_service::Entity::delete_many()
        .filter(hall_service::Column::HallId.eq(hall.0))
        .filter(hall_service::Column::ServiceId.eq(service.0))
        .exec(transaction)
        .await?;
    Ok(())
}
