//! The people of the demonstration bureau, from its content files, and crowds of invented ones.

use std::collections::HashMap;

use anyhow::{Context, anyhow};
use chrono::{Days, NaiveDate};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter,
    sea_query::{Expr, OnConflict},
};
use serde::Deserialize;
use shared::{
    identity::{
        devices::{DeviceKey, DeviceKind},
        rules::{IdNumber, PersonName, Phone, StaffRole},
    },
    ids::{HallId, PersonId, ResidentId},
    language::Language,
};
use uuid::Uuid;

use super::{
    devices,
    entity::{device, person, resident, session, staff},
    passwords::hash_password,
    sessions::SubjectKind,
    staff_sign_in::TOTP_SECRET,
    store,
    token::{ACCESS_LIFE, Tokens},
};
use crate::platform::Platform;

#[derive(Deserialize)]
struct Residents {
    resident: Vec<DemoResident>,
}

#[derive(Deserialize)]
struct DemoResident {
    name: String,
    id_number: String,
    phone: String,
}

#[derive(Deserialize)]
struct StaffFile {
    password: String,
    staff: Vec<DemoStaff>,
}

#[derive(Deserialize)]
struct DemoStaff {
    username: String,
    name: String,
    role: String,
    hall: Option<String>,
    #[serde(default)]
    counters: Vec<i32>,
    totp_secret: String,
    id_number: Option<String>,
}

#[derive(Deserialize)]
struct Devices {
    device: Vec<DemoDevice>,
}

#[derive(Deserialize)]
struct DemoDevice {
    hall: String,
    kind: String,
    name: String,
    key: String,
}

/// Adds the residents of a file, with their identities confirmed; those who are there already stay as they are.
pub async fn load_residents(db: &impl ConnectionTrait, platform: &Platform, file: &str) -> anyhow::Result<usize> {
    let file: Residents = toml::from_str(file).context("residents.toml cannot be read")?;
    let now = platform.clock.now();
    for entry in &file.resident {
        let name: PersonName = entry.name.parse()?;
        let id_number: IdNumber = entry.id_number.parse()?;
        let phone: Phone = entry.phone.parse()?;
        let fault = |failure| anyhow!("{}: {failure}", phone.masked());
        let person = store::find_or_add_person(db, platform, &name, &id_number, now)
            .await
            .map_err(fault)?;
        let account = store::find_or_add_resident(db, platform, &phone, Language::Chinese, now)
            .await
            .map_err(fault)?;
        resident::Entity::update_many()
            .col_expr(resident::Column::PersonId, Expr::value(person.id.0))
            .filter(resident::Column::Id.eq(account.id))
            .filter(resident::Column::PersonId.is_null())
            .exec(db)
            .await?;
    }
    Ok(file.resident.len())
}

/// Adds the staff of a file; those who are there already stay as they are.
pub async fn load_staff(
    db: &impl ConnectionTrait,
    platform: &Platform,
    file: &str,
    halls: &HashMap<String, HallId>,
) -> anyhow::Result<usize> {
    let file: StaffFile = toml::from_str(file).context("staff.toml cannot be read")?;
    let known: Vec<String> = staff::Entity::find()
        .all(db)
        .await?
        .into_iter()
        .map(|account| account.username)
        .collect();
    let missing: Vec<&DemoStaff> = file
        .staff
        .iter()
        .filter(|entry| !known.contains(&entry.username))
        .collect();
    if missing.is_empty() {
        return Ok(file.staff.len());
    }
    // One hash serves all, since all have the same published password; real accounts are made one by one.
    let password_hash = hash_password(&file.password)?;
    for entry in missing {
        let role: StaffRole = entry.role.parse()?;
        let hall = match &entry.hall {
            None => None,
            Some(code) => Some(
                halls
                    .get(code)
                    .with_context(|| format!("{}: no hall {code}", entry.username))?
                    .0,
            ),
        };
        let id_number = entry.id_number.as_deref().map(str::parse::<IdNumber>).transpose()?;
        let id = Uuid::now_v7();
        let row = staff::ActiveModel {
            id: Set(id),
            username: Set(entry.username.clone()),
            name: Set(entry.name.clone()),
            role: Set(role.as_str().to_owned()),
            hall_id: Set(hall),
            counters: Set(Some(serde_json::to_string(&entry.counters)?)),
            password_hash: Set(password_hash.clone()),
            totp_secret: Set(Some(platform.keys.seal(TOTP_SECRET, id, &entry.totp_secret)?)),
            failures: Set(0),
            locked_until: Set(None),
            last_totp_step: Set(0),
            created_at: Set(platform.clock.now()),
            id_number_index: Set(id_number.map(|number| store::id_number_index(platform, &number))),
            initial_until: Set(None),
            approved_at: Set(Some(platform.clock.now())),
            approved_by: Set(None),
            ended_at: Set(None),
        };
        staff::Entity::insert(row)
            .on_conflict(OnConflict::column(staff::Column::Username).do_nothing().to_owned())
            .exec_without_returning(db)
            .await?;
    }
    Ok(file.staff.len())
}

