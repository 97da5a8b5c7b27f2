//! `kill -9` in the midst of bookings, again and again, against the real program: what was acknowledged is there afterwards, seats
//! taken are seats booked, and a retry gets the first answer.
//!
//! `BIANMIN_TEST_MODE` chooses the deployment, as in `tests/api`.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test ends when something is not as it should be"
)]

use std::{
    collections::{HashMap, HashSet},
    fs::File,
    net::TcpListener,
    path::Path,
    process::{Child, Command, Stdio},
    sync::Arc,
    time::{Duration, Instant},
};

use sea_orm::{ConnectionTrait, Database, QueryResult, Statement};
use serde_json::{Value, json};
use server::{
    config::{Config, Mode, Outside, Store},
    identity::demo::{self, Visitor},
    platform::{Platform, clock::SystemClock},
};
use tempfile::TempDir;
use uuid::Uuid;

const ROUNDS: u64 = 5;
/// Enough that the limit of three active appointments each does not end the burst.
const RESIDENTS: u32 = 256;
/// A service, its windows at one hall, and the copies of it that are booked, since a person books one once a day.
const HALL: &str = "zhongxin";
const SERVICE: &str = "id-card-replace-lost";
const COPIES: usize = 40;

/// A request as a client would repeat it, and what became of it.
#[derive(Clone)]
struct Try {
    resident: usize,
    path: &'static str,
    body: Value,
    key: String,
    /// The answer's status and body; nothing when the connection broke.
    answer: Option<(u16, Value)>,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_was_acknowledged_survives_being_killed() {
    let bureau = Bureau::make().await;
    let mut tries = Vec::new();
    for round in 0..ROUNDS {
        let server = bureau.serve(round).await;
        bureau.retry(&server, &mut tries).await;
        bureau.check(&tries).await;
        tries.extend(bureau.burst(server, round).await);
    }
    let server = bureau.serve(ROUNDS).await;
    bureau.retry(&server, &mut tries).await;
    bureau.check(&tries).await;
    let acknowledged = tries.iter().filter(|one| booked(one).is_some()).count();
    assert!(acknowledged > 100, "only {acknowledged} bookings were acknowledged");
    drop(server);
    bureau.remove().await;
}

/// The appointment or hold that an acknowledged try made.
fn booked(one: &Try) -> Option<Uuid> {
    let (status, body) = one.answer.as_ref()?;
    (*status == 201).then(|| body["id"].as_str().unwrap().parse().unwrap())
}

/// The running program.
struct Server {
    process: Child,
    address: String,
}

impl Drop for Server {
    fn drop(&mut self) {
        // The process gets no chance to finish anything: the signal is SIGKILL.
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}

/// A database with the demonstration bureau, and residents who are signed in.
struct Bureau {
    folder: TempDir,
    settings: Vec<(&'static str, String)>,
    database: Option<(String, String)>,
    platform: Platform,
    client: reqwest::Client,
    residents: Arc<Vec<Visitor>>,
    services: Arc<Vec<Uuid>>,
    windows: Arc<Vec<Uuid>>,
}

impl Bureau {
    async fn make() -> Self {
        let _installed = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let folder = TempDir::new_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
        let mut settings = vec![("BIANMIN_DATA_DIR", folder.path().display().to_string())];
        let mut database = None;
        let store = match std::env::var("BIANMIN_TEST_MODE").as_deref() {
            Ok("scaled") => {
                let admin = std::env::var("BIANMIN_TEST_POSTGRES_URL").expect("BIANMIN_TEST_POSTGRES_URL is needed");
                let redis = std::env::var("BIANMIN_TEST_REDIS_URL").expect("BIANMIN_TEST_REDIS_URL is needed");
                let name = format!("crash_{}", Uuid::now_v7().simple());
                administer(&admin, &format!("CREATE DATABASE {name}")).await;
                let url = format!("{}/{name}", admin.rsplit_once('/').unwrap().0);
                settings.extend([("BIANMIN_DATABASE_URL", url.clone()), ("BIANMIN_REDIS_URL", redis)]);
                database = Some((admin, name));
                Store::Postgres(url)
            }
            _ => Store::Sqlite(folder.path().join("bianmin.sqlite3")),
        };
        let content = Path::new(env!("CARGO_MANIFEST_DIR")).join("../content/yunchuan");
        let mut demo = command(&folder, &settings, "demo");
        assert!(demo.arg("--content").arg(content).status().unwrap().success());

        let config = Config {
            listen: "127.0.0.1:0".parse().unwrap(),
            mode: Mode { store, redis_url: None },
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
        let platform = Platform::connect_with(config, Arc::new(SystemClock)).await.unwrap();
        let transaction = platform.db.begin().await.unwrap();
        let residents = demo::crowd(&transaction, &platform, RESIDENTS).await.unwrap();
        let service = id(&rows(
            &transaction,
            "SELECT id FROM services WHERE code = $1",
            [SERVICE.into()],
        )
        .await[0]);
        let mut services = vec![service];
        for copy in 1..COPIES {
            let sql = "INSERT INTO services (id, code, group_id, active, content) \
                SELECT $1, $2, group_id, active, content FROM services WHERE id = $3";
            let new = Uuid::now_v7();
            execute(
                &transaction,
                sql,
                [new.into(), format!("copy-{copy}").into(), service.into()],
            )
            .await;
            services.push(new);
        }
        // Half of the windows are so large that they never fill, and half so small that they do.
        let today = shared::time::day_of(platform.clock.now());
        let sql = "SELECT w.id AS id FROM windows w JOIN halls h ON h.id = w.hall_id JOIN services s ON s.group_id = w.group_id \
            WHERE h.code = $1 AND s.id = $2 AND w.day > $3 ORDER BY w.starts_at";
        let found = rows(&transaction, sql, [HALL.into(), service.into(), today.into()]).await;
        let windows: Vec<Uuid> = found.iter().take(24).map(id).collect();
        for window in windows.iter().step_by(2) {
            let sql = "UPDATE windows SET online_quota = 100000 WHERE id = $1";
            execute(&transaction, sql, [(*window).into()]).await;
        }
        transaction.commit().await.unwrap();
        Self {
            folder,
            settings,
            database,
            platform,
            client: reqwest::Client::builder().no_proxy().build().unwrap(),
            residents: Arc::new(residents),
            services: Arc::new(services),
            windows: Arc::new(windows),
        }
    }

    async fn serve(&self, round: u64) -> Server {
        let listen = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let begun = Instant::now();
        let process = command(&self.folder, &self.settings, "serve")
            .env("BIANMIN_LISTEN", listen.to_string())
            .spawn()
            .unwrap();
        let server = Server {
            process,
            address: format!("http://{listen}"),
        };
        loop {
            let ready = self.client.get(format!("{}/readyz", server.address)).send().await;
            if ready.is_ok_and(|answer| answer.status() == 200) {
                break;
            }
            assert!(begun.elapsed() < Duration::from_secs(20), "the server is not ready");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        println!("round {round}: ready after {} ms", begun.elapsed().as_millis());
        server
    }

    /// Every resident books and holds as fast as answers come, until the server is killed in the midst of it.
    async fn burst(&self, server: Server, round: u64) -> Vec<Try> {
        let tasks: Vec<_> = (0..self.residents.len())
            .map(|resident| {
                let (client, address) = (self.client.clone(), server.address.clone());
                let (residents, services, windows) = (
                    Arc::clone(&self.residents),
                    Arc::clone(&self.services),
                    Arc::clone(&self.windows),
                );
                tokio::spawn(async move {
                    let mut tries = Vec::new();
                    for step in 0.. {
                        // Most wishes are new; some were granted in an earlier round and must be refused.
                        let at = usize::try_from(round).unwrap() * 37 + step;
                        let window = windows[(at * 5 + resident) % windows.len()];
                        let service = services[(at * 3 + resident) % services.len()];
                        let mut one = Try {
                            resident,
                            path: if step % 4 == 3 { "holds" } else { "appointments" },
                            body: json!({"window_id": window, "service_id": service}),
                            key: format!("{round}-{resident}-{step}"),
                            answer: None,
                        };
                        one.answer = send(&client, &address, &residents[resident], &one).await;
                        let broken = one.answer.is_none();
                        tries.push(one);
                        if broken {
                            break;
                        }
                    }
                    tries
                })
            })
            .collect();
        // The rounds are killed at different moments, so that the signal meets different steps.
        tokio::time::sleep(Duration::from_millis(250 + round * 90)).await;
        drop(server);
        let mut tries = Vec::new();
        for task in tasks {
            tries.extend(task.await.unwrap());
        }
        tries
    }

    /// Sends everything again: what was answered gets the first answer, and what was not is settled now.
    async fn retry(&self, server: &Server, tries: &mut [Try]) {
        for one in tries {
            let resident = &self.residents[one.resident];
            // Of the many that were answered, some are enough.
            if one.answer.is_some() && (booked(one).is_none() || one.resident % 4 != 0) {
                continue;
            }
            let again = send(&self.client, &server.address, resident, one).await;
            let again = again.expect("nobody kills the server now");
            if let Some(first) = &one.answer {
                assert_eq!(*first, again, "{} got another answer", one.key);
            } else {
                assert!([201, 409].contains(&again.0), "{again:?}");
                one.answer = Some(again);
            }
        }
    }

    async fn check(&self, tries: &[Try]) {
        let db = self.platform.db.reader();
        let wrong = "SELECT id FROM windows w WHERE online_taken > online_quota OR online_taken <> (SELECT count(*) \
            FROM appointments a WHERE a.window_id = w.id AND a.status IN ('held', 'confirmed', 'checked_in', 'fulfilled'))";
        assert_eq!(rows(db, wrong, []).await.len(), 0, "seats taken are not seats booked");

        let all = "SELECT id, person_id, service_id, day, status FROM appointments";
        let mut found = HashMap::new();
        let mut active = HashSet::new();
        for row in rows(db, all, []).await {
            let status: String = row.try_get("", "status").unwrap();
            let person: Uuid = row.try_get("", "person_id").unwrap();
            let service: Uuid = row.try_get("", "service_id").unwrap();
            let day: chrono::NaiveDate = row.try_get("", "day").unwrap();
            if status != "expired" {
                assert!(active.insert((person, service, day)), "a person is booked twice");
            }
            found.insert(id(&row), (person, service, status));
        }
        let mut known = HashSet::new();
        for one in tries {
            let Some(id) = booked(one) else { continue };
            known.insert(id);
            let (person, service, status) = found.get(&id).expect("an acknowledged booking is gone");
            assert_eq!(*person, self.residents[one.resident].person.0);
            assert_eq!(one.body["service_id"], json!(service));
            if one.path == "appointments" {
                assert_eq!(status, "confirmed");
            }
        }
        // Whatever is there was asked for by a request whose retry was told of it, so nobody has a seat without knowing.
        let unknown = found.keys().filter(|id| !known.contains(id)).count();
        assert_eq!(unknown, 0, "bookings that nobody was told of");

        let texts = rows(
            db,
            "SELECT event FROM messages WHERE template = 'appointment-confirmed'",
            [],
        )
        .await;
        let confirmed = found.values().filter(|(_, _, status)| status == "confirmed").count();
        assert_eq!(texts.len(), confirmed, "texts are not bookings");
    }

    async fn remove(self) {
        self.platform.db.close().await.unwrap();
        if let Some((admin, name)) = self.database {
            administer(&admin, &format!("DROP DATABASE {name} WITH (FORCE)")).await;
        }
    }
}

fn command(folder: &TempDir, settings: &[(&str, String)], subcommand: &str) -> Command {
    let log = File::options()
        .create(true)
        .append(true)
        .open(folder.path().join("log"))
        .unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_bianmin"));
    // The stores of the tests are no settings of the product.
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("BIANMIN_") {
            command.env_remove(name);
        }
    }
    command
        .arg(subcommand)
        .current_dir(folder.path())
        .envs(settings.iter().map(|(name, value)| (name, value)))
        .stdin(Stdio::null())
        .stderr(log);
    command
}

/// Sends a request once; nothing when the connection breaks before the answer is whole.
async fn send(client: &reqwest::Client, address: &str, resident: &Visitor, one: &Try) -> Option<(u16, Value)> {
    let request = client
        .post(format!("{address}/api/v1/{}", one.path))
        .bearer_auth(&resident.access_token)
        .header("Idempotency-Key", &one.key)
        .json(&one.body);
    let answer = request.send().await.ok()?;
    let status = answer.status().as_u16();
    let body = answer.text().await.ok()?;
    Some((status, serde_json::from_str(&body).unwrap()))
}

fn id(row: &QueryResult) -> Uuid {
    row.try_get("", "id").unwrap()
}

async fn rows(
    db: &impl ConnectionTrait,
    sql: &str,
    values: impl IntoIterator<Item = sea_orm::Value>,
) -> Vec<QueryResult> {
    let statement = Statement::from_sql_and_values(db.get_database_backend(), sql, values);
    db.query_all_raw(statement).await.unwrap()
}

async fn execute(db: &impl ConnectionTrait, sql: &str, values: impl IntoIterator<Item = sea_orm::Value>) {
    let statement = Statement::from_sql_and_values(db.get_database_backend(), sql, values);
    db.execute_raw(statement).await.unwrap();
}

async fn administer(url: &str, sql: &str) {
    let db = Database::connect(url).await.unwrap();
    db.execute_unprepared(sql).await.unwrap();
    db.close().await.unwrap();
}
