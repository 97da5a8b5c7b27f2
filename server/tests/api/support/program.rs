//! The program itself, as a process that can be killed.

use std::{
    fs::File,
    net::TcpListener,
    path::PathBuf,
    process::{Child, Command, Stdio},
};

use server::config::{Mode, Store};
use tempfile::TempDir;

use super::{Client, database, eventually, root};

/// The program on a database of its own; between two lives nothing of it is left but that database.
pub struct Program {
    pub address: String,
    listen: String,
    mode: Mode,
    keys_dir: PathBuf,
    life: Option<Child>,
    folder: TempDir,
}

impl Drop for Program {
    fn drop(&mut self) {
        self.kill();
    }
}

impl Program {
    /// An address and a database; nothing runs yet.
    pub async fn prepare() -> Self {
        let _installed = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let folder = tempfile::tempdir().unwrap();
        let (mode, keys_dir) = database::fresh(folder.path()).await;
        let listen = TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap()
            .to_string();
        Self {
            address: format!("http://{listen}"),
            listen,
            mode,
            keys_dir,
            life: None,
            folder,
        }
    }

    /// Where everything that it logs is written, at the most talkative level that an operator would choose.
    pub fn log(&self) -> PathBuf {
        self.folder.path().join("log")
    }

    /// Whether it shares its database and a Redis with others.
    pub const fn is_scaled(&self) -> bool {
        self.mode.redis_url.is_some()
    }

    /// Lets it use this Redis.
    pub fn with_redis(&mut self, url: &str) {
        self.mode.redis_url = Some(url.to_owned());
    }

    /// Its database.
    pub const fn store(&self) -> &Store {
        &self.mode.store
    }

    /// Starts it, and waits until it serves.
    pub async fn start(&mut self, sandbox: &str) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_bianmin"));
        // The settings of the tests are none of the program's, which refuses what it does not know.
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("BIANMIN_")) {
            command.env_remove(name);
        }
        command
            .arg("serve")
            .current_dir(root())
            .env("BIANMIN_LISTEN", &self.listen)
            .env("BIANMIN_KEYS_DIR", &self.keys_dir)
            .env("BIANMIN_SANDBOX_URL", sandbox)
            .env("BIANMIN_LOG", "debug,sqlx=debug")
            .stdout(Stdio::null())
            .stderr(File::options().create(true).append(true).open(self.log()).unwrap());
        match &self.mode.store {
            Store::Sqlite(path) => command.env("BIANMIN_DATABASE_URL", format!("sqlite:{}", path.display())),
            Store::Postgres(url) => command.env("BIANMIN_DATABASE_URL", url),
        };
        if let Some(url) = &self.mode.redis_url {
            command.env("BIANMIN_REDIS_URL", url);
        }
        self.life = Some(command.spawn().unwrap());
        let client = Client::new(&self.address, None);
        eventually("the server", 30, async || {
            let alive = client.outside(reqwest::Method::GET, "/healthz").send().await;
            alive.is_ok_and(|answer| answer.status().is_success()).then_some(())
        })
        .await;
    }

    /// Kills it where it stands.
    pub fn kill(&mut self) {
        if let Some(mut life) = self.life.take() {
            let _ended = life.kill();
            let _status = life.wait();
        }
    }
}