/// Adds the screens and kiosks of a file, whose keys are published with it; those who are there already stay as they are.
pub async fn load_devices(
    db: &impl ConnectionTrait,
    platform: &Platform,
    file: &str,
    halls: &HashMap<String, HallId>,
) -> anyhow::Result<usize> {
    let file: Devices = toml::from_str(file).context("devices.toml cannot be read")?;
    for entry in &file.device {
        let kind: DeviceKind = entry.kind.parse()?;
        let key: DeviceKey = entry.key.parse()?;
        let hall = halls
            .get(&entry.hall)
            .with_context(|| format!("{}: no hall {}", entry.name, entry.hall))?;
        let row = device::Model {
            id: Uuid::now_v7(),
            hall_id: hall.0,
            kind: kind.as_str().to_owned(),
            name: entry.name.clone(),
            key_hash: devices::hash(&key),
            created_by: None,
            created_at: platform.clock.now(),
            paired_at: None,
            revoked_at: None,
        };
        devices::add(db, &row).await?;
    }
    Ok(file.device.len())
}

/// A resident of a crowd, signed in.
#[derive(Clone, Debug)]
pub struct Visitor {
    /// The account.
    pub resident: ResidentId,
    /// The person bound to it.
    pub person: PersonId,
    /// A token of the visitor's session, accepted for ten minutes.
    pub access_token: String,
}

/// Adds invented residents with confirmed identities, each signed in, for benchmarks and crash tests: signing thousands in by text
/// message would take longer than what is measured. It is called once for a database.
///
/// Whoever calls it holds the deployment's keys and writes to its database, and so gains nothing by it.
pub async fn crowd(db: &impl ConnectionTrait, platform: &Platform, count: u32) -> anyhow::Result<Vec<Visitor>> {
    /// Rows of one statement.
    const AT_ONCE: u32 = 500;
    let tokens = Tokens::new(&platform.keys)?;
    let now = platform.clock.now();
    let name: PersonName = "林一".parse()?;
    let mut visitors = Vec::new();
    let mut done = 0;
    while done < count {
        let end = count.min(done + AT_ONCE);
        let (mut persons, mut residents, mut sessions) = (Vec::new(), Vec::new(), Vec::new());
        for number in done..end {
            let phone: Phone = format!("199{number:08}").parse()?;
            let id_number = invented_id_number(number)?;
            let (person, account, id) = (Uuid::now_v7(), Uuid::now_v7(), Uuid::now_v7());
            persons.push(person::ActiveModel {
                id: Set(person),
                name: Set(platform.keys.seal(store::NAME, person, name.expose())?),
                id_number: Set(platform.keys.seal(store::ID_NUMBER, person, id_number.expose())?),
                id_number_index: Set(store::id_number_index(platform, &id_number)),
                created_at: Set(now),
                vouched_at: Set(None),
            });
            residents.push(resident::ActiveModel {
                id: Set(account),
                phone: Set(platform.keys.seal(store::PHONE, account, phone.expose())?),
                phone_index: Set(store::phone_index(platform, &phone)),
                person_id: Set(Some(person)),
                language: Set(Language::Chinese.tag().to_owned()),
                created_at: Set(now),
            });
            // The hash of no token: such a session cannot be refreshed, and ends with its access token.
            let mut refresh_hash = vec![0; 32];
            platform.keys.fill_random(&mut refresh_hash)?;
            sessions.push(session::ActiveModel {
                id: Set(id),
                subject_kind: Set(SubjectKind::Resident.as_str().to_owned()),
                subject_id: Set(account),
                refresh_hash: Set(refresh_hash),
                created_at: Set(now),
                expires_at: Set(now + ACCESS_LIFE),
                ..Default::default()
            });
            visitors.push(Visitor {
                resident: account.into(),
                person: person.into(),
                access_token: tokens.issue(account, id.into(), now)?.0,
            });
        }
        person::Entity::insert_many(persons).exec_without_returning(db).await?;
        resident::Entity::insert_many(residents)
            .exec_without_returning(db)
            .await?;
        session::Entity::insert_many(sessions)
            .exec_without_returning(db)
            .await?;
        done = end;
    }
    Ok(visitors)
}

/// A valid ID number of a region that does not exist; another for each number below ten million.
fn invented_id_number(number: u32) -> anyhow::Result<IdNumber> {
    let (day, sequence) = (number / 1_000, number % 1_000);
    let born = NaiveDate::from_ymd_opt(1950, 1, 1)
        .and_then(|first| first.checked_add_days(Days::new(day.into())))
        .context("there is no such day")?;
    let digits = format!("539999{}{sequence:03}", born.format("%Y%m%d"));
    let check = IdNumber::check_character(&digits).context("an ID number begins with 17 digits")?;
    Ok(format!("{digits}{check}").parse()?)
}
