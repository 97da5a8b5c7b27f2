//! `cargo xtask sheet`: every page in light, dark and large type on one sheet, to be looked at by people.

use anyhow::Result;

use crate::browsing::Browsing;
use crate::command;
use crate::service;

/// `cargo xtask sheet`.
pub fn sheet() -> Result<()> {
    service::stop_all_when_interrupted()?;
    let browsing = Browsing::open()?;
    // The sheet proves nothing, so the journeys leave it out unless it is asked for.
    command::run(
        browsing
            .tests()
            .args(["--", "--ignored", "--exact", "sheet::every_page_on_one_sheet"]),
    )?;
    println!("The sheet: {}", browsing.shots().join("sheet/sheet.png").display());
    Ok(())
}
