//! The workers that send texts: a lane for login codes, a lane for everything else, and the sweeper.

use std::{sync::Arc, time::Duration};

use futures::future::join_all;
use tokio::{
    sync::watch,
    task::{JoinHandle, JoinSet},
    time::{MissedTickBehavior, interval, sleep},
};
use tracing::{error, warn};

use super::{accounts::Accounts, claim::Lane, workers::Workers};
use crate::{
    platform::{
        Platform,
        bus::{Event, Heard},
    },
    problem::Failure,
};

/// Workers look this often without being woken, so a lost event delays a text by no more.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// The sweeper's pause.
const SWEEP_EVERY: Duration = Duration::from_mins(1);

/// The workers of one instance.
pub struct Dispatcher(Arc<Workers>);

impl Dispatcher {
    /// Workers with the accounts of the configuration; they begin with [`Dispatcher::spawn`].
    pub fn new(platform: Platform) -> anyhow::Result<Self> {
        let accounts = Accounts::of(&platform.config);
        Self::with_accounts(platform, accounts)
    }

    /// Workers with other accounts.
    pub fn with_accounts(platform: Platform, accounts: Accounts) -> anyhow::Result<Self> {
        Ok(Self(Arc::new(Workers::new(platform, accounts)?)))
    }

    /// Starts the workers. They end once the signal turns true and the calls under way are written down.
    pub fn spawn(self, shutdown: watch::Receiver<bool>) -> JoinHandle<()> {
        if !self.0.can_send() {
            warn!("no provider of texts is configured: texts are kept and not sent");
        }
        let workers = self.0;
        tokio::spawn(async move {
            tokio::join!(
                run(&workers, Lane::Codes, shutdown.clone()),
                run(&workers, Lane::Rest, shutdown.clone()),
                sweep(&workers, shutdown),
            );
        })
    }

    /// Sends whatever is due at this moment, and returns when nothing more is; how many calls that took.
    pub async fn send_due(&self) -> Result<usize, Failure> {
        let mut calls = 0;
        loop {
            let mut taken = 0;
            for lane in [Lane::Codes, Lane::Rest] {
                let work = self.0.take(lane, lane.width()).await?;
                taken += work.len();
                let done = join_all(work.into_iter().map(|work| self.0.clone().call(work))).await;
                self.0.record(done).await;
            }
            if taken == 0 {
                return Ok(calls);
            }
            calls += taken;
        }
    }

    /// Does what the sweeper does every minute.
    pub async fn sweep(&self) -> Result<(), Failure> {
        self.0.sweep().await
    }
}

/// Keeps a lane's calls going: room that becomes free is filled at once, so one slow answer holds up nothing else.
async fn run(workers: &Arc<Workers>, lane: Lane, mut shutdown: watch::Receiver<bool>) {
    let mut events = workers.platform.bus.listen();
    let mut ticks = interval(LOOK_EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut calls = JoinSet::new();
    let (mut look, mut ending, mut hears) = (true, !workers.can_send(), true);
    loop {
        let room = lane.width().saturating_sub(calls.len());
        if look && !ending && room >= lane.worth_claiming() {
            match workers.take(lane, room).await {
                Ok(work) => {
                    look = work.len() == room;
                    for work in work {
                        calls.spawn(workers.clone().call(work));
                    }
                }
                Err(failure) => {
                    look = false;
                    error!(%failure, ?lane, "due texts cannot be claimed");
                }
            }
        }
        if ending && calls.is_empty() {
            return;
        }
        tokio::select! {
            Some(first) = calls.join_next() => {
                sleep(lane.gathers()).await;
                // Whatever else has ended meanwhile is written down in the same transaction.
                let ended = std::iter::once(first).chain(std::iter::from_fn(|| calls.try_join_next()));
                let done: Vec<_> = ended.filter_map(Result::ok).collect();
                workers.record(done).await;
                look = true;
            }
            heard = events.next(), if hears => match heard {
                Some(Heard::Event(Event::Message)) => look = true,
                Some(Heard::Event(Event::Catalogue)) => workers.forget_templates(),
                Some(Heard::Missed) => {
                    workers.forget_templates();
                    look = true;
                }
                Some(Heard::Event(_)) => {}
                None => hears = false,
            },
            _ = ticks.tick() => look = true,
            () = ended(&mut shutdown), if !ending => ending = true,
        }
    }
}

/// Waits for the signal to end; a sender that is gone says the same.
async fn ended(shutdown: &mut watch::Receiver<bool>) {
    drop(shutdown.wait_for(|ended| *ended).await);
}

async fn sweep(workers: &Workers, mut shutdown: watch::Receiver<bool>) {
    let mut ticks = interval(SWEEP_EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _ = ticks.tick() => {
                if let Err(failure) = workers.sweep().await {
                    error!(%failure, "texts cannot be swept");
                }
            }
            () = ended(&mut shutdown) => return,
        }
    }
}
