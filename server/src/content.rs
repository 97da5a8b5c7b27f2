//! Imports a bureau's content, and loads the demonstration bureau.

use std::{fs, path::Path};

use anyhow::Context;
use shared::time::day_of;

use crate::{
    appointments,
    catalog::{self, Imported, Snapshot},
    fines, identity, notify,
    platform::{Platform, bus::Event},
};

/// Imports a content folder: catalogue, halls, calendar and the texts' templates. Importing again changes what the files changed.
pub async fn import(platform: &Platform, folder: &Path) -> anyhow::Result<Imported> {
    let templates = read(folder, "sms-templates.toml")?;
    let transaction = platform.db.begin().await?;
    let imported = catalog::import(&transaction, folder).await?;
    notify::templates::import(&transaction, &templates).await?;
    transaction.commit().await?;
    platform.bus.publish(Event::Catalogue);
    Ok(imported)
}

/// Loads the demonstration bureau: the content, its residents and staff, and windows for the next two weeks.
///
/// It can be loaded again: what is there stays, and the windows are moved on to today.
pub async fn load_demo(platform: &Platform, folder: &Path) -> anyhow::Result<Imported> {
    let imported = import(platform, folder).await?;
    let (residents, staff) = (read(folder, "residents.toml")?, read(folder, "staff.toml")?);
    let transaction = platform.db.begin().await?;
    identity::demo::load_residents(&transaction, platform, &residents).await?;
    identity::demo::load_staff(&transaction, platform, &staff, &imported.halls).await?;
    fines::load_demo(&transaction, platform, &read(folder, "decisions.toml")?).await?;
    let snapshot = Snapshot::load(&transaction).await?;
    appointments::publish_windows(&transaction, &snapshot, day_of(platform.clock.now())).await?;
    transaction.commit().await?;
    Ok(imported)
}

fn read(folder: &Path, name: &str) -> anyhow::Result<String> {
    let path = folder.join(name);
    fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))
}
