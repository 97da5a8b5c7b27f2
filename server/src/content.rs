//! Imports a bureau's content, and loads the demonstration bureau.

use std::{fs, path::Path, sync::Arc};

use anyhow::Context;
use shared::{language::Text, slips::token::SlipKind};

use crate::{
    appointments,
    bureau::Bureau,
    cases,
    catalog::{self, Catalogue, Imported, Snapshot},
    fines, identity, notify,
    platform::{Platform, bus::Event},
    problem::Failure,
    slips::{NewSlip, Slips},
};

/// The phone of the demonstration resident for whom a document waits.
const FIRST_PHONE: &str = "13800000001";

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

/// Loads the demonstration bureau: the content, its residents, staff and devices, and windows for the next two weeks.
///
/// It can be loaded again: what is there stays, and the windows are moved on to today.
pub async fn load_demo(platform: &Platform, folder: &Path) -> anyhow::Result<Imported> {
    let imported = import(platform, folder).await?;
    let (residents, staff) = (read(folder, "residents.toml")?, read(folder, "staff.toml")?);
    let devices = read(folder, "devices.toml")?;
    let transaction = platform.db.begin().await?;
    identity::demo::load_residents(&transaction, platform, &residents).await?;
    identity::demo::load_staff(&transaction, platform, &staff, &imported.halls).await?;
    identity::demo::load_devices(&transaction, platform, &devices, &imported.halls).await?;
    fines::load_demo(&transaction, platform, &read(folder, "decisions.toml")?).await?;
    cases::load_demo(&transaction, platform, &read(folder, "cases.toml")?).await?;
    let snapshot = Snapshot::load(&transaction).await?;
    appointments::publish_windows(&transaction, &snapshot, platform.clock.now()).await?;
    transaction.commit().await?;
    first_slip(platform, &imported).await?;
    Ok(imported)
}

/// A finished document for the first resident, which waits in the first hall. Nobody is texted about it.
async fn first_slip(platform: &Platform, imported: &Imported) -> anyhow::Result<()> {
    let slips = Slips::new(platform, Arc::new(Bureau(Catalogue::load(platform).await?)), Vec::new());
    let transaction = platform.db.begin().await?;
    let fault = |failure: Failure| anyhow::anyhow!("the demonstration slip: {failure}");
    let owner = identity::person_of_phone(&transaction, platform, &FIRST_PHONE.parse()?)
        .await
        .map_err(fault)?;
    let (Some(person), Some(hall)) = (owner, imported.halls.get("zhongxin")) else {
        return Ok(());
    };
    let new = NewSlip {
        source: "demo/first".to_owned(),
        kind: SlipKind::Document,
        person,
        resident: None,
        hall: *hall,
        item: Text {
            zh: "居民身份证".to_owned(),
            en: "Resident ID card".to_owned(),
        },
        reference: "YC20260001".to_owned(),
        is_there: true,
        collect_by: None,
        is_told: false,
        by: None,
    };
    slips
        .issue(&transaction, new, platform.clock.now())
        .await
        .map_err(fault)?;
    transaction.commit().await?;
    Ok(())
}

fn read(folder: &Path, name: &str) -> anyhow::Result<String> {
    let path = folder.join(name);
    fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))
}
