//! The whole bureau, running: the server, and the sandbox that stands in for the outside world.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Result, bail};

use crate::command::{self, cargo, program};
use crate::service::{self, Service};
use crate::workspace;

/// How the two programs are compiled.
#[derive(Clone, Copy)]
pub enum Build {
    /// With the checks of a developer's build.
    Checked,
    /// Nearly as fast as it is deployed, and compiled without the long link.
    Trial,
    /// As it is deployed.
    Release,
}

impl Build {
    /// Compiles the server and the sandbox.
    pub fn compile(self) -> Result<()> {
        let mut build = cargo();
        build.args(["build", "--bins"]);
        match self {
            // The crates that the tests name, so that their dependencies are compiled already.
            Self::Checked => build.args(["--workspace", "--exclude", "app", "--exclude", "e2e"]),
            Self::Trial => build.args(["--profile", "trial", "--package", "server", "--package", "sandbox"]),
            Self::Release => build.args(["--release", "--package", "server", "--package", "sandbox"]),
        };
        command::run(&mut build)
    }

    /// Where the programs are then.
    pub fn folder(self) -> PathBuf {
        workspace::target().join(match self {
            Self::Checked => "debug",
            Self::Trial => "trial",
            Self::Release => "release",
        })
    }
}

/// Where a bureau listens and keeps its data.
pub struct Place {
    pub build: Build,
    pub server: SocketAddr,
    pub sandbox: SocketAddr,
    pub data: PathBuf,
    pub client: PathBuf,
    pub logs: PathBuf,
    /// What both programs are told besides, such as where the stores of the scaled-out mode are.
    pub settings: Vec<(&'static str, String)>,
}

impl Place {
    /// Migrates the database and loads the demonstration bureau; what is loaded already stays.
    pub fn load_demonstration(&self) -> Result<()> {
        self.load(&workspace::root().join("content/yunchuan"))
    }

    /// The same, with halls that rest neither at night nor on Sundays.
    pub fn load_demonstration_without_rest(&self) -> Result<()> {
        let content = self.content();
        command::run(cargo().args(["run", "--quiet", "--package", "e2e", "--"]).arg(&content))?;
        self.load(&content)
    }

    /// The content of a bureau without rest.
    pub fn content(&self) -> PathBuf {
        self.data.join("content")
    }

    fn load(&self, content: &Path) -> Result<()> {
        let mut demo = self.bianmin()?;
        // Each migration would be told otherwise.
        demo.env("BIANMIN_LOG", "warn");
        command::run(demo.args(["demo", "--content"]).arg(content))
    }

    /// Starts both programs and waits until they can be used.
    pub fn open(&self) -> Result<Bureau> {
        for address in [self.server, self.sandbox] {
            if service::accepts(address) {
                bail!("{address} is in use: end what listens there, or choose another address.");
            }
        }
        let sandbox = self.open_sandbox()?;
        Ok(Bureau {
            server: self.open_server()?,
            sandbox,
        })
    }

    /// Starts the sandbox alone.
    pub fn open_sandbox(&self) -> Result<Service> {
        let mut sandbox = program(self.program("sandbox")?);
        self.describe(&mut sandbox);
        let mut sandbox = Service::start("The sandbox", &mut sandbox, &self.logs.join("sandbox.log"))?;
        sandbox.wait_until(Duration::from_secs(30), || service::accepts(self.sandbox))?;
        Ok(sandbox)
    }

    /// Starts the server alone; its sandbox runs already.
    pub fn open_server(&self) -> Result<Service> {
        self.open_instance(self.server, "server")
    }

    /// Starts one instance of several, which writes a log under this name.
    pub fn open_instance(&self, listen: SocketAddr, name: &str) -> Result<Service> {
        let mut server = self.bianmin()?;
        server.arg("serve").env("BIANMIN_LISTEN", listen.to_string());
        let mut server = Service::start("The server", &mut server, &self.logs.join(format!("{name}.log")))?;
        server.wait_until(Duration::from_mins(1), || service::answers(listen, "/readyz"))?;
        Ok(server)
    }

    /// The server's program with this bureau's settings; what it shall do is still to be said.
    pub fn bianmin(&self) -> Result<Command> {
        let mut bianmin = program(self.program("bianmin")?);
        self.describe(&mut bianmin);
        Ok(bianmin)
    }

    /// Gives a command this bureau's settings.
    pub fn describe(&self, command: &mut Command) {
        command
            .env("BIANMIN_LISTEN", self.server.to_string())
            .env("BIANMIN_PUBLIC_URL", public_url(self.server))
            .env("BIANMIN_SANDBOX_URL", format!("http://{}", self.sandbox))
            .env("BIANMIN_DATA_DIR", &self.data)
            .env("BIANMIN_CLIENT_DIR", &self.client)
            .env("SANDBOX_LISTEN", self.sandbox.to_string())
            .env("SANDBOX_SERVER_URL", format!("http://{}", self.server))
            // The carrier's line takes any free port, so that two bureaus can be open at once.
            .env("SANDBOX_CMPP_LISTEN", "127.0.0.1:0")
            .envs(self.settings.iter().map(|(name, value)| (name, value)));
    }

    /// One of the bureau's two programs.
    pub fn program(&self, name: &str) -> Result<PathBuf> {
        let file = self.build.folder().join(name);
        if !file.is_file() {
            bail!("{} was not built: run again without --skip-build.", file.display());
        }
        Ok(file)
    }
}

/// Where residents reach a server. On this machine it has a name, for browsers make passkeys for names only.
pub fn public_url(server: SocketAddr) -> String {
    if server.ip().is_loopback() {
        format!("http://localhost:{}", server.port())
    } else {
        format!("http://{server}")
    }
}

/// Both programs, running until this is dropped.
pub struct Bureau {
    // The server ends first: it calls the sandbox.
    server: Service,
    sandbox: Service,
}

impl Bureau {
    /// Returns only when one of the two has ended, with what it said.
    pub fn watch(&mut self) -> Result<()> {
        loop {
            self.server.still_runs()?;
            self.sandbox.still_runs()?;
            std::thread::sleep(Duration::from_millis(250));
        }
    }
}
