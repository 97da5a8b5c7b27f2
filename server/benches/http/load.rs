//! A lean client: keep-alive connections on raw sockets, so that the two cores go to the server and not to its clients.

use std::{
    cell::RefCell,
    collections::BTreeMap,
    net::SocketAddr,
    rc::Rc,
    time::{Duration, Instant},
};

use actix_web::rt;
use anyhow::{Context, Result, bail, ensure};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

/// A connection that is kept alive, with one request under way at a time.
pub struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

/// Where the parts of an answer stand in the buffer.
struct Head {
    status: u16,
    body: std::ops::Range<usize>,
}

impl Connection {
    pub async fn open(address: SocketAddr) -> Result<Self> {
        let stream = TcpStream::connect(address)
            .await
            .context("the server cannot be reached")?;
        stream.set_nodelay(true)?;
        Ok(Self {
            stream,
            buffer: Vec::with_capacity(16 * 1024),
        })
    }

    /// Sends a request and reads its answer whole: the status and the body.
    pub async fn exchange(&mut self, request: &[u8]) -> Result<(u16, &[u8])> {
        self.stream.write_all(request).await?;
        self.buffer.clear();
        let mut head = None;
        loop {
            if self.stream.read_buf(&mut self.buffer).await? == 0 {
                bail!("the server closed a connection");
            }
            if head.is_none() {
                head = parse(&self.buffer)?;
            }
            if let Some(Head { status, body }) = &head
                && self.buffer.len() >= body.end
            {
                return Ok((*status, &self.buffer[body.clone()]));
            }
        }
    }

    /// The same, for an answer that has to have this status; its body as JSON.
    pub async fn expect(&mut self, status: u16, request: &[u8]) -> Result<serde_json::Value> {
        let (found, body) = self.exchange(request).await?;
        ensure!(found == status, "{found}: {}", String::from_utf8_lossy(body));
        Ok(serde_json::from_slice(body).unwrap_or_default())
    }

    /// A header of the last answer.
    pub fn header(&self, name: &str) -> Option<String> {
        let text = String::from_utf8_lossy(&self.buffer);
        let head = text.split("\r\n\r\n").next()?;
        head.lines()
            .filter_map(|line| line.split_once(':'))
            .find(|(found, _)| found.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.trim().to_owned())
    }
}

fn parse(buffer: &[u8]) -> Result<Option<Head>> {
    let Some(end) = buffer.windows(4).position(|four| four == b"\r\n\r\n") else {
        return Ok(None);
    };
    let head = std::str::from_utf8(&buffer[..end])?;
    let status = head.get(9..12).context("no status line")?.parse()?;
    let length = head
        .lines()
        .filter_map(|line| line.split_once(':'))
        .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
        .map_or(Ok(0), |(_, value)| value.trim().parse::<usize>())?;
    let begin = end + 4;
    Ok(Some(Head {
        status,
        body: begin..begin + length,
    }))
}

/// A GET request, with headers that each end in a line break.
pub fn get(path: &str, headers: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n{headers}\r\n").into_bytes()
}

/// Writes a POST request with a JSON body to the end of a buffer.
pub fn write_post(buffer: &mut Vec<u8>, path: &str, headers: &str, body: &str) {
    use std::io::Write;
    write!(
        buffer,
        "POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {}\r\n{headers}\r\n{body}",
        body.len()
    )
    .expect("a buffer takes what is written to it");
}

/// A POST request with a JSON body.
pub fn post(path: &str, headers: &str, body: &str) -> Vec<u8> {
    let mut buffer = Vec::new();
    write_post(&mut buffer, path, headers, body);
    buffer
}

/// How long many things took.
#[derive(Clone, Default)]
pub struct Times(Vec<u32>);

impl Times {
    pub fn note(&mut self, took: Duration) {
        self.0.push(u32::try_from(took.as_micros()).unwrap_or(u32::MAX));
    }

    pub fn join(&mut self, others: Self) {
        self.0.extend(others.0);
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// The time, in milliseconds, within which this share of them was done.
    pub fn percentile(&self, percent: usize) -> f64 {
        let mut sorted = self.0.clone();
        sorted.sort_unstable();
        let at = (sorted.len() * percent / 100).min(sorted.len().saturating_sub(1));
        f64::from(sorted.get(at).copied().unwrap_or(0)) / 1_000.0
    }
}

/// What became of a load.
pub struct Outcome {
    pub times: Times,
    pub elapsed: Duration,
    pub statuses: BTreeMap<u16, usize>,
}

impl Outcome {
    pub fn per_second(&self) -> f64 {
        self.times.len() as f64 / self.elapsed.as_secs_f64()
    }

    /// Fails unless every answer had this status: a fast refusal must not pass for a fast success.
    pub fn all(self, status: u16) -> Result<Self> {
        ensure!(
            self.statuses.keys().all(|found| *found == status) && !self.statuses.is_empty(),
            "answers other than {status}: {:?}",
            self.statuses
        );
        Ok(self)
    }
}

/// Lets a number of clients send requests, each its next when it has its answer, until the time is over or there is no further request.
///
/// `write` puts the next request into an empty buffer; it says `false` when there is none.
pub async fn run(
    address: SocketAddr,
    clients: usize,
    limit: Duration,
    write: impl FnMut(&mut Vec<u8>) -> bool + 'static,
) -> Result<Outcome> {
    let mut connections = Vec::new();
    for _ in 0..clients {
        connections.push(Connection::open(address).await?);
    }
    let write = Rc::new(RefCell::new(write));
    let begun = Instant::now();
    let tasks: Vec<_> = connections
        .into_iter()
        .map(|mut connection| {
            let write = Rc::clone(&write);
            rt::spawn(async move {
                let (mut times, mut statuses) = (Times::default(), BTreeMap::<u16, usize>::new());
                let mut request = Vec::with_capacity(2048);
                while begun.elapsed() < limit {
                    request.clear();
                    if !(write.borrow_mut())(&mut request) {
                        break;
                    }
                    let sent = Instant::now();
                    let (status, _) = connection.exchange(&request).await?;
                    times.note(sent.elapsed());
                    *statuses.entry(status).or_default() += 1;
                }
                anyhow::Ok((times, statuses))
            })
        })
        .collect();
    let (mut times, mut statuses) = (Times::default(), BTreeMap::new());
    for task in tasks {
        let (some, found) = task.await??;
        times.join(some);
        for (status, count) in found {
            *statuses.entry(status).or_default() += count;
        }
    }
    Ok(Outcome {
        times,
        elapsed: begun.elapsed(),
        statuses,
    })
}

/// The same request again and again, after a moment in which caches and connections warm up.
pub async fn repeat(address: SocketAddr, clients: usize, limit: Duration, request: Vec<u8>) -> Result<Outcome> {
    for span in [limit / 8, limit] {
        let request = request.clone();
        let outcome = run(address, clients, span, move |buffer| {
            buffer.extend_from_slice(&request);
            true
        })
        .await?;
        if span == limit {
            return Ok(outcome);
        }
    }
    bail!("no time to measure in")
}
