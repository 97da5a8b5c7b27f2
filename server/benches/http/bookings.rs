//! Bookings over HTTP, with authentication and an `Idempotency-Key` each, as the client of the product sends them.

use std::{net::SocketAddr, time::Duration};

use anyhow::{Context, Result, ensure};
use uuid::Uuid;

use crate::{
    bureau::{Bureau, Window},
    load::{self, Connection, Outcome},
};

/// How many residents have looked at a page just before, where sessions are to be known: as many as can book within the seconds for which
/// a session is remembered.
const SEEN: usize = 6_000;

/// A run of bookings.
pub struct Run<'a> {
    pub clients: usize,
    pub windows: &'a [Window],
    /// Whether the server has seen the residents a moment ago, as it has those who come from its pages.
    pub seen: bool,
    pub span: Duration,
}

/// Books, and checks afterwards that exactly what was acknowledged is in the database. Tells too how many bookings a commit held.
pub async fn book(bureau: &Bureau, server: SocketAddr, run: Run<'_>) -> Result<(Outcome, f64)> {
    let before = Counts::of(bureau).await?;
    let (bookings, commits) = groups(server).await?;
    let mut requests = Requests::new(bureau, run.windows, run.seen);
    if run.seen {
        look(bureau, server).await?;
    }
    let outcome = load::run(server, run.clients, run.span, move |buffer| {
        requests.write(buffer, true)
    })
    .await?
    .all(201)?;
    let after = Counts::of(bureau).await?;
    let acknowledged = outcome.times.len();
    for (what, before, after) in [
        ("appointments", before.appointments, after.appointments),
        ("confirmations", before.texts, after.texts),
        ("remembered answers", before.answers, after.answers),
    ] {
        ensure!(
            after - before == acknowledged,
            "{acknowledged} bookings were acknowledged and {} {what} were written",
            after - before
        );
    }
    bureau.check().await?;
    bureau.settle().await?;
    let (all_bookings, all_commits) = groups(server).await?;
    Ok((outcome, (all_bookings - bookings) / (all_commits - commits)))
}

/// How many bookings the seat writer has judged, and in how many groups, since the server started.
async fn groups(server: SocketAddr) -> Result<(f64, f64)> {
    let mut connection = Connection::open(server).await?;
    let (_, body) = connection.exchange(&load::get("/metrics", "")).await?;
    let text = std::str::from_utf8(body)?;
    let figure = |name: &str| -> Result<f64> {
        let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        // A server that has judged none does not mention it.
        line.map_or(Ok(0.0), |number| number.parse().context("a metric is a number"))
    };
    Ok((
        figure("bianmin_seat_group_size_sum")?,
        figure("bianmin_seat_group_size_count")?,
    ))
}

/// Asks for seats where there are none.
pub async fn refused(bureau: &Bureau, server: SocketAddr, run: Run<'_>, with_key: bool) -> Result<Outcome> {
    let before = Counts::of(bureau).await?;
    let mut requests = Requests::new(bureau, run.windows, run.seen);
    requests.again = true;
    let outcome = load::run(server, run.clients, run.span, move |buffer| {
        requests.write(buffer, with_key)
    })
    .await?
    .all(409)?;
    let after = Counts::of(bureau).await?;
    ensure!(after.appointments == before.appointments, "a full window was booked");
    bureau.check().await?;
    Ok(outcome)
}

/// Lets residents, each once and all at the same moment, ask for far fewer seats than they are.
///
/// It fails unless exactly as many as there were seats got one, each a different resident, and all others were told that the window is
/// full.
pub async fn rush(
    bureau: &Bureau,
    server: SocketAddr,
    run: Run<'_>,
    residents: usize,
    seats: usize,
) -> Result<Outcome> {
    for window in run.windows {
        bureau.leave_seats(window, seats / run.windows.len()).await?;
    }
    let before = Counts::of(bureau).await?;
    let mut requests = Requests::new(bureau, run.windows, run.seen);
    requests.tokens.truncate(residents);
    let asked = requests.tokens.len();
    let outcome = load::run(server, run.clients, Duration::from_mins(5), move |buffer| {
        requests.write(buffer, true)
    })
    .await?;
    let with = |status: u16| outcome.statuses.get(&status).copied().unwrap_or(0);
    ensure!(
        with(201) == seats && with(409) == asked - seats,
        "{asked} asked for {seats} seats: {:?}",
        outcome.statuses
    );
    let after = Counts::of(bureau).await?;
    ensure!(
        after.appointments - before.appointments == seats,
        "more was booked than acknowledged"
    );
    let twice = "SELECT count(*) FROM (SELECT person_id FROM appointments WHERE status = 'confirmed' GROUP BY person_id \
        HAVING count(*) > 1) AS twice";
    ensure!(bureau.count(twice).await? == 0, "a resident got two seats");
    bureau.check().await?;
    bureau.settle().await?;
    Ok(outcome)
}

struct Counts {
    appointments: usize,
    texts: usize,
    answers: usize,
}

impl Counts {
    async fn of(bureau: &Bureau) -> Result<Self> {
        Ok(Self {
            appointments: bureau.count("SELECT count(*) FROM appointments").await?,
            texts: bureau
                .count("SELECT count(*) FROM messages WHERE template = 'appointment-confirmed'")
                .await?,
            answers: bureau.count("SELECT count(*) FROM idempotency_keys").await?,
        })
    }
}

/// Lets residents ask for their own page, so that their sessions are remembered.
async fn look(bureau: &Bureau, server: SocketAddr) -> Result<()> {
    let mut tokens = tokens(bureau, true).into_iter();
    load::run(server, 64, Duration::from_secs(30), move |buffer| match tokens.next() {
        None => false,
        Some(token) => {
            buffer.extend(load::get("/api/v1/me", &format!("Authorization: Bearer {token}\r\n")));
            true
        }
    })
    .await?
    .all(200)?;
    Ok(())
}

fn tokens(bureau: &Bureau, seen: bool) -> Vec<String> {
    let visitors = bureau.visitors.iter().take(if seen { SEEN } else { usize::MAX });
    visitors.map(|visitor| visitor.access_token.clone()).collect()
}

/// Writes one booking after the other, one for each resident.
struct Requests {
    tokens: Vec<String>,
    service: Uuid,
    windows: Vec<Uuid>,
    next: usize,
    /// Whether residents come again when all have asked.
    again: bool,
}

impl Requests {
    fn new(bureau: &Bureau, windows: &[Window], seen: bool) -> Self {
        Self {
            tokens: tokens(bureau, seen),
            service: bureau.services[0],
            windows: windows.iter().map(|window| window.id).collect(),
            next: 0,
            again: false,
        }
    }

    fn write(&mut self, buffer: &mut Vec<u8>, with_key: bool) -> bool {
        let at = self.next;
        self.next += 1;
        if at >= self.tokens.len() && !self.again {
            return false;
        }
        let token = &self.tokens[at % self.tokens.len()];
        let window = self.windows[at % self.windows.len()];
        let body = format!("{{\"window_id\":\"{window}\",\"service_id\":\"{}\"}}", self.service);
        let headers = if with_key {
            format!(
                "Authorization: Bearer {token}\r\nIdempotency-Key: {}\r\n",
                Uuid::now_v7()
            )
        } else {
            format!("Authorization: Bearer {token}\r\n")
        };
        load::write_post(buffer, "/api/v1/appointments", &headers, &body);
        true
    }
}
