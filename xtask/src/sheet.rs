//! `cargo xtask sheet`: the residents' pages in light, dark and large type on one sheet and the staff's on another, to be looked at by
//! people.

use anyhow::Result;

use crate::browsing::Browsing;
use crate::command;
use crate::service;

/// `cargo xtask sheet`.
pub fn sheet() -> Result<()> {
    service::stop_all_when_interrupted()?;
    let browsing = Browsing::open()?;
    // The sheets prove nothing, so the journeys leave them out unless they are asked for.
    command::run(browsing.tests()?.args(["--", "--ignored", "sheet::"]))?;
    for sheet in ["residents", "staff"] {
        println!(
            "A sheet: {}",
            browsing.shots().join(format!("sheet/{sheet}.png")).display()
        );
    }
    Ok(())
}
