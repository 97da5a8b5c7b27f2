//! A line to the bureau that can be cut, and one that is slow.
//!
//! The browser's own "offline" and its own brake do not reach the service worker, whose calls then still go through at full speed. Here
//! the wire itself breaks or lags, for everything.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, copy_bidirectional},
    net::{TcpListener, TcpStream},
    sync::{Mutex, mpsc},
    task::{JoinHandle, JoinSet},
    time::{Instant, sleep_until},
};

use super::pages;

/// The line.
pub struct Line {
    here: SocketAddr,
    there: SocketAddr,
    carrying: Option<JoinHandle<()>>,
}

impl Line {
    /// Lays a line.
    pub async fn laid() -> Self {
        Self::begins(None).await
    }

    /// Lays a line that carries so many bits a second each way, and on which an answer takes so long at least.
    pub async fn slow(bits_per_second: u32, round_trip: Duration) -> Self {
        Self::begins(Some(Slowness {
            bytes_per_second: bits_per_second / 8,
            way: round_trip / 2,
        }))
        .await
    }

    async fn begins(slowness: Option<Slowness>) -> Self {
        let there = pages().replace("http://localhost", "127.0.0.1").parse().unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let here = listener.local_addr().unwrap();
        let carrying = Some(match slowness {
            None => tokio::spawn(carry(listener, there)),
            Some(slowness) => tokio::spawn(carry_slowly(listener, there, slowness)),
        });
        Self { here, there, carrying }
    }

    /// Where the bureau is reached by it.
    pub fn pages(&self) -> String {
        format!("http://{}", self.here)
    }

    /// Cuts it: what is under way breaks, and nothing new comes through.
    pub async fn is_cut(&mut self) {
        if let Some(carrying) = self.carrying.take() {
            carrying.abort();
            let _cancelled = carrying.await;
        }
    }

    /// Mends it.
    pub fn is_mended(&mut self) {
        let socket = tokio::net::TcpSocket::new_v4().unwrap();
        socket.set_reuseaddr(true).unwrap();
        socket.bind(self.here).unwrap();
        self.carrying = Some(tokio::spawn(carry(socket.listen(64).unwrap(), self.there)));
    }
}

async fn carry(listener: TcpListener, there: SocketAddr) {
    // The connections end with the set, and the set with this task.
    let mut connections = JoinSet::new();
    while let Ok((mut here, _)) = listener.accept().await {
        connections.spawn(async move {
            if let Ok(mut there) = TcpStream::connect(there).await {
                let _broken = copy_bidirectional(&mut here, &mut there).await;
            }
        });
    }
}

#[derive(Clone, Copy)]
struct Slowness {
    bytes_per_second: u32,
    /// How long a byte is under way, one way.
    way: Duration,
}

/// When the line is free again, for all connections together.
type Free = Arc<Mutex<Instant>>;

async fn carry_slowly(listener: TcpListener, there: SocketAddr, slowness: Slowness) {
    let (up, down) = (Free::new(Instant::now().into()), Free::new(Instant::now().into()));
    let mut connections = JoinSet::new();
    while let Ok((here, _)) = listener.accept().await {
        let (up, down) = (Arc::clone(&up), Arc::clone(&down));
        connections.spawn(async move {
            // A connection is there after the first round trip.
            sleep_until(Instant::now() + slowness.way * 2).await;
            if let Ok(there) = TcpStream::connect(there).await {
                let ((from_here, to_here), (from_there, to_there)) = (here.into_split(), there.into_split());
                tokio::join!(
                    crawl(from_here, to_there, up, slowness),
                    crawl(from_there, to_here, down, slowness)
                );
            }
        });
    }
}

/// Carries one way until either side ends.
async fn crawl(mut from: impl AsyncRead + Unpin, mut to: impl AsyncWrite + Unpin, free: Free, slowness: Slowness) {
    let (under_way, mut arriving) = mpsc::unbounded_channel::<(Instant, Vec<u8>)>();
    let sending = async move {
        // About a packet, so that connections share the line fairly.
        let mut packet = [0; 1_400];
        while let Ok(length @ 1..) = from.read(&mut packet).await {
            let sent = {
                let mut free = free.lock().await;
                let takes = Duration::from_secs(u64::try_from(length).unwrap()) / slowness.bytes_per_second;
                *free = (*free).max(Instant::now()) + takes;
                *free
            };
            sleep_until(sent).await;
            if under_way
                .send((sent + slowness.way, packet[..length].to_vec()))
                .is_err()
            {
                break;
            }
        }
    };
    let receiving = async move {
        while let Some((at, packet)) = arriving.recv().await {
            sleep_until(at).await;
            if to.write_all(&packet).await.is_err() {
                break;
            }
        }
        let _closed = to.shutdown().await;
    };
    tokio::join!(sending, receiving);
}
