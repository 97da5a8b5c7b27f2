//! Texts: from the commit of what they tell until a provider has them, while two hundred events a second cause one each.

use std::{
    net::SocketAddr,
    time::{Duration, Instant},
};

use actix_web::rt;
use anyhow::{Context, Result, ensure};
use chrono::{DateTime, Utc};
use sea_orm::sea_query::Value;
use uuid::Uuid;

use crate::{
    bureau::{Bureau, execute, rows},
    load::{self, Connection, Times},
    outside::Outside,
    table::{Row, grouped},
};

/// Bookings a second, each of which is confirmed by a text.
const A_SECOND: u32 = 200;
/// Residents who book at the same time, each its next in its turn.
const AT_ONCE: u32 = 20;
/// How fast a text is to be with a provider.
const GOAL: Duration = Duration::from_secs(5);
/// How long the last one may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// The rows.
pub async fn measure(bureau: &Bureau, outside: &Outside, span: Duration, table: &mut Vec<Row>) -> Result<()> {
    let server = outside.server.address;
    let window = bureau.windows.last().context("a window")?.id;
    let events = usize::try_from(u64::from(A_SECOND) * span.as_secs())?;
    ensure!(events <= bureau.visitors.len(), "there are fewer residents than events");
    let begun = bureau.platform.clock.now();
    let turns = Duration::from_secs(1) / (A_SECOND / AT_ONCE);
    let per_client = events / AT_ONCE as usize;
    let clients: Vec<_> = bureau
        .visitors
        .chunks(per_client)
        .take(AT_ONCE as usize)
        .map(|visitors| {
            let tokens = visitors.iter().map(|visitor| visitor.access_token.clone()).collect();
            rt::spawn(book(server, tokens, bureau.services[0], window, turns))
        })
        .collect();
    for client in clients {
        client.await??;
    }

    let waited = Instant::now();
    let waits = loop {
        let waits = waits(bureau, begun).await?;
        if waits.len() == per_client * AT_ONCE as usize {
            break waits;
        }
        ensure!(
            waited.elapsed() < PATIENCE,
            "only {} of {events} texts were taken",
            waits.len()
        );
        rt::time::sleep(Duration::from_millis(200)).await;
    };
    let within = waits.iter().filter(|wait| **wait <= GOAL).count();
    let share = within as f64 / waits.len() as f64;
    let mut times = Times::default();
    for wait in &waits {
        times.note(*wait);
    }
    let mut row = Row::new(
        format!(
            "{} texts at {A_SECOND} events a second, with a provider within 5 s",
            grouped(waits.len() as f64)
        ),
        format!("{:.2} %", share * 100.0),
    );
    (row.p50, row.p99) = (Some(times.percentile(50)), Some(times.percentile(99)));
    table.push(row.goal("≥ 99 %", share >= 0.99));
    Ok(())
}

/// Books for one resident after the other, in a steady rhythm.
async fn book(server: SocketAddr, tokens: Vec<String>, service: Uuid, window: Uuid, turns: Duration) -> Result<()> {
    let mut connection = Connection::open(server).await?;
    let mut rhythm = rt::time::interval(turns);
    let body = format!("{{\"window_id\":\"{window}\",\"service_id\":\"{service}\"}}");
    for token in tokens {
        rhythm.tick().await;
        let headers = format!(
            "Authorization: Bearer {token}\r\nIdempotency-Key: {}\r\n",
            Uuid::now_v7()
        );
        connection
            .expect(201, &load::post("/api/v1/appointments", &headers, &body))
            .await?;
    }
    Ok(())
}

/// How long each confirmation since an instant took from its transaction to its provider.
async fn waits(bureau: &Bureau, since: DateTime<Utc>) -> Result<Vec<Duration>> {
    let sql = "SELECT created_at, accepted_at FROM messages \
        WHERE template = 'appointment-confirmed' AND created_at >= $1 AND accepted_at IS NOT NULL";
    rows(bureau.platform.db.reader(), sql, [Value::from(since)])
        .await?
        .iter()
        .map(|row| {
            let created: DateTime<Utc> = row.try_get("", "created_at")?;
            let accepted: DateTime<Utc> = row.try_get("", "accepted_at")?;
            Ok((accepted - created).to_std().unwrap_or_default())
        })
        .collect()
}

/// Drops the texts of the rows before, which nobody was there to send.
pub async fn forget(bureau: &Bureau) -> Result<()> {
    let transaction = bureau.platform.db.begin().await?;
    execute(&transaction, "DELETE FROM messages", []).await?;
    Ok(transaction.commit().await?)
}
