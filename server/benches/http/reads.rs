//! Availability: from memory, revalidated, rendered anew, and read from the database.

use std::{net::SocketAddr, time::Duration};

use anyhow::{Context, Result};
use chrono::{Days, NaiveDate};
use uuid::Uuid;

use crate::{
    bureau::{Bureau, rows},
    load::{self, Connection, Outcome},
};

/// The path of a hall's windows for a service between two days.
pub fn path(hall: Uuid, service: Uuid, from: NaiveDate, to: NaiveDate) -> String {
    format!("/api/v1/halls/{hall}/windows?service_id={service}&from={from}&to={to}")
}

/// What the client of the product asks for: two weeks of a service.
pub fn two_weeks(bureau: &Bureau) -> Result<String> {
    let first = first_day(bureau)?;
    let last = bureau.windows.last().context("there are windows")?.day;
    Ok(path(bureau.hall, bureau.services[0], first, last))
}

/// One day of it.
pub fn one_day(bureau: &Bureau) -> Result<String> {
    let day = first_day(bureau)?;
    Ok(path(bureau.hall, bureau.services[0], day, day))
}

fn first_day(bureau: &Bureau) -> Result<NaiveDate> {
    Ok(bureau.windows.first().context("there are windows")?.day)
}

/// How long a body is, and its entity tag.
pub async fn look(server: SocketAddr, path: &str) -> Result<(usize, String)> {
    let mut connection = Connection::open(server).await?;
    let (status, body) = connection.exchange(&load::get(path, "")).await?;
    anyhow::ensure!(status == 200, "{path}: {status}");
    let length = body.len();
    Ok((
        length,
        connection.header("etag").context("availability has an entity tag")?,
    ))
}

/// Ranges of days that nobody has asked for: each is rendered from the windows in memory.
pub async fn rendered_anew(bureau: &Bureau, server: SocketAddr, clients: usize, span: Duration) -> Result<Outcome> {
    let places = rows(
        bureau.platform.db.reader(),
        "SELECT DISTINCT w.hall_id AS hall, (SELECT s.id FROM services s WHERE s.group_id = w.group_id ORDER BY s.id LIMIT 1) AS service \
         FROM windows w WHERE w.hall_id IN (SELECT hall_id FROM counters)",
        [],
    )
    .await?
    .iter()
    .map(|row| Ok((row.try_get("", "hall")?, row.try_get("", "service")?)))
    .collect::<Result<Vec<(Uuid, Uuid)>>>()?;
    let today = first_day(bureau)?;
    let mut at = 0;
    load::run(server, clients, span, move |buffer| {
        // The hall changes fastest, so that no range comes back before others have pushed it out.
        let (hall, service) = places[at % places.len()];
        let range = at / places.len();
        at += 1;
        let from = today.checked_sub_days(Days::new((range / 14 % 45) as u64));
        let to = today.checked_add_days(Days::new((range % 14) as u64));
        let (Some(from), Some(to)) = (from, to) else {
            return false;
        };
        buffer.extend(load::get(&path(hall, service, from, to), ""));
        true
    })
    .await?
    .all(200)
}

/// Each hall once: its windows have to be read from the database.
pub async fn from_database(bureau: &Bureau, server: SocketAddr, clients: usize, span: Duration) -> Result<Outcome> {
    let (halls, service, first) = (bureau.halls.clone(), bureau.services[0], first_day(bureau)?);
    let last = bureau.windows.last().context("there are windows")?.day;
    let mut halls = halls.into_iter();
    load::run(server, clients, span, move |buffer| match halls.next() {
        None => false,
        Some(hall) => {
            buffer.extend(load::get(&path(hall, service, first, last), ""));
            true
        }
    })
    .await?
    .all(200)
}
