//! The bureau that is measured: the demonstration bureau on a database of its own, with a crowd of residents who are signed in.

use std::{
    fs::File,
    net::SocketAddr,
    path::{Path, PathBuf},
    process::Command,
    sync::Arc,
};

use anyhow::{Context, Result, ensure};
use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::{
    ConnectionTrait, Database, DatabaseConnection, ExprTrait, QueryResult, Statement, Value,
    sea_query::{Expr, Query},
};
use server::{
    config::{Config, Mode, Outside, Store},
    identity::demo::{self, Visitor},
    platform::{Platform, clock::SystemClock},
};
use tempfile::TempDir;
use uuid::Uuid;

use crate::program::{self, Program};

/// The hall in which everything happens, and the service that is booked there.
const HALL: &str = "zhongxin";
const SERVICE: &str = "id-card-replace-lost";
/// The windows of a hall that is read from the database.
const WINDOWS_OF_A_HALL: usize = 90;
/// More seats than a run can take.
const HUGE: i32 = 100_000_000;

/// Where a bureau keeps its data.
pub enum Place {
    /// In a file, in process.
    Embedded,
    /// In PostgreSQL and Redis, by their URLs.
    Scaled { postgres: String, redis: String },
}

/// How much of everything there is.
pub struct Size {
    pub visitors: u32,
    pub services: usize,
    pub halls: usize,
    pub tickets: usize,
}

/// A window of the hall.
#[derive(Clone)]
pub struct Window {
    pub id: Uuid,
    pub day: NaiveDate,
    starts_at: DateTime<Utc>,
    ends_at: DateTime<Utc>,
}

/// A bureau.
pub struct Bureau {
    pub platform: Platform,
    pub hall: Uuid,
    /// Services of one group: the demonstration's own, and copies of it.
    pub services: Vec<Uuid>,
    /// The coming days' windows of that group.
    pub windows: Vec<Window>,
    pub visitors: Vec<Visitor>,
    /// Halls that nobody has asked for yet.
    pub halls: Vec<Uuid>,
    /// Tickets that wait in the hall.
    pub tickets: Vec<Uuid>,
    site: Site,
}

