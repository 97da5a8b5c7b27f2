//! The one configuration: a file, then the environment, both checked before anything starts.

use std::{net::SocketAddr, path::PathBuf};

use chrono::TimeDelta;
use crypto::{INTERNATIONAL, Suite};
use secrecy::SecretString;
use serde::Deserialize;

use crate::{
    fines_settings::{self, FinesRules},
    platform::official_account::EventSecrets,
    sms_settings::{self, SmsSettings},
};

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

/// The systems around the bureau, where no sandbox stands in for them.
#[derive(Clone, Default)]
pub struct Outside {
    /// The official account at WeChat; without it nobody signs in or is told anything there.
    pub official_account: Option<OfficialAccountSettings>,
    /// WeChat Pay; without it nothing can be paid.
    pub wechat_pay: Option<WechatPaySettings>,
    /// The fiscal system and the police systems.
    pub government: Option<GovernmentSettings>,
    /// A file of the registered systems upstream and their Ed25519 keys.
    pub upstream_keys: Option<PathBuf>,
    /// What the bureau's own rules say of fines.
    pub fines: FinesRules,
    /// Texts; without an account they are kept and not sent.
    pub sms: SmsSettings,
}

/// The official account at WeChat (服务号).
#[derive(Clone)]
pub struct OfficialAccountSettings {
    /// The address of WeChat's API.
    pub url: String,
    /// The account.
    pub appid: String,
    /// Its secret.
    pub secret: SecretString,
    /// By what its events are known; without them none is received.
    pub events: Option<EventSecrets>,
}

/// The merchant's account at WeChat Pay. Paths lead to PEM files.
#[derive(Clone)]
pub struct WechatPaySettings {
    /// The address of the API.
    pub url: String,
    /// The merchant.
    pub mchid: String,
    /// The official account.
    pub appid: String,
    /// The serial number of the merchant's certificate.
    pub serial: String,
    /// The merchant's private key.
    pub private_key: PathBuf,
    /// The merchant's certificate, to check the key against.
    pub certificate: Option<PathBuf>,
    /// Decrypts notifications.
    pub api_v3_key: SecretString,
    /// The id and the file of WeChat Pay's public key; without it platform certificates are used alone.
    pub public_key: Option<(String, PathBuf)>,
}

/// How the server calls the fiscal system and the police systems.
#[derive(Clone)]
pub struct GovernmentSettings {
    /// The address of the fiscal system.
    pub fiscal_url: String,
    /// The address of the police systems.
    pub police_url: String,
    /// The server's application id.
    pub app_id: String,
    /// Its secret.
    pub app_secret: SecretString,
}

/// What an operator can set, as `name` in the file or `BIANMIN_NAME` in the environment.
#[derive(Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Settings {
    listen: String,
    data_dir: PathBuf,
    database_url: Option<String>,
    redis_url: Option<String>,
    pub(crate) sandbox_url: Option<String>,
    public_url: Option<String>,
    client_dir: PathBuf,
    keys_dir: Option<PathBuf>,
    cryptography: Option<String>,
    workers: Option<usize>,
    staff_idle_minutes: Option<i64>,
    log: String,
    wechat_pay_url: Option<String>,
    wechat_authorization_url: Option<String>,
    wechat_pay_mchid: Option<String>,
    wechat_pay_appid: Option<String>,
    wechat_app_secret: Option<SecretString>,
    wechat_event_token: Option<SecretString>,
    wechat_event_aes_key: Option<SecretString>,
    wechat_pay_serial: Option<String>,
    wechat_pay_private_key: Option<PathBuf>,
    wechat_pay_certificate: Option<PathBuf>,
    wechat_pay_api_v3_key: Option<SecretString>,
    wechat_pay_public_key_id: Option<String>,
    wechat_pay_public_key: Option<PathBuf>,
    fiscal_url: Option<String>,
    police_url: Option<String>,
    government_app_id: Option<String>,
    government_app_secret: Option<SecretString>,
    upstream_keys: Option<PathBuf>,
    pub(crate) self_service_ceiling_fen: Option<i64>,
    pub(crate) self_service_citation: Option<String>,
    pub(crate) lenient_codes: Option<String>,
    pub(crate) lenient_first: Option<u32>,
    pub(crate) lenient_days: Option<u64>,
    pub(crate) lenient_citation: Option<String>,
    pub(crate) sms_sign: Option<String>,
    pub(crate) sms_callback_key: Option<SecretString>,
    pub(crate) sms_aliyun_access_key_id: Option<String>,
    pub(crate) sms_aliyun_access_key_secret: Option<String>,
    pub(crate) sms_aliyun_weight: Option<u32>,
    pub(crate) sms_tencent_secret_id: Option<String>,
    pub(crate) sms_tencent_secret_key: Option<String>,
    pub(crate) sms_tencent_app_id: Option<String>,
    pub(crate) sms_tencent_region: Option<String>,
    pub(crate) sms_tencent_weight: Option<u32>,
    pub(crate) sms_cmpp_address: Option<String>,
    pub(crate) sms_cmpp_source: Option<String>,
    pub(crate) sms_cmpp_secret: Option<String>,
    pub(crate) sms_cmpp_service_number: Option<String>,
    pub(crate) sms_cmpp_weight: Option<u32>,
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
    /// With which algorithms keys that are added are used.
    pub suite: &'static dyn Suite,
    /// Worker threads; the number of processors when absent.
    pub workers: Option<usize>,
    /// A session of staff in which nobody was active for so long ends.
    pub staff_idle: TimeDelta,
    /// The log filter, in the words of `tracing_subscriber::EnvFilter`.
    pub log: String,
    /// The systems around the bureau.
    pub outside: Outside,
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

