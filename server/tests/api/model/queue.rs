//! The queue of a hall with one counter: take a ticket, call, serve, miss, park, resume, transfer, void.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use proptest::prelude::*;
use proptest_state_machine::{ReferenceStateMachine, StateMachineTest, prop_state_machine};
use serde_json::{Value, json};

use super::{Beside, sequences};
use crate::support::{Client, TestApp};

const SERVICE: &str = "id-card-replace-lost";
/// Behind how many calls a missed ticket waits.
const BEHIND: usize = 3;
/// After how many misses a ticket is given up.
const MISSES: usize = 3;

/// A ticket is named by its place among all that were issued.
type Number = usize;

#[derive(Clone, Debug, Default)]
struct Model {
    issued: usize,
    waiting: VecDeque<Number>,
    /// Missed tickets, and behind how many calls they still wait.
    missed: Vec<(Number, usize)>,
    called: Option<Number>,
    serving: Option<Number>,
    parked: BTreeSet<Number>,
    misses: BTreeMap<Number, usize>,
}

#[derive(Clone, Copy, Debug)]
enum Act {
    Take,
    Call,
    Serve,
    Finish,
    Miss,
    Park,
    /// The ticket that was put aside first.
    Resume,
    Transfer,
    /// The ticket that came last.
    Void,
}

impl Model {
    fn open(&self) -> Option<Number> {
        self.called.or(self.serving)
    }

    /// Who is called next: by the order of arrival; a missed ticket once enough others were called, or when nobody else is there.
    fn next(&self) -> Option<Number> {
        let here = self.waiting.iter().map(|number| (0, *number));
        let missed = self.missed.iter().map(|(number, behind)| (*behind, *number));
        here.chain(missed).min().map(|(_, number)| number)
    }

    /// The ticket that the act is about, when the act can be done.
    fn subject(&self, act: Act) -> Option<Number> {
        match act {
            Act::Take => Some(self.issued),
            Act::Call | Act::Resume if self.open().is_some() => None,
            Act::Call => self.next(),
            Act::Serve | Act::Miss => self.called,
            Act::Finish | Act::Park | Act::Transfer => self.serving,
            Act::Resume => self.parked.first().copied(),
            Act::Void => self.waiting.back().copied(),
        }
    }

    fn after(mut self, act: Act) -> Self {
        let Some(number) = self.subject(act) else { return self };
        match act {
            Act::Take => {
                self.issued += 1;
                self.waiting.push_back(number);
            }
            Act::Call => {
                self.waiting.retain(|other| *other != number);
                self.missed.retain(|(other, _)| *other != number);
                for (_, behind) in &mut self.missed {
                    *behind = behind.saturating_sub(1);
                }
                self.called = Some(number);
            }
            Act::Serve => {
                self.called = None;
                self.serving = Some(number);
            }
            Act::Finish => self.serving = None,
            Act::Miss => {
                self.called = None;
                let misses = self.misses.entry(number).or_default();
                *misses += 1;
                if *misses < MISSES {
                    self.missed.push((number, BEHIND));
                }
            }
            Act::Park => {
                self.serving = None;
                self.parked.insert(number);
            }
            Act::Resume => {
                self.parked.remove(&number);
                self.serving = Some(number);
            }
            Act::Transfer => {
                self.serving = None;
                self.waiting.push_back(number);
            }
            Act::Void => drop(self.waiting.pop_back()),
        }
        self
    }
}

impl ReferenceStateMachine for Model {
    type State = Self;
    type Transition = Act;

    fn init_state() -> BoxedStrategy<Self> {
        Just(Self::default()).boxed()
    }

    fn transitions(_: &Self) -> BoxedStrategy<Act> {
        prop_oneof![
            4 => Just(Act::Take),
            5 => Just(Act::Call),
            4 => Just(Act::Serve),
            2 => Just(Act::Finish),
            3 => Just(Act::Miss),
            1 => Just(Act::Park),
            1 => Just(Act::Resume),
            1 => Just(Act::Transfer),
            1 => Just(Act::Void),
        ]
        .boxed()
    }

    fn apply(state: Self, act: &Act) -> Self {
        state.after(*act)
    }
}

