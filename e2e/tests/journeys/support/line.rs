//! A line to the bureau that can be cut.
//!
//! The browser's own "offline" does not reach the service worker, whose calls then still go through. Here the wire
//! itself breaks, for everything.

use std::net::SocketAddr;

use tokio::{
    io::copy_bidirectional,
    net::{TcpListener, TcpStream},
    task::JoinHandle,
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
        let there = pages().trim_start_matches("http://").parse().unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let here = listener.local_addr().unwrap();
        let carrying = Some(tokio::spawn(carry(listener, there)));
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
    let mut connections = tokio::task::JoinSet::new();
    while let Ok((mut here, _)) = listener.accept().await {
        connections.spawn(async move {
            if let Ok(mut there) = TcpStream::connect(there).await {
                let _broken = copy_bidirectional(&mut here, &mut there).await;
            }
        });
    }
}
