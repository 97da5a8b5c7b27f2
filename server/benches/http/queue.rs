//! The live queue: thousands of phones that each watch a ticket, and a clerk who calls.

use std::{
    cell::{Cell, RefCell},
    net::SocketAddr,
    rc::Rc,
    time::{Duration, Instant},
};

use actix_web::rt;
use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use totp_rs::{Builder, Secret};
use uuid::Uuid;

use crate::{
    bureau::{Bureau, root, rows},
    load::{self, Connection, Times},
    program::Program,
};

const CLERK: &str = "clerk-zhongxin-1";
/// How long listeners are given to hear of a call.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long nothing must be heard before the next call.
const QUIET: Duration = Duration::from_millis(300);

/// What listening costs.
pub struct Listening {
    pub listeners: usize,
    pub kib_each: f64,
    /// The middle one of the calls by its slowest hundredth.
    pub reach: Times,
    /// Listeners that a call did not reach in time.
    pub unreached: usize,
}

/// What all listeners share: when the last call was made, and what was heard since.
#[derive(Default)]
struct Heard {
    called: Cell<Option<Instant>>,
    last: Cell<Option<Instant>>,
    times: RefCell<Times>,
}

/// Lets everyone listen, and calls some tickets.
pub async fn listen(bureau: &Bureau, server: &Program, calls: usize) -> Result<Listening> {
    let clerk = Clerk::open(bureau, server.address).await?;
    let before = server.resident_kib()?;
    let heard = Rc::new(Heard::default());
    let mut streams = Vec::new();
    for some in bureau.tickets.chunks(64) {
        let opened = some.iter().map(|ticket| subscribe(server.address, *ticket));
        streams.extend(futures::future::try_join_all(opened).await?);
    }
    let listeners = streams.len();
    let tasks: Vec<_> = streams
        .into_iter()
        .map(|stream| rt::spawn(follow(stream, Rc::clone(&heard))))
        .collect();
    quiet(&heard).await;
    let after = server.resident_kib()?;

    let mut reached = Vec::new();
    for round in 0..calls {
        heard.times.take();
        heard.called.set(Some(Instant::now()));
        let ticket = clerk.call().await?;
        // Whoever was called before no longer listens.
        let expected = listeners - round;
        let begun = Instant::now();
        while heard.times.borrow().len() < expected && begun.elapsed() < PATIENCE {
            rt::time::sleep(Duration::from_millis(1)).await;
        }
        heard.called.set(None);
        let times = heard.times.take();
        reached.push((expected.saturating_sub(times.len()), times));
        clerk.finish(&ticket).await?;
        quiet(&heard).await;
    }
    for task in tasks {
        task.abort();
    }
    let unreached = reached.iter().map(|(unreached, _)| unreached).sum();
    reached.sort_by(|(_, a), (_, b)| a.percentile(99).total_cmp(&b.percentile(99)));
    let (_, reach) = reached.swap_remove(reached.len() / 2);
    Ok(Listening {
        listeners,
        kib_each: after.saturating_sub(before) as f64 / listeners as f64,
        reach,
        unreached,
    })
}

/// Opens a stream of events and waits for its first one.
async fn subscribe(server: SocketAddr, ticket: Uuid) -> Result<TcpStream> {
    let stream = TcpStream::connect(server).await?;
    stream.set_nodelay(true)?;
    let request = load::get(&format!("/api/v1/tickets/{ticket}/events"), "");
    let mut sent = 0;
    while sent < request.len() {
        stream.writable().await?;
        match stream.try_write(&request[sent..]) {
            Ok(count) => sent += count,
            Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {}
            Err(error) => return Err(error.into()),
        }
    }
    let mut begun = Vec::new();
    loop {
        stream.readable().await?;
        match stream.try_read_buf(&mut begun) {
            Ok(0) => anyhow::bail!("a stream ended at once"),
            Ok(_) if begun.windows(5).any(|five| five == b"data:") => return Ok(stream),
            Ok(_) => ensure!(
                begun.len() < 12 || begun.starts_with(b"HTTP/1.1 200"),
                "{}",
                String::from_utf8_lossy(&begun)
            ),
            Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {}
            Err(error) => return Err(error.into()),
        }
    }
}

