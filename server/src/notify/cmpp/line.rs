//! The line to a carrier's gateway: one TCP connection that is opened when it is needed and opened anew when it broke.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU32, Ordering},
    },
    time::Duration,
};

use anyhow::{Context, bail, ensure};
use chrono::{Datelike, Timelike};
use futures::future::BoxFuture;
use shared::time::{Instant, local};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{
        TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
    sync::{Semaphore, oneshot},
    time::{sleep, timeout},
};

use super::frame::{self, Command, Delivered, HEADER, LONGEST};
use crate::notify::{accounts::CmppAccount, provider::ANSWER_WITHIN};

/// A gateway takes this many requests that it has not answered (7.3, sliding window).
const WINDOW: usize = 16;
/// How long connecting and logging in may take.
const OPEN_WITHIN: Duration = Duration::from_secs(5);
/// A line is asked this often whether it lives.
const TEST_EVERY: Duration = Duration::from_mins(1);

/// Why a text has no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lost {
    /// Nothing was sent: there is no line.
    NotSent,
    /// It may have been sent.
    Unanswered,
}

/// Hears what the gateway says by itself; only what was heard is answered, so that the gateway says the rest again.
pub type Hear = Arc<dyn Fn(Delivered) -> BoxFuture<'static, bool> + Send + Sync>;

/// The line, whether or not it is open.
pub struct Line {
    account: CmppAccount,
    hear: Hear,
    open: tokio::sync::Mutex<Option<Arc<Open>>>,
}

/// An open connection.
struct Open {
    output: tokio::sync::Mutex<OwnedWriteHalf>,
    answers: Mutex<HashMap<u32, oneshot::Sender<(u64, u8)>>>,
    tested: AtomicBool,
    sequence: AtomicU32,
    window: Semaphore,
    lives: AtomicBool,
}

impl Line {
    /// A line that is opened when it is first needed.
    pub fn new(account: CmppAccount, hear: Hear) -> Self {
        Self {
            account,
            hear,
            open: tokio::sync::Mutex::new(None),
        }
    }

    /// Submits a part of a text: its number at the gateway and the result.
    pub async fn submit(&self, body: &[u8], now: Instant) -> Result<(u64, u8), Lost> {
        let open = self.opened(now).await.map_err(|error| {
            tracing::warn!(%error, "the carrier's line cannot be opened");
            Lost::NotSent
        })?;
        let _place = open.window.acquire().await.map_err(|_closed| Lost::NotSent)?;
        if !open.lives.load(Ordering::Acquire) {
            return Err(Lost::NotSent);
        }
        let sequence = open.sequence.fetch_add(1, Ordering::Relaxed);
        let (sender, answer) = oneshot::channel();
        open.answers().insert(sequence, sender);
        let answered = async {
            open.write(Command::Submit, sequence, body).await.ok()?;
            answer.await.ok()
        };
        let answer = timeout(ANSWER_WITHIN, answered).await.ok().flatten();
        open.answers().remove(&sequence);
        answer.ok_or(Lost::Unanswered)
    }

    /// The open connection, or a new one.
    async fn opened(&self, now: Instant) -> anyhow::Result<Arc<Open>> {
        let mut place = self.open.lock().await;
        if let Some(open) = place.as_ref().filter(|open| open.lives.load(Ordering::Acquire)) {
            return Ok(Arc::clone(open));
        }
        let (input, open) = timeout(OPEN_WITHIN, self.log_in(now))
            .await
            .context("the gateway does not answer")??;
        let open = Arc::new(open);
        tokio::spawn(read_on(input, Arc::clone(&open), Arc::clone(&self.hear)));
        tokio::spawn(test(Arc::clone(&open)));
        *place = Some(Arc::clone(&open));
        Ok(open)
    }

    async fn log_in(&self, now: Instant) -> anyhow::Result<(OwnedReadHalf, Open)> {
        let stream = TcpStream::connect(&self.account.address).await?;
        stream.set_nodelay(true)?;
        let (mut input, mut output) = stream.into_split();
        let (source, secret) = (&self.account.source, &self.account.secret);
        let timestamp = timestamp(now);
        let login = frame::connect(source, secret, timestamp);
        output.write_all(&frame::frame(Command::Connect, 0, &login)).await?;
        let (number, _, body) = read(&mut input).await?;
        ensure!(
            Command::of(number) == Some(Command::ConnectAnswer),
            "the gateway answers a login with something else"
        );
        let (status, proof) = frame::connect_answer(&body).context("the answer to the login cannot be read")?;
        if status != 0 {
            bail!("the gateway refuses the login with status {status}");
        }
        // A gateway that does not know the secret is not the carrier's, and gets no texts.
        let expected = frame::counter_proof(status, &frame::proof(source, secret, timestamp), secret);
        ensure!(proof == expected, "the gateway does not know the secret");
        let open = Open {
            output: tokio::sync::Mutex::new(output),
            answers: Mutex::default(),
            tested: AtomicBool::new(true),
            sequence: AtomicU32::new(1),
            window: Semaphore::new(WINDOW),
            lives: AtomicBool::new(true),
        };
        Ok((input, open))
    }
}

