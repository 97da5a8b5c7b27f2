//! Imports the bureau's content files. Everything is read and checked before anything is written, and written in one transaction.
//!
//! A thing is known by its code: importing again changes what the files changed, and what is no longer in them is set inactive,
//! never deleted, because appointments and tickets refer to it.

use std::{
    collections::HashMap,
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, bail, ensure};
use aws_lc_rs::digest::{SHA256, digest};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter,
    sea_query::{Expr, OnConflict},
};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::json;
use shared::{
    catalog::arrangements::ScheduleKind,
    ids::{GroupId, HallId},
};
use uuid::Uuid;

use super::{
    calendar::{self, Calendar},
    content::{self, Bureau, Groups, Halls, ScheduleEntry, Service, Synonyms, Weekdays},
    entity::{counter, group, hall, schedule, service, vocabulary},
    snapshot::{BUREAU, IMPORT, SYNONYMS, Snapshot},
};

/// What an import brought in.
#[derive(Debug)]
pub struct Imported {
    /// How many services.
    pub services: usize,
    /// The halls by their codes.
    pub halls: HashMap<String, HallId>,
    /// How many counters.
    pub counters: usize,
}

struct Files {
    bureau: Bureau,
    groups: Groups,
    services: Vec<Service>,
    halls: Halls,
    synonyms: Synonyms,
    calendar: Calendar,
}

/// Imports a content folder. The caller commits, and publishes [`crate::platform::bus::Event::Catalogue`]; who hears nothing of it finds its name.
pub async fn import(db: &impl ConnectionTrait, folder: &Path) -> anyhow::Result<Imported> {
    let files = read(folder)?;
    check(&files)?;
    let groups = import_groups(db, &files.groups).await?;
    import_services(db, &files.services, &groups).await?;
    let halls = import_halls(db, &files.halls, &groups).await?;
    import_whole(db, BUREAU, &files.bureau).await?;
    import_whole(db, SYNONYMS, &files.synonyms.synonym).await?;
    import_whole(db, IMPORT, &Uuid::now_v7()).await?;
    calendar::import(db, &files.calendar).await?;
    require_letters_apart(&Snapshot::load(db).await?)?;
    let counters = files.halls.hall.iter().map(|hall| hall.counters.len()).sum();
    Ok(Imported {
        services: files.services.len(),
        halls,
        counters,
    })
}

fn read(folder: &Path) -> anyhow::Result<Files> {
    let mut services = Vec::new();
    for family in entries(&folder.join("services"))? {
        for path in entries(&family)?
            .iter()
            .filter(|path| path.extension().is_some_and(|end| end == "toml"))
        {
            let service: Service = toml_file(path)?;
            ensure!(
                path.file_stem().is_some_and(|stem| *stem == *service.code),
                "{}: the code {:?} must be the file's name",
                path.display(),
                service.code
            );
            services.push(service);
        }
    }
    Ok(Files {
        bureau: toml_file(&folder.join("bureau.toml"))?,
        groups: toml_file(&folder.join("service-groups.toml"))?,
        services,
        halls: toml_file(&folder.join("halls.toml"))?,
        synonyms: toml_file(&folder.join("synonyms.toml"))?,
        calendar: calendar::read(&folder.join("calendar"))?,
    })
}

pub(super) fn entries(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let mut paths = fs::read_dir(folder)
        .and_then(|entries| {
            entries
                .map(|entry| entry.map(|entry| entry.path()))
                .collect::<Result<Vec<_>, _>>()
        })
        .with_context(|| format!("cannot read the folder {}", folder.display()))?;
    paths.sort();
    Ok(paths)
}

pub(super) fn toml_file<T: DeserializeOwned>(path: &Path) -> anyhow::Result<T> {
    let text = fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    toml::from_str(&text).with_context(|| format!("{} is not as it should be", path.display()))
}

