//! Copies of an embedded database: made while it is in use, checked before they are trusted, and put back.
//!
//! PostgreSQL has tools of its own for that, and they are better. The keys are never in a copy: who holds both holds everything, so they
//! are kept in different places.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, bail, ensure};
use migrations::{Migrator, MigratorTrait};
use sea_orm::{ConnectOptions, ConnectionTrait, Database, DatabaseBackend, DatabaseConnection, Statement};

use crate::config::Store;

/// Writes a copy of the database as it is at one instant, while others go on reading and writing, and checks it.
pub async fn backup(store: &Store, file: &Path) -> anyhow::Result<()> {
    let database = embedded(store)?;
    ensure!(
        database.is_file(),
        "there is no database {} to copy",
        database.display()
    );
    ensure!(
        !file.exists(),
        "{} exists already: a backup never replaces another",
        file.display()
    );
    let source = open(database, "rw").await?;
    source
        .execute_raw(Statement::from_sql_and_values(
            DatabaseBackend::Sqlite,
            "VACUUM INTO ?",
            [file.display().to_string().into()],
        ))
        .await
        .with_context(|| format!("the database cannot be copied to {}", file.display()))?;
    source.close().await?;
    check(file).await
}

/// Puts a checked copy in the database's place; what was there stays beside it, with `.before-restore` at its name's end.
///
/// No server may be running on it, which is found out by asking for the database alone.
pub async fn restore(store: &Store, file: &Path) -> anyhow::Result<()> {
    let database = embedded(store)?;
    check(file).await?;
    if let Some(folder) = database.parent() {
        fs::create_dir_all(folder).with_context(|| format!("cannot create the data folder {}", folder.display()))?;
    }
    if database.is_file() {
        close_log(database).await?;
        fs::rename(database, with_ending(database, ".before-restore"))
            .context("the present database cannot be moved")?;
    }
    let arriving = with_ending(database, ".restoring");
    fs::copy(file, &arriving).with_context(|| format!("{} cannot be copied", file.display()))?;
    fs::File::open(&arriving)?.sync_all()?;
    fs::rename(&arriving, database).context("the copy cannot take the database's place")
}

fn embedded(store: &Store) -> anyhow::Result<&Path> {
    match store {
        Store::Sqlite(path) => Ok(path),
        Store::Postgres(_) => {
            bail!("PostgreSQL is backed up with its own tools: pg_dump, or pg_basebackup with archived logs")
        }
    }
}

async fn open(path: &Path, mode: &str) -> anyhow::Result<DatabaseConnection> {
    let mut options = ConnectOptions::new(format!("sqlite://{}?mode={mode}", path.display()));
    options.max_connections(1).sqlx_logging(false);
    Database::connect(options)
        .await
        .with_context(|| format!("cannot open {}", path.display()))
}

/// Fails unless the file is a whole database of this program, of its schema or an earlier one.
async fn check(file: &Path) -> anyhow::Result<()> {
    ensure!(file.is_file(), "there is no file {}", file.display());
    let copy = open(file, "ro").await?;
    let said = text(&copy, "PRAGMA integrity_check").await?;
    ensure!(said == "ok", "{} is damaged: {said}", file.display());
    let known: Vec<String> = Migrator::migrations()
        .iter()
        .map(|migration| migration.name().to_owned())
        .collect();
    let newest = text(&copy, "SELECT max(version) FROM seaql_migrations")
        .await
        .with_context(|| format!("{} is no database of this program", file.display()))?;
    ensure!(
        known.contains(&newest),
        "{} was written by a later version of this program ({newest})",
        file.display()
    );
    Ok(copy.close().await?)
}

/// Writes the log back into the database and removes it, which only succeeds while nobody else has it open.
async fn close_log(database: &Path) -> anyhow::Result<()> {
    let present = open(database, "rw").await?;
    present.execute_unprepared("PRAGMA busy_timeout = 0").await?;
    let mode = text(&present, "PRAGMA journal_mode = DELETE").await.unwrap_or_default();
    ensure!(
        mode == "delete",
        "{} is in use: stop the server first",
        database.display()
    );
    Ok(present.close().await?)
}

async fn text(db: &DatabaseConnection, sql: &str) -> anyhow::Result<String> {
    let row = db
        .query_one_raw(Statement::from_string(DatabaseBackend::Sqlite, sql))
        .await?
        .context("no answer")?;
    Ok(row.try_get_by_index(0)?)
}

fn with_ending(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    name.into()
}
