//! `cargo xtask screenshots`: the pictures of `docs/screenshots`, from those that the journeys took last.

use std::fs;

use anyhow::{Context, Result};

use crate::workspace;

/// What a picture is called in the documentation, and which step of which journey it shows.
const PICTURES: [(&str, &str); 9] = [
    ("home", "visit/01-home"),
    ("book", "visit/04-book"),
    ("ticket-called", "visit/15-ticket-called"),
    ("rating", "visit/18-rating"),
    ("fine", "fines/02-decision"),
    ("paid", "fines/04-paid"),
    ("case", "theft/07-returned"),
    ("slip", "slip/02-slip"),
    ("console", "counter/02-queue"),
];

/// `cargo xtask screenshots`.
pub fn screenshots() -> Result<()> {
    let (taken, shown) = (
        workspace::root().join("test-output/e2e"),
        workspace::root().join("docs/screenshots"),
    );
    for (name, step) in PICTURES {
        let from = taken.join(format!("{step}.png"));
        fs::copy(&from, shown.join(format!("{name}.png"))).with_context(|| {
            format!(
                "there is no {}: run `cargo xtask test --only e2e` first",
                from.display()
            )
        })?;
    }
    println!(
        "{} pictures in {} are those of the last journeys.",
        PICTURES.len(),
        shown.display()
    );
    Ok(())
}