/// Where the program of a bureau finds its data.
pub struct Site {
    folder: TempDir,
    settings: Vec<(&'static str, String)>,
    mode: Mode,
    postgres: Option<(String, String)>,
}

impl Site {
    /// Makes the place and loads the demonstration bureau with the product's own command.
    pub async fn make(place: &Place) -> Result<Self> {
        // Beside the build, since a system's folder for temporary files may be in memory, where nothing is flushed.
        let folder = TempDir::new_in(env!("CARGO_TARGET_TMPDIR"))?;
        let mut settings = vec![("BIANMIN_DATA_DIR", folder.path().display().to_string())];
        let mut postgres = None;
        let mode = match place {
            Place::Embedded => Mode {
                store: Store::Sqlite(folder.path().join("bianmin.sqlite3")),
                redis_url: None,
            },
            Place::Scaled { postgres: url, redis } => {
                let (server, _) = url.rsplit_once('/').context("a URL of PostgreSQL ends in a database")?;
                let name = format!("bench_{}", Uuid::now_v7().simple());
                let admin = Database::connect(url).await?;
                admin.execute_unprepared(&format!("CREATE DATABASE {name}")).await?;
                admin.close().await?;
                let own = format!("{server}/{name}");
                settings.push(("BIANMIN_DATABASE_URL", own.clone()));
                settings.push(("BIANMIN_REDIS_URL", redis.clone()));
                postgres = Some((url.clone(), name));
                Mode {
                    store: Store::Postgres(own),
                    redis_url: Some(redis.clone()),
                }
            }
        };
        let site = Self {
            folder,
            settings,
            mode,
            postgres,
        };
        let mut demo = site.command("demo")?;
        demo.arg("--content").arg(root().join("content/yunchuan"));
        program::finish(demo)?;
        Ok(site)
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The URL of its database in PostgreSQL.
    pub fn postgres_url(&self) -> Option<&str> {
        match &self.mode.store {
            Store::Postgres(url) => Some(url),
            Store::Sqlite(_) => None,
        }
    }

    fn command(&self, subcommand: &str) -> Result<Command> {
        let mut command = program::bianmin();
        let log = File::options()
            .create(true)
            .append(true)
            .open(self.folder().join("log"))?;
        command
            .arg(subcommand)
            .current_dir(self.folder())
            .envs(self.settings.iter().map(|(name, value)| (name, value)))
            .stderr(log);
        Ok(command)
    }

    /// Starts the server, and tells how long it took to be ready.
    pub async fn serve(&self) -> Result<(Program, std::time::Duration)> {
        let address = program::free_address()?;
        let mut command = self.command("serve")?;
        command.env("BIANMIN_LISTEN", address.to_string());
        Program::start(command, address, "/readyz").await
    }

    /// Starts the server at an address of its caller's choice, with this sandbox for the outside world.
    pub async fn serve_beside(&self, address: SocketAddr, sandbox: SocketAddr) -> Result<Program> {
        let mut command = self.command("serve")?;
        command
            .env("BIANMIN_LISTEN", address.to_string())
            .env("BIANMIN_SANDBOX_URL", format!("http://{sandbox}"));
        Ok(Program::start(command, address, "/readyz").await?.0)
    }

    /// Removes what is not in the folder.
    pub async fn remove(self) -> Result<()> {
        if let Some((server, name)) = self.postgres {
            let admin = Database::connect(server).await?;
            admin
                .execute_unprepared(&format!("DROP DATABASE {name} WITH (FORCE)"))
                .await?;
            admin.close().await?;
        }
        Ok(())
    }
}

impl Bureau {
    /// Fills a site.
    pub async fn fill(site: Site, size: &Size) -> Result<Self> {
        let config = Config {
            listen: "127.0.0.1:0".parse()?,
            mode: Mode {
                // What this process changes is done before the server starts, so nobody has to hear of it.
                redis_url: None,
                ..site.mode.clone()
            },
            sandbox_url: None,
            public_url: "http://localhost".into(),
            client_dir: site.folder().join("no-client"),
            keys_dir: site.folder().join("keys"),
            workers: None,
            staff_idle: chrono::TimeDelta::minutes(30),
            log: "off".into(),
            outside: Outside::default(),
            suite: crypto::INTERNATIONAL,
        };
        let platform = Platform::connect_with(config, Arc::new(SystemClock)).await?;
        let hall = id(&platform, "SELECT id FROM halls WHERE code = $1", HALL).await?;
        let service = id(&platform, "SELECT id FROM services WHERE code = $1", SERVICE).await?;
        let group = id(
            &platform,
            "SELECT group_id AS id FROM services WHERE code = $1",
            SERVICE,
        )
        .await?;
        let now = platform.clock.now();
        let windows = windows(platform.db.reader(), hall, group, now).await?;
        ensure!(windows.len() >= WINDOWS_OF_A_HALL, "the hall has few windows");

        let transaction = platform.db.begin().await?;
        let visitors = demo::crowd(&transaction, &platform, size.visitors).await?;
        let mut services = vec![service];
        for copy in 1..size.services {
            services.push(copied(&transaction, Copied::Service, service, copy).await?);
        }
        let mut halls = Vec::new();
        for copy in 0..size.halls {
            let copy = copied(&transaction, Copied::Hall, hall, copy).await?;
            copy_windows(&transaction, copy, group, &windows).await?;
            halls.push(copy);
        }
        let tickets = issue_tickets(&transaction, hall, group, service, size.tickets, now).await?;
        let enlarge = "UPDATE windows SET online_quota = $1 WHERE hall_id = $2 AND group_id = $3";
        execute(&transaction, enlarge, [HUGE.into(), hall.into(), group.into()]).await?;
        transaction.commit().await?;
        if site.postgres.is_some() {
            // As the store itself would do within a minute.
            platform.db.reader().execute_unprepared("VACUUM ANALYZE").await?;
        }
        Ok(Self {
            platform,
            hall,
            services,
            windows,
            visitors,
            halls,
            tickets,
            site,
        })
    }

    pub const fn site(&self) -> &Site {
        &self.site
    }

    /// Leaves a window with so many seats.
    pub async fn leave_seats(&self, window: &Window, seats: usize) -> Result<()> {
        let transaction = self.platform.db.begin().await?;
        let leave = "UPDATE windows SET online_quota = online_taken + $1 WHERE id = $2";
        let seats = i32::try_from(seats)?;
        execute(&transaction, leave, [seats.into(), window.id.into()]).await?;
        Ok(transaction.commit().await?)
    }

    /// Lets every booked resident have been served, since nobody may have more than a few appointments ahead.
    pub async fn settle(&self) -> Result<()> {
        let transaction = self.platform.db.begin().await?;
        let serve = "UPDATE appointments SET status = 'fulfilled' WHERE status = 'confirmed'";
        execute(&transaction, serve, []).await?;
        Ok(transaction.commit().await?)
    }

    /// The only number that a query gives.
    pub async fn count(&self, sql: &str) -> Result<usize> {
        let db = self.platform.db.reader();
        let row = db
            .query_one_raw(Statement::from_string(db.get_database_backend(), sql))
            .await?
            .context("a count gives a row")?;
        Ok(usize::try_from(row.try_get_by_index::<i64>(0)?)?)
    }

    /// Fails unless every seat that is taken has its appointment, its text and no other, and nothing is oversold.
    pub async fn check(&self) -> Result<()> {
        let wrong = "SELECT count(*) FROM windows w WHERE online_taken > online_quota OR (online_taken > 0 AND online_taken <> \
            (SELECT count(*) FROM appointments a WHERE a.window_id = w.id AND a.status IN ('confirmed', 'fulfilled')))";
        ensure!(
            self.count(wrong).await? == 0,
            "the seats that are taken are not those that were booked"
        );
        Ok(())
    }