struct Hall {
    app: TestApp,
    clerk: Client,
    counter: String,
    group: Value,
    tickets: Vec<String>,
}

impl Hall {
    async fn open() -> Self {
        let app = TestApp::start().await;
        let clerk = app.staff("clerk-zhongxin-1").await;
        let path = format!("/halls/{}", app.hall("zhongxin"));
        let hall = app.anyone().get(&path).await.expect(200);
        let counters = hall["counters"].as_array().unwrap();
        let first = counters.iter().find(|counter| counter["number"] == 1).unwrap();
        let counter = format!("/counters/{}", first["id"].as_str().unwrap());
        clerk.post(&format!("{counter}/session"), json!({})).await.expect(201);
        Self {
            app,
            clerk,
            counter,
            group: first["groups"][0].clone(),
            tickets: Vec::new(),
        }
    }

    /// Does the act; `about` is the ticket that the model says it is about, or a ticket for which it must be refused.
    async fn act(&mut self, act: Act, about: Option<Number>, open: Option<Number>) {
        // Whoever waits may be put aside or sent away too; that must not happen by the way, so those two are asked only of others.
        let anyone = (!matches!(act, Act::Park | Act::Void)).then(|| self.tickets.len().checked_sub(1));
        let ticket = |action: &str| {
            let number = about.or(open).or(anyone.flatten())?;
            Some(format!("/tickets/{}/{action}", self.tickets.get(number)?))
        };
        let (path, body) = match act {
            Act::Take => (
                Some(format!("/halls/{}/tickets", self.app.hall("zhongxin"))),
                json!({"service_id": self.app.service(SERVICE)}),
            ),
            Act::Call => (Some(format!("{}/call-next", self.counter)), json!({})),
            Act::Serve => (ticket("serve"), json!({})),
            Act::Finish => (ticket("finish"), json!({})),
            Act::Miss => (ticket("miss"), json!({})),
            Act::Park => (ticket("park"), json!({})),
            Act::Resume => (ticket("resume"), json!({})),
            Act::Transfer => (ticket("transfer"), json!({"group_id": self.group})),
            Act::Void => (ticket("void"), json!({})),
        };
        let Some(path) = path else { return };
        let answer = self.clerk.post(&path, body).await;
        assert_eq!(
            answer.status.is_success(),
            about.is_some(),
            "{act:?} of {about:?}: {answer:?}"
        );
        assert!(answer.status.as_u16() < 500, "{answer:?}");
        if !answer.status.is_success() {
            return;
        }
        let changed: Value = serde_json::from_str(&answer.text).unwrap();
        if matches!(act, Act::Take) {
            self.tickets.push(changed["id"].as_str().unwrap().to_owned());
        }
        assert_eq!(changed["id"], self.tickets[about.unwrap()], "{act:?}");
    }

    async fn compare(&self, model: &Model) {
        for (statuses, expected) in [
            ("'waiting', 'missed'", model.waiting.len() + model.missed.len()),
            ("'called'", usize::from(model.called.is_some())),
            ("'serving'", usize::from(model.serving.is_some())),
            ("'parked'", model.parked.len()),
        ] {
            let rows = self
                .app
                .count(&format!("SELECT count(*) FROM tickets WHERE status IN ({statuses})"))
                .await;
            assert_eq!(usize::try_from(rows).unwrap(), expected, "{statuses}");
        }
    }
}

struct QueueTest;

impl StateMachineTest for QueueTest {
    type SystemUnderTest = Beside<Hall, Model>;
    type Reference = Model;

    fn init_test(model: &Model) -> Self::SystemUnderTest {
        Beside::start(model, Hall::open())
    }

    fn apply(mut state: Self::SystemUnderTest, model: &Model, act: Act) -> Self::SystemUnderTest {
        let (about, open) = (state.before.subject(act), state.before.open());
        state.runtime.block_on(state.system.act(act, about, open));
        state.runtime.block_on(state.system.compare(model));
        state.before = model.clone();
        state
    }
}

prop_state_machine! {
    #![proptest_config(sequences())]

    #[test]
    fn the_queue_is_what_a_plain_model_says_after_every_step(sequential 1..90 => QueueTest);
}
