//! The database: a pool to read from and a way to write.
//!
//! On SQLite there is exactly one connection that writes, since several only stall each other; on PostgreSQL both are one pool.
//! Nothing decides on a row that it has merely read: guards stand in the `WHERE` of the write, and unique keys behind them.

use std::{future::ready, path::Path, time::Duration};

use anyhow::{Context, bail, ensure};
use chrono::DateTime;
use migrations::{Migrator, MigratorTrait};
use sea_orm::sqlx::{Connection, SqliteConnection};
use sea_orm::{
    ConnectOptions, ConnectionTrait, Database, DatabaseBackend, DatabaseConnection, DatabaseTransaction, DbErr,
    RuntimeErr, SqlErr, SqliteTransactionMode, SqlxError, Statement, TransactionOptions, TransactionTrait,
};
use shared::time::Instant;

use super::primary::Hosts;
use crate::config::Store;

/// Connections that read from SQLite at the same time.
const SQLITE_READERS: u32 = 4;
/// Rows that a connection of SQLite may have ready before they are asked for.
const SQLITE_ROWS: usize = 1024;
/// Connections to PostgreSQL of one instance.
const POSTGRES_CONNECTIONS: u32 = 24;

/// The database.
#[derive(Clone, Debug)]
pub struct Db {
    reader: DatabaseConnection,
    writer: DatabaseConnection,
}

impl Db {
    /// Opens the pools.
    pub async fn connect(store: &Store) -> anyhow::Result<Self> {
        match store {
            Store::Sqlite(path) => Self::open_sqlite(path).await,
            Store::Postgres(url) => {
                let hosts = Hosts::of(url);
                let primary = if hosts.are_several() {
                    hosts.primary().await?
                } else {
                    url.clone()
                };
                let mut options = ConnectOptions::new(&primary);
                options
                    .max_connections(POSTGRES_CONNECTIONS)
                    .acquire_timeout(Duration::from_secs(5))
                    .connect_timeout(Duration::from_secs(5))
                    .test_before_acquire(false)
                    .sqlx_logging(false);
                if hosts.are_several() {
                    let hosts = hosts.clone();
                    options.map_sqlx_postgres_pool_opts(move |pool| hosts.guard(pool));
                }
                let pool = Database::connect(options)
                    .await
                    .context("cannot connect to the database of BIANMIN_DATABASE_URL")?;
                if hosts.are_several() {
                    tokio::spawn(hosts.follow(pool.get_postgres_connection_pool().clone(), primary));
                }
                Ok(Self {
                    reader: pool.clone(),
                    writer: pool,
                })
            }
        }
    }

    async fn open_sqlite(path: &Path) -> anyhow::Result<Self> {
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)
                .with_context(|| format!("cannot create the data folder {}", folder.display()))?;
        }
        let open = |connections: u32, min: u32| {
            let mut options = ConnectOptions::new(format!("sqlite://{}?mode=rwc", path.display()));
            options
                .max_connections(connections)
                .min_connections(min)
                .acquire_timeout(Duration::from_secs(30))
                .idle_timeout(None::<Duration>)
                .max_lifetime(None::<Duration>)
                .test_before_acquire(false)
                .sqlx_logging(false)
                .map_sqlx_sqlite_pool_opts(|pool| {
                    pool.before_acquire(|connection, _| Box::pin(ready(Ok(is_clean(connection)))))
                })
                .map_sqlx_sqlite_opts(|sqlite| {
                    sqlite
                        // The thread of the connection hands rows over as one lot, instead of waiting for each fifty to be taken.
                        .row_buffer_size(SQLITE_ROWS)
                        .pragma("journal_mode", "WAL")
                        .pragma("synchronous", "FULL")
                        .pragma("foreign_keys", "ON")
                        .pragma("busy_timeout", "10000")
                        .pragma("cache_size", "-16000")
                });
            options
        };
        let at = || format!("cannot open the database {}", path.display());
        let writer = Database::connect(open(1, 1)).await.with_context(at)?;
        require_sound_sqlite(&writer).await?;
        let reader = Database::connect(open(SQLITE_READERS, 1)).await.with_context(at)?;
        Ok(Self { reader, writer })
    }

    /// The connections to read from.
    pub const fn reader(&self) -> &DatabaseConnection {
        &self.reader
    }

    /// Begins a transaction that may write. It rolls back unless it is committed.
    pub async fn begin(&self) -> Result<DatabaseTransaction, DbErr> {
        // SQLite takes the write lock at once, so that a transaction never fails half-way for having read first.
        let options = TransactionOptions {
            sqlite_transaction_mode: match self.writer.get_database_backend() {
                DatabaseBackend::Sqlite => Some(SqliteTransactionMode::Immediate),
                _ => None,
            },
            ..TransactionOptions::default()
        };
        self.writer.begin_with_options(options).await
    }

    /// Takes every migration that has not been taken.
    pub async fn migrate(&self) -> Result<(), DbErr> {
        Migrator::up(&self.writer, None).await
    }

    /// Takes back this many migrations, or all of them.
    pub async fn migrate_down(&self, steps: u32) -> anyhow::Result<()> {
        let taken = Migrator::get_applied_migrations(&self.writer).await?.len();
        ensure!(
            usize::try_from(steps).is_ok_and(|steps| steps <= taken),
            "{taken} migrations were taken, so {steps} cannot be taken back"
        );
        Ok(Migrator::down(&self.writer, Some(steps)).await?)
    }

    /// Closes every connection; on SQLite this writes the log back into the file.
    pub async fn close(self) -> Result<(), DbErr> {
        self.reader.close_by_ref().await?;
        self.writer.close_by_ref().await
    }

    /// What time the database has.
    pub async fn clock(&self) -> Result<Instant, DbErr> {
        let sql = match self.reader.get_database_backend() {
            DatabaseBackend::Sqlite => "SELECT CAST(unixepoch('subsec') * 1000 AS INTEGER)",
            _ => "SELECT CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT)",
        };
        let statement = Statement::from_string(self.reader.get_database_backend(), sql);
        let row = self.reader.query_one_raw(statement).await?;
        let millis: Option<i64> = row.map(|row| row.try_get_by_index(0)).transpose()?;
        millis
            .and_then(DateTime::from_timestamp_millis)
            .ok_or_else(|| DbErr::Custom("the database told no time".into()))
    }

    /// Whether a table is there: a database that has not been migrated lacks it.
    pub async fn has_table(&self, name: &str) -> Result<bool, DbErr> {
        migrations::SchemaManager::new(&self.reader).has_table(name).await
    }

    /// Whether the database answers and has every migration.
    pub async fn is_ready(&self) -> bool {
        Migrator::get_pending_migrations(&self.reader)
            .await
            .is_ok_and(|pending| pending.is_empty())
    }
}