/// Month, day, hour, minute and second as one number, on the bureau's clocks.
fn timestamp(now: Instant) -> u32 {
    let at = local(now);
    [at.month(), at.day(), at.hour(), at.minute(), at.second()]
        .into_iter()
        .fold(0, |number, part| number * 100 + part)
}

impl Open {
    fn answers(&self) -> std::sync::MutexGuard<'_, HashMap<u32, oneshot::Sender<(u64, u8)>>> {
        self.answers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn write(&self, command: Command, sequence: u32, body: &[u8]) -> std::io::Result<()> {
        let bytes = frame::frame(command, sequence, body);
        self.output.lock().await.write_all(&bytes).await
    }

    /// Ends the connection: whoever waits for an answer learns that there will be none.
    async fn end(&self) {
        self.lives.store(false, Ordering::Release);
        self.window.close();
        self.answers().clear();
        self.output.lock().await.shutdown().await.ok();
    }
}

/// Reads a frame: its command's number, its sequence and its body.
async fn read(input: &mut OwnedReadHalf) -> anyhow::Result<(u32, u32, Vec<u8>)> {
    let length = usize::try_from(input.read_u32().await?)?;
    ensure!((HEADER..=LONGEST).contains(&length), "a frame of {length} octets");
    let number = input.read_u32().await?;
    let sequence = input.read_u32().await?;
    let mut body = vec![0; length - HEADER];
    input.read_exact(&mut body).await?;
    Ok((number, sequence, body))
}

/// Reads until the connection ends.
async fn read_on(mut input: OwnedReadHalf, open: Arc<Open>, hear: Hear) {
    let ended = loop {
        let (number, sequence, body) = match read(&mut input).await {
            Ok(read) => read,
            Err(error) => break error.to_string(),
        };
        let written = match Command::of(number) {
            Some(Command::SubmitAnswer) => {
                if let (Some(answer), Some(waiting)) = (frame::submit_answer(&body), open.answers().remove(&sequence)) {
                    // Whoever asked may have given up.
                    waiting.send(answer).ok();
                }
                Ok(())
            }
            Some(Command::Deliver) => {
                take_delivery(&open, &hear, sequence, &body);
                Ok(())
            }
            Some(Command::ActiveTest) => open.write(Command::ActiveTestAnswer, sequence, &[0]).await,
            Some(Command::ActiveTestAnswer) => {
                open.tested.store(true, Ordering::Release);
                Ok(())
            }
            Some(Command::Terminate) => {
                open.write(Command::TerminateAnswer, sequence, &[]).await.ok();
                break "the gateway ends the line".to_owned();
            }
            _ => Ok(()),
        };
        if let Err(error) = written {
            break error.to_string();
        }
    };
    tracing::info!(ended, "the carrier's line has ended");
    open.end().await;
}

/// Hears what the gateway says by itself beside the reading, and answers once it is written down.
fn take_delivery(open: &Arc<Open>, hear: &Hear, sequence: u32, body: &[u8]) {
    let Some((id, told)) = frame::delivered(body) else {
        tracing::warn!("a delivery of the carrier's line cannot be read");
        return;
    };
    let (open, heard) = (Arc::clone(open), hear(told));
    tokio::spawn(async move {
        if heard.await {
            let mut answer = id.to_be_bytes().to_vec();
            answer.push(0);
            open.write(Command::DeliverAnswer, sequence, &answer).await.ok();
        }
    });
}

/// Asks again and again whether the line lives, and ends it when it does not (7.4.8).
async fn test(open: Arc<Open>) {
    while open.lives.load(Ordering::Acquire) {
        sleep(TEST_EVERY).await;
        let sequence = open.sequence.fetch_add(1, Ordering::Relaxed);
        // The last test was not answered for a whole minute.
        let answered = open.tested.swap(false, Ordering::AcqRel);
        if !answered || open.write(Command::ActiveTest, sequence, &[]).await.is_err() {
            return open.end().await;
        }
    }
}
