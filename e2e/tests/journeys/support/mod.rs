//! What the journeys are made of.

mod axe;
mod browser;
mod bureau;
mod camera;
mod hands;
mod line;
mod place;
mod settings;

pub use self::{
    axe::Axe,
    browser::Browser,
    bureau::{
        HALL, LOST_CARD, QUIET_HALL, Resident, VISA, bills_come_early, credentials, decide, declares_a_holiday, digits,
        hall, id_number, orders, pairing, presence_code, proof_code, publishes, service, tells, text_to, texts_to,
        windows,
    },
    line::Line,
    place::Place,
};

use std::{env, path::PathBuf, time::Duration};

/// The longest that a page may take to show something, on a machine that others use too.
const PATIENCE: Duration = Duration::from_secs(25);
/// How often is looked.
const GLANCE: Duration = Duration::from_millis(60);

fn setting(name: &str) -> String {
    env::var(name)
        .unwrap_or_else(|_| panic!("{name} is not set: the journeys are started by `cargo xtask test --only e2e`"))
}

/// Where the bureau's pages are.
pub fn pages() -> String {
    setting("E2E_BASE_URL")
}

/// Where the sandbox is.
pub fn sandbox() -> String {
    setting("E2E_SANDBOX_URL")
}

/// Where pictures are put.
pub fn pictures() -> PathBuf {
    setting("E2E_OUTPUT_DIR").into()
}
