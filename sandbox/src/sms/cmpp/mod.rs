//! A carrier line: CMPP 2.0 over TCP.
//!
//! The line sees finished texts only, so it recognises the filed template in each of them; a text that fits none is taken
//! and then rejected in its status report, as carriers do.

pub mod frame;
mod session;

use std::{
    collections::HashMap,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use actix_web::web;
use tokio::{net::TcpListener, sync::mpsc};

use super::{Delivery, Sent};
use crate::{Sandbox, faults::Kind};
use frame::{Deliver, Octets};

/// The bureau's number at the carrier, which it also logs in with.
pub const SOURCE_ADDR: &str = "900001";
/// What both sides mix into the authenticators.
pub const SHARED_SECRET: &str = "sandbox";
/// The number that texts come from and that residents answer to.
pub const SERVICE_NUMBER: &str = "106590000110";
/// The gateway's own number, 900001, as it stands in 22 bits of every message id.
const GATEWAY_BITS: u64 = 0x0d_bba1;
/// Requests that may be unanswered at once, in each direction.
pub const WINDOW: usize = 16;

/// The lines that are logged in.
#[derive(Debug, Default)]
pub struct Lines {
    connected: Mutex<HashMap<u64, mpsc::UnboundedSender<Deliver>>>,
    next: AtomicU64,
}

impl Lines {
    fn lock(&self) -> MutexGuard<'_, HashMap<u64, mpsc::UnboundedSender<Deliver>>> {
        self.connected.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn join(&self, line: mpsc::UnboundedSender<Deliver>) -> u64 {
        let id = self.next.fetch_add(1, Ordering::Relaxed);
        self.lock().insert(id, line);
        id
    }

    fn leave(&self, id: u64) {
        self.lock().remove(&id);
    }

    /// Hands a delivery to one of the lines; without a line it is lost, and the sender's own query is what remains.
    fn hand_over(&self, deliver: Deliver) {
        if let Some(line) = self.lock().values().next() {
            // A line that has just ended loses what it was handed, as a real one does.
            let _ended = line.send(deliver);
        }
    }

    /// A message id that no other text has.
    fn message_id(&self, sandbox: &Sandbox) -> u64 {
        let serial = self.next.fetch_add(1, Ordering::Relaxed) & 0xffff;
        let stamp = frame::time_bits(sandbox.clock.now());
        (stamp << 38) | (GATEWAY_BITS << 16) | serial
    }
}

/// Accepts lines for as long as the process lives.
pub async fn serve(sandbox: web::Data<Sandbox>, listener: TcpListener) {
    loop {
        match listener.accept().await {
            Ok((stream, peer)) => {
                let sandbox = sandbox.clone();
                tokio::spawn(async move {
                    match session::run(&sandbox, stream).await {
                        Ok(()) => tracing::info!(%peer, "the CMPP line ended"),
                        Err(error) => tracing::info!(%peer, %error, "the CMPP line was cut"),
                    }
                });
            }
            Err(error) => {
                tracing::warn!(%error, "no CMPP line could be accepted");
                tokio::time::sleep(std::time::Duration::from_millis(100)).await;
            }
        }
    }
}

/// Sends the status report of each part of a text to the line.
pub fn report(sandbox: &Sandbox, sent: &Sent) {
    let status = if sent.delivery == Delivery::Delivered {
        "DELIVRD"
    } else {
        "UNDELIV"
    };
    let done = sent.reported_at.unwrap_or(sent.sent_at);
    for id in sent.number.split(',').filter_map(|id| u64::from_str_radix(id, 16).ok()) {
        status_report(sandbox, id, &sent.phone, status, sent.sent_at, done);
    }
}

fn status_report(
    sandbox: &Sandbox,
    id: u64,
    phone: &str,
    status: &str,
    submitted: chrono::DateTime<chrono::FixedOffset>,
    done: chrono::DateTime<chrono::FixedOffset>,
) {
    let mut content = Octets::default();
    content.u64(id);
    content.text(status, 7);
    content.text(&submitted.format("%y%m%d%H%M").to_string(), 10);
    content.text(&done.format("%y%m%d%H%M").to_string(), 10);
    content.text(phone, 21);
    content.u32(u32::try_from(id & 0xffff).unwrap_or(0));
    let deliver = Deliver {
        id: sandbox.sms.lines.message_id(sandbox),
        phone: phone.to_owned(),
        is_report: true,
        format: 0,
        content: content.into_bytes(),
    };
    if sandbox.faults.strike("cmpp", Kind::Duplicate).is_some() {
        sandbox.sms.lines.hand_over(deliver.clone());
    }
    sandbox.sms.lines.hand_over(deliver);
}

/// A resident's answer, delivered to the line in UCS-2.
pub fn reply(sandbox: &Sandbox, phone: &str, text: &str) {
    sandbox.sms.lines.hand_over(Deliver {
        id: sandbox.sms.lines.message_id(sandbox),
        phone: phone.to_owned(),
        is_report: false,
        format: 8,
        content: text.encode_utf16().flat_map(u16::to_be_bytes).collect(),
    });
}
