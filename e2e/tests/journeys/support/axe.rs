//! axe-core, which finds what keeps people from using a page.

use std::{fs, path::PathBuf, process::Command, sync::LazyLock};

use super::Browser;

const VERSION: &str = "4.14.1";

/// The program, as it is put into pages.
#[derive(Clone)]
pub struct Axe(String);

/// It is fetched once for all tests.
static AXE: LazyLock<Option<Axe>> = LazyLock::new(Axe::fetch);

impl Axe {
    /// Takes it from npm, or from where an earlier run has put it; nothing when it cannot be had.
    pub fn from_npm() -> Option<Self> {
        AXE.clone()
    }

    fn fetch() -> Option<Self> {
        let place = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("axe-{VERSION}"));
        let file = place.join("node_modules/axe-core/axe.min.js");
        if !file.is_file() {
            let fetched = Command::new("npm")
                .args(["install", "--no-save", "--no-audit", "--no-fund", "--prefer-offline"])
                .args(["--loglevel=error", "--prefix"])
                .arg(&place)
                .arg(format!("axe-core@{VERSION}"))
                .status();
            if !fetched.is_ok_and(|status| status.success()) {
                println!("skipped: axe-core {VERSION} cannot be had from npm here");
                return None;
            }
        }
        fs::read_to_string(file).ok().map(Self)
    }

    /// What is wrong with the page that a browser shows.
    pub async fn judges(&self, browser: &Browser, page: &str) -> Vec<String> {
        // Scripts of the driver do not pass by the page's security policy, so nothing needs to be relaxed.
        browser.asks(&self.0).await;
        let found = browser
            .asks_and_waits("const done = arguments[0]; axe.run().then((r) => done(r.violations), (e) => done(`${e}`))")
            .await;
        let found = found
            .as_array()
            .unwrap_or_else(|| panic!("axe did not run on {page}: {found}"));
        found
            .iter()
            .map(|fault| {
                let nodes = fault["nodes"].as_array().into_iter().flatten();
                let places: Vec<&str> = nodes.filter_map(|node| node["target"][0].as_str()).collect();
                let impact = fault["impact"].as_str().unwrap_or_default();
                format!("{page}: {impact} {}: {} at {places:?}", fault["id"], fault["help"])
            })
            .collect()
    }
}