fn check(files: &Files) -> anyhow::Result<()> {
    files.bureau.booking.check().context("bureau.toml, [booking]")?;
    let known = |code: &str| files.groups.group.iter().any(|group| group.code == code);
    for service in &files.services {
        ensure!(
            known(&service.group),
            "service {}: there is no group {:?}",
            service.code,
            service.group
        );
        ensure!(
            service.fee_fen >= 0,
            "service {}: a fee cannot be negative",
            service.code
        );
        ensure!(
            service.minutes > 0,
            "service {}: minutes must be above zero",
            service.code
        );
        ensure!(
            !service.basis.is_empty(),
            "service {}: there is no legal basis",
            service.code
        );
        ensure!(
            service.time_limit.promised_days <= service.time_limit.days,
            "service {}: more days are promised than the law allows",
            service.code
        );
    }
    for hall in &files.halls.hall {
        for counter in &hall.counters {
            for code in &counter.groups {
                ensure!(
                    known(code),
                    "hall {}, counter {}: there is no group {code:?}",
                    hall.code,
                    counter.number
                );
            }
        }
        for entry in &hall.schedules {
            check_schedule(entry).with_context(|| format!("hall {}, schedule of {}", hall.code, entry.group))?;
            ensure!(
                known(&entry.group),
                "hall {}: there is no group {:?}",
                hall.code,
                entry.group
            );
        }
    }
    Ok(())
}

fn check_schedule(entry: &ScheduleEntry) -> anyhow::Result<()> {
    let (opens, closes) = (content::time(&entry.from)?, content::time(&entry.to)?);
    Weekdays::parse(&entry.days)?;
    ensure!(entry.quota > 0, "a quota must be above zero");
    ensure!(
        (0..=100).contains(&entry.online_percent),
        "online_percent lies between 0 and 100"
    );
    ensure!(entry.window_minutes > 0, "a window must be longer than nothing");
    let minutes = (closes - opens).num_minutes();
    if minutes <= 0 || minutes % i64::from(entry.window_minutes) != 0 {
        bail!(
            "{} to {} is no multiple of {} minutes",
            entry.from,
            entry.to,
            entry.window_minutes
        );
    }
    Ok(())
}

async fn import_groups(db: &impl ConnectionTrait, groups: &Groups) -> anyhow::Result<HashMap<String, GroupId>> {
    for entry in &groups.group {
        let row = group::ActiveModel {
            id: Set(Uuid::now_v7()),
            code: Set(entry.code.clone()),
            prefix: Set(entry.prefix.clone()),
            name: Set(json!({ "text": entry.name, "family": entry.family })),
            hall_id: Set(None),
        };
        let mut again = OnConflict::column(group::Column::Code);
        again.update_columns([group::Column::Prefix, group::Column::Name]);
        group::Entity::insert(row)
            .on_conflict(again)
            .exec_without_returning(db)
            .await?;
    }
    let rows = group::Entity::find().all(db).await?;
    Ok(rows.into_iter().map(|row| (row.code, row.id.into())).collect())
}

/// A hall may have given a group of its own the letter that the files now give to another.
fn require_letters_apart(snapshot: &Snapshot) -> anyhow::Result<()> {
    for hall in snapshot.halls() {
        let mut groups = snapshot.groups_at(hall.id);
        groups.retain(|group| group.active);
        for (one, next) in groups.iter().zip(groups.iter().skip(1)) {
            ensure!(
                one.prefix != next.prefix,
                "hall {}: the groups {:?} and {:?} have the same letter {:?}",
                hall.content.code,
                one.name.zh,
                next.name.zh,
                one.prefix
            );
        }
    }
    Ok(())
}

fn group_id(groups: &HashMap<String, GroupId>, code: &str) -> anyhow::Result<GroupId> {
    groups
        .get(code)
        .copied()
        .with_context(|| format!("there is no group {code:?}"))
}

async fn import_services(
    db: &impl ConnectionTrait,
    services: &[Service],
    groups: &HashMap<String, GroupId>,
) -> anyhow::Result<()> {
    service::Entity::update_many()
        .col_expr(service::Column::Active, Expr::value(false))
        .exec(db)
        .await?;
    for entry in services {
        let row = service::ActiveModel {
            id: Set(Uuid::now_v7()),
            code: Set(entry.code.clone()),
            group_id: Set(group_id(groups, &entry.group)?.0),
            active: Set(true),
            content: Set(serde_json::to_value(entry)?),
        };
        let mut again = OnConflict::column(service::Column::Code);
        again.update_columns([
            service::Column::GroupId,
            service::Column::Active,
            service::Column::Content,
        ]);
        service::Entity::insert(row)
            .on_conflict(again)
            .exec_without_returning(db)
            .await?;
    }
    Ok(())
}

