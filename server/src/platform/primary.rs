//! PostgreSQL on several hosts: which of them takes writes, and the pool's way to another when that one is promoted.
//!
//! `postgres://user@one:5432,two:5432/name` names a primary and its standbys, as libpq writes it. Who promotes a standby is the operator's
//! affair; here is only looked, every half second, who is the primary. Of two that take writes, the one that was promoted later is followed:
//! an old primary that comes back knows nothing of what was acknowledged since.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use anyhow::{Context, bail};
use futures::future::{join_all, ready};
use sea_orm::{
    SqlxError,
    sqlx::{
        ConnectOptions, Connection, PgConnection, PgPool,
        pool::PoolOptions,
        postgres::{PgConnectOptions, Postgres},
        query_scalar,
    },
};

/// How often the primary is asked whether it still is one.
const LOOK: Duration = Duration::from_millis(500);
/// How soon is looked again while there is none.
const SEARCH: Duration = Duration::from_millis(100);
/// How long a host may take to answer.
const LIMIT: Duration = Duration::from_secs(1);
/// How long there may be no primary when a program starts.
const START: Duration = Duration::from_secs(10);
/// The timeline on which a primary writes, which every promotion raises; nothing from a standby.
const TIMELINE: &str =
    "SELECT CASE WHEN NOT pg_is_in_recovery() THEN substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8) END";

/// The hosts of a database, of which one takes writes.
#[derive(Clone, Debug)]
pub struct Hosts {
    urls: Vec<String>,
    began: Instant,
    /// When the pool was led elsewhere, in milliseconds since the beginning; nothing before that is used any more.
    led: Arc<AtomicU64>,
}

impl Hosts {
    /// The hosts that a URL names.
    pub fn of(url: &str) -> Self {
        Self {
            urls: each(url),
            began: Instant::now(),
            led: Arc::default(),
        }
    }

    /// Whether there is a choice at all.
    pub const fn are_several(&self) -> bool {
        self.urls.len() > 1
    }

    /// The URL of the primary, which may be just about to be promoted.
    pub async fn primary(&self) -> anyhow::Result<String> {
        let began = Instant::now();
        loop {
            if let Some((_, url)) = self.find().await {
                return Ok(url);
            }
            if began.elapsed() > START {
                bail!("none of the hosts of BIANMIN_DATABASE_URL takes writes");
            }
            tokio::time::sleep(SEARCH).await;
        }
    }

    /// Lets a pool use only connections to a primary that were made since it was led there.
    pub fn guard(&self, pool: PoolOptions<Postgres>) -> PoolOptions<Postgres> {
        let (began, led) = (self.began, Arc::clone(&self.led));
        pool.after_connect(|connection, _| {
            Box::pin(async move {
                let timeline: Option<String> = query_scalar(TIMELINE).fetch_one(connection).await?;
                timeline
                    .map(drop)
                    .ok_or_else(|| SqlxError::Io(std::io::ErrorKind::ConnectionRefused.into()))
            })
        })
        .before_acquire(move |_, connection| {
            let since = began
                .elapsed()
                .saturating_sub(Duration::from_millis(led.load(Ordering::Acquire)));
            Box::pin(ready(Ok(connection.age < since)))
        })
    }

    /// Follows the primary for as long as the pool is open.
    pub async fn follow(self, pool: PgPool, mut present: String) {
        let mut watching = None;
        while !pool.is_closed() {
            if is_primary(&mut watching, &present).await {
                tokio::time::sleep(LOOK).await;
                continue;
            }
            match self.find().await {
                Some((_, url)) if url == present => {}
                Some((options, url)) => {
                    pool.set_connect_options(options);
                    let now = u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX);
                    self.led.store(now, Ordering::Release);
                    tracing::warn!("another host of the database was promoted and is followed");
                    present = url;
                }
                None => tokio::time::sleep(SEARCH).await,
            }
        }
    }

    /// The host that takes writes, the last promoted one when several do.
    async fn find(&self) -> Option<(PgConnectOptions, String)> {
        let asked = self.urls.iter().map(|url| async move {
            let mut connection = None;
            let timeline = timeline(&mut connection, url).await.ok().flatten()?;
            Some((timeline, url))
        });
        let (_, url) = join_all(asked)
            .await
            .into_iter()
            .flatten()
            .max_by(|one, other| one.0.cmp(&other.0))?;
        let options = url.parse::<PgConnectOptions>().ok()?;
        Some((options.disable_statement_logging(), url.clone()))
    }
}

async fn is_primary(connection: &mut Option<PgConnection>, url: &str) -> bool {
    let timeline = timeline(connection, url).await;
    if timeline.is_err() {
        *connection = None;
    }
    matches!(timeline, Ok(Some(_)))
}

/// Asks a host for its timeline, over the connection that there is or a new one.
async fn timeline(connection: &mut Option<PgConnection>, url: &str) -> anyhow::Result<Option<String>> {
    tokio::time::timeout(LIMIT, async {
        if connection.is_none() {
            *connection = Some(PgConnection::connect(url).await?);
        }
        let connection = connection.as_mut().context("a connection was just made")?;
        Ok(query_scalar(TIMELINE).fetch_one(connection).await?)
    })
    .await?
}

/// A URL for each host that is named in one.
fn each(url: &str) -> Vec<String> {
    let one = || vec![url.to_owned()];
    let Some((scheme, rest)) = url.split_once("://") else {
        return one();
    };
    let (authority, path) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
    let (user, hosts) = authority.split_at(authority.rfind('@').map_or(0, |at| at + 1));
    hosts
        .split(',')
        .map(|host| format!("{scheme}://{user}{host}{path}"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_host_has_its_port_and_all_have_one_user_and_database() {
        assert_eq!(
            each("postgres://bianmin:a,b@one:5432,two:5433/bianmin?sslmode=require"),
            [
                "postgres://bianmin:a,b@one:5432/bianmin?sslmode=require",
                "postgres://bianmin:a,b@two:5433/bianmin?sslmode=require",
            ]
        );
        assert_eq!(
            each("postgres://[::1]:5432,two"),
            ["postgres://[::1]:5432", "postgres://two"]
        );
        assert_eq!(
            each("postgres://bianmin@one/bianmin"),
            ["postgres://bianmin@one/bianmin"]
        );
    }
}
