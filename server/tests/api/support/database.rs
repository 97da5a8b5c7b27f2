//! Databases that already hold the demonstration bureau: it is loaded once, and each test works on a copy.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use sea_orm::{ConnectionTrait, Database};
use server::{
    config::{Config, Mode, Outside, Store},
    content,
    platform::{Platform, db::Db},
};
use tempfile::TempDir;
use tokio::sync::OnceCell;
use uuid::Uuid;

use super::{TestClock, monday_at_eight, root};

struct Template {
    folder: TempDir,
    store: Store,
}

static TEMPLATE: OnceCell<Template> = OnceCell::const_new();

/// A copy of the template for one test, and the folder of its keys.
pub async fn fresh(folder: &Path) -> (Mode, PathBuf) {
    let template = TEMPLATE.get_or_init(load).await;
    let keys_dir = template.folder.path().join("keys");
    let mode = match &template.store {
        Store::Sqlite(path) => {
            let copy = folder.join("bianmin.sqlite3");
            std::fs::copy(path, &copy).unwrap();
            Mode {
                store: Store::Sqlite(copy),
                redis_url: None,
            }
        }
        Store::Postgres(url) => {
            let name = format!("t_{}", Uuid::now_v7().simple());
            let (server, template) = url.rsplit_once('/').unwrap();
            administer(server, &format!("CREATE DATABASE {name} TEMPLATE {template}")).await;
            Mode {
                store: Store::Postgres(format!("{server}/{name}")),
                redis_url: Some(redis_url()),
            }
        }
    };
    (mode, keys_dir)
}

async fn load() -> Template {
    let folder = tempfile::tempdir().unwrap();
    let store = match std::env::var("BIANMIN_TEST_MODE").as_deref() {
        Ok("scaled") => {
            let url = std::env::var("BIANMIN_TEST_POSTGRES_URL").expect("BIANMIN_TEST_POSTGRES_URL is needed");
            let server = server_of(&url);
            let name = format!("template_{}", Uuid::now_v7().simple());
            administer(&server, &format!("CREATE DATABASE {name}")).await;
            Store::Postgres(format!("{server}/{name}"))
        }
        Ok("embedded") | Err(_) => Store::Sqlite(folder.path().join("template.sqlite3")),
        Ok(other) => panic!("BIANMIN_TEST_MODE is embedded or scaled, not {other}"),
    };
    let config = Config {
        listen: "127.0.0.1:0".parse().unwrap(),
        mode: Mode {
            store: store.clone(),
            redis_url: None,
        },
        sandbox_url: None,
        public_url: "http://127.0.0.1".into(),
        client_dir: folder.path().join("no-client"),
        keys_dir: folder.path().join("keys"),
        workers: None,
        staff_idle: chrono::TimeDelta::minutes(30),
        log: "off".into(),
        outside: Outside::default(),
        suite: crypto::INTERNATIONAL,
    };
    let clock = Arc::new(TestClock::at(monday_at_eight()));
    let platform = Platform::connect_with(config, clock).await.unwrap();
    platform.db.migrate().await.unwrap();
    content::load_demo(&platform, &root().join("content/yunchuan"))
        .await
        .unwrap();
    close(platform.db).await;
    Template { folder, store }
}

/// Closes the pools, so that the file is whole and PostgreSQL lets the database be copied.
async fn close(db: Db) {
    db.close().await.unwrap();
}

async fn administer(server: &str, sql: &str) {
    // Copies of one template are made one after the other.
    static ONE_AT_A_TIME: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());
    let _turn = ONE_AT_A_TIME.lock().await;
    let db = Database::connect(format!("{server}/postgres")).await.unwrap();
    db.execute_unprepared(sql).await.unwrap();
    db.close().await.unwrap();
}

fn server_of(url: &str) -> String {
    let after_scheme = url.find("://").map_or(0, |at| at + 3);
    match url[after_scheme..].find('/') {
        Some(slash) => url[..after_scheme + slash].to_owned(),
        None => url.to_owned(),
    }
}

fn redis_url() -> String {
    std::env::var("BIANMIN_TEST_REDIS_URL").expect("BIANMIN_TEST_REDIS_URL is needed")
}
