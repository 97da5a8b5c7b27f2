//! The one configuration: a file, then the environment, both checked before anything starts.

use std::{net::SocketAddr, path::PathBuf};

use serde::Deserialize;

/// Where the data is kept and how instances wake each other: decided here, known only to [`crate::platform`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mode {
    /// The database.
    pub store: Store,
    /// The URL of Redis; absent for a single instance.
    pub redis_url: Option<String>,
}

/// The database of a deployment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Store {
    /// An embedded SQLite file.
    Sqlite(PathBuf),
    /// A PostgreSQL server, by URL.
    Postgres(String),
}

/// What an operator can set, as `name` in the file or `BIANMIN_NAME` in the environment.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    listen: String,
    data_dir: PathBuf,
    database_url: Option<String>,
    redis_url: Option<String>,
    sandbox_url: Option<String>,
    public_url: Option<String>,
    client_dir: PathBuf,
    keys_dir: Option<PathBuf>,
    workers: Option<usize>,
    log: String,
}

/// The checked configuration.
#[derive(Clone)]
pub struct Config {
    /// The address to listen on.
    pub listen: SocketAddr,
    /// The database and the bus.
    pub mode: Mode,
    /// Where the sandbox stands in for every outside system, if it does.
    pub sandbox_url: Option<String>,
    /// The address under which browsers reach the service, without a slash at its end.
    pub public_url: String,
    /// The folder of the built client.
    pub client_dir: PathBuf,
    /// The folder of the keys; every instance of a deployment needs the same.
    pub keys_dir: PathBuf,
    /// Worker threads; the number of processors when absent.
    pub workers: Option<usize>,
    /// The log filter, in the words of `tracing_subscriber::EnvFilter`.
    pub log: String,
}

/// A setting that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file or the environment cannot be read as settings.
    #[error("the configuration cannot be read: {0}")]
    Unreadable(#[from] config::ConfigError),
    /// A setting has a value that cannot be used.
    #[error("BIANMIN_{setting}: {reason}")]
    Invalid {
        /// The setting.
        setting: &'static str,
        /// What is wrong with it and what would do.
        reason: String,
    },
}

fn invalid(setting: &'static str, reason: impl Into<String>) -> ConfigError {
    ConfigError::Invalid {
        setting,
        reason: reason.into(),
    }
}

impl Config {
    /// Reads `bianmin.toml` in the working folder, if there is one, and the environment over it.
    pub fn load() -> Result<Self, ConfigError> {
        let settings: Settings = config::Config::builder()
            .set_default("listen", "127.0.0.1:8080")?
            .set_default("data_dir", "./data")?
            .set_default("client_dir", "./dist")?
            .set_default("log", "info")?
            .add_source(config::File::with_name("bianmin").required(false))
            .add_source(config::Environment::with_prefix("BIANMIN").try_parsing(true))
            .build()?
            .try_deserialize()?;
        Self::check(settings)
    }

    fn check(settings: Settings) -> Result<Self, ConfigError> {
        let listen: SocketAddr = settings.listen.parse().map_err(|_err| {
            invalid(
                "LISTEN",
                format!("{:?} is no address like 127.0.0.1:8080", settings.listen),
            )
        })?;
        let store = match settings.database_url {
            None => Store::Sqlite(settings.data_dir.join("bianmin.sqlite3")),
            Some(url) if url.starts_with("postgres://") || url.starts_with("postgresql://") => Store::Postgres(url),
            Some(url) => match url.strip_prefix("sqlite:") {
                Some(path) => Store::Sqlite(path.trim_start_matches("//").into()),
                None => return Err(invalid("DATABASE_URL", "expected postgres://… or sqlite:path")),
            },
        };
        if settings.redis_url.as_ref().is_some_and(|url| !url.starts_with("redis")) {
            return Err(invalid("REDIS_URL", "expected redis://… or rediss://…"));
        }
        if settings.redis_url.is_some() && matches!(store, Store::Sqlite(_)) {
            return Err(invalid(
                "REDIS_URL",
                "several instances need PostgreSQL: set BIANMIN_DATABASE_URL as well",
            ));
        }
        let public_url = settings.public_url.unwrap_or_else(|| format!("http://{listen}"));
        if !public_url.starts_with("http://") && !public_url.starts_with("https://") {
            return Err(invalid("PUBLIC_URL", "expected http://… or https://…"));
        }
        Ok(Self {
            listen,
            mode: Mode {
                store,
                redis_url: settings.redis_url,
            },
            sandbox_url: settings.sandbox_url.map(|url| url.trim_end_matches('/').to_owned()),
            public_url: public_url.trim_end_matches('/').to_owned(),
            client_dir: settings.client_dir,
            keys_dir: settings.keys_dir.unwrap_or_else(|| settings.data_dir.join("keys")),
            workers: settings.workers,
            log: settings.log,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings() -> Settings {
        Settings {
            listen: "127.0.0.1:8080".into(),
            data_dir: "data".into(),
            database_url: None,
            redis_url: None,
            sandbox_url: None,
            public_url: None,
            client_dir: "dist".into(),
            keys_dir: None,
            workers: None,
            log: "info".into(),
        }
    }

    fn refusal(change: impl FnOnce(&mut Settings)) -> String {
        let mut settings = settings();
        change(&mut settings);
        Config::check(settings)
            .err()
            .map(|error| error.to_string())
            .unwrap_or_default()
    }

    #[test]
    fn without_settings_everything_is_embedded() {
        let config = Config::check(settings()).unwrap();
        assert_eq!(
            config.mode,
            Mode {
                store: Store::Sqlite("data/bianmin.sqlite3".into()),
                redis_url: None
            }
        );
        assert_eq!(config.public_url, "http://127.0.0.1:8080");
    }

    #[test]
    fn a_setting_that_cannot_be_used_is_named() {
        assert!(refusal(|s| s.listen = "here".into()).starts_with("BIANMIN_LISTEN"));
        assert!(refusal(|s| s.database_url = Some("mysql://x".into())).starts_with("BIANMIN_DATABASE_URL"));
        assert!(refusal(|s| s.redis_url = Some("redis://x".into())).contains("PostgreSQL"));
        assert!(refusal(|s| s.public_url = Some("bianmin.example".into())).starts_with("BIANMIN_PUBLIC_URL"));
    }
}