    /// Closes the connections and removes the data.
    pub async fn remove(self) -> Result<()> {
        self.platform.db.close().await?;
        self.site.remove().await
    }
}

pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Changes the database by a statement whose parameters are `$1`, `$2` and so on; both stores read them.
pub async fn execute(db: &impl ConnectionTrait, sql: &str, values: impl IntoIterator<Item = Value>) -> Result<u64> {
    let statement = Statement::from_sql_and_values(db.get_database_backend(), sql, values);
    Ok(db.execute_raw(statement).await?.rows_affected())
}

/// What a query with parameters finds.
pub async fn rows(
    db: &impl ConnectionTrait,
    sql: &str,
    values: impl IntoIterator<Item = Value>,
) -> Result<Vec<QueryResult>> {
    let statement = Statement::from_sql_and_values(db.get_database_backend(), sql, values);
    Ok(db.query_all_raw(statement).await?)
}

async fn id(platform: &Platform, sql: &str, code: &str) -> Result<Uuid> {
    let found = rows(platform.db.reader(), sql, [code.into()]).await?;
    let row = found.first().with_context(|| format!("the bureau has no {code}"))?;
    Ok(row.try_get("", "id")?)
}

async fn windows(db: &DatabaseConnection, hall: Uuid, group: Uuid, now: DateTime<Utc>) -> Result<Vec<Window>> {
    let sql = "SELECT id, day, starts_at, ends_at FROM windows WHERE hall_id = $1 AND group_id = $2 AND day > $3 ORDER BY starts_at";
    let today = shared::time::day_of(now);
    rows(db, sql, [hall.into(), group.into(), today.into()])
        .await?
        .iter()
        .map(|row| {
            Ok(Window {
                id: row.try_get("", "id")?,
                day: row.try_get("", "day")?,
                starts_at: row.try_get("", "starts_at")?,
                ends_at: row.try_get("", "ends_at")?,
            })
        })
        .collect()
}

#[derive(Clone, Copy)]
enum Copied {
    Service,
    Hall,
}

async fn copied(db: &impl ConnectionTrait, what: Copied, of: Uuid, number: usize) -> Result<Uuid> {
    let id = Uuid::now_v7();
    let sql = match what {
        Copied::Service => {
            "INSERT INTO services (id, code, group_id, active, content) \
             SELECT $1, $2, group_id, active, content FROM services WHERE id = $3"
        }
        Copied::Hall => {
            "INSERT INTO halls (id, code, active, content) SELECT $1, $2, active, content FROM halls WHERE id = $3"
        }
    };
    execute(db, sql, [id.into(), format!("bench-{number}").into(), of.into()]).await?;
    Ok(id)
}

async fn copy_windows(db: &impl ConnectionTrait, hall: Uuid, group: Uuid, windows: &[Window]) -> Result<()> {
    let mut insert = Query::insert();
    insert.into_table("windows").columns([
        "id",
        "hall_id",
        "group_id",
        "day",
        "starts_at",
        "ends_at",
        "online_quota",
        "onsite_quota",
    ]);
    for window in windows.iter().take(WINDOWS_OF_A_HALL) {
        insert.values([
            Uuid::now_v7().into(),
            hall.into(),
            group.into(),
            window.day.into(),
            window.starts_at.into(),
            window.ends_at.into(),
            3.into(),
            5.into(),
        ])?;
    }
    db.execute(&insert).await?;
    Ok(())
}

/// Paper tickets: whoever has the id of one may watch it.
async fn issue_tickets(
    db: &impl ConnectionTrait,
    hall: Uuid,
    group: Uuid,
    service: Uuid,
    count: usize,
    now: DateTime<Utc>,
) -> Result<Vec<Uuid>> {
    let ids: Vec<Uuid> = (0..count).map(|_| Uuid::now_v7()).collect();
    for (part, some) in ids.chunks(500).enumerate() {
        let mut insert = Query::insert();
        insert.into_table("tickets").columns([
            "id",
            "hall_id",
            "group_id",
            "service_id",
            "day",
            "sequence",
            "number",
            "status",
            "entered_at",
        ]);
        for (at, id) in some.iter().enumerate() {
            let sequence = i32::try_from(part * 500 + at + 1)?;
            insert.values([
                (*id).into(),
                hall.into(),
                group.into(),
                service.into(),
                shared::time::day_of(now).into(),
                sequence.into(),
                format!("Z{sequence:05}").into(),
                "waiting".into(),
                (now + chrono::TimeDelta::milliseconds(sequence.into())).into(),
            ])?;
        }
        db.execute(&insert).await?;
    }
    Ok(ids)
}

/// `column + value`, for updates.
pub fn increased(column: &'static str, by: i32) -> sea_orm::sea_query::SimpleExpr {
    Expr::col(column).add(by)
}
