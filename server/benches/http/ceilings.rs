//! What the machine and the stores can do at most, measured without the product.

use std::{
    fs::File,
    io::Write,
    path::Path,
    process::Command,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use sea_orm::{
    ConnectionTrait, ExprTrait,
    sea_query::{Expr, Query},
};
use uuid::Uuid;

use crate::{
    bureau::{Bureau, Window, execute, increased},
    load::Times,
};

/// Bookings of one commit, as in the product.
const GROUP: usize = 128;
/// Texts of one booking, as in the product: the confirmation and the reminders.
const TEXTS: [&str; 3] = ["appointment-confirmed", "reminder-day-before", "reminder-two-hours"];
/// Connections of the statement-by-statement ceiling.
const CLIENTS: usize = 8;

/// A rate and how long the single ones took.
pub struct Measured {
    pub per_second: f64,
    pub times: Times,
}

/// How often the disk can be made to keep a page.
pub fn flushes(folder: &Path, span: Duration) -> Result<Measured> {
    let path = folder.join("flush-probe");
    let mut file = File::create(&path)?;
    let (begun, mut times) = (Instant::now(), Times::default());
    while begun.elapsed() < span {
        let one = Instant::now();
        file.write_all(&[0x5a; 4096])?;
        file.sync_data()?;
        times.note(one.elapsed());
    }
    let per_second = times.len() as f64 / begun.elapsed().as_secs_f64();
    std::fs::remove_file(path)?;
    Ok(Measured { per_second, times })
}

/// Bookings of a program that does nothing else: groups of 128, each with a guarded count, the appointments and their texts in
/// one commit.
pub async fn group_commit(bureau: &Bureau, window: &Window, with_answers: bool, span: Duration) -> Result<Measured> {
    let (begun, mut times, mut number) = (Instant::now(), Times::default(), 0);
    while begun.elapsed() < span {
        let one = Instant::now();
        let transaction = bureau.platform.db.begin().await?;
        let mut count = Query::update();
        let taken = i32::try_from(GROUP)?;
        count
            .table("windows")
            .value("online_taken", increased("online_taken", taken))
            .and_where(Expr::col("id").eq(window.id))
            .and_where(increased("online_taken", taken).lte(Expr::col("online_quota")));
        ensure!(
            transaction.execute(&count).await?.rows_affected() == 1,
            "the window is full"
        );
        let (mut appointments, mut texts, mut answers) = (appointments(), texts(), answers());
        let now = bureau.platform.clock.now();
        for _ in 0..GROUP {
            let visitor = &bureau.visitors[number % bureau.visitors.len()];
            let service = bureau.services[number / bureau.visitors.len()];
            number += 1;
            let id = Uuid::now_v7();
            appointments.values([
                id.into(),
                window.id.into(),
                bureau.hall.into(),
                service.into(),
                visitor.person.0.into(),
                visitor.resident.0.into(),
                window.day.into(),
                "BENCH1".into(),
                "confirmed".into(),
                now.into(),
                now.into(),
            ])?;
            for text in TEXTS {
                texts.values([
                    Uuid::now_v7().into(),
                    format!("appointment/{id}").into(),
                    format!("appointment/{id}/{text}").into(),
                    "sms".into(),
                    visitor.resident.0.into(),
                    visitor.resident.0.as_bytes().repeat(2).into(),
                    text.into(),
                    "appointments".into(),
                    vec![7u8; 180].into(),
                    1.into(),
                    "pending".into(),
                    now.into(),
                    now.into(),
                    now.into(),
                    now.into(),
                ])?;
            }
            if with_answers {
                answers.values([
                    visitor.resident.0.as_bytes().repeat(2).into(),
                    id.to_string().into(),
                    vec![7u8; 32].into(),
                    201.into(),
                    serde_json::json!({"id": id, "padding": "x".repeat(600)}).into(),
                    now.into(),
                ])?;
            }
        }
        transaction.execute(&appointments).await?;
        if with_answers {
            transaction.execute(&answers).await?;
        }
        transaction.execute(&texts).await?;
        transaction.commit().await?;
        times.note(one.elapsed());
    }
    let per_second = number as f64 / begun.elapsed().as_secs_f64();
    bureau.settle().await?;
    Ok(Measured { per_second, times })
}

fn appointments() -> sea_orm::sea_query::InsertStatement {
    let mut insert = Query::insert();
    insert.into_table("appointments").columns([
        "id",
        "window_id",
        "hall_id",
        "service_id",
        "person_id",
        "resident_id",
        "day",
        "code",
        "status",
        "created_at",
        "changed_at",
    ]);
    insert
}

fn texts() -> sea_orm::sea_query::InsertStatement {
    let mut insert = Query::insert();
    insert.into_table("messages").columns([
        "id",
        "subject",
        "event",
        "channel",
        "resident_id",
        "recipient_index",
        "template",
        "topic",
        "variables",
        "priority",
        "status",
        "created_at",
        "wanted_at",
        "due_at",
        "expires_at",
    ]);
    insert
}

fn answers() -> sea_orm::sea_query::InsertStatement {
    let mut insert = Query::insert();
    insert
        .into_table("idempotency_keys")
        .columns(["scope", "key", "request_hash", "status", "body", "created_at"]);
    insert
}

/// Writes the tables by which the statement below finds its person and its window.
pub async fn prepare_single_statements(bureau: &Bureau, windows: &[Window]) -> Result<()> {
    let transaction = bureau.platform.db.begin().await?;
    for table in [
        "CREATE TABLE bench_people (n int PRIMARY KEY, person uuid NOT NULL, resident uuid NOT NULL)",
        "CREATE TABLE bench_windows (n int PRIMARY KEY, id uuid NOT NULL)",
    ] {
        transaction.execute_unprepared(table).await?;
    }
    for (part, some) in bureau.visitors.chunks(1_000).enumerate() {
        let mut insert = Query::insert();
        insert.into_table("bench_people").columns(["n", "person", "resident"]);
        for (at, visitor) in some.iter().enumerate() {
            let number = i32::try_from(part * 1_000 + at + 1)?;
            insert.values([number.into(), visitor.person.0.into(), visitor.resident.0.into()])?;
        }
        transaction.execute(&insert).await?;
    }
    for (at, window) in windows.iter().enumerate() {
        let number = i32::try_from(at + 1)?;
        let sql = "INSERT INTO bench_windows (n, id) VALUES ($1, $2)";
        execute(&transaction, sql, [number.into(), window.id.into()]).await?;
    }
    Ok(transaction.commit().await?)
}

/// One booking as one statement: the guarded count, the appointment and its texts. Days far in the future keep bookings of a person apart.
fn single_statement(bureau: &Bureau) -> String {
    let service = bureau.services[0];
    let texts = TEXTS.join("', '");
    format!(
        "WITH seat AS (UPDATE windows SET online_taken = online_taken + 1 \
         WHERE id = (SELECT id FROM bench_windows WHERE n = :w::int) AND online_taken < online_quota RETURNING id, hall_id), \
         booked AS (INSERT INTO appointments (id, window_id, hall_id, service_id, person_id, resident_id, day, code, status, created_at, changed_at) \
         SELECT gen_random_uuid(), seat.id, seat.hall_id, '{service}', p.person, p.resident, date '2100-01-01' + :n::int, 'BENCH1', 'confirmed', now(), now() \
         FROM seat, bench_people p WHERE p.n = :p::int RETURNING id, resident_id) \
         INSERT INTO messages (id, subject, event, channel, resident_id, recipient_index, template, topic, variables, priority, status, created_at, wanted_at, due_at, expires_at) \
         SELECT gen_random_uuid(), 'appointment/' || id, 'appointment/' || id || '/' || t, 'sms', resident_id, uuid_send(resident_id), t, \
         'appointments', decode(repeat('07', 180), 'hex'), 1, 'pending', now(), now(), now(), now() FROM booked, unnest(array['{texts}']) AS t"
    )
}

/// What PostgreSQL books with a statement for each booking, spread over the first windows that were prepared.
pub async fn single_statements(bureau: &Bureau, windows: usize, span: Duration) -> Result<Measured> {
    let statement = single_statement(bureau);
    let installed = Command::new("pgbench")
        .arg("--version")
        .output()
        .is_ok_and(|output| output.status.success());
    let measured = if installed {
        pgbench(bureau, &statement, windows, span)
    } else {
        by_hand(bureau, &statement, windows, span).await
    };
    bureau.settle().await?;
    measured
}

fn pgbench(bureau: &Bureau, statement: &str, windows: usize, span: Duration) -> Result<Measured> {
    let folder = tempfile::tempdir_in(bureau.site().folder())?;
    let script = folder.path().join("script.sql");
    std::fs::write(
        &script,
        format!("\\set n random(1, 90000000)\n\\set p random(1, :people)\n\\set w random(1, :windows)\n{statement};\n"),
    )?;
    let output = Command::new("pgbench")
        .args(["--no-vacuum", "--protocol=prepared", "--log", "--jobs=2"])
        .arg(format!("--client={CLIENTS}"))
        .arg(format!("--time={}", Ord::max(span.as_secs(), 1)))
        .arg(format!("--define=people={}", bureau.visitors.len()))
        .arg(format!("--define=windows={windows}"))
        .arg("--file")
        .arg(&script)
        .arg(bureau.site().postgres_url().context("pgbench measures PostgreSQL")?)
        .current_dir(folder.path())
        .output()?;
    let said = String::from_utf8_lossy(&output.stdout);
    ensure!(
        output.status.success(),
        "pgbench failed: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    let per_second = said
        .lines()
        .find_map(|line| line.strip_prefix("tps = "))
        .and_then(|rest| rest.split_whitespace().next())
        .context("pgbench told no rate")?
        .parse()?;
    let mut times = Times::default();
    for entry in std::fs::read_dir(folder.path())? {
        let entry = entry?;
        if entry.file_name().to_string_lossy().starts_with("pgbench_log") {
            for line in std::fs::read_to_string(entry.path())?.lines() {
                let took = line.split(' ').nth(2).context("a line of pgbench's log has a time")?;
                times.note(Duration::from_micros(took.parse()?));
            }
        }
    }
    Ok(Measured { per_second, times })
}

/// The same statement from this process, where pgbench is not installed.
async fn by_hand(bureau: &Bureau, statement: &str, windows: usize, span: Duration) -> Result<Measured> {
    let sql = statement
        .replace(":w::int", "$1::int")
        .replace(":n::int", "$2::int")
        .replace(":p::int", "$3::int");
    let (begun, people) = (Instant::now(), bureau.visitors.len());
    let clients = (0..CLIENTS).map(|client| {
        let (db, sql) = (bureau.platform.db.reader().clone(), sql.clone());
        async move {
            let (mut times, mut number) = (Times::default(), client);
            while begun.elapsed() < span {
                let one = Instant::now();
                let values = [number % windows + 1, number, number % people + 1];
                let values: Vec<i32> = values.into_iter().map(i32::try_from).collect::<Result<_, _>>()?;
                execute(&db, &sql, values.into_iter().map(Into::into)).await?;
                times.note(one.elapsed());
                number += CLIENTS;
            }
            anyhow::Ok(times)
        }
    });
    let mut times = Times::default();
    for client in futures::future::try_join_all(clients).await? {
        times.join(client);
    }
    Ok(Measured {
        per_second: times.len() as f64 / begun.elapsed().as_secs_f64(),
        times,
    })
}