async fn import_halls(
    db: &impl ConnectionTrait,
    halls: &Halls,
    groups: &HashMap<String, GroupId>,
) -> anyhow::Result<HashMap<String, HallId>> {
    hall::Entity::update_many()
        .col_expr(hall::Column::Active, Expr::value(false))
        .exec(db)
        .await?;
    for entry in &halls.hall {
        let row = hall::ActiveModel {
            id: Set(Uuid::now_v7()),
            code: Set(entry.code.clone()),
            active: Set(true),
            content: Set(serde_json::to_value(entry)?),
            imported: Set(None),
        };
        let mut again = OnConflict::column(hall::Column::Code);
        again.update_columns([hall::Column::Active, hall::Column::Content]);
        hall::Entity::insert(row)
            .on_conflict(again)
            .exec_without_returning(db)
            .await?;
        let hall = hall::Entity::find()
            .filter(hall::Column::Code.eq(entry.code.as_str()))
            .one(db)
            .await?
            .context("a hall vanished while being imported")?;
        // As long as the files say what they said before, what the hall's manager has changed since then stays.
        let arranged = fingerprint(entry)?;
        if hall.imported.as_deref() == Some(arranged.as_str()) {
            continue;
        }
        import_counters(db, hall.id, &entry.counters, groups).await?;
        import_schedules(db, hall.id, &entry.schedules, groups).await?;
        hall::Entity::update_many()
            .col_expr(hall::Column::Imported, Expr::value(arranged))
            .filter(hall::Column::Id.eq(hall.id))
            .exec(db)
            .await?;
    }
    let rows = hall::Entity::find().all(db).await?;
    Ok(rows.into_iter().map(|row| (row.code, row.id.into())).collect())
}

/// What the files say of a hall's counters and timetable, in short.
fn fingerprint(entry: &content::Hall) -> anyhow::Result<String> {
    let said = serde_json::to_vec(&(&entry.counters, &entry.schedules))?;
    Ok(hex::encode(digest(&SHA256, &said)))
}

async fn import_counters(
    db: &impl ConnectionTrait,
    hall: Uuid,
    counters: &[content::Counter],
    groups: &HashMap<String, GroupId>,
) -> anyhow::Result<()> {
    counter::Entity::update_many()
        .col_expr(counter::Column::Active, Expr::value(false))
        .filter(counter::Column::HallId.eq(hall))
        .exec(db)
        .await?;
    for entry in counters {
        let served = entry
            .groups
            .iter()
            .map(|code| group_id(groups, code))
            .collect::<anyhow::Result<Vec<_>>>()?;
        let row = counter::ActiveModel {
            id: Set(Uuid::now_v7()),
            hall_id: Set(hall),
            number: Set(entry.number),
            active: Set(true),
            name: Set(serde_json::to_value(&entry.name)?),
            groups: Set(serde_json::to_value(served)?),
        };
        let mut again = OnConflict::columns([counter::Column::HallId, counter::Column::Number]);
        again.update_columns([counter::Column::Active, counter::Column::Name, counter::Column::Groups]);
        counter::Entity::insert(row)
            .on_conflict(again)
            .exec_without_returning(db)
            .await?;
    }
    Ok(())
}

async fn import_schedules(
    db: &impl ConnectionTrait,
    hall: Uuid,
    schedules: &[ScheduleEntry],
    groups: &HashMap<String, GroupId>,
) -> anyhow::Result<()> {
    schedule::Entity::delete_many()
        .filter(schedule::Column::HallId.eq(hall))
        .exec(db)
        .await?;
    for entry in schedules {
        let row = schedule::ActiveModel {
            id: Set(Uuid::now_v7()),
            hall_id: Set(hall),
            group_id: Set(group_id(groups, &entry.group)?.0),
            weekdays: Set(serde_json::to_value(&entry.days)?),
            opens: Set(content::time(&entry.from)?),
            closes: Set(content::time(&entry.to)?),
            window_minutes: Set(entry.window_minutes),
            quota: Set(entry.quota),
            online_percent: Set(entry.online_percent),
            valid_from: Set(None),
            valid_until: Set(None),
            kind: Set(ScheduleKind::Regular.as_str().to_owned()),
        };
        schedule::Entity::insert(row).exec_without_returning(db).await?;
    }
    Ok(())
}

/// Keeps what is read as one: the bureau, the synonyms.
async fn import_whole(db: &impl ConnectionTrait, name: &str, content: &impl Serialize) -> anyhow::Result<()> {
    let row = vocabulary::ActiveModel {
        name: Set(name.to_owned()),
        content: Set(serde_json::to_value(content)?),
    };
    let mut again = OnConflict::column(vocabulary::Column::Name);
    again.update_column(vocabulary::Column::Content);
    vocabulary::Entity::insert(row)
        .on_conflict(again)
        .exec_without_returning(db)
        .await?;
    Ok(())
}