/// A setting that cannot be used, and why.
pub(crate) fn invalid(setting: &'static str, reason: impl Into<String>) -> ConfigError {
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
        let outside = outside(&settings)?;
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
            outside,
            listen,
            mode: Mode {
                store,
                redis_url: settings.redis_url,
            },
            sandbox_url: settings.sandbox_url.map(|url| url.trim_end_matches('/').to_owned()),
            public_url: public_url.trim_end_matches('/').to_owned(),
            client_dir: settings.client_dir,
            suite: suite(settings.cryptography.as_deref())?,
            keys_dir: settings.keys_dir.unwrap_or_else(|| settings.data_dir.join("keys")),
            workers: settings.workers,
            staff_idle: staff_idle(settings.staff_idle_minutes)?,
            log: settings.log,
        })
    }
}

/// By what events of the official account are known.
fn events(settings: &Settings) -> Result<Option<EventSecrets>, ConfigError> {
    let key = settings.wechat_event_aes_key.as_ref();
    match &settings.wechat_event_token {
        None if key.is_some() => Err(invalid(
            "WECHAT_EVENT_TOKEN",
            "it is needed as well, because BIANMIN_WECHAT_EVENT_AES_KEY is set",
        )),
        None => Ok(None),
        Some(token) => EventSecrets::new(token.clone(), key).map(Some).ok_or_else(|| {
            invalid(
                "WECHAT_EVENT_AES_KEY",
                "expected the 43 letters and digits of the account's page",
            )
        }),
    }
}

/// A part of the settings is given whole or not at all: what is missing of it is named.
fn outside(settings: &Settings) -> Result<Outside, ConfigError> {
    let needed = |setting: &'static str, why: &str| invalid(setting, format!("it is needed as well, because {why}"));
    let url = |url: &Option<String>, real: &str| url.as_deref().unwrap_or(real).trim_end_matches('/').to_owned();
    let official_account = match (&settings.wechat_pay_appid, &settings.wechat_app_secret) {
        (Some(appid), Some(secret)) => Some(OfficialAccountSettings {
            url: url(&settings.wechat_authorization_url, "https://api.weixin.qq.com"),
            appid: appid.clone(),
            secret: secret.clone(),
            events: events(settings)?,
        }),
        (None, Some(_)) => return Err(needed("WECHAT_PAY_APPID", "BIANMIN_WECHAT_APP_SECRET is set")),
        (_, None) => None,
    };
    let wechat_pay = match &settings.wechat_pay_mchid {
        None => None,
        Some(mchid) => {
            let why = "BIANMIN_WECHAT_PAY_MCHID is set";
            let missing = |setting| needed(setting, why);
            let public_key = match (&settings.wechat_pay_public_key_id, &settings.wechat_pay_public_key) {
                (None, None) => None,
                (Some(id), Some(file)) if id.starts_with("PUB_KEY_ID_") => Some((id.clone(), file.clone())),
                (Some(_), Some(_)) => return Err(invalid("WECHAT_PAY_PUBLIC_KEY_ID", "expected PUB_KEY_ID_…")),
                (Some(_), None) => return Err(needed("WECHAT_PAY_PUBLIC_KEY", "its id is set")),
                (None, Some(_)) => return Err(needed("WECHAT_PAY_PUBLIC_KEY_ID", "its file is set")),
            };
            if settings.wechat_pay_appid.is_some() && official_account.is_none() {
                return Err(missing("WECHAT_APP_SECRET"));
            }
            Some(WechatPaySettings {
                url: url(&settings.wechat_pay_url, "https://api.mch.weixin.qq.com"),
                mchid: mchid.clone(),
                appid: settings
                    .wechat_pay_appid
                    .clone()
                    .ok_or_else(|| missing("WECHAT_PAY_APPID"))?,
                serial: settings
                    .wechat_pay_serial
                    .clone()
                    .ok_or_else(|| missing("WECHAT_PAY_SERIAL"))?,
                private_key: settings
                    .wechat_pay_private_key
                    .clone()
                    .ok_or_else(|| missing("WECHAT_PAY_PRIVATE_KEY"))?,
                certificate: settings.wechat_pay_certificate.clone(),
                api_v3_key: settings
                    .wechat_pay_api_v3_key
                    .clone()
                    .ok_or_else(|| missing("WECHAT_PAY_API_V3_KEY"))?,
                public_key,
            })
        }
    };
    let government = match &settings.government_app_id {
        None => None,
        Some(app_id) => {
            let missing = |setting| needed(setting, "BIANMIN_GOVERNMENT_APP_ID is set");
            let required = |url: &Option<String>, setting| {
                let given = url.as_ref().map(|url| url.trim_end_matches('/').to_owned());
                given.ok_or_else(|| missing(setting))
            };
            Some(GovernmentSettings {
                fiscal_url: required(&settings.fiscal_url, "FISCAL_URL")?,
                police_url: required(&settings.police_url, "POLICE_URL")?,
                app_id: app_id.clone(),
                app_secret: settings
                    .government_app_secret
                    .clone()
                    .ok_or_else(|| missing("GOVERNMENT_APP_SECRET"))?,
            })
        }
    };
    Ok(Outside {
        official_account,
        wechat_pay,
        government,
        upstream_keys: settings.upstream_keys.clone(),
        fines: fines_settings::read(settings)?,
        sms: sms_settings::read(settings)?,
    })
}

