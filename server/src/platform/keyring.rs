//! The ring of keys in the database: a new one is added while servers run, and used once every one of them knows it; and all of them are
//! wrapped anew when the master key is changed.
//!
//! A server holds its keys in memory. It needs the master key when it starts and when it hears of a key that it does not know, so that
//! during a change of the master key, while every key lies wrapped under both, old and new files serve side by side.

use std::{collections::BTreeSet, path::Path};

use anyhow::{Context, bail, ensure};
use chrono::TimeDelta;
use crypto::{INTERNATIONAL, SECRET_LEN, Suite};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, sea_query::OnConflict,
};
use serde_json::json;
use shared::time::Instant;

use super::{
    audit::{self, Deed},
    db::{self, Db},
    keys::{Keys, Master, Place, Purpose, Secret, random},
};

/// How long a key is known before it is used. Servers look every two seconds; one that has not looked for longer cannot read the
/// database, and so serves nobody.
pub const KNOWN_BEFORE: TimeDelta = TimeDelta::seconds(30);

mod row {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "deployment_keys")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub purpose: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub number: i32,
        #[sea_orm(primary_key, auto_increment = false)]
        pub master: String,
        pub suite: String,
        pub wrapped: Vec<u8>,
        pub created_at: DateTimeUtc,
        pub used_from: DateTimeUtc,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// Field keys that programs added before keys of every purpose lay in one table. They are read until the master key is changed.
