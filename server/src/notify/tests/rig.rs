//! A platform on a database of its own, two instances of workers, and the outside world that they send texts to.

// What follows is no product, and may therefore name the store that it runs on.
#[cfg(test)]
use crate::config::{Config, Mode, Outside, Store};

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, Mutex},
};

use async_trait::async_trait;
use chrono::TimeDelta;
use sea_orm::{EntityTrait, QueryOrder};
use shared::{
    notify::{delivery::Delivery, rules::Template},
    time::Instant,
};
use tempfile::TempDir;
use uuid::Uuid;

use super::super::{
    Message, Recipient,
    claim::Lane,
    enqueue,
    entity::message,
    provider::{Answer, Blame, Fate, Gateway, Letter, Provider, Question},
    templates,
    workers::Workers,
};
use crate::platform::{Platform, clock::Clock};

pub struct TestClock(Mutex<Instant>);

impl Clock for TestClock {
    fn now(&self) -> Instant {
        *self.0.lock().unwrap()
    }
}

/// How a provider treats the next text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Treatment {
    Takes,
    TakesAndLosesTheAnswer,
    /// It takes the text, and tells of it only after this many seconds.
    TakesAndTellsLate(i64),
    LosesTheText,
    Refuses,
    Limits,
}

/// Both providers, as the outside world: what they took, and how they will treat what comes.
#[derive(Default)]
pub struct World {
    pub treatments: Vec<Treatment>,
    pub silent: bool,
    pub taken: HashMap<Uuid, (Instant, String, BTreeMap<String, String>)>,
    pub order: Vec<String>,
}

struct Scripted {
    provider: Provider,
    world: Arc<Mutex<World>>,
}

#[async_trait]
impl Gateway for Scripted {
    fn provider(&self) -> Provider {
        self.provider
    }

    fn weight(&self) -> u32 {
        1
    }

    fn settles_within(&self) -> TimeDelta {
        TimeDelta::seconds(20)
    }

    async fn send(&self, letter: &Letter, now: Instant) -> Answer {
        let mut world = self.world.lock().unwrap();
        let treatment = world.treatments.pop().unwrap_or(Treatment::Takes);
        let visible_at = match treatment {
            Treatment::Takes | Treatment::TakesAndLosesTheAnswer => Some(now),
            Treatment::TakesAndTellsLate(seconds) => Some(now + TimeDelta::seconds(seconds)),
            Treatment::LosesTheText | Treatment::Refuses | Treatment::Limits => None,
        };
        if let Some(visible_at) = visible_at {
            world.order.push(letter.filed.render(&letter.values));
            let copy = (visible_at, letter.phone.expose().to_owned(), letter.values.clone());
            assert!(
                world.taken.insert(letter.reference, copy).is_none(),
                "a reference was used twice"
            );
        }
        let code = String::from("scripted");
        match treatment {
            Treatment::Takes => Answer::Accepted { number: "1".into() },
            Treatment::TakesAndLosesTheAnswer | Treatment::TakesAndTellsLate(_) | Treatment::LosesTheText => {
                Answer::Unknown { code }
            }
            Treatment::Refuses => Answer::Transient {
                code,
                blame: Blame::Provider,
            },
            Treatment::Limits => Answer::Transient {
                code,
                blame: Blame::Recipient,
            },
        }
    }

    async fn ask(&self, question: &Question, now: Instant) -> Fate {
        let world = self.world.lock().unwrap();
        match world.taken.get(&question.reference) {
            _ if world.silent => Fate::Silent,
            Some((visible_at, ..)) if *visible_at <= now => Fate::Taken {
                number: None,
                delivery: Delivery::Unreported,
                code: None,
            },
            _ => Fate::NotFound,
        }
    }
}

/// A platform on a database of its own, two instances of workers, and the outside world.
pub struct Rig {
    pub platform: Platform,
    pub clock: Arc<TestClock>,
    pub world: Arc<Mutex<World>>,
    pub instances: [Arc<Workers>; 2],
    _folder: TempDir,
}

