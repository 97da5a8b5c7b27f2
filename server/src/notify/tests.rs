//! Delivery against a provider that loses answers and workers that die, on a real database.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, Mutex},
};

use async_trait::async_trait;
use chrono::TimeDelta;
use proptest::{prelude::*, test_runner::TestRunner};
use sea_orm::{EntityTrait, QueryOrder};
use shared::{
    notify::{delivery::Delivery, rules::Template},
    time::Instant,
};
use tempfile::TempDir;
use uuid::Uuid;

use super::{
    Message, Recipient,
    claim::Lane,
    enqueue,
    entity::{message, status},
    provider::{Answer, Blame, Fate, Gateway, Letter, Provider, Question},
    store, templates,
    workers::Workers,
};
use crate::{
    config::{Config, Mode, Store},
    platform::{Platform, clock::Clock},
};

struct TestClock(Mutex<Instant>);

impl Clock for TestClock {
    fn now(&self) -> Instant {
        *self.0.lock().unwrap()
    }
}

/// How a provider treats the next text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Treatment {
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
struct World {
    treatments: Vec<Treatment>,
    silent: bool,
    taken: HashMap<Uuid, (Instant, String, BTreeMap<String, String>)>,
    order: Vec<String>,
}

struct Scripted {
    provider: Provider,
    world: Arc<Mutex<World>>,
    clock: Arc<TestClock>,
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
struct Rig {
    platform: Platform,
    clock: Arc<TestClock>,
    world: Arc<Mutex<World>>,
    instances: [Arc<Workers>; 2],
    _folder: TempDir,
}

impl Rig {
    async fn new() -> Self {
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
            log: "off".into(),
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
                    clock: clock.clone(),
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

    fn advance(&self, by: TimeDelta) {
        *self.clock.0.lock().unwrap() += by;
    }

    async fn enqueue(&self, messages: Vec<Message>) {
        let transaction = self.platform.db.begin().await.unwrap();
        enqueue(&transaction, &self.platform, self.clock.now(), messages)
            .await
            .unwrap();
        transaction.commit().await.unwrap();
    }

    /// One instance claims what it can and sends it, up to the point where it dies, if it does.
    async fn work(&self, instance: usize, lane: Lane, room: usize, death: Death) -> usize {
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
    async fn drain(&self) {
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

    async fn rows(&self) -> Vec<message::Model> {
        message::Entity::find()
            .order_by_asc(message::Column::Id)
            .all(self.platform.db.reader())
            .await
            .unwrap()
    }

    async fn statuses(&self) -> Vec<String> {
        self.rows().await.into_iter().map(|row| row.status).collect()
    }

    fn treat(&self, treatments: impl IntoIterator<Item = Treatment>) {
        let mut treatments: Vec<_> = treatments.into_iter().collect();
        treatments.reverse();
        self.world.lock().unwrap().treatments = treatments;
    }

    fn texts(&self) -> Vec<String> {
        self.world.lock().unwrap().order.clone()
    }
}

/// Where a worker dies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Death {
    Never,
    BeforeTheCall,
    BeforeTheRecord,
}

fn to(number: usize) -> Recipient {
    Recipient::Phone(format!("1380000{number:04}").parse().unwrap())
}

fn progress(recipient: usize, step: usize) -> Message {
    Message {
        event: format!("case-{step}/{recipient}/{step}"),
        to: to(recipient),
        template: Template::CaseTransferred,
        variables: vec![("case", format!("{recipient:04}")), ("agency", format!("第{step}步"))],
        due_at: None,
    }
}

fn code(recipient: usize) -> Message {
    Message {
        event: format!("login-code:{recipient}"),
        to: to(recipient),
        template: Template::LoginCode,
        variables: vec![("code", "246810".into())],
        due_at: None,
    }
}

fn ticket(event: &str, template: Template, variables: Vec<(&'static str, String)>) -> Message {
    Message {
        event: event.into(),
        to: to(1),
        template,
        variables,
        due_at: None,
    }
}

#[tokio::test]
async fn a_text_is_sent_once_however_often_its_event_is_enqueued() {
    let rig = Rig::new().await;
    rig.enqueue(vec![progress(1, 1), progress(1, 1), progress(2, 1)]).await;
    rig.enqueue(vec![progress(1, 1)]).await;
    rig.drain().await;
    assert_eq!(rig.texts().len(), 2);
    assert_eq!(rig.statuses().await, [status::ACCEPTED; 2]);
}

#[tokio::test]
async fn variables_that_do_not_fit_are_refused_before_anything_is_written() {
    let rig = Rig::new().await;
    let transaction = rig.platform.db.begin().await.unwrap();
    let mut long = code(1);
    long.variables = vec![("code", "1".repeat(36))];
    let failure = enqueue(&transaction, &rig.platform, rig.clock.now(), vec![code(2), long])
        .await
        .unwrap_err();
    assert!(
        !format!("{failure:?}").contains("1111"),
        "a failure never shows a value"
    );
    assert_eq!(rig.rows().await.len(), 0);
}

#[tokio::test]
async fn nothing_personal_stands_in_a_row() {
    let rig = Rig::new().await;
    rig.enqueue(vec![code(7)]).await;
    let row = format!("{:?}", rig.rows().await);
    for secret in ["246810", "13800000007"] {
        assert!(!row.contains(secret));
        let bytes = format!("{:?}", secret.as_bytes());
        assert!(!row.contains(bytes.trim_matches(['[', ']'])));
    }
}

#[tokio::test]
async fn a_lost_answer_is_asked_for_and_never_guessed() {
    let rig = Rig::new().await;
    rig.treat([Treatment::TakesAndLosesTheAnswer]);
    rig.enqueue(vec![code(1)]).await;
    rig.drain().await;
    assert_eq!(
        (rig.texts().len(), rig.statuses().await),
        (1, vec![status::ACCEPTED.into()])
    );
}

#[tokio::test]
async fn a_text_that_the_provider_never_had_is_sent_again_when_that_is_certain() {
    let rig = Rig::new().await;
    rig.treat([Treatment::LosesTheText]);
    rig.enqueue(vec![code(1)]).await;
    for _ in 0..19 {
        rig.drain().await;
        assert!(rig.texts().is_empty(), "it may still appear");
        rig.advance(TimeDelta::seconds(1));
    }
    rig.advance(TimeDelta::seconds(20));
    rig.drain().await;
    assert_eq!(
        (rig.texts().len(), rig.statuses().await),
        (1, vec![status::ACCEPTED.into()])
    );
}

#[tokio::test]
async fn while_the_provider_is_silent_an_unknown_attempt_stays_the_only_one() {
    let rig = Rig::new().await;
    rig.treat([Treatment::LosesTheText]);
    rig.world.lock().unwrap().silent = true;
    rig.enqueue(vec![progress(1, 1)]).await;
    for _ in 0..50 {
        rig.drain().await;
        rig.advance(TimeDelta::minutes(1));
    }
    assert!(rig.texts().is_empty());
    rig.world.lock().unwrap().silent = false;
    rig.drain().await;
    assert_eq!(rig.texts().len(), 1);
}

#[tokio::test]
async fn a_refused_text_goes_to_the_other_provider_at_once() {
    let rig = Rig::new().await;
    rig.treat([Treatment::Refuses]);
    rig.enqueue(vec![code(1)]).await;
    rig.drain().await;
    assert_eq!(rig.texts().len(), 1);
    assert_eq!(rig.rows().await[0].attempts, 1);
}

#[tokio::test]
async fn texts_about_one_topic_keep_their_order_when_the_first_is_held_up() {
    let rig = Rig::new().await;
    rig.treat([Treatment::Limits, Treatment::Limits]);
    rig.enqueue(vec![progress(1, 1)]).await;
    rig.work(0, Lane::Rest, 8, Death::Never).await;
    rig.work(0, Lane::Rest, 8, Death::Never).await;
    rig.enqueue(vec![progress(1, 2), progress(2, 1)]).await;
    rig.drain().await;
    assert_eq!(rig.texts().len(), 1, "only the other recipient's");
    rig.advance(TimeDelta::minutes(2));
    rig.drain().await;
    let texts = rig.texts();
    assert!(texts[1].contains("第1步") && texts[2].contains("第2步"), "{texts:?}");
}

#[tokio::test]
async fn a_code_does_not_wait_for_a_flood_of_notices() {
    let rig = Rig::new().await;
    rig.enqueue((0..300).map(|recipient| progress(recipient, 1)).collect())
        .await;
    rig.enqueue(vec![code(9999)]).await;
    assert_eq!(rig.work(0, Lane::Codes, 32, Death::Never).await, 1);
    assert!(rig.texts()[0].contains("验证码"));
    assert_eq!(rig.work(1, Lane::Rest, 16, Death::Never).await, 16);
}

#[tokio::test]
async fn what_comes_too_late_is_not_sent() {
    let rig = Rig::new().await;
    rig.enqueue(vec![code(1), progress(2, 1)]).await;
    rig.advance(TimeDelta::hours(73));
    rig.drain().await;
    assert!(rig.texts().is_empty());
    assert_eq!(
        rig.statuses().await,
        [status::EXPIRED, status::DEAD],
        "what the law wants told is not dropped in silence"
    );
}

#[tokio::test]
async fn a_later_text_replaces_an_unsent_one_about_the_same_ticket() {
    let rig = Rig::new().await;
    let number = || ("number", String::from("A012"));
    rig.enqueue(vec![
        ticket(
            "ticket/1/near",
            Template::TicketNear,
            vec![number(), ("ahead", "3".into())],
        ),
        ticket(
            "ticket/2/near",
            Template::TicketNear,
            vec![number(), ("ahead", "3".into())],
        ),
    ])
    .await;
    rig.enqueue(vec![ticket(
        "ticket/1/called-0",
        Template::TicketCalled,
        vec![number(), ("counter", "3".into())],
    )])
    .await;
    assert_eq!(
        rig.statuses().await,
        [status::SUPERSEDED, status::PENDING, status::PENDING]
    );
}

#[tokio::test]
async fn an_event_that_is_called_off_is_not_told() {
    let rig = Rig::new().await;
    let mut reminder = progress(1, 1);
    reminder.due_at = Some(rig.clock.now() + TimeDelta::hours(1));
    let event = reminder.event.clone();
    rig.enqueue(vec![reminder]).await;
    rig.drain().await;
    let transaction = rig.platform.db.begin().await.unwrap();
    assert_eq!(
        super::withdraw(&transaction, &[event], rig.clock.now()).await.unwrap(),
        1
    );
    transaction.commit().await.unwrap();
    rig.advance(TimeDelta::hours(2));
    rig.drain().await;
    assert!(rig.texts().is_empty());
}

#[tokio::test]
async fn who_wants_no_notices_gets_codes_and_what_the_law_wants_told() {
    let rig = Rig::new().await;
    let index = rig.platform.keys.blind_index("phone", "13800000001");
    let transaction = rig.platform.db.begin().await.unwrap();
    assert!(
        store::opt_out(&transaction, index.clone(), "page", rig.clock.now())
            .await
            .unwrap()
    );
    assert!(
        !store::opt_out(&transaction, index, "page", rig.clock.now())
            .await
            .unwrap(),
        "no news"
    );
    transaction.commit().await.unwrap();
    rig.enqueue(vec![
        code(1),
        progress(1, 1),
        ticket(
            "ticket/1/missed",
            Template::TicketMissed,
            vec![("number", "A012".into())],
        ),
    ])
    .await;
    rig.drain().await;
    assert_eq!(
        rig.statuses().await,
        [status::ACCEPTED, status::ACCEPTED, status::DECLINED]
    );
}

#[tokio::test]
async fn old_codes_are_deleted_and_other_texts_are_kept() {
    let rig = Rig::new().await;
    rig.enqueue(vec![code(1), progress(2, 1)]).await;
    rig.drain().await;
    rig.advance(TimeDelta::days(2));
    rig.instances[0].sweep().await.unwrap();
    let left = rig.rows().await;
    assert_eq!(left.len(), 1);
    assert_eq!(left[0].template, "case-transferred");
}

#[tokio::test]
async fn a_worker_that_lost_its_lease_can_no_longer_decide() {
    let rig = Rig::new().await;
    rig.enqueue(vec![progress(1, 1)]).await;
    let slow = rig.instances[0].take(Lane::Rest, 1).await.unwrap().remove(0);
    rig.advance(TimeDelta::seconds(29));
    assert_eq!(rig.work(1, Lane::Rest, 1, Death::Never).await, 0, "it is leased");
    rig.advance(TimeDelta::seconds(2));
    assert_eq!(rig.work(1, Lane::Rest, 1, Death::Never).await, 1);
    let done = rig.instances[0].clone().call(slow).await;
    assert!(rig.texts().is_empty(), "a call after the lease is not made");
    rig.instances[0].record(vec![done]).await;
    rig.advance(TimeDelta::minutes(2));
    rig.drain().await;
    assert_eq!(rig.texts().len(), 1);
}

#[derive(Clone, Debug)]
enum Step {
    Enqueue(usize),
    Work(usize, usize, Death),
    /// An instance claims, and then stands still until it is woken.
    FallAsleep(usize),
    Wake,
    Wait(i64),
}

fn step() -> impl Strategy<Value = Step> {
    let death =
        prop_oneof![4 => Just(Death::Never), 1 => Just(Death::BeforeTheCall), 1 => Just(Death::BeforeTheRecord)];
    prop_oneof![
        2 => (0usize..4).prop_map(Step::Enqueue),
        5 => (0usize..2, 1usize..5, death).prop_map(|(instance, room, death)| Step::Work(instance, room, death)),
        1 => (0usize..2).prop_map(Step::FallAsleep),
        1 => Just(Step::Wake),
        3 => (0i64..60).prop_map(Step::Wait),
    ]
}

fn treatment() -> impl Strategy<Value = Treatment> {
    prop_oneof![
        3 => Just(Treatment::Takes),
        2 => Just(Treatment::TakesAndLosesTheAnswer),
        2 => (1i64..20).prop_map(Treatment::TakesAndTellsLate),
        2 => Just(Treatment::LosesTheText),
        2 => Just(Treatment::Refuses),
        1 => Just(Treatment::Limits),
    ]
}

/// Whatever is lost on the way and whoever dies: every text is taken exactly once, and those about one topic in order.
#[test]
fn no_text_is_lost_doubled_or_overtaken() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    let mut runner = TestRunner::new(ProptestConfig {
        cases: 32,
        ..ProptestConfig::default()
    });
    let script = (
        prop::collection::vec(step(), 1..60),
        prop::collection::vec(treatment(), 0..40),
    );
    runner
        .run(&script, |(steps, treatments)| {
            runtime.block_on(async {
                let rig = Rig::new().await;
                rig.treat(treatments);
                let mut sent: HashMap<usize, usize> = HashMap::new();
                let mut asleep = Vec::new();
                for step in steps.into_iter().chain([Step::Wake]) {
                    match step {
                        Step::Enqueue(recipient) => {
                            let number = sent.entry(recipient).or_default();
                            *number += 1;
                            rig.enqueue(vec![progress(recipient, *number)]).await;
                        }
                        Step::Work(instance, room, death) => {
                            rig.work(instance, Lane::Rest, room, death).await;
                        }
                        Step::FallAsleep(instance) => {
                            let workers = rig.instances[instance].clone();
                            let work = workers.take(Lane::Rest, 2).await.unwrap();
                            asleep.extend(work.into_iter().map(|work| (workers.clone(), work)));
                        }
                        Step::Wake => {
                            for (workers, work) in asleep.drain(..) {
                                let done = workers.clone().call(work).await;
                                workers.record(vec![done]).await;
                            }
                        }
                        Step::Wait(seconds) => rig.advance(TimeDelta::seconds(seconds)),
                    }
                }
                rig.treat([]);
                for _ in 0..50 {
                    rig.drain().await;
                    rig.advance(TimeDelta::minutes(5));
                }
                let world = rig.world.lock().unwrap();
                for (recipient, number) in sent {
                    let case = format!("{recipient:04}");
                    let steps: Vec<_> = world.order.iter().filter(|text| text.contains(&case)).collect();
                    prop_assert_eq!(steps.len(), number, "of {}: {:?}", recipient, steps);
                    for (at, text) in steps.iter().enumerate() {
                        let expected = format!("第{}步", at + 1);
                        prop_assert!(text.contains(&expected), "{:?}", steps);
                    }
                }
                Ok(())
            })
        })
        .unwrap();
}
