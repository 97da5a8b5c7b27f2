//! One line from login to its end.

use std::{
    collections::{HashMap, VecDeque},
    io,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use actix_web::web;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{
        TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
    sync::mpsc,
    time::{Instant, sleep_until},
};

use super::{
    SOURCE_ADDR, WINDOW,
    frame::{
        self, ACTIVE_TEST, CANCEL, CONNECT, Connect, DELIVER, Deliver, Frame, HEADER, LONGEST, Octets, QUERY, RESPONSE,
        SUBMIT, Submit, TERMINATE, decode,
    },
};
use crate::{
    Sandbox,
    faults::Kind,
    sms::{Accepted, Gateway, SIGN, deliver, mobile, signed},
};

/// A line that says nothing for this long is asked whether it lives.
const QUIET: Duration = Duration::from_mins(3);
/// An unanswered request is sent again after this time, and up to three times.
const ANSWER_WITHIN: Duration = Duration::from_mins(1);
const ATTEMPTS: u8 = 3;

/// What `CMPP_SUBMIT_RESP` says.
mod result {
    pub const OK: u8 = 0;
    pub const BAD_STRUCTURE: u8 = 1;
    pub const TOO_LONG: u8 = 6;
    pub const BAD_SOURCE: u8 = 7;
    pub const FLOW_CONTROL: u8 = 8;
}

/// The message id and the text of one part.
type Part = (u64, String);

struct Unanswered {
    frame: Frame,
    again_at: Instant,
    attempts: u8,
}

struct Session<'a> {
    sandbox: &'a web::Data<Sandbox>,
    out: mpsc::UnboundedSender<Frame>,
    sequence: u32,
    /// Requests of ours that the line has not answered, by sequence.
    unanswered: HashMap<u32, Unanswered>,
    /// Deliveries that wait for room in the window.
    waiting: VecDeque<Deliver>,
    /// Parts of long texts, by phone and reference.
    parts: HashMap<(String, u8), Vec<Option<Part>>>,
    /// Submits that have been taken and not been answered.
    open_submits: Arc<AtomicUsize>,
}

/// Serves one line.
pub async fn run(sandbox: &web::Data<Sandbox>, stream: TcpStream) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let (mut input, output) = stream.into_split();
    let (out, frames) = mpsc::unbounded_channel();
    let writer = tokio::spawn(write(output, frames));
    let ended = login_and_serve(sandbox, &mut input, out).await;
    // The writer ends by itself once every sender is gone, after it has sent what is left.
    let _ended = tokio::time::timeout(Duration::from_secs(1), writer).await;
    ended
}

async fn write(mut output: OwnedWriteHalf, mut frames: mpsc::UnboundedReceiver<Frame>) -> io::Result<()> {
    while let Some(frame) = frames.recv().await {
        output.write_all(&frame.bytes()).await?;
    }
    output.shutdown().await
}

/// Reads whole frames, however the network cuts them. Must not be dropped in the middle of a frame, so it has a task of its own.
async fn read(input: &mut OwnedReadHalf) -> io::Result<Option<Frame>> {
    let length = match input.read_u32().await {
        Ok(length) => usize::try_from(length).unwrap_or(usize::MAX),
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        Err(error) => return Err(error),
    };
    if !(HEADER..=LONGEST).contains(&length) {
        return Err(io::Error::new(
            io::ErrorKind::InvalidData,
            format!("a frame of {length} octets"),
        ));
    }
    let command = input.read_u32().await?;
    let sequence = input.read_u32().await?;
    let mut body = vec![0; length.saturating_sub(HEADER)];
    input.read_exact(&mut body).await?;
    Ok(Some(Frame {
        command,
        sequence,
        body,
    }))
}

async fn login_and_serve(
    sandbox: &web::Data<Sandbox>,
    input: &mut OwnedReadHalf,
    out: mpsc::UnboundedSender<Frame>,
) -> io::Result<()> {
    let first = tokio::time::timeout(Duration::from_secs(30), read(input))
        .await
        .map_err(io::Error::other)??;
    let Some(first) = first else { return Ok(()) };
    if first.command != CONNECT {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "a line must log in first"));
    }
    let (status, authenticator) = match Connect::read(&first.body) {
        None => (1, Vec::new()),
        Some(connect) => {
            let status = if connect.source_addr != SOURCE_ADDR {
                2
            } else if !connect.is_authentic() {
                3
            } else if connect.version > 0x2f {
                4
            } else {
                0
            };
            (status, connect.authenticator)
        }
    };
    let mut answer = Octets::default();
    answer.u8(status);
    answer.raw(&frame::authenticator_ismg(status, &authenticator));
    answer.u8(0x20);
    send(
        &out,
        Frame::new(CONNECT | RESPONSE, first.sequence, answer.into_bytes()),
    )?;
    if status != 0 {
        return Err(io::Error::new(
            io::ErrorKind::PermissionDenied,
            format!("login refused with status {status}"),
        ));
    }
    let (line, deliveries) = mpsc::unbounded_channel();
    let id = sandbox.sms.lines.join(line);
    let session = Session {
        sandbox,
        out,
        sequence: 0,
        unanswered: HashMap::new(),
        waiting: VecDeque::new(),
        parts: HashMap::new(),
        open_submits: Arc::default(),
    };
    let ended = session.serve(input, deliveries).await;
    sandbox.sms.lines.leave(id);
    ended
}