impl Rig {
    pub async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let clock = Arc::new(TestClock(Mutex::new("2026-11-23T00:00:00Z".parse().unwrap())));
        let config = Config {
            listen: "127.0.0.1:0".parse().unwrap(),
            mode: Mode {
                store: Store::Sqlite(folder.path().join("test.sqlite3")),
                redis_url: None,
            },
            sandbox_url: None,
            public_url: String::new(),
            client_dir: folder.path().into(),
            keys_dir: folder.path().into(),
            workers: None,
            staff_idle: chrono::TimeDelta::minutes(30),
            log: "off".into(),
            outside: Outside::default(),
            suite: crypto::INTERNATIONAL,
        };
        let platform = Platform::connect_with(config, clock.clone()).await.unwrap();
        platform.db.migrate().await.unwrap();
        let file = include_str!(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../content/yunchuan/sms-templates.toml"
        ));
        let transaction = platform.db.begin().await.unwrap();
        templates::import(&transaction, file).await.unwrap();
        transaction.commit().await.unwrap();
        let world = Arc::new(Mutex::new(World::default()));
        let workers = || {
            let gateway = |provider| -> Box<dyn Gateway> {
                Box::new(Scripted {
                    provider,
                    world: world.clone(),
                })
            };
            let gateways = vec![gateway(Provider::Aliyun), gateway(Provider::Tencent)];
            Arc::new(Workers::with(platform.clone(), gateways))
        };
        let instances = [workers(), workers()];
        Self {
            platform,
            clock,
            world,
            instances,
            _folder: folder,
        }
    }

    pub fn advance(&self, by: TimeDelta) {
        *self.clock.0.lock().unwrap() += by;
    }

    pub async fn enqueue(&self, messages: Vec<Message>) {
        let transaction = self.platform.db.begin().await.unwrap();
        enqueue(&transaction, &self.platform, self.clock.now(), messages)
            .await
            .unwrap();
        transaction.commit().await.unwrap();
    }

    /// One instance claims what it can and sends it, up to the point where it dies, if it does.
    pub async fn work(&self, instance: usize, lane: Lane, room: usize, death: Death) -> usize {
        let workers = &self.instances[instance];
        let work = workers.take(lane, room).await.unwrap();
        let taken = work.len();
        if death == Death::BeforeTheCall {
            return taken;
        }
        let mut done = Vec::new();
        for work in work {
            done.push(workers.clone().call(work).await);
        }
        if death == Death::Never {
            workers.record(done).await;
        }
        taken
    }

    /// Sends everything that is due now.
    pub async fn drain(&self) {
        loop {
            let mut taken = 0;
            for lane in [Lane::Codes, Lane::Rest] {
                taken += self.work(0, lane, 8, Death::Never).await;
            }
            if taken == 0 {
                return;
            }
        }
    }

    pub async fn rows(&self) -> Vec<message::Model> {
        message::Entity::find()
            .order_by_asc(message::Column::Id)
            .all(self.platform.db.reader())
            .await
            .unwrap()
    }

    pub async fn statuses(&self) -> Vec<String> {
        self.rows().await.into_iter().map(|row| row.status).collect()
    }

    pub fn treat(&self, treatments: impl IntoIterator<Item = Treatment>) {
        let mut treatments: Vec<_> = treatments.into_iter().collect();
        treatments.reverse();
        self.world.lock().unwrap().treatments = treatments;
    }

    pub fn texts(&self) -> Vec<String> {
        self.world.lock().unwrap().order.clone()
    }
}

/// Where a worker dies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Death {
    Never,
    BeforeTheCall,
    BeforeTheRecord,
}

pub fn to(number: usize) -> Recipient {
    Recipient::Phone(format!("1380000{number:04}").parse().unwrap())
}

pub fn progress(recipient: usize, step: usize) -> Message {
    Message {
        event: format!("case-{step}/{recipient}/{step}"),
        to: to(recipient),
        template: Template::CaseTransferred,
        variables: vec![("case", format!("{recipient:04}")), ("agency", format!("第{step}步"))],
        due_at: None,
    }
}

pub fn code(recipient: usize) -> Message {
    Message {
        event: format!("login-code:{recipient}"),
        to: to(recipient),
        template: Template::LoginCode,
        variables: vec![("code", "246810".into())],
        due_at: None,
    }
}

pub fn ticket(event: &str, template: Template, variables: Vec<(&'static str, String)>) -> Message {
    Message {
        event: event.into(),
        to: to(1),
        template,
        variables,
        due_at: None,
    }
}
