//! The people of the demonstration bureau, from its content files.

use std::collections::HashMap;

use anyhow::{Context, anyhow};
use argon2::{Algorithm, Argon2, Params, PasswordHasher, Version};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter,
    sea_query::{Expr, OnConflict},
};
use serde::Deserialize;
use shared::{
    identity::rules::{IdNumber, PersonName, Phone, StaffRole},
    ids::HallId,
    language::Language,
};
use uuid::Uuid;

use super::{
    entity::{resident, staff},
    staff_sign_in::TOTP_SECRET,
    store,
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
    totp_secret: String,
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
        let id = Uuid::now_v7();
        let row = staff::ActiveModel {
            id: Set(id),
            username: Set(entry.username.clone()),
            name: Set(entry.name.clone()),
            role: Set(role.as_str().to_owned()),
            hall_id: Set(hall),
            password_hash: Set(password_hash.clone()),
            totp_secret: Set(Some(platform.keys.seal(TOTP_SECRET, id, &entry.totp_secret)?)),
            failures: Set(0),
            locked_until: Set(None),
            last_totp_step: Set(0),
            created_at: Set(platform.clock.now()),
        };
        staff::Entity::insert(row)
            .on_conflict(OnConflict::column(staff::Column::Username).do_nothing().to_owned())
            .exec_without_returning(db)
            .await?;
    }
    Ok(file.staff.len())
}

/// Hashes a password with Argon2id at the cost that OWASP names first: 19 MiB, two passes.
pub fn hash_password(password: &str) -> anyhow::Result<String> {
    let params = Params::new(19 * 1024, 2, 1, None).map_err(|error| anyhow!("{error}"))?;
    let hash = Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password(password.as_bytes())
        .map_err(|error| anyhow!("a password cannot be hashed: {error}"))?;
    Ok(hash.to_string())
}