fn send(out: &mpsc::UnboundedSender<Frame>, frame: Frame) -> io::Result<()> {
    out.send(frame)
        .map_err(|error| io::Error::new(io::ErrorKind::BrokenPipe, error.to_string()))
}

impl Session<'_> {
    async fn serve(
        mut self,
        input: &mut OwnedReadHalf,
        mut deliveries: mpsc::UnboundedReceiver<Deliver>,
    ) -> io::Result<()> {
        // Reading is not cancel-safe, so the frames come through a channel and the loop below selects on that.
        let (frames_in, mut frames) = mpsc::channel(WINDOW);
        let reading = async move {
            loop {
                let read = read(input).await;
                let last = !matches!(read, Ok(Some(_)));
                if frames_in.send(read).await.is_err() || last {
                    return;
                }
            }
        };
        tokio::pin!(reading);
        let mut reads = true;
        let mut quiet_until = Instant::now() + QUIET;
        loop {
            self.fill_window()?;
            let next_retry = self.unanswered.values().map(|request| request.again_at).min();
            let wake = next_retry.map_or(quiet_until, |retry| retry.min(quiet_until));
            tokio::select! {
                () = &mut reading, if reads => reads = false,
                frame = frames.recv() => {
                    let Some(frame) = frame.transpose()?.flatten() else { return Ok(()) };
                    quiet_until = Instant::now() + QUIET;
                    if !self.take(frame).await? {
                        return Ok(());
                    }
                }
                Some(delivery) = deliveries.recv() => self.waiting.push_back(delivery),
                () = sleep_until(wake) => {
                    self.send_again()?;
                    if Instant::now() >= quiet_until {
                        quiet_until = Instant::now() + QUIET;
                        self.request(ACTIVE_TEST, Vec::new())?;
                    }
                }
            }
        }
    }

    /// Sends what waits, as far as the window allows.
    fn fill_window(&mut self) -> io::Result<()> {
        while self.unanswered.len() < WINDOW {
            let Some(delivery) = self.waiting.pop_front() else {
                break;
            };
            self.request(DELIVER, delivery.body())?;
        }
        Ok(())
    }

    fn request(&mut self, command: u32, body: Vec<u8>) -> io::Result<()> {
        self.sequence = self.sequence.wrapping_add(1);
        let frame = Frame::new(command, self.sequence, body);
        let again_at = Instant::now() + self.sandbox.clock.scaled(ANSWER_WITHIN);
        self.unanswered.insert(
            self.sequence,
            Unanswered {
                frame: frame.clone(),
                again_at,
                attempts: 1,
            },
        );
        send(&self.out, frame)
    }

    fn send_again(&mut self) -> io::Result<()> {
        let now = Instant::now();
        for request in self.unanswered.values_mut().filter(|request| request.again_at <= now) {
            if request.attempts >= ATTEMPTS {
                return Err(io::Error::new(io::ErrorKind::TimedOut, "the line does not answer"));
            }
            request.attempts += 1;
            request.again_at = now + self.sandbox.clock.scaled(ANSWER_WITHIN);
            send(&self.out, request.frame.clone())?;
        }
        Ok(())
    }

    /// Handles one frame; `false` ends the line.
    async fn take(&mut self, frame: Frame) -> io::Result<bool> {
        let answer = |body: Vec<u8>| Frame::new(frame.command | RESPONSE, frame.sequence, body);
        match frame.command {
            SUBMIT => self.submit(&frame).await?,
            ACTIVE_TEST => send(&self.out, answer(vec![0]))?,
            TERMINATE => {
                send(&self.out, answer(Vec::new()))?;
                return Ok(false);
            }
            // Statistics and recalls are answered and do nothing: no text waits long enough to be recalled.
            QUERY => send(&self.out, answer(vec![0; 51]))?,
            CANCEL => send(&self.out, answer(vec![1]))?,
            command if command & RESPONSE != 0 => {
                self.unanswered.remove(&frame.sequence);
            }
            command => {
                return Err(io::Error::new(
                    io::ErrorKind::InvalidData,
                    format!("unknown command {command:#010x}"),
                ));
            }
        }
        Ok(true)
    }

    async fn submit(&mut self, frame: &Frame) -> io::Result<()> {
        let faults = &self.sandbox.faults;
        if faults.strike("cmpp", Kind::Drop).is_some() {
            return Err(io::Error::new(io::ErrorKind::ConnectionReset, "a fault cut the line"));
        }
        if let Some(hit) = faults.strike("cmpp", Kind::Hang) {
            tokio::time::sleep(hit.duration_or(Duration::from_mins(2))).await;
        }
        let id = self.sandbox.sms.lines.message_id(self.sandbox);
        let result =
            if faults.strike("cmpp", Kind::Throttle).is_some() || self.open_submits.load(Ordering::Relaxed) >= WINDOW {
                result::FLOW_CONTROL
            } else {
                Submit::read(&frame.body).map_or(result::BAD_STRUCTURE, |submit| self.accept(id, &submit))
            };
        if faults.strike("cmpp", Kind::TimeoutAfterAccept).is_some() {
            return Ok(());
        }
        let mut body = Octets::default();
        body.u64(id);
        body.u8(result);
        let sequence = if faults.strike("cmpp", Kind::Corrupt).is_some() {
            u32::MAX
        } else {
            frame.sequence
        };
        let answer = Frame::new(SUBMIT | RESPONSE, sequence, body.into_bytes());
        let Some(hit) = faults.strike("cmpp", Kind::Delay) else {
            return send(&self.out, answer);
        };
        // A late answer keeps its place in the window, so that a client that ignores the window is throttled.
        self.open_submits.fetch_add(1, Ordering::Relaxed);
        let (out, open) = (self.out.clone(), self.open_submits.clone());
        tokio::spawn(async move {
            tokio::time::sleep(hit.duration_or(Duration::from_secs(3))).await;
            open.fetch_sub(1, Ordering::Relaxed);
            // The line may have ended in the meantime.
            let _ended = send(&out, answer);
        });
        Ok(())
    }

    fn accept(&mut self, id: u64, submit: &Submit) -> u8 {
        if submit.source != SOURCE_ADDR {
            return result::BAD_SOURCE;
        }
        if submit.content.len() > submit.content_limit() {
            return result::TOO_LONG;
        }
        let phones: Option<Vec<String>> = submit.phones.iter().map(|phone| mobile(phone)).collect();
        let (Some(phones), Some((reference, total, number, content))) = (phones, submit.split_header()) else {
            return result::BAD_STRUCTURE;
        };
        let Some(text) = decode(submit.format, content) else {
            return result::BAD_STRUCTURE;
        };
        if phones.is_empty() || total == 0 || !(1..=total).contains(&number) {
            return result::BAD_STRUCTURE;
        }
        for phone in phones {
            if let Some((ids, text)) = self.assemble(&phone, reference, (total, number), (id, text.clone())) {
                self.hand_to_phone(&ids, phone, &text, submit.wants_report);
            }
        }
        result::OK
    }

    /// The ids of all parts and the whole text, once its last part is there.
    fn assemble(
        &mut self,
        phone: &str,
        reference: u8,
        (total, number): (u8, u8),
        part: Part,
    ) -> Option<(Vec<u64>, String)> {
        if total == 1 {
            return Some((vec![part.0], part.1));
        }
        let key = (phone.to_owned(), reference);
        let parts = self
            .parts
            .entry(key.clone())
            .or_insert_with(|| vec![None; usize::from(total)]);
        *parts.get_mut(usize::from(number).checked_sub(1)?)? = Some(part);
        let whole = parts.iter().cloned().collect::<Option<(Vec<u64>, String)>>()?;
        self.parts.remove(&key);
        Some(whole)
    }

    fn hand_to_phone(&self, ids: &[u64], phone: String, text: &str, wants_report: bool) {
        let templates = &self.sandbox.sms.templates;
        let unsigned = text
            .strip_prefix(&signed(""))
            .or_else(|| text.strip_suffix(&format!("【{SIGN}】")));
        let template = unsigned.and_then(|text| templates.recognise(text).map(|template| (template, text)));
        let Some((template, text)) = template else {
            if wants_report {
                let now = self.sandbox.clock.now();
                for id in ids {
                    super::status_report(self.sandbox, *id, &phone, "REJECTD", now, now);
                }
            }
            return;
        };
        deliver(
            self.sandbox,
            Accepted {
                gateway: Gateway::Cmpp,
                number: ids.iter().map(|id| format!("{id:016x}")).collect::<Vec<_>>().join(","),
                out_id: None,
                phone,
                template,
                text: text.to_owned(),
            },
        );
    }
}