/// For how long staff may do nothing: half an hour, if nothing else was said. A working day ends every session anyway.
fn staff_idle(minutes: Option<i64>) -> Result<TimeDelta, ConfigError> {
    let minutes = minutes.unwrap_or(30);
    if !(5..=720).contains(&minutes) {
        return Err(invalid("STAFF_IDLE_MINUTES", "expected 5 to 720 minutes"));
    }
    Ok(TimeDelta::minutes(minutes))
}

fn suite(name: Option<&str>) -> Result<&'static dyn Suite, ConfigError> {
    let Some(name) = name else {
        return Ok(INTERNATIONAL);
    };
    crypto::suite(name).ok_or_else(|| {
        let names: Vec<&str> = crypto::SUITES.iter().map(|suite| suite.name()).collect();
        let reason = format!(
            "this program was compiled with {} alone; sm is a feature",
            names.join(" and ")
        );
        invalid("CRYPTOGRAPHY", reason)
    })
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
            cryptography: None,
            workers: None,
            log: "info".into(),
            ..Settings::default()
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
        assert!(refusal(|s| s.wechat_pay_mchid = Some("1900000109".into())).starts_with("BIANMIN_WECHAT_PAY_APPID"));
        assert!(refusal(|s| s.wechat_app_secret = Some("x".into())).starts_with("BIANMIN_WECHAT_PAY_APPID"));
        let no_key = refusal(|s| {
            s.wechat_pay_appid = Some("wx".into());
            s.wechat_app_secret = Some("x".into());
            s.wechat_event_token = Some("x".into());
            s.wechat_event_aes_key = Some("short".into());
        });
        assert!(no_key.starts_with("BIANMIN_WECHAT_EVENT_AES_KEY"), "{no_key}");
        assert!(refusal(|s| s.government_app_id = Some("bianmin".into())).starts_with("BIANMIN_FISCAL_URL"));
        assert!(refusal(|s| s.cryptography = Some("des".into())).starts_with("BIANMIN_CRYPTOGRAPHY"));
        assert!(refusal(|s| s.staff_idle_minutes = Some(0)).starts_with("BIANMIN_STAFF_IDLE_MINUTES"));
        assert!(refusal(|s| s.self_service_ceiling_fen = Some(1)).starts_with("BIANMIN_SELF_SERVICE_CITATION"));
        assert!(refusal(|s| s.lenient_first = Some(2)).starts_with("BIANMIN_LENIENT_CITATION"));
        assert!(refusal(|s| s.public_url = Some("bianmin.example".into())).starts_with("BIANMIN_PUBLIC_URL"));
        assert!(refusal(|s| s.sms_cmpp_address = Some("10.0.0.1:7890".into())).starts_with("BIANMIN_SMS_CMPP_SOURCE"));
        let unkeyed = refusal(|s| {
            s.sms_aliyun_access_key_id = Some("id".into());
            s.sms_aliyun_access_key_secret = Some("secret".into());
            s.sms_sign = Some("云川公安".into());
        });
        assert!(unkeyed.starts_with("BIANMIN_SMS_CALLBACK_KEY"), "{unkeyed}");
    }
}
