//! The bus between instances: one Redis channel, and a bus within each process that it feeds.

use std::{
    collections::HashSet,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use anyhow::Context;
use futures::StreamExt;
use redis::{AsyncCommands, Client};
use tokio::sync::mpsc;
use tracing::{info, warn};

use super::{Bus, Event, Heard, InProcessBus, Listener};

const CHANNEL: &str = "bianmin:events";
const RETRY: Duration = Duration::from_millis(500);

/// Carries events over Redis. When Redis is away, events still reach this instance's own listeners; on its return
/// every listener is told to refresh.
#[derive(Debug)]
pub struct RedisBus {
    local: Arc<InProcessBus>,
    outgoing: mpsc::UnboundedSender<Event>,
    connected: Arc<AtomicBool>,
}

impl RedisBus {
    /// Starts to connect, and to reconnect for as long as the bus is kept.
    pub fn connect(url: &str) -> anyhow::Result<Self> {
        let client = Client::open(url).context("BIANMIN_REDIS_URL is no Redis URL")?;
        let local = Arc::new(InProcessBus::default());
        let connected = Arc::new(AtomicBool::new(false));
        let (outgoing, queue) = mpsc::unbounded_channel();
        // What this instance publishes comes back from Redis; it is told apart by a name that only this instance has.
        let own_name = uuid::Uuid::now_v7().simple().to_string();
        tokio::spawn(send(client.clone(), queue, own_name.clone()));
        tokio::spawn(receive(client, Arc::clone(&local), Arc::clone(&connected), own_name));
        Ok(Self {
            local,
            outgoing,
            connected,
        })
    }
}

impl Bus for RedisBus {
    fn publish(&self, event: Event) {
        self.local.publish(event);
        // The receiver lives as long as the process; without it there is nobody to tell.
        let _sent = self.outgoing.send(event);
    }

    fn listen(&self) -> Listener {
        self.local.listen()
    }

    fn is_connected(&self) -> bool {
        self.connected.load(Ordering::Relaxed)
    }
}

async fn send(client: Client, mut queue: mpsc::UnboundedReceiver<Event>, own_name: String) {
    let mut connection = None;
    while let Some(first) = queue.recv().await {
        // A burst of the same event is one event.
        let mut events = HashSet::from([first]);
        while let Ok(event) = queue.try_recv() {
            events.insert(event);
        }
        for event in events {
            let Ok(body) = serde_json::to_string(&event) else {
                continue;
            };
            let message = format!("{own_name} {body}");
            // Only this connection may have broken, and then those who listen would not know that they have missed something.
            for _attempt in 0..2 {
                if connection.is_none() {
                    connection = client.get_multiplexed_async_connection().await.ok();
                }
                let Some(open) = connection.as_mut() else { break };
                match open.publish::<_, _, ()>(CHANNEL, &message).await {
                    Ok(()) => break,
                    Err(error) => warn!(%error, "an event was not told to other instances"),
                }
                connection = None;
            }
        }
    }
}

async fn receive(client: Client, local: Arc<InProcessBus>, connected: Arc<AtomicBool>, own_name: String) {
    loop {
        match subscribe(&client).await {
            Ok(mut subscription) => {
                info!("listening to other instances");
                connected.store(true, Ordering::Relaxed);
                // Whatever was told in the meantime was missed.
                local.pass_on(Heard::Missed);
                let mut messages = subscription.on_message();
                while let Some(message) = messages.next().await {
                    let Ok(text) = message.get_payload::<String>() else {
                        continue;
                    };
                    let Some((sender, body)) = text.split_once(' ') else {
                        continue;
                    };
                    if sender == own_name {
                        continue;
                    }
                    // An event of a newer version that this one does not know is none of its business.
                    if let Ok(event) = serde_json::from_str(body) {
                        local.pass_on(Heard::Event(event));
                    }
                }
                connected.store(false, Ordering::Relaxed);
                warn!("the connection to Redis was lost");
            }
            Err(error) => warn!(%error, "Redis cannot be reached"),
        }
        tokio::time::sleep(RETRY).await;
    }
}

async fn subscribe(client: &Client) -> redis::RedisResult<redis::aio::PubSub> {
    let mut subscription = client.get_async_pubsub().await?;
    subscription.subscribe(CHANNEL).await?;
    Ok(subscription)
}