mod earlier {
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

/// A key, out of its wrapping.
struct Unwrapped {
    place: Place,
    suite: &'static dyn Suite,
    secret: Secret,
    created_at: Instant,
    used_from: Instant,
}

/// The keys of a deployment, as a program that starts finds them.
pub async fn open(db: &Db, folder: &Path, now: Instant) -> anyhow::Result<Keys> {
    let rows = rows(db).await?;
    let roots: Vec<&row::Model> = rows
        .iter()
        .filter(|row| row.purpose == Purpose::Root.as_str())
        .collect();
    let keys = if roots.is_empty() {
        Keys::load_or_create(folder)?
    } else {
        let master = Master::load_or_create(folder)?;
        let root = roots.into_iter().find(|row| row.master == master.id());
        let root = root.with_context(|| format!("the master key in {} was changed since", folder.display()))?;
        Keys::with_root(folder, unwrapped(&master, root)?.secret)?
    };
    load(db, &keys, now).await?;
    Ok(keys)
}

/// Takes the keys of the database into use; the newest of each purpose whose time has come is used.
pub async fn load(db: &Db, keys: &Keys, now: Instant) -> anyhow::Result<()> {
    for row in earlier(db).await? {
        let number = u8::try_from(row.number).context("a field key has an impossible number")?;
        if !keys.has(Purpose::Field, number) {
            let secret = keys
                .unwrap_earlier(number, &row.wrapped)
                .with_context(|| format!("field key {number} was wrapped under another master key"))?;
            keys.add(Purpose::Field, number, INTERNATIONAL, &secret, row.seals_from)?;
        }
    }
    let rows = rows(db).await?;
    let mut unknown = BTreeSet::new();
    for row in &rows {
        let (purpose, number) = place(row)?;
        if !keys.has(purpose, number) {
            unknown.insert((purpose, number));
        }
    }
    if !unknown.is_empty() {
        let under = |master: &Master, wanted: (Purpose, u8)| {
            let ours = rows.iter().filter(|row| row.master == master.id());
            ours.filter(|row| place(row).is_ok_and(|place| place == wanted))
                .map(|row| unwrapped(master, row))
                .next()
        };
        if unknown.iter().any(|wanted| under(&keys.master(), *wanted).is_none()) {
            keys.reload_master()?;
        }
        let master = keys.master();
        for (purpose, number) in unknown {
            let key = under(&master, (purpose, number)).with_context(|| {
                format!(
                    "the {} key {number} is wrapped under a master key that is not here",
                    purpose.as_str()
                )
            })??;
            keys.add(purpose, number, key.suite, &key.secret, key.used_from)?;
        }
    }
    keys.turn(now);
    Ok(())
}

/// Adds a key, which is used in half a minute; gives its number and when that is.
pub async fn add(
    db: &Db,
    keys: &Keys,
    purpose: Purpose,
    suite: &'static dyn Suite,
    now: Instant,
) -> anyhow::Result<(u8, Instant)> {
    load(db, keys, now).await?;
    let masters: BTreeSet<String> = rows(db).await?.into_iter().map(|row| row.master).collect();
    ensure!(
        masters.len() < 2,
        "the master key is being changed: end that with `bianmin rotate-keys forget-master` first"
    );
    let number = keys.highest(purpose).checked_add(1);
    let number = number.with_context(|| format!("every number of a {} key was used", purpose.as_str()))?;
    let mut secret = [0; SECRET_LEN];
    random(&mut secret)?;
    let key = Unwrapped {
        place: Place {
            purpose,
            number,
            suite: suite.name(),
        },
        suite,
        secret,
        created_at: now,
        used_from: now + KNOWN_BEFORE,
    };
    let transaction = db.begin().await?;
    let row = wrapped(&keys.master(), &key)?;
    match row::Entity::insert(row).exec_without_returning(&transaction).await {
        Err(error) if db::is_duplicate(&error) => bail!("somebody else adds a key at this moment"),
        other => other?,
    };
    record(
        &transaction,
        now,
        "keys.add",
        json!({ "purpose": purpose.as_str(), "number": number }),
    )
    .await?;
    transaction.commit().await?;
    Ok((number, key.used_from))
}

/// Wraps every key under another master key too, and tells how many. From here on either file serves.
pub async fn change_master(db: &Db, keys: &Keys, new: &Master, now: Instant) -> anyhow::Result<usize> {
    let present = keys.master();
    ensure!(
        present.id() != new.id(),
        "this is the master key that is in use already"
    );
    load(db, keys, now).await?;
    let mut all = Vec::new();
    for row in earlier(db).await? {
        let number = u8::try_from(row.number)?;
        all.push(Unwrapped {
            place: Place {
                purpose: Purpose::Field,
                number,
                suite: INTERNATIONAL.name(),
            },
            suite: INTERNATIONAL,
            secret: keys.unwrap_earlier(number, &row.wrapped)?,
            created_at: row.created_at,
            used_from: row.seals_from,
        });
    }
    let rows = rows(db).await?;
    for row in rows.iter().filter(|row| row.master == present.id()) {
        all.push(unwrapped(&present, row)?);
    }
    if !all.iter().any(|key| key.place.purpose == Purpose::Root) {
        all.push(Unwrapped {
            place: Place {
                purpose: Purpose::Root,
                number: 1,
                suite: INTERNATIONAL.name(),
            },
            suite: INTERNATIONAL,
            secret: *keys.root(),
            created_at: now,
            used_from: now,
        });
    }
    let transaction = db.begin().await?;
    for key in &all {
        for master in [&present, new] {
            // Under the present one most are there already, and all of a change that was begun before.
            let mut known = OnConflict::columns([row::Column::Purpose, row::Column::Number, row::Column::Master]);
            row::Entity::insert(wrapped(master, key)?)
                .on_conflict(known.do_nothing().to_owned())
                .exec_without_returning(&transaction)
                .await?;
        }
    }
    record(
        &transaction,
        now,
        "keys.change-master",
        json!({ "from": present.id(), "to": new.id() }),
    )
    .await?;
    transaction.commit().await?;
    Ok(all.len())
}

/// Forgets what is wrapped under any master key but the one that is in the folder now, and tells how many that were.
pub async fn forget_master(db: &Db, keys: &Keys, now: Instant) -> anyhow::Result<u64> {
    keys.reload_master()?;
    let present = keys.master();
    let rows = rows(db).await?;
    let all: BTreeSet<(Purpose, u8)> = rows.iter().map(place).collect::<anyhow::Result<_>>()?;
    let mut ours = BTreeSet::new();
    for row in rows.iter().filter(|row| row.master == present.id()) {
        unwrapped(&present, row)?;
        ours.insert(place(row)?);
    }
    ensure!(!all.is_empty(), "the master key was never changed");
    ensure!(
        all == ours,
        "{} keys are not wrapped under the master key that is in the folder: nothing is forgotten",
        all.len() - ours.len()
    );
    let transaction = db.begin().await?;
    let forgotten = row::Entity::delete_many()
        .filter(row::Column::Master.ne(present.id()))
        .exec(&transaction)
        .await?
        .rows_affected;
    earlier::Entity::delete_many().exec(&transaction).await?;
    record(&transaction, now, "keys.forget-master", json!({ "kept": present.id() })).await?;
    transaction.commit().await?;
    Ok(forgotten)
}

async fn record(
    db: &impl ConnectionTrait,
    now: Instant,
    action: &str,
    detail: serde_json::Value,
) -> Result<(), sea_orm::DbErr> {
    let deed = Deed {
        actor: None,
        action,
        subject_kind: "deployment",
        subject_id: None,
        reason: None,
        detail,
    };
    audit::record(db, now, deed).await
}

async fn rows(db: &Db) -> anyhow::Result<Vec<row::Model>> {
    if !db.has_table("deployment_keys").await? {
        return Ok(Vec::new());
    }
    let rows = row::Entity::find().order_by_asc(row::Column::Number);
    Ok(rows.all(db.reader()).await?)
}

async fn earlier(db: &Db) -> anyhow::Result<Vec<earlier::Model>> {
    if !db.has_table("field_keys").await? {
        return Ok(Vec::new());
    }
    Ok(earlier::Entity::find().all(db.reader()).await?)
}

fn place(row: &row::Model) -> anyhow::Result<(Purpose, u8)> {
    let purpose = Purpose::stored(&row.purpose);
    let purpose = purpose.with_context(|| format!("a newer program added a key for {}", row.purpose))?;
    Ok((
        purpose,
        u8::try_from(row.number).context("a key has an impossible number")?,
    ))
}

fn unwrapped(master: &Master, row: &row::Model) -> anyhow::Result<Unwrapped> {
    let (purpose, number) = place(row)?;
    let suite = crypto::suite(&row.suite).with_context(|| {
        format!(
            "the {} key {number} is of the suite {}, which this program was compiled without",
            row.purpose, row.suite
        )
    })?;
    let place = Place {
        purpose,
        number,
        suite: suite.name(),
    };
    let secret = master
        .unwrap(place, suite, &row.wrapped)
        .with_context(|| format!("the {} key {number} cannot be opened", row.purpose))?;
    Ok(Unwrapped {
        place,
        suite,
        secret,
        created_at: row.created_at,
        used_from: row.used_from,
    })
}

fn wrapped(master: &Master, key: &Unwrapped) -> anyhow::Result<row::ActiveModel> {
    Ok(row::ActiveModel {
        purpose: Set(key.place.purpose.as_str().to_owned()),
        number: Set(key.place.number.into()),
        master: Set(master.id().to_owned()),
        suite: Set(key.place.suite.to_owned()),
        wrapped: Set(master.wrap(key.place, key.suite, &key.secret)?),
        created_at: Set(key.created_at),
        used_from: Set(key.used_from),
    })
}
