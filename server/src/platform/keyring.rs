//! The ring of field keys: a new one is added while servers run, and seals once every one of them knows it.

use anyhow::{Context, bail};
use chrono::TimeDelta;
use sea_orm::{ActiveValue::Set, EntityTrait, QueryOrder};
use shared::time::Instant;

use self::row::{ActiveModel, Column, Entity};
use super::{
    db::{self, Db},
    keys::Keys,
};

/// How long a key is known before it seals. Servers look every two seconds; one that has not looked for longer cannot read the
/// database, and so serves nobody.
pub const KNOWN_BEFORE: TimeDelta = TimeDelta::seconds(30);

mod row {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "field_keys")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub number: i32,
        pub wrapped: Vec<u8>,
        pub created_at: DateTimeUtc,
        pub seals_from: DateTimeUtc,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// Takes the keys of the database into use; the newest whose time has come seals.
pub async fn load(db: &Db, keys: &Keys, now: Instant) -> anyhow::Result<()> {
    if !db.has_table("field_keys").await? {
        return Ok(());
    }
    for row in Entity::find().order_by_asc(Column::Number).all(db.reader()).await? {
        let number = u8::try_from(row.number).context("a field key has an impossible number")?;
        if !keys.has_field_key(number) {
            keys.add_field_key(number, &row.wrapped)
                .with_context(|| format!("field key {number} was wrapped under another master key"))?;
        }
        if row.seals_from <= now && keys.sealing() < number {
            keys.seal_with(number)?;
        }
    }
    Ok(())
}

/// Adds a field key, which seals in half a minute; gives its number and when that is.
pub async fn add(db: &Db, keys: &Keys, now: Instant) -> anyhow::Result<(u8, Instant)> {
    let transaction = db.begin().await?;
    let newest = Entity::find().order_by_desc(Column::Number).one(&transaction).await?;
    let number = newest.map_or(2, |row| row.number + 1);
    let number = u8::try_from(number).context("every number of a field key was used")?;
    let seals_from = now + KNOWN_BEFORE;
    let row = ActiveModel {
        number: Set(number.into()),
        wrapped: Set(keys.new_field_key(number)?),
        created_at: Set(now),
        seals_from: Set(seals_from),
    };
    match Entity::insert(row).exec_without_returning(&transaction).await {
        Err(error) if db::is_duplicate(&error) => bail!("somebody else adds a key at this moment"),
        other => other?,
    };
    transaction.commit().await?;
    Ok((number, seals_from))
}