/// Whether a connection that was given back has no transaction open.
///
/// When the disk is full, SQLite ends a transaction by itself. Whoever then rolls it back is told that there is none, and believes it
/// open from there on: what the connection is given next would be committed to that, and to nothing. Such a connection is dropped.
fn is_clean(connection: &SqliteConnection) -> bool {
    !connection.is_in_transaction()
}

/// SQLite before 3.51.3 can corrupt a database when it resets the write-ahead log.
async fn require_sound_sqlite(db: &DatabaseConnection) -> anyhow::Result<()> {
    let row = db
        .query_one_raw(Statement::from_string(
            DatabaseBackend::Sqlite,
            "SELECT sqlite_version()",
        ))
        .await?
        .context("SQLite did not tell its version")?;
    let version: String = row.try_get_by_index(0)?;
    let parts: Vec<u32> = version.split('.').filter_map(|part| part.parse().ok()).collect();
    if parts < vec![3, 51, 3] {
        bail!("SQLite {version} is too old: 3.51.3 or later is needed");
    }
    Ok(())
}

/// Whether a write failed because a unique key holds already.
pub fn is_duplicate(error: &DbErr) -> bool {
    matches!(error.sql_err(), Some(SqlErr::UniqueConstraintViolation(_)))
}

/// Whether nothing was changed because the store has no room left, or went away meanwhile: trying again later may help.
pub fn is_away_or_full(error: &DbErr) -> bool {
    match error {
        DbErr::ConnectionAcquire(_) | DbErr::Conn(_) => true,
        DbErr::Exec(RuntimeErr::SqlxError(cause)) | DbErr::Query(RuntimeErr::SqlxError(cause)) => match &**cause {
            SqlxError::Io(_) | SqlxError::PoolTimedOut | SqlxError::PoolClosed | SqlxError::WorkerCrashed => true,
            // SQLite's codes for a full disk and a failed write, PostgreSQL's for a full disk, a shutdown, a start under way, and a
            // primary that became a standby.
            SqlxError::Database(told) => told.code().is_some_and(|code| {
                ["13", "778", "1034", "53100", "57P01", "57P02", "57P03", "25006"].contains(&&*code)
            }),
            _ => false,
        },
        _ => false,
    }
}

/// Whether the store cannot keep a value at all: a text with a NUL, or a day outside its calendar. These are PostgreSQL's codes; SQLite keeps both.
pub fn is_unkeepable(error: &DbErr) -> bool {
    let (DbErr::Exec(RuntimeErr::SqlxError(cause)) | DbErr::Query(RuntimeErr::SqlxError(cause))) = error else {
        return false;
    };
    match &**cause {
        SqlxError::Database(told) => told
            .code()
            .is_some_and(|code| ["22021", "22P05", "22007", "22008"].contains(&&*code)),
        _ => false,
    }
}

/// Whether the same transaction may succeed when it is tried again: a deadlock, a lock that could not be had, a serialisation failure.
pub fn is_passing(error: &DbErr) -> bool {
    let text = error.to_string();
    ["40P01", "40001", "deadlock detected", "database is locked"]
        .iter()
        .any(|sign| text.contains(sign))
}

/// Locks the selected rows until the transaction ends, so that what is read stays true for the writes that follow.
///
/// PostgreSQL locks row by row: select in the order of a key, so that two transactions never wait for each other. SQLite drops the
/// clause, and needs none, because a transaction that [`Db::begin`] began there is the only one that writes.
#[allow(
    clippy::disallowed_methods,
    reason = "the one place that weighs what each store makes of the clause"
)]
pub fn locked<Q: sea_orm::QuerySelect>(select: Q) -> Q {
    select.lock_exclusive()
}