/// Notes when the first event after each call arrives. Nothing is kept for a listener while it waits, so that it costs the client little.
async fn follow(stream: TcpStream, heard: Rc<Heard>) {
    let mut counted = None;
    while stream.readable().await.is_ok() {
        let mut buffer = [0; 4096];
        match stream.try_read(&mut buffer) {
            Ok(0) => return,
            Ok(count) => {
                let now = Instant::now();
                // What keeps the connection awake is no news.
                if !buffer[..count].windows(5).any(|five| five == b"data:") {
                    continue;
                }
                heard.last.set(Some(now));
                if let Some(called) = heard.called.get()
                    && counted != Some(called)
                {
                    counted = Some(called);
                    heard.times.borrow_mut().note(now - called);
                }
            }
            Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {}
            Err(_) => return,
        }
    }
}

/// Waits until nothing has been heard for a while.
async fn quiet(heard: &Heard) {
    loop {
        rt::time::sleep(QUIET).await;
        if heard.last.get().is_none_or(|last| last.elapsed() >= QUIET) {
            return;
        }
    }
}

/// Signs a clerk in by password and one-time code; the header that proves it.
pub async fn authority(bureau: &Bureau, server: SocketAddr, clerk: &str) -> Result<String> {
    let file: toml::Table = std::fs::read_to_string(root().join("content/yunchuan/staff.toml"))?.parse()?;
    let account = file["staff"]
        .as_array()
        .into_iter()
        .flatten()
        .find(|account| account["username"].as_str() == Some(clerk))
        .context("the clerk is in the demonstration's file")?;
    let secret = account["totp_secret"].as_str().context("a clerk has a secret")?;
    let secret = Secret::try_from_base32(secret).map_err(|error| anyhow::anyhow!("{error:?}"))?;
    let totp = Builder::new()
        .with_secret(secret)
        .build()
        .map_err(|error| anyhow::anyhow!("{error:?}"))?;
    let code = totp.generate(u64::try_from(bureau.platform.clock.now().timestamp())?);
    let credentials =
        json!({"username": clerk, "password": file["password"].as_str(), "totp": code.to_string()}).to_string();
    let session = Connection::open(server)
        .await?
        .expect(201, &load::post("/api/v1/auth/staff-sessions", "", &credentials))
        .await?;
    let token = session["access_token"].as_str().context("a session has a token")?;
    Ok(format!("Authorization: Bearer {token}\r\n"))
}

/// A clerk at an open counter.
struct Clerk {
    server: SocketAddr,
    authority: String,
    counter: Uuid,
}

impl Clerk {
    /// Signs in, and opens the hall's first counter.
    async fn open(bureau: &Bureau, server: SocketAddr) -> Result<Self> {
        let authority = authority(bureau, server, CLERK).await?;
        let found = rows(
            bureau.platform.db.reader(),
            "SELECT id FROM counters WHERE hall_id = $1 AND number = 1",
            [bureau.hall.into()],
        )
        .await?;
        let counter = found
            .first()
            .context("the hall has a first counter")?
            .try_get("", "id")?;
        let clerk = Self {
            server,
            authority,
            counter,
        };
        clerk.post(201, &format!("/counters/{counter}/session")).await?;
        Ok(clerk)
    }

    async fn post(&self, status: u16, path: &str) -> Result<Value> {
        let request = load::post(&format!("/api/v1{path}"), &self.authority, "");
        // Between calls the server may have closed a connection that was idle.
        Connection::open(self.server).await?.expect(status, &request).await
    }

    /// Calls whoever is next.
    async fn call(&self) -> Result<String> {
        let called = self.post(200, &format!("/counters/{}/call-next", self.counter)).await?;
        Ok(called["id"].as_str().context("a ticket was called")?.to_owned())
    }

    async fn finish(&self, ticket: &str) -> Result<()> {
        for action in ["serve", "finish"] {
            self.post(200, &format!("/tickets/{ticket}/{action}")).await?;
        }
        Ok(())
    }
}
