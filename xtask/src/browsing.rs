//! The real client and server, the sandbox, and a browser, all on free ports and with fresh data.

use std::env;
use std::fs;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use anyhow::{Result, bail};
use tempfile::TempDir;

use crate::bureau::{self, Build, Bureau, Place};
use crate::client;
use crate::command::{cargo, program};
use crate::service::{self, Service};
use crate::tools::{self, system_program};
use crate::workspace;

/// What the journeys of `e2e` are made in, open until this is dropped.
pub struct Browsing {
    place: Place,
    browser: SocketAddr,
    shots: PathBuf,
    _driver: Service,
    _bureau: Bureau,
    _folder: TempDir,
}

impl Browsing {
    /// Builds what is missing and starts it all.
    pub fn open() -> Result<Self> {
        tools::ensure_browser()?;
        client::build()?;
        Build::Checked.compile()?;

        let shots = workspace::root().join("test-output/e2e");
        fs::create_dir_all(&shots)?;
        let folder = tempfile::Builder::new().prefix("bianmin-e2e-").tempdir()?;
        let place = Place {
            build: Build::Checked,
            server: service::free_address()?,
            sandbox: service::free_address()?,
            client: workspace::dist(),
            data: folder.path().to_owned(),
            logs: shots.join("logs"),
            settings: Vec::new(),
        };
        // Halls rest at night and on Sundays; the journeys' do not.
        place.load_demonstration_without_rest()?;
        let bureau = place.open()?;

        let browser = service::free_address()?;
        let Some(driver) = system_program("chromedriver") else {
            bail!("chromedriver is missing: install it with the browser.");
        };
        let mut driver = program(driver);
        driver.arg(format!("--port={}", browser.port()));
        let mut driver = Service::start("chromedriver", &mut driver, &place.logs.join("chromedriver.log"))?;
        driver.wait_until(Duration::from_secs(30), || service::answers(browser, "/status"))?;
        Ok(Self {
            place,
            browser,
            shots,
            _driver: driver,
            _bureau: bureau,
            _folder: folder,
        })
    }

    /// Where the journeys put their pictures.
    pub fn shots(&self) -> &PathBuf {
        &self.shots
    }

    /// The journeys, ready to be narrowed to some of them.
    pub fn tests(&self) -> Result<Command> {
        let mut tests = cargo();
        tests.args(["test", "--package", "e2e"]);
        if env::var_os("RUST_TEST_THREADS").is_none() {
            // The browsers share the machine's cores with the server; more at once only make each slower.
            tests.env("RUST_TEST_THREADS", "2");
        }
        // An operator's commands are the bureau's program with the bureau's settings.
        self.place.describe(&mut tests);
        tests
            .env("E2E_BASE_URL", bureau::public_url(self.place.server))
            .env("E2E_SANDBOX_URL", format!("http://{}", self.place.sandbox))
            .env("E2E_WEBDRIVER_URL", format!("http://{}", self.browser))
            .env("E2E_BIANMIN", self.place.program("bianmin")?)
            .env("E2E_CONTENT_DIR", self.place.content())
            .env("E2E_OUTPUT_DIR", &self.shots);
        Ok(tests)
    }
}
